/** The HTTP server with everything that listens on its port. */
import type { AddressInfo } from 'node:net';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Cancellation } from '../../common/cancellation.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { Context } from '../auth/context.js';
import type { WatchCredential } from '../auth/credential-watch.js';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import { Pressure } from '../limits/pressure.js';
import type { AdmissionOptions } from '../graphql/admission.js';
import { MetricRegistry } from '../telemetry/metric-registry.js';
import { Measures, type ReadTally } from '../telemetry/measures.js';
import type { Tracing } from '../telemetry/tracing.js';
import { createGraphqlEngine } from '../graphql/engine.js';
import type { ReadFirst } from '../graphql/read-first.js';
import { AddressCounts, RETRY_AFTER_SECONDS } from './address-counts.js';
import { createClientAddress, createProxyCheck } from './client-address.js';
import { Connections } from './connections.js';
import { type DocumentRoute, registerDocuments } from './documents.js';
import type { DownloadLimits } from './download-slots.js';
import { type DownloadRoute, registerDownloads } from './downloads.js';
import { type FormRoute, registerForms } from './forms.js';
import { registerHealth } from './health.js';
import { registerHttp } from './http.js';
import { registerMetrics } from './metrics.js';
import { registerRequestLog, requestLogSettings } from './request-log.js';
import { Origins, registerCrossOriginAccess } from './origins.js';
import { registerJsonBody, registerParameterCheck } from './request-encoding.js';
import { type PageRoute, registerPages } from './pages.js';
import { MAXIMUM_BODY_BYTES, registerRequestErrors } from './request-errors.js';
import { registerRequestViewer } from './request-viewer.js';
import { registerResources, type ResourceRoute } from './resources.js';
import { type EventStreams, registerEventStreams } from './sse.js';
import { registerStoredFiles, type StoredFileRoute } from './stored-files.js';
import { createSocketServer, refuseUpgrade } from './websocket.js';

/** Times after which a connection is closed that keeps the server waiting. */
export interface ConnectionTimeouts {
  /** From the connection, or the end of the last request, to the end of a request's headers. */
  readonly headersMilliseconds: number;
  /** From there to the end of its body. */
  readonly requestMilliseconds: number;
  /** In which not a byte of an answer is taken. */
  readonly stalledMilliseconds: number;
}

const TIMEOUTS: ConnectionTimeouts = {
  headersMilliseconds: 10_000,
  requestMilliseconds: 30_000,
  stalledMilliseconds: 60_000,
};
/** Node looks for late requests this often; with its own 30 seconds a request had twice its time. */
const TIMEOUT_CHECK_MILLISECONDS = 2_000;
const OPERATION_MILLISECONDS = 10_000;
const DOWNLOAD_LIMITS: DownloadLimits = { downloads: 8, downloadsPerAddress: 3, downloadMilliseconds: 30 * 60_000 };
const DRAIN_WITHIN_MILLISECONDS = 10_000;
/** What a new WebSocket counts as, in bytes of a body. */
const SOCKET_BYTES = 5 * 1024;

