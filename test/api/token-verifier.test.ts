/** Tokens of a real issuer, good ones and all kinds of bad ones. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { decodeJwt, type JWTPayload, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createTokenVerifier,
  isToken,
  type TokenIssuer,
  type VerifyToken,
} from '../../src/platform/auth/token-verifier.js';
import { type OidcIssuer, startOidcIssuer } from '../helpers/oidc-issuer.js';
import { until } from '../helpers/until.js';

const AUDIENCE = 'https://medspil.example/graphql';
const SECOND = 1000;

let issuer: OidcIssuer;
let token: string;
let verify: VerifyToken;
const good = (): JWTPayload => decodeJwt(token);
/** A token as text, signed with whatever is given. */
const compact = (header: object, claims: object, signature = '') =>
  [header, claims].map((part) => `${Buffer.from(JSON.stringify(part)).toString('base64url')}.`).join('') + signature;
const now = () => Math.floor(Date.now() / SECOND);

const settings = (overrides: Partial<TokenIssuer> = {}): TokenIssuer => ({
  issuer: issuer.url,
  audience: AUDIENCE,
  algorithms: ['RS256'],
  nameClaim: 'name',
  emailClaim: 'email',
  organisationClaim: undefined,
  roleClaim: undefined,
  roles: new Map(),
  ...overrides,
});

const refused = (reason: string | RegExp = '') =>
  expect.objectContaining({
    message: expect.stringMatching(reason),
    extensions: { code: 'UNAUTHENTICATED' },
  });
const fault = (reason: string) =>
  expect.objectContaining({ name: 'IssuerError', message: expect.stringContaining(reason) });

beforeAll(async () => {
  issuer = await startOidcIssuer();
  const answer = await issuer.signIn({
    subject: 'astrid',
    audience: AUDIENCE,
    claims: { name: 'Astrid Åberg', email: 'astrid@bibliotek.example' },
  });
  token = answer.accessToken;
});
beforeEach(() => {
  verify = createTokenVerifier(settings());
});
afterEach(async () => {
  vi.useRealTimers();
  if (!(await isUp())) await issuer.start();
});
afterAll(() => issuer.stop());

const isUp = () =>
  fetch(issuer.url).then(
    async (response) => (await response.body?.cancel(), true),
    () => false,
  );
const asked = (place: string) => issuer.requests.filter((request) => request === place).length;

/** The program's clock, and no timer, is put forward. */
function passTime(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
}

describe('a token from signing in', () => {
  it('tells who it is, and until when', async () => {
    expect(await verify(token)).toEqual({
      issuer: issuer.url,
      subject: 'astrid',
      name: 'Astrid Åberg',
      email: 'astrid@bibliotek.example',
      organisation: null,
      role: null,
      expiresAt: new Date(good().exp! * SECOND),
    });
  });

  it('looks like one, and a key does not', () => {
    expect(isToken(token)).toBe(true);
    expect(isToken('eyJhbGciOiJub25lIn0.e30.')).toBe(true);
    for (const other of ['medspil_0123456789_abc', 'a.b', 'a.b.c.d', '..', 'a.b.c=', 'a b.c.d', `${token}\n`]) {
      expect(isToken(other), other).toBe(false);
    }
  });

  it('comes from an issuer whose address has a path, with and without a slash at its end', async () => {
    const other = await startOidcIssuer('/realms/libraries');
    try {
      const { accessToken } = await other.signIn({ subject: 'bo', audience: AUDIENCE });
      const here = createTokenVerifier(settings({ issuer: other.url }));
      expect(await here(accessToken)).toMatchObject({ issuer: other.url, subject: 'bo', name: null, email: null });

      other.answer('/.well-known/openid-configuration', (_request, response) =>
        response.end(JSON.stringify({ issuer: `${other.url}/`, jwks_uri: `${other.url}/jwks` })),
      );
      const slashed = createTokenVerifier(settings({ issuer: `${other.url}/` }));
      await expect(slashed(accessToken)).rejects.toEqual(refused(/"iss"/));
      const claims = { ...decodeJwt(accessToken), iss: `${other.url}/` };
      expect(await slashed(await other.sign(claims))).toMatchObject({ issuer: `${other.url}/` });
    } finally {
      await other.stop();
    }
  });
});

