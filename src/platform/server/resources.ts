/** What has an address for good and is told in several formats: in which, the address says, or the client by `Accept`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { Context } from '../auth/context.js';
import { ANONYMOUS } from '../auth/viewer.js';
import { runInTime } from '../graphql/operation-time.js';
import { CACHE_CONTROL, answerInPlainText, documentTime, type DocumentOptions, etagOf, isKnown } from './documents.js';
import { registerParameterCheck } from './request-encoding.js';

export interface Representation {
  /** What is put behind the address, after a dot, to get this one. */
  readonly suffix: string;
  /** Without parameters, as clients name it. */
  readonly mediaType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly write: () => string | Promise<string>;
}

export interface Resource {
  /** 410 for what was here and was taken back. */
  readonly status: 200 | 410;
  /** Its address without a suffix, absolute. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long caches keep it; a minute unless given. */
  readonly cacheControl?: string;
  /** The first is what a client gets that takes everything. */
  readonly representations: readonly Representation[];
}

/** Where a resource has its address. */
export interface Moved {
  /** Absolute, without a suffix. */
  readonly movedTo: string;
}

export interface ResourceRoute {
  /** Of one resource, or of a folder, with a slash at the end, of all that lies in it. */
  readonly path: string;
  /** What it costs whoever asks for it, as an operation does. */
  readonly points: number;
  /**
   * @param name the part of the address behind a folder's path, without a suffix; else empty
   * @returns null where there is nothing
   */
  readonly read: (context: Context, name: string) => Promise<Resource | Moved | null>;
}

export type ResourceOptions = Omit<DocumentOptions, 'routes'> & { readonly routes: readonly ResourceRoute[] };

/** What pages of other origins may read of an answer besides its body. */
const EXPOSED_HEADERS = 'content-location, etag, link, retry-after';

/** Adds the routes, for GET and HEAD. A credential is not looked at, and every web page may read what is here. */
export function registerResources(server: FastifyInstance, { routes, ...options }: ResourceOptions): void {
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, options.engine);
    scope.addHook('onRequest', (_request, reply, next) => {
      reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS });
      next();
    });
    for (const route of routes) {
      const { path } = route;
      const answer = (request: FastifyRequest, reply: FastifyReply) => respond(route, options, request, reply);
      if (path.endsWith('/')) scope.get(`${path}*`, answer);
      else for (const each of [path, `${path}.*`]) scope.get(each, answer);
    }
    done();
  });
}

/** What is sent. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string;
  readonly body: string;
}

async function respond(
  { path, points, read }: ResourceRoute,
  { engine, clientAddress, createContext, operationMilliseconds }: Omit<ResourceOptions, 'routes'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  engine.entrance.pay({ viewer: ANONYMOUS, address: clientAddress(request.raw) }, points);
  const { name, suffix } = namedIn(request, path);
  const answer = await runInTime(documentTime(reply, operationMilliseconds), async (cancellation) =>
    answerOf(await read(createContext(ANONYMOUS, cancellation), name), suffix, request.headers.accept),
  );
  const { status, headers, mediaType, body } = answer;
  // Which page asks may make a difference, too.
  const vary = [headers['vary'], reply.getHeader('vary')].filter((each) => each !== undefined).join(', ');
  reply.headers(headers);
  if (vary !== '') reply.header('vary', vary);
  const etag = etagOf(body);
  if (status === 200) {
    reply.header('etag', etag);
    if (isKnown(request, etag, null)) return reply.code(304).send();
  }
  return reply.code(status).type(`${mediaType}; charset=utf-8`).send(body);
}

/** What of the address follows the path, before and behind the first dot. */
function namedIn({ params }: FastifyRequest, path: string): { name: string; suffix: string | null } {
  const rest = (params as Readonly<Record<string, string | undefined>>)['*'];
  if (rest === undefined) return { name: '', suffix: null };
  if (!path.endsWith('/')) return { name: '', suffix: rest };
  const dot = rest.indexOf('.');
  return dot < 0 ? { name: rest, suffix: null } : { name: rest.slice(0, dot), suffix: rest.slice(dot + 1) };
}

async function answerOf(
  resource: Resource | Moved | null,
  suffix: string | null,
  accept: string | undefined,
): Promise<Answer> {
  if (resource === null) return plainText(404, 'There is nothing here.\n');
  if ('movedTo' in resource) {
    const location = suffix === null ? resource.movedTo : `${resource.movedTo}.${suffix}`;
    return { ...plainText(308, `It is at ${location}\n`), headers: { location, 'cache-control': CACHE_CONTROL } };
  }
  const { url, representations } = resource;
  if (suffix !== null) {
    const named = representations.find((each) => each.suffix === suffix);
    return named === undefined ? plainText(404, 'There is nothing here.\n') : represent(resource, named);
  }
  const wanted = preferred(accept, representations);
  if (wanted === undefined) {
    const lines = representations.map((each) => `${each.mediaType} ${url}.${each.suffix}\n`).join('');
    const refusal = plainText(406, `None of the types that were asked for is here. There are:\n${lines}`);
    return { ...refusal, headers: { ...refusal.headers, vary: 'accept' } };
  }
  return represent(resource, wanted, { vary: 'accept', 'content-location': `${url}.${wanted.suffix}` });
}

function preferred(accept: string | undefined, representations: readonly Representation[]): Representation | undefined {
  // What is behind a type, such as the profile of JSON-LD, is a wish: it makes no other type of it.
  const types = accept?.replace(/;\s*(?!q=)[^;,=]+=(?:"[^"]*"|[^;,]*)/gi, '').trim() || '*/*';
  const negotiator = new Negotiator({ headers: { accept: types } });
  const wanted = negotiator.mediaType(representations.map(({ mediaType }) => mediaType));
  return representations.find(({ mediaType }) => mediaType === wanted);
}

async function represent(
  { status, headers, cacheControl = CACHE_CONTROL }: Resource,
  { mediaType, headers: own, write }: Representation,
  further: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const all = { ...headers, ...own, ...further, 'cache-control': cacheControl };
  return { status, headers: all, mediaType, body: await write() };
}

function plainText(status: number, body: string): Answer {
  return { status, headers: { 'cache-control': 'no-store' }, mediaType: 'text/plain', body };
}
