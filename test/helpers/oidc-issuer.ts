/** A real OpenID Connect issuer in the test's process, where people sign in without being asked anything. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose';
import type { Configuration } from 'oidc-provider';

const CLIENT = 'test-client';
const REDIRECT = 'http://127.0.0.1/signed-in';
const ALGORITHM = 'RS256';

/** What a token is asked for with. */
export interface SignIn {
  readonly subject: string;
  /** What else the access token says, e.g. `{ name: 'Astrid', realm_access: { roles: ['editor'] } }`. */
  readonly claims?: object;
  /** The resource that the token is for; its `aud`. */
  readonly audience: string;
  /** 600 unless told. */
  readonly lifetimeSeconds?: number;
}

export interface OidcIssuer {
  /** Its address, and the tokens' `iss`. */
  readonly url: string;
  /** Paths that were asked for since the start, e.g. `/jwks`. */
  readonly requests: readonly string[];
  /** Signs a person in by the authorization code flow with PKCE, and gives what the token endpoint answers. */
  signIn(signIn: SignIn): Promise<{ accessToken: string; idToken: string }>;
  /** Signs any claims at all with the present key. */
  sign(claims: object, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** The public half of the present key. */
  publicKey(): JWK;
  /** Signs with a new key from now on; the old ones can stay published. */
  rotateKeys(options: { keepOld: boolean }): Promise<void>;
  /** Answers a path otherwise than the issuer would; undefined ends it. */
  answer(path: string, handler: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** Goes away, and comes back at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Starts an issuer on a free port of 127.0.0.1.
 *
 * @param path what its address has after the host, e.g. `/realms/libraries`
 */
export async function startOidcIssuer(path = ''): Promise<OidcIssuer> {
  const keys = [await makeKey()];
  const people = new Map<string, SignIn>();
  const requests: string[] = [];
  const answers = new Map<string, Handler>();
  let handler: Handler;
  const server = createServer((request, response) => {
    const place = request.url!.slice(path.length).split('?')[0]!;
    requests.push(place);
    // The provider is mounted below the path: it finds out where by what is cut off.
    Object.assign(request, { originalUrl: request.url, url: request.url!.slice(path.length) });
    (answers.get(place) ?? handler)(request, response);
  });
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}${path}`;
  handler = await provide(url, keys, people);
  return {
    url,
    requests,
    signIn: (signIn) => {
      people.set(signIn.subject, signIn);
      return signInByCode(url, signIn);
    },
    sign: async (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: keys[0]!.kid!, typ: 'at+jwt', ...header })
        .sign(keys[0]!),
    publicKey: () => publicHalf(keys[0]!),
    rotateKeys: async ({ keepOld }) => {
      keys.splice(0, keepOld ? 0 : keys.length, await makeKey());
      // Keys are read when a provider is made: another takes the place of this one.
      handler = await provide(url, keys, people);
    },
    answer: (place, other) => void (other === undefined ? answers.delete(place) : answers.set(place, other)),
    start: () => listen(server, port),
    stop: async () => {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function makeKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const key = await exportJWK(privateKey);
  return { ...key, alg: ALGORITHM, use: 'sig', kid: await calculateJwkThumbprint(key) };
}

function publicHalf({ kty, n, e, alg, use, kid }: JWK): JWK {
  return { kty, n, e, alg, use, kid } as JWK;
}

async function provide(url: string, keys: readonly JWK[], people: ReadonlyMap<string, SignIn>): Promise<Handler> {
  const { default: Provider } = await importQuietly();
  const provider = new Provider(url, configuration(new URL(url).pathname.replace(/\/$/, ''), keys, people));
  provider.on('server_error', (_context, error) => console.error(error));
  const callback = provider.callback();
  return async (request, response) => {
    if (!request.url!.startsWith('/sign-in/')) return void callback(request, response);
    const { params } = await provider.interactionDetails(request, response);
    const result = { login: { accountId: String(params['login_hint']) } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  };
}

function configuration(path: string, keys: readonly JWK[], people: ReadonlyMap<string, SignIn>): Configuration {
  return {
    jwks: { keys: keys.map((key) => ({ ...key })) } as Configuration['jwks'],
    clients: [
      { client_id: CLIENT, redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', application_type: 'web' },
    ],
    cookies: { keys: ['only-for-tests'] },
    findAccount: (_context, subject) => ({ accountId: subject, claims: () => ({ sub: subject }) }),
    interactions: { url: (_context, { uid }) => `${path}/sign-in/${uid}` },
    // Nobody is asked for consent: what is needed is granted at once.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({ clientId: CLIENT, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid');
      for (const { audience } of people.values()) grant.addResourceScope(audience, 'openid');
      await grant.save();
      return grant;
    },
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { ...people.get(token.accountId!)?.claims } : undefined,
    ttl: { AccessToken: (context) => people.get(context.oidc.account!.accountId)?.lifetimeSeconds ?? 600 },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, audience) => ({
          audience,
          scope: 'openid',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
    },
  };
}

async function signInByCode(
  url: string,
  { subject, audience }: SignIn,
): Promise<{ accessToken: string; idToken: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: REDIRECT,
    resource: audience,
    login_hint: subject,
    nonce: 'n',
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  const cookies = new Map<string, string>();
  let place = new URL(`${url}/auth?${query}`);
  for (let steps = 0; !place.href.startsWith(REDIRECT); steps++) {
    if (steps > 9) throw new Error(`Signing in has no end: ${place.pathname}`);
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    const response = await fetch(place, { redirect: 'manual', headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
      cookies.set(name!, value!);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${place.pathname} answered ${response.status}: ${await response.text()}`);
    await response.body?.cancel();
    place = new URL(location, place);
  }
  const code = place.searchParams.get('code');
  if (code === null) throw new Error(`No code: ${place.search}`);
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT,
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
    }),
  });
  const answer = (await response.json()) as { access_token?: string; id_token?: string };
  if (!response.ok) throw new Error(`No token: ${JSON.stringify(answer)}`);
  return { accessToken: answer.access_token!, idToken: answer.id_token! };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

const ADVICE = /oidc-provider (NOTICE|WARNING): /;

/** What the provider advises those who run it for real is left out; all else that is written stays. */
async function importQuietly(): Promise<typeof import('oidc-provider')> {
  for (const level of ['info', 'warn'] as const) {
    const write = console[level];
    if (write.name === 'writeUnlessAdvice') continue;
    console[level] = function writeUnlessAdvice(...texts: unknown[]) {
      if (!ADVICE.test(String(texts[0]))) write(...texts);
    };
  }
  return import('oidc-provider');
}
