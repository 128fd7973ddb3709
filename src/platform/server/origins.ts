/** Which web pages may call the server, and how their browsers are told so (CORS). */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { parseUrl } from '../../common/url.js';

const METHODS = 'GET, POST';
/** Headers of a request that a page has to ask for, because a browser does not send them to everybody by itself. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'last-event-id',
  'if-range',
  'if-match',
  'if-none-match',
  'x-request-id',
  'traceparent',
  'tracestate',
  'x-query-cost',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-apollo-operation-name',
].join(', ');
/** Headers of an answer that a page may read besides those that every page may. */
const EXPOSED_HEADERS = 'retry-after, x-request-id, etag, content-range, knowledge-cursor';
/** Time for which a browser need not ask again; none keeps an answer for longer than two hours. */
const PREFLIGHT_SECONDS = '7200';

/** The web origins whose pages may call the server: its own, and those that the operator names. */
export class Origins {
  private readonly named: ReadonlySet<string>;
  private readonly all: boolean;

  /** @param allowed origins as browsers spell them, or `*` for all */
  constructor(allowed: readonly string[]) {
    this.named = new Set(allowed);
    this.all = this.named.has('*');
  }

  /** Whether the answer to a request depends on its origin, which caches have to know. */
  get differ(): boolean {
    return this.named.size > 0 && !this.all;
  }

  /** Whether a request may come from where it says; a program says nothing, and carries no one else's credentials. */
  welcome({ origin, host }: IncomingHttpHeaders): boolean {
    return origin === undefined || this.shared(origin) !== undefined || isSame(origin, host);
  }

  /** The value of `Access-Control-Allow-Origin` for an origin; `undefined` when it was not named. */
  shared(origin: string): string | undefined {
    if (this.all) return '*';
    return this.named.has(origin) ? origin : undefined;
  }
}

/**
 * Lets the pages of named origins read the answers, and answers the questions that their browsers ask beforehand.
 * Credentials of the browser itself are never let through: a page sends its key on purpose or not at all.
 */
export function registerCrossOriginAccess(server: FastifyInstance, origins: Origins): void {
  server.addHook('onRequest', async ({ method, headers }, reply) => {
    if (origins.differ) reply.header('vary', 'origin');
    const shared = headers.origin === undefined ? undefined : origins.shared(headers.origin);
    if (shared === undefined) return;
    reply.headers({ 'access-control-allow-origin': shared, 'access-control-expose-headers': EXPOSED_HEADERS });
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return;
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': REQUEST_HEADERS,
      'access-control-max-age': PREFLIGHT_SECONDS,
    });
    return reply.code(204).send();
  });
}

function isSame(origin: string, host: string | undefined): boolean {
  return parseUrl(origin)?.host === host;
}
