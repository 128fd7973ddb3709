/** A download over HTTP that goes on where it was cut off (RFC 9110, section 14), in this run or a later one. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from './progress.js';
import { PullError } from './pull-error.js';
import type { Sink } from './sink.js';

export interface Download {
  readonly url: string;
  readonly sink: Sink;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** SHA-256 in hexadecimal, where it is known from elsewhere. */
  readonly sha256?: string | undefined;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
  readonly cursor: string | null;
}

/** Attempts in a row that bring nothing. */
const ATTEMPTS = 8;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** Without a byte for this long the connection is held for dead. */
const SILENCE = 60_000;

/**
 * Downloads, again and again until all of it is there.
 *
 * @throws PullError when the server refuses it, what came is not what was promised, or nothing comes any more
 */
export async function download(options: Download): Promise<Downloaded> {
  const { sink, progress, signal, sha256 } = options;
  for (let failures = 0; ;) {
    const attempt: Attempt = { bytes: 0, received: 0, cursor: null };
    try {
      await attemptOnce(options, attempt);
      const digest = await sink.finish();
      if (sha256 !== undefined && digest !== sha256) {
        await sink.restart({ url: options.url, etag: null });
        throw new PullError(`What came has the SHA-256 ${digest}, not ${sha256}: pull it again.`);
      }
      await sink.commit();
      return { bytes: attempt.bytes, sha256: digest, cursor: attempt.cursor };
    } catch (error) {
      await sink.close();
      signal.throwIfAborted();
      if (error instanceof PullError) throw error;
      failures = attempt.received > 0 ? 1 : failures + 1;
      if (failures >= ATTEMPTS)
        throw new PullError(`${options.url} does not answer (${reasonOf(error)}): try again later.`);
      const pause = error instanceof Wait ? error.milliseconds : pauseAfter(failures);
      progress.notice(`${reasonOf(error)}; again in ${(pause / 1000).toFixed(1)} s`);
      await delay(pause, undefined, { signal });
    }
  }
}

interface Attempt {
  /** All that are there. */
  bytes: number;
  /** Those that this attempt brought. */
  received: number;
  cursor: string | null;
}

/** The server asks to come again later. */
class Wait extends Error {
  constructor(
    message: string,
    readonly milliseconds: number,
  ) {
    super(message);
  }
}

async function attemptOnce({ url, sink, progress, signal }: Download, attempt: Attempt): Promise<void> {
  const known = await sink.begin(url);
  const watch = new AbortController();
  const timer = setTimeout(() => watch.abort(new Error('no byte came for a minute')), SILENCE);
  try {
    const response = await fetch(url, {
      // What is compressed on the way has other bytes, from whose middle nothing goes on.
      headers: {
        'accept-encoding': 'identity',
        ...(known && { range: `bytes=${known.bytes}-`, 'if-range': known.etag }),
      },
      signal: AbortSignal.any([signal, watch.signal]),
    });
    attempt.cursor = response.headers.get('knowledge-cursor');
    if (response.status === 416 && known !== null && wholeLength(response) === known.bytes) {
      attempt.bytes = known.bytes;
      return;
    }
    await refuse(response, url);
    const pieces = ahead(response.body);
    const goesOn = response.status === 206 && known !== null;
    if (goesOn && startOf(response) !== known.bytes)
      throw new PullError(`${url} answered with another part than was asked for.`);
    if (!goesOn) {
      if (known !== null) progress.notice('It has changed since: from the beginning');
      await sink.restart({ url, etag: strongTag(response) });
    }
    attempt.bytes = goesOn ? known.bytes : 0;
    const length = response.headers.get('content-length');
    progress.start(attempt.bytes, length === null ? null : attempt.bytes + Number(length));
    for await (const bytes of pieces) {
      timer.refresh();
      await sink.write(bytes);
      attempt.bytes += bytes.length;
      attempt.received += bytes.length;
      progress.advance(bytes.length);
    }
  } finally {
    clearTimeout(timer);
    watch.abort();
  }
}

/**
 * Asks for each piece before the one ahead of it is worked on, and for the first at once: when the connection breaks, `fetch`
 * throws away what came and nobody had asked for, and a server that is cut off again and again would never be got through to.
 */
function ahead(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  const iterator = (body ?? new ReadableStream<Uint8Array>({ start: (end) => end.close() }))[Symbol.asyncIterator]();
  const ask = () => {
    const asked = iterator.next();
    // It fails where it is waited for.
    asked.catch(() => undefined);
    return asked;
  };
  let asked = ask();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const result = await asked;
        if (!result.done) asked = ask();
        return result;
      },
    }),
  };
}

/** @throws PullError for what will not be otherwise the next time; Wait or Error for what may */
async function refuse(response: Response, url: string): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206) return;
  const message = (await response.text().catch(() => '')).trim().split('\n')[0]!.slice(0, 500);
  const told = `${url} answered ${status}${message === '' ? '' : `: ${message}`}`;
  if (status === 429 || status === 503) throw new Wait(told, retryAfter(response));
  if (status >= 500 || status === 408) throw new Error(told);
  throw new PullError(told);
}

function retryAfter({ headers }: Response): number {
  const value = headers.get('retry-after') ?? '';
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Math.min(Math.max(Number.isNaN(seconds) ? 5 : seconds, 1), 600) * 1000;
}

function strongTag({ headers }: Response): string | null {
  const tag = headers.get('etag');
  return tag === null || tag.startsWith('W/') || headers.get('accept-ranges') !== 'bytes' ? null : tag;
}

function startOf({ headers }: Response): number {
  return Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? NaN);
}

function wholeLength({ headers }: Response): number {
  return Number(/^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? NaN);
}

function pauseAfter(failures: number): number {
  const longest = Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE);
  return longest / 2 + (Math.random() * longest) / 2;
}

/** `fetch failed` says nothing; what is behind it does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
