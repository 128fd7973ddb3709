/** Downloads that everybody may have: too large to be held in memory, and made anew while they are sent. */
import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import QuickLRU from 'quick-lru';
import { ANONYMOUS } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import { type ByteRange, bytesBetween, readRange, type RequestedRange, resolveRange } from './byte-range.js';
import type { ClientAddress } from './client-address.js';
import { answerInPlainText, parametersOf } from './documents.js';
import { type DownloadLimits, DownloadSlots } from './download-slots.js';
import { isMatch, isSameStill, knownTag } from './entity-tag.js';
import { registerParameterCheck } from './request-encoding.js';
import { watchProgress } from './slow-reader.js';

export interface DownloadRoute {
  readonly path: string;
  readonly fileName: string;
  readonly mediaType: string;
  /** Whether its bytes are compressed already. */
  readonly compressed: boolean;
  /**
   * Takes hold of the state that it is made from.
   *
   * @throws errors with a code of ours when the parameters ask for what cannot be
   */
  readonly open: (parameters: URLSearchParams) => Promise<OpenDownload>;
}

export interface OpenDownload {
  /** Equal names, equal bytes, whichever process makes them. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Makes it from its beginning, each time that it is called. */
  write(): AsyncIterable<string | Uint8Array>;
  /** Lets go of the state, however often it is called; whatever is being made fails. */
  close(): Promise<void>;
}

export interface DownloadOptions extends DownloadLimits {
  readonly routes: readonly DownloadRoute[];
  readonly engine: Pick<GraphqlEngine, 'entrance' | 'presentErrors'>;
  readonly clientAddress: ClientAddress;
  /** Time in which a reader that takes nothing is waited for. */
  readonly stalledMilliseconds: number;
}

/** What a look at the state costs. */
const ASK_POINTS = 100;
/** What it costs at the most to have it made, which is taken first; and what it comes to beside a point for each KiB. */
const MOST_POINTS = 20_000;
const MAKE_POINTS = 500;
const BUSY_RETRY_SECONDS = 30;
/** Lengths are known of what was made once; a name and a number for each. */
const KNOWN_LENGTHS = 1_000;

/** Adds the routes, for GET and HEAD. A credential is not looked at: what is here is the same for all. */
export function registerDownloads(server: FastifyInstance, options: DownloadOptions): void {
  const lengths = new QuickLRU<string, number>({ maxSize: KNOWN_LENGTHS });
  const slots = new DownloadSlots(options);
  void server.register((scope, _options, done) => {
    registerParameterCheck(scope);
    answerInPlainText(scope, options.engine);
    for (const route of options.routes) {
      scope.route({
        method: ['GET', 'HEAD'],
        url: route.path,
        handler: async (request, reply) => {
          const address = options.clientAddress(request.raw);
          options.engine.entrance.pay({ viewer: ANONYMOUS, address }, ASK_POINTS);
          const release = slots.take(address);
          if (release === undefined) return refuseBusy(reply);
          const download = await openFor(reply, release, () => route.open(parametersOf(request)));
          const pay = () => options.engine.entrance.pay({ viewer: ANONYMOUS, address }, MOST_POINTS);
          return answer({ request, reply, route, download, lengths, pay, ...options });
        },
      });
    }
    done();
  });
}

function refuseBusy(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .headers({ 'retry-after': String(BUSY_RETRY_SECONDS), 'cache-control': 'no-store' })
    .type('text/plain; charset=utf-8')
    .send('Too many downloads are under way, by all or by you: come again when one is finished.\n');
}

/** Opens it until the answer is sent or its client has left. */
async function openFor(reply: FastifyReply, release: () => void, open: () => Promise<OpenDownload>) {
  let opened: OpenDownload | undefined;
  let isOver = reply.raw.closed;
  const end = async () => {
    isOver = true;
    try {
      await opened?.close();
    } finally {
      release();
    }
  };
  reply.raw.once('close', () => void end());
  if (isOver) await end();
  opened = await open();
  if (isOver) await opened.close();
  return opened;
}

interface Answer extends Pick<DownloadOptions, 'stalledMilliseconds' | 'downloadMilliseconds'> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly route: DownloadRoute;
  readonly download: OpenDownload;
  readonly lengths: QuickLRU<string, number>;
  readonly pay: () => (usedPoints: number) => void;
}

/** The tags of its bytes as they are, and compressed. */
interface Tags {
  readonly identity: string;
  readonly gzip: string;
}

async function answer(options: Answer): Promise<FastifyReply> {
  const { request, reply, route, download, lengths, pay } = options;
  // `if-match` is declared as if it might be there several times.
  const headers = request.headers as Partial<Record<string, string>>;
  const tags = tagsOf(route, download);
  const all = route.compressed ? [tags.identity] : [tags.identity, tags.gzip];
  const vary = [reply.getHeader('vary'), route.compressed ? undefined : 'accept-encoding'].filter(Boolean).join(', ');
  reply.headers({ ...download.headers, ...(vary && { vary }), 'cache-control': 'no-cache' });
  if (!isMatch(headers['if-match'], all)) {
    return refuse(options, 412, 'What you have of it is not what it is now.', { etag: tags.identity });
  }
  const known = knownTag(headers['if-none-match'], all);
  if (known !== undefined) {
    await download.close();
    return reply.code(304).header('etag', known).send();
  }
  if (request.method === 'HEAD') {
    await download.close();
    return describe(options, tags, prefersGzip(request, route), lengths.get(tags.identity)).send();
  }
  const making = { ...options, download: metered(download, reply, pay()) };
  limitTime(reply, options.downloadMilliseconds);
  const range = readRange(headers.range);
  const isPart = range !== undefined && isSameStill(headers['if-range'], tags.identity);
  return isPart ? sendPart(making, tags, range) : sendWhole(making, tags);
}