describe('a token is refused', () => {
  const bad: [string, RegExp, () => Promise<string> | string][] = [
    ['for another audience', /"aud"/, () => issuer.sign({ ...good(), aud: ['https://other.example'] })],
    ['for no audience', /"aud"/, () => issuer.sign({ ...good(), aud: undefined })],
    ['of another issuer', /"iss"/, () => issuer.sign({ ...good(), iss: 'https://other.example' })],
    ['that is over', /is over/, () => issuer.sign({ ...good(), exp: now() - 31 })],
    ['without an end', /"exp"/, () => issuer.sign({ ...good(), exp: undefined })],
    ['with an end that is no number', /"exp"/, () => issuer.sign({ ...good(), exp: '2100-01-01' })],
    ['that is not good yet', /"nbf"/, () => issuer.sign({ ...good(), nbf: now() + 60 })],
    ['of nobody', /"sub"/, () => issuer.sign({ ...good(), sub: undefined })],
    ['of somebody without a name', /"sub"/, () => issuer.sign({ ...good(), sub: '' })],
    ['of a number', /"sub"/, () => issuer.sign({ ...good(), sub: 7 })],
    ['of somebody whose name no database holds', /"sub"/, () => issuer.sign({ ...good(), sub: 'a\u0000b' })],
    ['of somebody whose name is endless', /"sub"/, () => issuer.sign({ ...good(), sub: 'a'.repeat(256) })],
    ['of another type', /no access token/, () => issuer.sign(good(), { typ: 'logout+jwt' })],
    ['that has the hash of an access token', /no access token/, () => issuer.sign({ ...good(), at_hash: 'x' })],
    ['that answers a request', /no access token/, () => issuer.sign({ ...good(), scope: undefined, nonce: 'n' })],
    ['that Keycloak calls an ID token', /no access token/, () => issuer.sign({ ...good(), typ: 'ID' })],
    ['that Cognito calls an ID token', /no access token/, () => issuer.sign({ ...good(), token_use: 'id' })],
    ['that is bound to a key', /bound to a key/, () => issuer.sign({ ...good(), cnf: { jkt: 'x' } })],
    ['that names a key which is not there', /not signed with a key/, () => issuer.sign(good(), { kid: 'other' })],
    [
      'with an unknown critical header',
      /malformed/,
      () => compact({ alg: 'RS256', crit: ['x'], x: 1 }, good(), 'AAAA'),
    ],
    ['that is too long', /more than 16384/, () => issuer.sign({ ...good(), groups: 'x'.repeat(16 * 1024) })],
    ['that is none', /malformed/, () => 'not-a-token'],
    ['that holds nothing', /malformed/, () => 'AAAA.AAAA.AAAA'],
  ];
  it.each(bad)('%s', async (_name, reason, make) => {
    await expect(verify(await make())).rejects.toEqual(refused(reason));
  });

  it('signed with the public key as a secret', async () => {
    const { kid } = issuer.publicKey();
    const secret = Buffer.from(JSON.stringify(issuer.publicKey()));
    const forged = await new SignJWT(good()).setProtectedHeader({ alg: 'HS256', kid: kid! }).sign(secret);
    await expect(verify(forged)).rejects.toEqual(refused(/algorithm is not accepted/));
    const careless = createTokenVerifier(settings({ algorithms: ['RS256', 'HS256', 'none'] }));
    await expect(careless(forged)).rejects.toEqual(refused());
    const unsigned = compact({ alg: 'none' }, good());
    await expect(verify(unsigned)).rejects.toEqual(refused(/algorithm is not accepted/));
    await expect(careless(unsigned)).rejects.toEqual(refused());
  });

  it('signed by somebody else under the name of the issuer’s key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = { alg: 'RS256', kid: issuer.publicKey().kid! };
    // The key that it brings along is not looked at.
    const forged = await new SignJWT(good())
      .setProtectedHeader({ ...header, jwk: issuer.publicKey() })
      .sign(privateKey);
    await expect(verify(forged)).rejects.toEqual(refused(/not signed with a key/));
  });

  it('with another payload', async () => {
    const [header, , signature] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ ...good(), sub: 'bo' })).toString('base64url');
    await expect(verify(`${header}.${payload}.${signature}`)).rejects.toEqual(refused(/not signed with a key/));
  });

  it('for the client that signs people in: an ID token, even where its audience is expected', async () => {
    const { idToken } = await issuer.signIn({ subject: 'astrid', audience: AUDIENCE });
    await expect(verify(idToken)).rejects.toEqual(refused(/"aud"/));
    const careless = createTokenVerifier(settings({ audience: decodeJwt(idToken).aud as string }));
    await expect(careless(idToken)).rejects.toEqual(refused(/no access token/));
  });

  it('when a single character of it is changed', async () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
    const anyPlace = fc.oneof(fc.nat(token.length - 1), fc.constant(token.length - 1));
    await fc.assert(
      fc.asyncProperty(anyPlace, fc.constantFrom(...characters), async (place, character) => {
        const changed = token.slice(0, place) + character + token.slice(place + 1);
        const verified = await verify(changed).catch((error: unknown) => error);
        if (changed === token) expect(verified).toMatchObject({ subject: 'astrid' });
        else expect(verified).toEqual(refused());
      }),
      { numRuns: 500 },
    );
  });

  it('without being repeated in the message', async () => {
    const secret = await issuer.sign({ ...good(), aud: 'somebody-else', email: 'private@example.org' });
    const error: Error = await verify(secret).catch((thrown) => thrown);
    const told = JSON.stringify([error, error.message, error.stack, error.cause]);
    expect(told).toContain('aud');
    for (const part of [...secret.split('.'), 'private@example.org', 'somebody-else', 'astrid']) {
      expect(told).not.toContain(part);
    }
  });
});

