/** What is told and counted of each HTTP request, and the id that it is known by. */
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import type { Measures } from '../telemetry/measures.js';
import { REQUEST_ID_HEADER, requestIdOf } from '../telemetry/request-origin.js';

/** Its answer lasts as long as its client likes, which is no duration of a request. */
const STREAM_ROUTE = '/graphql/stream';
/** All addresses that nothing is at, of which there are as many as clients think of. */
const NO_ROUTE = 'none';

/**
 * Settings of Fastify by which a request has its id, and nothing of what came with it gets into the log by Fastify itself:
 * it would write the bytes of a malformed request, with the key that may be among them.
 */
export function requestLogSettings(
  logger: Logger,
): Required<Pick<FastifyServerOptions, 'genReqId' | 'clientErrorHandler'>> {
  return {
    genReqId: ({ headers }) => requestIdOf(headers[REQUEST_ID_HEADER]),
    clientErrorHandler: (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'ECONNRESET' || (socket as Socket).destroyed) return;
      logger.debug({ code: error.code }, 'a connection was closed that brought no request');
      if (!socket.writable) return void socket.destroy(error);
      socket.end(`HTTP/1.1 ${statusOf(error.code)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    },
  };
}

/** Counts each request, and tells of it at the level `debug`: by its route, for addresses hold tokens and variables. */
export function registerRequestLog(fastify: FastifyInstance, measures: Measures, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  const tellsEach = logger.isLevelEnabled('debug');
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? NO_ROUTE;
    const { statusCode, elapsedTime } = reply;
    if (route !== STREAM_ROUTE || statusCode !== 200) {
      measures.requests.of(route, `${Math.floor(statusCode / 100)}xx`).observe(elapsedTime / 1_000);
    }
    if (tellsEach) {
      const details = { requestId: request.id, method: request.method, route, status: statusCode };
      logger.debug({ ...details, milliseconds: Math.round(elapsedTime) }, 'request');
    }
    done();
  });
}

function statusOf(code: string | undefined): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return '408 Request Timeout';
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return '400 Bad Request';
}
