/** The HTTP server with everything that listens on its port. */
import type { AddressInfo } from 'node:net';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Authenticate } from '../auth/authenticate.js';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import { createGraphqlEngine } from '../graphql/engine.js';
import { Connections } from './connections.js';
import type { ReadFirst } from '../graphql/read-first.js';
import { registerHealth } from './health.js';
import { registerHttp } from './http.js';
import { MAXIMUM_BODY_BYTES, registerRequestErrors } from './request-errors.js';
import { registerRequestViewer } from './request-viewer.js';
import { registerEventStreams } from './sse.js';
import { createSocketServer, refuseUpgrade } from './websocket.js';

const REQUEST_TIMEOUT_MILLISECONDS = 30_000;
const DRAIN_WITHIN_MILLISECONDS = 10_000;

export interface ServerOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly schema: GraphQLSchema;
  /** The schema as text, for `/schema.graphql`. */
  readonly sdl: string;
  /** Makes the context of one operation or one event. */
  readonly createContext: (viewer: Viewer) => Context;
  readonly authenticate: Authenticate;
  readonly logger: Logger;
  /** Root fields that are read before all others of their operation. */
  readonly readFirst?: ReadFirst | undefined;
  /** Whether requests can be served, e.g. whether the database answers. */
  readonly isReady: () => Promise<boolean>;
  /** Adds further routes. */
  readonly registerRoutes?: ((server: FastifyInstance) => Promise<void>) | undefined;
  /** Time between two signs of life on WebSockets and event streams. */
  readonly keepAliveMilliseconds?: number | undefined;
}

export interface Server {
  /** Begins to listen; gives the address under which it can be reached from here. */
  listen(): Promise<{ readonly url: string }>;
  /**
   * Stops: `/readyz` says no, sockets and streams are told to come again elsewhere, requests under way are finished, for ten
   * seconds at the most.
   */
  close(): Promise<void>;
}

export async function createServer(options: ServerOptions): Promise<Server> {
  const { logger, keepAliveMilliseconds } = options;
  const engine = createGraphqlEngine(options);
  let listening = false;
  let closing: Promise<void> | undefined;

  const fastify: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Its line for each request has the whole address, and so the variables of a GET.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAXIMUM_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
  });
  // GraphQL comes as JSON. A text/plain body could be sent by any web page without asking first.
  fastify.removeContentTypeParser('text/plain');
  registerRequestErrors(fastify, engine.presentErrors);
  registerResponseHooks(fastify, logger);
  registerHealth(fastify, async () => listening && !closing && (await options.isReady()));
  fastify.get('/schema.graphql', (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('text/plain; charset=utf-8').send(options.sdl),
  );
  await options.registerRoutes?.(fastify);

  let http!: { close: () => Promise<void> };
  let streams!: { close: () => void };
  await fastify.register(async (scope) => {
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('cache-control', 'no-store');
      done();
    });
    registerRequestViewer(scope, options.authenticate);
    http = await registerHttp(scope, engine);
    streams = registerEventStreams(scope, engine, { keepAliveMilliseconds });
  });
  const sockets = createSocketServer({ engine, authenticate: options.authenticate, keepAliveMilliseconds });
  const connections = new Connections(fastify.server);
  fastify.server.on('upgrade', (request, socket, head) => {
    if (closing) refuseUpgrade(socket, '503 Service Unavailable');
    else if (request.url?.split('?')[0] !== '/graphql') refuseUpgrade(socket, '404 Not Found');
    else sockets.accept(request, socket, head);
  });

  async function drain(): Promise<void> {
    streams.close();
    const cut = setTimeout(() => connections.cut(), DRAIN_WITHIN_MILLISECONDS);
    connections.drain();
    await Promise.all([sockets.close(), fastify.close()]);
    clearTimeout(cut);
    await http.close();
  }

  return {
    listen: async () => {
      await fastify.listen({ host: options.host, port: options.port });
      listening = true;
      return { url: urlOf(fastify.server.address() as AddressInfo) };
    },
    close: () => (closing ??= drain()),
  };
}

function registerResponseHooks(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    done();
  });
  if (!logger.isLevelEnabled('debug')) return;
  fastify.addHook('onResponse', (request, reply, done) => {
    request.log.debug(
      {
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