export interface ServerOptions extends AdmissionOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly schema: GraphQLSchema;
  /** The schema as text, for `/schema.graphql`. */
  readonly sdl: string;
  /** Makes the context of one operation or one event, whose reads are added up where that is given. */
  readonly createContext: (viewer: Viewer, cancellation: Cancellation, reads?: ReadTally) => Context;
  /** The time that one operation, or one event, may take; 10 seconds unless given. */
  readonly operationMilliseconds?: number | undefined;
  readonly authenticate: Authenticate;
  /** Tells when the credential of a connection that stays open is not what it was. */
  readonly credentials: { readonly watch: WatchCredential };
  readonly logger: Logger;
  /** Where the server counts what it does, and what it shows of that and of others' work at `/metrics`. */
  readonly measures?: Measures | undefined;
  readonly metrics?: MetricRegistry | undefined;
  /** Traces operations; none are traced unless given. */
  readonly tracing?: Tracing | undefined;
  /** Root fields that are read before all others of their operation. */
  readonly readFirst?: ReadFirst | undefined;
  /** Whether requests can be served, e.g. whether the database answers. */
  readonly isReady: () => Promise<boolean>;
  /** What everybody may read without GraphQL. */
  readonly documents?: readonly DocumentRoute[] | undefined;
  /** What has an address for good, in several formats. */
  readonly resources?: readonly ResourceRoute[] | undefined;
  /** The same, where it is large. */
  readonly downloads?: readonly DownloadRoute[] | undefined;
  readonly downloadLimits?: Partial<DownloadLimits> | undefined;
  /** Files that never change. */
  readonly storedFiles?: readonly StoredFileRoute[] | undefined;
  /** Services of other protocols, for everybody. */
  readonly forms?: readonly FormRoute[] | undefined;
  /** Pages for people, each with one button. */
  readonly pages?: readonly PageRoute[] | undefined;
  /** Adds further routes. */
  readonly registerRoutes?: ((server: FastifyInstance) => Promise<void>) | undefined;
  /** Time between two signs of life on WebSockets and event streams. */
  readonly keepAliveMilliseconds?: number | undefined;
  /** Web origins besides the server's own whose pages may call it; `*` for all. None unless given. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. None unless given. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Connections open at a time, of all clients and of one address. Not bounded unless given. */
  readonly connections?: number | undefined;
  readonly connectionsPerAddress?: number | undefined;
  readonly timeouts?: Partial<ConnectionTimeouts> | undefined;
}

export interface Server {
  /** Begins to listen; gives the address under which it can be reached from here. */
  listen(): Promise<{ readonly url: string }>;
  /**
   * Stops: `/readyz` says no, sockets and streams are told to come again elsewhere, thousands of them over some seconds;
   * then requests under way are finished, for ten seconds at the most.
   */
  close(): Promise<void>;
}