/** Has what is made of it counted, also what is then skipped or not taken; the rest of what was paid is given back. */
function metered(download: OpenDownload, reply: FastifyReply, settle: (usedPoints: number) => void): OpenDownload {
  let bytes = 0;
  reply.raw.once('close', () => settle(MAKE_POINTS + Math.ceil(bytes / 1024)));
  return { ...download, write: () => counted(download.write(), (length) => (bytes += length)) };
}

async function sendWhole(options: Answer, tags: Tags): Promise<FastifyReply> {
  const { request, route, download, lengths } = options;
  const isGzip = prefersGzip(request, route);
  const chunks = measured(download.write(), (length) => lengths.set(tags.identity, length));
  const body = await begin(chunks, { start: 0, end: Infinity }, options);
  const reply = describe(options, tags, isGzip, lengths.get(tags.identity));
  // What breaks the one off breaks off the other.
  return reply.send(isGzip ? pipeline(body, createGzip(), () => undefined) : body);
}

async function sendPart(options: Answer, tags: Tags, range: RequestedRange): Promise<FastifyReply> {
  const { download, lengths } = options;
  let length = lengths.get(tags.identity);
  if (length === undefined) {
    // Nobody has asked this process for the whole of it: it is made once to be measured, and then once more.
    length = 0;
    for await (const chunk of download.write()) length += Buffer.byteLength(chunk);
    lengths.set(tags.identity, length);
  }
  const part = resolveRange(range, length);
  if (part === undefined) {
    return refuse(options, 416, `There are ${length} bytes.`, { 'content-range': `bytes */${length}` });
  }
  const body = await begin(download.write(), part, options);
  return describe(options, tags, false, part.end - part.start)
    .code(206)
    .header('content-range', `bytes ${part.start}-${part.end - 1}/${length}`)
    .send(body);
}

function tagsOf({ path }: DownloadRoute, { name }: OpenDownload): Tags {
  // Another zlib compresses otherwise.
  const hash = createHash('sha256').update(JSON.stringify([path, name, process.versions.zlib]));
  const tag = hash.digest('base64url');
  return { identity: `"${tag}"`, gzip: `"${tag}-gzip"` };
}

/** Says what comes. Not before it does: of an error that comes instead it would not be true. */
function describe(
  { reply, route }: Answer,
  tags: Tags,
  isGzip: boolean,
  identityLength: number | undefined,
): FastifyReply {
  reply.headers({ 'accept-ranges': 'bytes', 'content-disposition': `attachment; filename="${route.fileName}"` });
  if (isGzip) reply.headers({ etag: tags.gzip, 'content-encoding': 'gzip' });
  else reply.header('etag', tags.identity);
  if (!isGzip && identityLength !== undefined) reply.header('content-length', identityLength);
  return reply.type(route.mediaType);
}

async function refuse(
  { reply, download }: Answer,
  status: number,
  message: string,
  headers: Record<string, string>,
): Promise<FastifyReply> {
  await download.close();
  return reply.code(status).headers(headers).type('text/plain; charset=utf-8').send(`${message}\n`);
}

function prefersGzip({ headers }: FastifyRequest, { compressed }: DownloadRoute): boolean {
  return !compressed && new Negotiator({ headers }).encoding(['gzip', 'identity']) === 'gzip';
}

/** Whoever holds the database's state for too long is cut off; a download can be gone on with by its range. */
function limitTime(reply: FastifyReply, milliseconds: number): void {
  const timer = setTimeout(() => reply.raw.destroy(), milliseconds);
  reply.raw.once('close', () => clearTimeout(timer));
}

/** Tells the length of each piece. */
async function* counted(chunks: AsyncIterable<string | Uint8Array>, onPiece: (length: number) => void) {
  for await (const chunk of chunks) {
    onPiece(Buffer.byteLength(chunk));
    yield chunk;
  }
}

/** Tells the length of all when it has come to its end. */
async function* measured(chunks: AsyncIterable<string | Uint8Array>, onEnd: (length: number) => void) {
  let length = 0;
  yield* counted(chunks, (more) => (length += more));
  onEnd(length);
}

/** Has the first piece made: what fails at once is told by its status, and who waits for what is skipped is not slow. */
async function begin(
  chunks: AsyncIterable<string | Uint8Array>,
  part: ByteRange,
  { reply, download, stalledMilliseconds }: Answer,
): Promise<Readable> {
  const bytes = bytesBetween(closing(chunks, download), part);
  const first = await bytes.next();
  watchProgress(reply.raw, stalledMilliseconds);
  return Readable.from(startingWith(first, bytes), { objectMode: false });
}

/** Lets go of the state as soon as nothing more is made of it, also while the end is still on its way. */
async function* closing(chunks: AsyncIterable<string | Uint8Array>, download: OpenDownload) {
  try {
    yield* chunks;
  } finally {
    await download.close();
  }
}

async function* startingWith(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
