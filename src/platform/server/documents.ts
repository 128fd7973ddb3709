/** Documents that everybody may read at an address of their own: what feed readers and other programs without GraphQL ask for. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Cancellation } from '../../common/cancellation.js';
import type { Context } from '../auth/context.js';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, statusOf } from '../graphql/errors.js';
import { operationTooLong, runInTime } from '../graphql/operation-time.js';
import type { ClientAddress } from './client-address.js';
import { registerParameterCheck } from './request-encoding.js';

/**
 * A minute spares the database a crowd that asks for the same; a text that was taken back may live on in caches for no
 * longer than that, nor be given out there when this server does not answer (`must-revalidate`).
 */
export const CACHE_CONTROL = 'public, max-age=60, must-revalidate';
/** HTTP tells times in seconds: of a document younger than this another version may follow with the same time. */
const SETTLED_MILLISECONDS = 2_000;

export interface DocumentRoute {
  readonly path: string;
  /** What it costs whoever asks for it, as an operation does. */
  readonly points: number;
  /**
   * Makes the document, as it is for everybody.
   *
   * @throws errors with a code of ours when the parameters ask for what cannot be
   */
  readonly read: (context: Context, parameters: URLSearchParams) => Promise<ServedDocument>;
}

export interface ServedDocument {
  readonly contentType: string;
  readonly body: string;
  /** When anything in it last changed; null when there is nothing in it. */
  readonly changedAt: Date | null;
  /** Besides those that all documents have. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface DocumentOptions {
  readonly routes: readonly DocumentRoute[];
  readonly engine: Pick<GraphqlEngine, 'entrance' | 'presentErrors'>;
  readonly clientAddress: ClientAddress;
  readonly createContext: (viewer: Viewer, cancellation: Cancellation) => Context;
  /** The time that making one may take. */
  readonly operationMilliseconds: number;
}

/** Adds the routes, for GET and HEAD. A credential is not looked at: what is here is the same for all. */
export function registerDocuments(
  server: FastifyInstance,
  { routes, engine, clientAddress, createContext, operationMilliseconds }: DocumentOptions,
): void {
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, engine);
    for (const { path, points, read } of routes) {
      scope.get(path, async (request, reply) => {
        engine.entrance.pay({ viewer: ANONYMOUS, address: clientAddress(request.raw) }, points);
        const document = await runInTime(documentTime(reply, operationMilliseconds), (cancellation) =>
          read(createContext(ANONYMOUS, cancellation), parametersOf(request)),
        );
        return send(document, request, reply);
      });
    }
    done();
  });
}

/** Within which a document is made: the time it is given, and as long as somebody waits for it. */
export function documentTime(reply: FastifyReply, milliseconds: number) {
  return {
    milliseconds,
    overtime: operationTooLong,
    watchClient: (onLeave: () => void) => {
      reply.raw.once('close', onLeave);
      return () => reply.raw.off('close', onLeave);
    },
  };
}

/** Has errors told so that people can read them in a browser, and programs by their status. */
export function answerInPlainText(scope: FastifyInstance, engine: DocumentOptions['engine']): void {
  const refuse = (reply: FastifyReply, status: number, message: string) =>
    reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${message}\n`);
  scope.setErrorHandler(async (error: Error & { readonly statusCode?: number }, request, reply) => {
    const { statusCode } = error;
    // Of the request as such, e.g. that its body is too large.
    if (statusCode !== undefined && statusCode < 500) return refuse(reply, statusCode, error.message);
    if (error instanceof GraphQLError) await engine.entrance.hold([error]);
    const shown = engine.presentErrors([asGraphQLError(error)], { transport: 'http', requestId: request.id });
    const retryAfter = shown[0]!.extensions?.['retryAfter'];
    if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
    return refuse(reply, statusOf(shown), shown[0]!.message);
  });
}

export function parametersOf({ url }: FastifyRequest): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start));
}

function send({ contentType, body, changedAt, headers }: ServedDocument, request: FastifyRequest, reply: FastifyReply) {
  const etag = etagOf(body);
  reply.headers({ etag, 'cache-control': CACHE_CONTROL, ...headers });
  const isSettled = changedAt !== null && changedAt.getTime() < Date.now() - SETTLED_MILLISECONDS;
  if (isSettled) reply.header('last-modified', changedAt.toUTCString());
  if (isKnown(request, etag, isSettled ? changedAt : null)) return reply.code(304).send();
  return reply.type(contentType).send(body);
}

export function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

/** RFC 9110, section 13.2.2: the time is looked at only where no tag was sent. */
export function isKnown({ headers }: FastifyRequest, etag: string, changedAt: Date | null): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return changedAt !== null && Math.floor(changedAt.getTime() / 1000) * 1000 <= since;
}
