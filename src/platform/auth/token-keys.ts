/** The keys with which an issuer signs, found over the network. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { parseUrl } from '../../common/url.js';

/** A key that the issuer took away is accepted no longer than this. Without the issuer, no token is accepted after it. */
const KEYS_MAX_AGE_MILLISECONDS = 10 * 60_000;

/** The keys are not asked for again within this time, however many tokens name a key that is not among them. */
const KEYS_PAUSE_MILLISECONDS = 5_000;

/** The same after a failure, with which all tokens meanwhile fail as well. */
const FAILURE_PAUSE_MILLISECONDS = 1_000;

const TIMEOUT_MILLISECONDS = 5_000;
const LARGEST_ANSWER_BYTES = 1024 * 1024;

/** The issuer is out of reach, or its answer is of no use. Nobody's token is to blame. */
class IssuerError extends Error {
  override name = 'IssuerError';

  constructor(url: URL, reason: string) {
    // Without the query and what may stand before the host: an address can hold secrets there.
    super(`The issuer of tokens cannot be asked at ${url.origin}${url.pathname}: ${reason}`);
  }
}

type Document = Readonly<Record<string, unknown>>;

/**
 * Gives the key that a token names. Where the issuer has its keys is asked when the first is needed, and then remembered
 * for good; the keys themselves are asked for again when they are old, or when a token names a new one.
 *
 * @param issuer its address; when this is `https:`, nothing is asked for over `http:`
 */
export function createIssuerKeys(issuer: string): JWTVerifyGetKey {
  const readConfiguration = pausing(() => readDocument(configurationUrl(issuer), issuer));
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => keysAt(keysUrl(await readConfiguration(), issuer), issuer);
  return async (header, token) => {
    keys ??= discover().catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return (await keys)(header, token);
  };
}

/**
 * Asks an issuer for its configuration and its keys, once.
 *
 * @returns how many keys it has
 * @throws Error whose message says what is wrong, without secrets
 */
export async function checkIssuer(issuer: string): Promise<number> {
  const url = keysUrl(await readDocument(configurationUrl(issuer), issuer), issuer);
  const { keys } = await readDocument(url, issuer);
  if (!Array.isArray(keys) || keys.length === 0) throw new IssuerError(url, 'the answer is no set of keys');
  return keys.length;
}

function keysAt(url: URL, issuer: string): JWTVerifyGetKey {
  const readKeys = pausing(async () => {
    const document = await readDocument(url, issuer);
    if (!Array.isArray(document['keys'])) throw new IssuerError(url, 'the answer is no set of keys');
    return document;
  });
  return createRemoteJWKSet(url, {
    cacheMaxAge: KEYS_MAX_AGE_MILLISECONDS,
    cooldownDuration: KEYS_PAUSE_MILLISECONDS,
    [customFetch]: async () => Response.json(await readKeys()),
  });
}

function configurationUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
}

function keysUrl(configuration: Document, issuer: string): URL {
  const from = configurationUrl(issuer);
  // Else one issuer could give out another's keys as its own, or the operator has written the address differently.
  if (configuration['issuer'] !== issuer) {
    throw new IssuerError(from, 'it calls itself differently: write its address exactly as its "issuer" has it');
  }
  const address = configuration['jwks_uri'];
  const url = typeof address === 'string' ? parseUrl(address) : null;
  if (url === null) throw new IssuerError(from, 'it names no "jwks_uri"');
  return url;
}

/** Reads JSON. Redirects are not followed: an issuer answers by itself. */
async function readDocument(url: URL, issuer: string): Promise<Document> {
  if (url.protocol !== 'https:' && url.protocol !== new URL(issuer).protocol) throw new IssuerError(url, 'not https');
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new IssuerError(url, `it answered with status ${response.status}`);
    }
    const document: unknown = JSON.parse(await readText(response, url));
    if (typeof document === 'object' && document !== null) return document as Document;
  } catch (error) {
    if (error instanceof IssuerError) throw error;
    if (!(error instanceof SyntaxError)) throw new IssuerError(url, reasonOf(error));
  }
  throw new IssuerError(url, 'the answer is no JSON object');
}

async function readText(response: Response, url: URL): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER_BYTES)
      throw new IssuerError(url, `the answer is larger than ${LARGEST_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A name and no message: fetch repeats addresses in its messages. */
function reasonOf(error: unknown): string {
  const { name, cause } = error as { name?: unknown; cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : String(name);
}

/** After a failure, gives that failure again for a while instead of trying. */
function pausing<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let failure: { readonly error: unknown; readonly until: number } | undefined;
  return async () => {
    if (failure !== undefined && performance.now() < failure.until) throw failure.error;
    try {
      const result = await read();
      failure = undefined;
      return result;
    } catch (error) {
      failure = { error, until: performance.now() + FAILURE_PAUSE_MILLISECONDS };
      throw error;
    }
  };
}
