/** Sends one message: one request to a checked address, without redirects, bounded in time and in what is read of the answer. */
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { withoutForbiddenCharacters } from '../../common/text.js';
import { ForbiddenTargetError, type HostAddress, type WebhookTargets } from './webhook-target.js';

/** How an attempt ended. */
export interface WebhookAnswer {
  readonly startedAt: Date;
  readonly milliseconds: number;
  readonly statusCode: number | null;
  /** The beginning of the answer; null when none came. */
  readonly body: string | null;
  /** Why there is no whole answer; null when there is one, or as much of it as is read. */
  readonly error: string | null;
  /** What the header `Retry-After` asks for, in milliseconds from now; null without one. */
  readonly retryAfterMilliseconds: number | null;
}

export interface WebhookClientOptions {
  readonly targets: WebhookTargets;
  /** From the look-up of the host to the last byte of the answer. */
  readonly timeoutMilliseconds?: number;
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly certificateAuthorities?: string;
}

export const TIMEOUT_MILLISECONDS = 10_000;
/** Bytes of an answer that are read, and those of them that are kept. */
const READ_BYTES = 64 * 1024;
const KEPT_BYTES = 4 * 1024;
/** Bytes of all that comes: headers are bounded one by one, but there may be any number of interim answers (1xx). */
const CONNECTION_BYTES = 4 * READ_BYTES;

/** What is known of an answer while it comes in. */
interface Received {
  statusCode: number | null;
  body: Buffer | null;
  retryAfter: string | undefined;
}

export class WebhookClient {
  private readonly options: WebhookClientOptions;

  constructor(options: WebhookClientOptions) {
    this.options = options;
  }

  /** Sends a message. Never rejects: what goes wrong is part of the answer. */
  async send(address: string, headers: Readonly<Record<string, string>>, body: string): Promise<WebhookAnswer> {
    const startedAt = new Date();
    const start = performance.now();
    const received: Received = { statusCode: null, body: null, retryAfter: undefined };
    let error: string | null = null;
    const { timeoutMilliseconds = TIMEOUT_MILLISECONDS, targets } = this.options;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMilliseconds);
    try {
      const url = new URL(address);
      const addresses = await until(targets.addressesOf(url), deadline.signal);
      await this.request(url, addresses, { headers, body }, received, deadline.signal);
    } catch (failure) {
      // Whatever it is that the end of the time broke.
      error = deadline.signal.aborted
        ? `No whole answer came within ${timeoutMilliseconds / 1000} seconds.`
        : describe(failure as NodeJS.ErrnoException);
    } finally {
      clearTimeout(timer);
    }
    return {
      startedAt,
      milliseconds: Math.round(performance.now() - start),
      statusCode: received.statusCode,
      body: received.body && textOf(received.body),
      error,
      retryAfterMilliseconds: readRetryAfter(received.retryAfter, Date.now()),
    };
  }

  private request(
    url: URL,
    addresses: readonly HostAddress[],
    { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
    received: Received,
    signal: AbortSignal,
  ): Promise<void> {
    const { certificateAuthorities } = this.options;
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http;
      const outgoing = request(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        // A connection of its own: one that was kept would go where the name led before, and a global agent may use a proxy.
        agent: false,
        lookup: lookupAmong(addresses),
        // Said here, for the environment can turn it off.
        rejectUnauthorized: true,
        ...(certificateAuthorities !== undefined && { ca: certificateAuthorities }),
        signal,
      });
      outgoing.on('error', reject);
      outgoing.on('socket', (socket) => {
        let length = 0;
        socket.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > CONNECTION_BYTES) outgoing.destroy(Object.assign(new Error(), { code: 'EMSGSIZE' }));
        });
      });
      // Also when the peer leaves without a word, or speaks another protocol from here on.
      outgoing.on('close', () => received.statusCode ?? reject(new Error('closed')));
      outgoing.on('response', (response) => {
        received.statusCode = response.statusCode!;
        received.retryAfter = response.headers['retry-after'];
        const chunks: Buffer[] = [];
        let length = 0;
        const keep = () => void (received.body = Buffer.concat(chunks).subarray(0, KEPT_BYTES));
        response.on('data', (chunk: Buffer) => {
          if (length < KEPT_BYTES) chunks.push(chunk);
          length += chunk.length;
          if (length < READ_BYTES) return;
          keep();
          resolve();
          outgoing.destroy();
        });
        response.on('end', () => {
          keep();
          resolve();
        });
        response.on('error', reject);
        // Comes last; after an end or a cut it changes nothing any more.
        response.on('close', () => {
          keep();
          reject(new Error('closed'));
        });
      });
      outgoing.end(body);
    });
  }
}

/** Gives the checked addresses whatever the name leads to by now: between check and connection nobody can move it. */
function lookupAmong(addresses: readonly HostAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    if (all) callback(null, [...addresses]);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
}

/** A look-up cannot be called off; its answer is no longer waited for. */
function until<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

/** For people. Errors of the system are named by their code alone: their texts hold addresses. */
function describe(failure: NodeJS.ErrnoException): string {
  if (failure instanceof ForbiddenTargetError) return failure.message;
  if (failure.code === undefined) return 'The connection ended before the answer did.';
  return ERRORS[failure.code] ?? `The request failed (${failure.code}).`;
}

const ERRORS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The host has no address (ENOTFOUND).',
  EAI_AGAIN: 'The host could not be looked up (EAI_AGAIN).',
  ECONNREFUSED: 'The connection was refused (ECONNREFUSED).',
  ECONNRESET: 'The connection was broken (ECONNRESET).',
  EMSGSIZE: 'Too much came before the answer did (EMSGSIZE).',
};

function textOf(body: Buffer): string {
  return withoutForbiddenCharacters(body.toString('utf8'));
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  const text = value.trim();
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : null;
}