describe('clocks', () => {
  it('may be half a minute apart', async () => {
    const late = await verify(await issuer.sign({ ...good(), exp: now() - 20 }));
    expect(late.expiresAt.getTime()).toBeLessThan(Date.now());
    expect(await verify(await issuer.sign({ ...good(), nbf: now() + 20 }))).toMatchObject({ subject: 'astrid' });
  });

  it('know a last moment', async () => {
    const { expiresAt } = await verify(await issuer.sign({ ...good(), exp: 1e300 }));
    expect(expiresAt.getTime()).toBe(8.64e15);
  });
});

describe('the issuer', () => {
  it('is asked once for what is remembered', async () => {
    const before = [asked('/.well-known/openid-configuration'), asked('/jwks')];
    await Promise.all([verify(token), verify(token)]);
    await verify(token);
    expect([asked('/.well-known/openid-configuration'), asked('/jwks')]).toEqual(before.map((times) => times + 1));
  });

  it('is not asked at all for tokens that cannot be good', async () => {
    const before = issuer.requests.length;
    await expect(verify(compact({ alg: 'none' }, good()))).rejects.toEqual(refused());
    await expect(verify('a'.repeat(20_000))).rejects.toEqual(refused());
    expect(issuer.requests.length).toBe(before);
  });

  it('is asked again for a new key, once for a flood of unknown ones', async () => {
    await verify(token);
    const before = asked('/jwks');
    const unknown = await issuer.sign(good(), { kid: 'unknown' });
    for (let i = 0; i < 5; i++) await expect(verify(unknown)).rejects.toEqual(refused());
    expect(asked('/jwks')).toBe(before);
    passTime(6 * SECOND);
    await Promise.all(Array.from({ length: 20 }, () => expect(verify(unknown)).rejects.toEqual(refused())));
    expect(asked('/jwks')).toBe(before + 1);
  });

  it('changes its key while we run: the new one is found, the old one is good as long as it is published', async () => {
    await verify(token);
    await issuer.rotateKeys({ keepOld: true });
    passTime(6 * SECOND);
    const { accessToken } = await issuer.signIn({ subject: 'bo', audience: AUDIENCE });
    expect(await verify(accessToken)).toMatchObject({ subject: 'bo' });
    expect(await verify(token)).toMatchObject({ subject: 'astrid' });
  });

  it('takes a key away: it is accepted for ten minutes and no longer', async () => {
    const old = await issuer.sign({ ...good(), exp: now() + 3600 });
    await verify(old);
    await issuer.rotateKeys({ keepOld: false });
    passTime(9 * 60 * SECOND);
    expect(await verify(old)).toMatchObject({ subject: 'astrid' });
    passTime(61 * SECOND);
    await expect(verify(old)).rejects.toEqual(refused(/not signed with a key/));
    ({ accessToken: token } = await issuer.signIn({ subject: 'astrid', audience: AUDIENCE, lifetimeSeconds: 3600 }));
  });

  it('is down at first: no token is to blame, and one comes through as soon as it is up', async () => {
    await issuer.stop();
    await expect(verify(token)).rejects.toEqual(fault('cannot be asked'));
    await issuer.start();
    const before = issuer.requests.length;
    await Promise.all(
      Array.from({ length: 20 }, () => expect(verify(token)).rejects.toEqual(fault('cannot be asked'))),
    );
    expect(issuer.requests.length).toBe(before);
    await until(async () => expect(await verify(token)).toMatchObject({ subject: 'astrid' }));
  });

  it('goes down: known keys stay good for their time, and then nothing is accepted', async () => {
    const lasting = await issuer.sign({ ...good(), exp: now() + 3600 });
    await verify(lasting);
    await issuer.stop();
    passTime(60 * SECOND);
    expect(await verify(lasting)).toMatchObject({ subject: 'astrid' });
    await expect(verify(await issuer.sign(good(), { kid: 'unknown' }))).rejects.toEqual(fault('cannot be asked'));
    expect(await verify(lasting)).toMatchObject({ subject: 'astrid' });
    passTime(10 * 60 * SECOND);
    await expect(verify(lasting)).rejects.toEqual(fault('cannot be asked'));
  });

  const CONFIGURATION = '/.well-known/openid-configuration';
  const json = (document: () => unknown) => () => JSON.stringify(document());
  it.each<[string, string, string, number, () => string]>([
    [
      'calls itself differently',
      CONFIGURATION,
      'it calls itself differently',
      200,
      json(() => ({ issuer: 'https://other.example' })),
    ],
    ['does not say where its keys are', CONFIGURATION, 'no "jwks_uri"', 200, json(() => ({ issuer: issuer.url }))],
    [
      'has its keys where nothing is asked',
      CONFIGURATION,
      'not https',
      200,
      json(() => ({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' })),
    ],
    ['answers with a page', CONFIGURATION, 'no JSON object', 200, () => '<html>'],
    ['answers with an error', CONFIGURATION, 'status 503', 503, () => '{}'],
    ['sends elsewhere', CONFIGURATION, 'status 302', 302, () => ''],
    ['answers endlessly', CONFIGURATION, 'larger than 1048576', 200, () => `"${'x'.repeat(1024 * 1024)}"`],
    ['answers with no keys', '/jwks', 'no set of keys', 200, () => '{}'],
    ['answers with endless keys', '/jwks', 'larger than 1048576', 200, () => `{"keys":[]${' '.repeat(1024 * 1024)}}`],
  ])('%s: no token is to blame', async (_name, place, reason, status, body) => {
    issuer.answer(place, (_request, response) =>
      response.writeHead(status, { location: 'https://other.example' }).end(body()),
    );
    try {
      await expect(verify(token)).rejects.toEqual(fault(reason));
    } finally {
      issuer.answer(place, undefined);
    }
  });

  it('does not answer: a token is waited for no longer than five seconds', async () => {
    issuer.answer(CONFIGURATION, () => undefined);
    const start = performance.now();
    await expect(verify(token)).rejects.toEqual(fault('TimeoutError'));
    expect(performance.now() - start).toBeLessThan(15_000);
    issuer.answer(CONFIGURATION, undefined);
  });

  it('is asked over https alone when that is its address', async () => {
    const secure = createTokenVerifier(settings({ issuer: issuer.url.replace('http:', 'https:') }));
    await expect(secure(token)).rejects.toEqual(fault('https://'));
  });
});

describe('claims', () => {
  const roles = new Map([
    ['skriver', 'CONTRIBUTOR'],
    ['redaktion', 'EDITOR'],
    ['Ledelse, Aarhus', 'MANAGER'],
  ] as const);
  const read = async (claims: object, overrides: Partial<TokenIssuer>) =>
    createTokenVerifier(settings({ roles, ...overrides }))(await issuer.sign({ ...good(), ...claims }));

  it.each<[unknown, string | null]>([
    ['redaktion', 'EDITOR'],
    ['openid redaktion skriver', 'EDITOR'],
    [['skriver', 'redaktion', 'other'], 'EDITOR'],
    [['skriver redaktion'], null],
    [['Ledelse, Aarhus', 'skriver'], 'MANAGER'],
    ['Ledelse, Aarhus', 'MANAGER'],
    ['EDITOR', null],
    [[], null],
    [[7, null, { redaktion: true }, 'skriver'], 'CONTRIBUTOR'],
    [{ redaktion: true }, null],
    [true, null],
    [undefined, null],
  ])('the role of %j is %s', async (groups, role) => {
    expect(await read({ groups }, { roleClaim: 'groups' })).toMatchObject({ role });
  });

  it('lie within others, as Keycloak has them, under names with dots, or are looked for in vain', async () => {
    const { accessToken } = await issuer.signIn({
      subject: 'carla',
      audience: AUDIENCE,
      claims: {
        realm_access: { roles: ['redaktion'] },
        resource_access: { 'medspil.dk': { roles: ['skriver'] } },
        'https://medspil.dk/organisation': 'DK-715100',
      },
    });
    const role = async (roleClaim: string) =>
      (await createTokenVerifier(settings({ roles, roleClaim }))(accessToken)).role;
    expect(await role('realm_access.roles')).toBe('EDITOR');
    expect(await role('resource_access.medspil.dk.roles')).toBe('CONTRIBUTOR');
    for (const claim of ['realm_access', 'realm_access.constructor.name', 'sub.length', '__proto__']) {
      expect(await role(claim), claim).toBeNull();
    }
    const inherited = createTokenVerifier(settings({ nameClaim: 'realm_access.constructor.name' }));
    expect((await inherited(accessToken)).name).toBeNull();
    const verifier = createTokenVerifier(settings({ organisationClaim: 'https://medspil.dk/organisation' }));
    expect((await verifier(accessToken)).organisation).toBe('DK-715100');
  });

  it.each<[unknown, string | null]>([
    [' 715100 ', '715100'],
    [['DK-715100'], 'DK-715100'],
    [['DK-715100', 'DK-700400'], null],
    [715100, null],
    ['DK\u0000', null],
    ['x'.repeat(101), null],
    ['', null],
    [{}, null],
  ])('the organisation of %j is %j', async (organisation, expected) => {
    expect(await read({ organisation }, { organisationClaim: 'organisation' })).toMatchObject({
      organisation: expected,
    });
  });

  it.each<[unknown, string | null]>([
    ['  Astrid\n\tÅberg\u202e ', 'Astrid Åberg'],
    ['A\u030aberg', 'Åberg'],
    ['a\ud800b', 'ab'],
    ['👩🏽'.repeat(200), '👩🏽'.repeat(100)],
    [' \u0000 ', null],
    [['Astrid'], null],
    [7, null],
  ])('the name of %j is %j', async (name, expected) => {
    expect(await read({ name }, {})).toMatchObject({ name: expected });
  });

  it.each<[object, string | null]>([
    [{ email: ' bo@example.org ' }, 'bo@example.org'],
    [{ email: 'bo@example.org', email_verified: true }, 'bo@example.org'],
    [{ email: 'bo@example.org', email_verified: false }, null],
    [{ email: 'bo' }, null],
    [{ email: 'bo@example.org, eve@example.org' }, null],
    [{ email: 'bo@exa\u0000mple.org' }, null],
    [{ email: `${'b'.repeat(250)}@example.org` }, null],
    [{ email: {} }, null],
  ])('the address of %j is %j', async (claims, email) => {
    expect(await read(claims, {})).toMatchObject({ email });
  });
});