export async function createServer(options: ServerOptions): Promise<Server> {
  const { logger, keepAliveMilliseconds, measures = new Measures() } = options;
  const pressure = new Pressure();
  const { operationMilliseconds = OPERATION_MILLISECONDS } = options;
  const engine = createGraphqlEngine({
    ...options,
    measures,
    pressure: options.pressure ?? pressure,
    subscriptionsPerCaller: options.connectionsPerAddress,
    operationMilliseconds,
  });
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const { allowedOrigins = [], trustedProxies = [], connections: maximum = Infinity } = options;
  const { connectionsPerAddress = Infinity } = options;
  const clientAddress = createClientAddress(trustedProxies);
  const origins = new Origins(allowedOrigins);
  // Sockets and streams of each client, who behind a proxy has no connections of its own.
  const longLived = new AddressCounts(connectionsPerAddress);
  let listening = false;
  let closing: Promise<void> | undefined;

  const fastify: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Its line for each request has the whole address, and so the variables of a GET.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    ...requestLogSettings(logger),
    bodyLimit: MAXIMUM_BODY_BYTES,
    requestTimeout: timeouts.requestMilliseconds,
    http: {
      headersTimeout: timeouts.headersMilliseconds,
      connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MILLISECONDS, timeouts.headersMilliseconds),
    },
  });
  // GraphQL comes as JSON. A text/plain body could be sent by any web page without asking first.
  fastify.removeContentTypeParser('text/plain');
  registerRequestErrors(fastify, engine.presentErrors);
  registerJsonBody(fastify);
  registerRequestLog(fastify, measures, logger);
  registerResponseHeaders(fastify);
  registerCrossOriginAccess(fastify, origins);
  registerStallTimeout(fastify, timeouts.stalledMilliseconds);
  registerHealth(fastify, async () => listening && !closing && (await options.isReady()));
  fastify.get('/schema.graphql', (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('text/plain; charset=utf-8').send(options.sdl),
  );
  const { createContext, documents = [], resources = [], forms = [], pages = [] } = options;
  const reading = { engine, clientAddress, createContext, operationMilliseconds };
  registerDocuments(fastify, { routes: documents, ...reading });
  registerResources(fastify, { routes: resources, ...reading });
  registerDownloads(fastify, {
    ...DOWNLOAD_LIMITS,
    ...options.downloadLimits,
    routes: options.downloads ?? [],
    engine,
    clientAddress,
    stalledMilliseconds: timeouts.stalledMilliseconds,
  });
  registerStoredFiles(fastify, {
    routes: options.storedFiles ?? [],
    engine,
    clientAddress,
    stalledMilliseconds: timeouts.stalledMilliseconds,
  });
  registerForms(fastify, { routes: forms, ...reading });
  registerPages(fastify, { routes: pages, engine, clientAddress });
  await options.registerRoutes?.(fastify);

  registerMetrics(fastify, options.metrics ?? new MetricRegistry(), measures, {
    sockets: () => sockets.size,
    eventStreams: () => streams.size,
    share: () => (options.pressure ?? pressure).share,
  });

  let http!: { close: () => Promise<void> };
  let streams!: EventStreams;
  await fastify.register(async (scope) => {
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.header('cache-control', 'no-store');
      done();
    });
    registerParameterCheck(scope);
    registerRequestViewer(scope, engine, clientAddress);
    http = await registerHttp(scope, engine);
    streams = registerEventStreams(scope, engine, {
      watchCredential: options.credentials.watch,
      counts: longLived,
      keepAliveMilliseconds,
    });
  });
  const sockets = createSocketServer({
    engine,
    watchCredential: options.credentials.watch,
    keepAliveMilliseconds,
  });
  const connections = new Connections(fastify.server, {
    maximum,
    perAddress: new AddressCounts(connectionsPerAddress),
    isProxy: createProxyCheck(trustedProxies),
    onRefusal: () => (measures.connectionsRefused += 1),
    onRefused: (count) => logger.warn({ count }, 'connections were refused, for there were too many'),
  });
  fastify.server.on('upgrade', (request, socket, head) => {
    const address = clientAddress(request);
    if (closing) refuseUpgrade(socket, '503 Service Unavailable');
    else if (request.url?.split('?')[0] !== '/graphql') refuseUpgrade(socket, '404 Not Found');
    else if (!origins.welcome(request.headers)) refuseUpgrade(socket, '403 Forbidden');
    else if (!longLived.hold(address, socket)) {
      refuseUpgrade(socket, '429 Too Many Requests', `Retry-After: ${RETRY_AFTER_SECONDS}`);
    } else {
      const refusal = refusalOf(address);
      if (refusal === undefined) return sockets.accept(request, socket, head, address);
      // Node listens no more, and an error that nobody hears of ends the process.
      socket.on('error', () => socket.destroy());
      const refuse = () => refuseUpgrade(socket, '429 Too Many Requests', 'Retry-After: 1');
      void engine.entrance.hold([refusal]).then(refuse);
    }
  });

  /** Nobody has a credential yet; whoever floods the server with sockets is turned away by its address. */
  function refusalOf(address: string): GraphQLError | undefined {
    try {
      engine.entrance.weigh({ viewer: ANONYMOUS, address }, SOCKET_BYTES);
      return undefined;
    } catch (error) {
      return error as GraphQLError;
    }
  }

  async function drain(): Promise<void> {
    pressure.stop();
    // Meanwhile the others are served, and `/readyz` says no to whoever balances the load.
    await Promise.all([sockets.close(), streams.close()]);
    const cut = setTimeout(() => connections.cut(), DRAIN_WITHIN_MILLISECONDS);
    await connections.drain();
    await fastify.close();
    clearTimeout(cut);
    await http.close();
  }

  return {
    listen: async () => {
      await fastify.listen({ host: options.host, port: options.port });
      listening = true;
      pressure.start();
      return { url: urlOf(fastify.server.address() as AddressInfo) };
    },
    close: () => (closing ??= drain()),
  };
}

function registerResponseHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    done();
  });
}

/** Closes the connections of those who ask and then do not take the answer, which is kept for them meanwhile. */
function registerStallTimeout(fastify: FastifyInstance, milliseconds: number): void {
  fastify.addHook('onSend', (request, _reply, _payload, done) => {
    // Node sets the time for the next request itself.
    request.raw.socket.setTimeout(milliseconds);
    done();
  });
}

function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
