/** Files that never change, read from where they are stored piece by piece. Everybody may have them, or a part of one. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ANONYMOUS } from '../auth/viewer.js';
import { type ByteRange, readRange, resolveRange } from './byte-range.js';
import { answerInPlainText, CACHE_CONTROL, type DocumentOptions } from './documents.js';
import { isMatch, isSameStill, knownTag } from './entity-tag.js';
import { registerParameterCheck } from './request-encoding.js';
import { watchProgress } from './slow-reader.js';

export interface StoredFile {
  readonly mediaType: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly headers: Readonly<Record<string, string>>;
  read(range: ByteRange): AsyncIterable<Uint8Array>;
}

export interface StoredFileRoute {
  /** With `:folder` and `:name`. */
  readonly path: string;
  /** Null where there is none; `gone` says why there is none any more; `movedTo` is a path. */
  readonly find: (
    folder: string,
    name: string,
  ) => Promise<StoredFile | { readonly gone: string } | { readonly movedTo: string } | null>;
}

export interface StoredFileOptions extends Pick<DocumentOptions, 'engine' | 'clientAddress'> {
  readonly routes: readonly StoredFileRoute[];
  /** Time in which a reader that takes nothing is waited for. */
  readonly stalledMilliseconds: number;
}

/** To look it up, and for each of its parts that is read. */
const ASK_POINTS = 10;
const PART_POINTS = 10;
const PART_BYTES = 256 * 1024;
/** As a download that is made anew. */
const MOST_POINTS = 20_000;

/** What pages of other origins may read of an answer besides its body. */
const EXPOSED_HEADERS =
  'accept-ranges, content-length, content-range, etag, knowledge-cursor, link, repr-digest, retry-after';

/** Adds the routes, for GET and HEAD. A credential is not looked at. */
export function registerStoredFiles(server: FastifyInstance, options: StoredFileOptions): void {
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, options.engine);
    scope.addHook('onRequest', (_request, reply, next) => {
      reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED_HEADERS });
      next();
    });
    for (const { path, find } of options.routes) {
      scope.route<{ Params: { folder: string; name: string } }>({
        method: ['GET', 'HEAD'],
        url: path,
        handler: async (request, reply) => {
          const pay = (points: number) =>
            options.engine.entrance.pay({ viewer: ANONYMOUS, address: options.clientAddress(request.raw) }, points);
          pay(ASK_POINTS);
          const { folder, name } = request.params;
          const found = await find(folder, name);
          if (found === null) return tell(reply, 404, 'There is nothing here.');
          if ('gone' in found) return tell(reply, 410, found.gone);
          if ('movedTo' in found) return reply.header('cache-control', 'no-store').redirect(found.movedTo, 302);
          return send(request, reply, found, { name, pay, ...options });
        },
      });
    }
    done();
  });
}

interface Sending extends Pick<StoredFileOptions, 'stalledMilliseconds'> {
  readonly name: string;
  readonly pay: (points: number) => void;
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  { name, pay, stalledMilliseconds }: Sending,
): Promise<FastifyReply> {
  const headers = request.headers as Partial<Record<string, string>>;
  const etag = `"${file.sha256}"`;
  // Not for ever, though it never changes: it may be withdrawn.
  reply.headers({ ...file.headers, etag, 'cache-control': CACHE_CONTROL });
  if (!isMatch(headers['if-match'], [etag])) return tell(reply, 412, 'It is another one than you have.');
  if (knownTag(headers['if-none-match'], [etag]) !== undefined) return reply.code(304).send();
  const wanted = request.method === 'GET' ? readRange(headers['range']) : undefined;
  const isPart = wanted !== undefined && isSameStill(headers['if-range'], etag);
  const range = isPart ? resolveRange(wanted, file.bytes) : { start: 0, end: file.bytes };
  if (range === undefined) {
    reply.header('content-range', `bytes */${file.bytes}`);
    return tell(reply, 416, `There are ${file.bytes} bytes.`);
  }
  reply.type(file.mediaType).headers({
    'accept-ranges': 'bytes',
    'content-length': range.end - range.start,
    // RFC 9530: of the whole of it, whatever part is sent.
    'repr-digest': `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`,
    'content-disposition': `attachment; filename="${name}"`,
    ...(isPart && { 'content-range': `bytes ${range.start}-${range.end - 1}/${file.bytes}` }),
  });
  if (request.method === 'HEAD') return reply.send();
  pay(Math.min(MOST_POINTS, Math.ceil((range.end - range.start) / PART_BYTES) * PART_POINTS));
  watchProgress(reply.raw, stalledMilliseconds);
  return reply.code(isPart ? 206 : 200).send(Readable.from(file.read(range), { objectMode: false }));
}

function tell(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${message}\n`);
}
