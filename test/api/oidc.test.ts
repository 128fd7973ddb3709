/** People who sign in with an issuer of tokens, the whole way through the server. */
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type OidcIssuer, type SignIn, startOidcIssuer } from '../helpers/oidc-issuer.js';
import { libraryId } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const AUDIENCE = 'https://medspil.example/graphql';
const AARHUS = 'DK-775100';

let issuer: OidcIssuer;
let server: TestServer;
let aarhus: string;
let copenhagen: string;

const environment = (): Record<string, string> => ({
  OIDC_ISSUER: issuer.url,
  OIDC_AUDIENCE: AUDIENCE,
  OIDC_ORGANISATION_CLAIM: 'isil',
  OIDC_ROLE_CLAIM: 'realm_access.roles',
  OIDC_ROLES: 'skriver=CONTRIBUTOR,redaktion=EDITOR',
});

beforeAll(async () => {
  issuer = await startOidcIssuer('/realms/libraries');
  server = await startTestServer({ environment: environment() });
  aarhus = await libraryId(server, AARHUS);
  copenhagen = await libraryId(server, 'DK-710100');
});
afterAll(async () => {
  await server?.close();
  await issuer?.stop();
});

async function tokenOf(subject: string, claims: object = {}, signIn: Partial<SignIn> = {}): Promise<string> {
  const { accessToken } = await issuer.signIn({ subject, audience: AUDIENCE, claims, ...signIn });
  return accessToken;
}

const VIEWER = `{ viewer { role canWrite canPublish scopes apiKey { id } person { name email }
  memberships { role origin organisation { id } } } }`;
const CREATE = `mutation ($input: CreateLessonInput!) {
  createLesson(input: $input) { lesson { id status organisation { id } } errors { code path } } }`;
const lesson = (organisationId: string) => ({
  input: {
    title: 'Agree on the exit before you begin',
    language: 'EN',
    organisationId,
    context: 'Partnerships between a library and an association.',
    advice: 'Write down who takes over what.',
  },
});

describe('somebody with a token', () => {
  it('is a person, without a place anywhere unless the token says so', async () => {
    const token = await tokenOf('astrid', { name: 'Astrid Åberg', email: 'astrid@bibliotek.example' });
    const { data } = await server.as(token, VIEWER);
    expect(data.viewer).toMatchObject({
      role: 'PERSON',
      canWrite: false,
      canPublish: false,
      apiKey: null,
      person: { name: 'Astrid Åberg', email: 'astrid@bibliotek.example' },
      memberships: [],
    });
    const { data: none, errors } = await server.as(token, CREATE, lesson(aarhus));
    expect(none).toBeNull();
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  it('writes for the organisation that the claims name, and for no other', async () => {
    const token = await tokenOf('bo', { isil: AARHUS, realm_access: { roles: ['offline_access', 'skriver'] } });
    const { data } = await server.as(token, VIEWER);
    expect(data.viewer).toMatchObject({
      role: 'CONTRIBUTOR',
      canWrite: true,
      canPublish: false,
      memberships: [{ role: 'CONTRIBUTOR', origin: 'CLAIMS', organisation: { id: aarhus } }],
    });
    const own = await server.as(token, CREATE, lesson(aarhus));
    expect(own.data).toEqual({
      createLesson: {
        lesson: { id: expect.any(String), status: 'DRAFT', organisation: { id: aarhus } },
        errors: [],
      },
    });
    const foreign = await server.as(token, CREATE, lesson(copenhagen));
    expect(foreign.data).toBeNull();
    expect(foreign.errors![0]!.extensions.code).toBe('FORBIDDEN');
  });

  it('is the same person with each token, and what the newest says', async () => {
    const personOf = async (token: string) =>
      (await server.as(token, '{ viewer { role person { id name } } }')).data.viewer;
    const first = await personOf(
      await tokenOf('carla', { name: 'Carla', isil: AARHUS, realm_access: { roles: 'skriver' } }),
    );
    expect(first).toEqual({ role: 'CONTRIBUTOR', person: { id: expect.any(String), name: 'Carla' } });
    const promoted = { name: 'Carla Holm', isil: AARHUS, realm_access: { roles: ['redaktion'] } };
    expect(await personOf(await tokenOf('carla', promoted))).toEqual({
      role: 'EDITOR',
      person: { id: first.person.id, name: 'Carla Holm' },
    });
    expect(await personOf(await tokenOf('carla', { name: 'Carla Holm' }))).toMatchObject({ role: 'PERSON' });
  });
});

describe('a token that is not valid', () => {
  it('is never taken for none', async () => {
    const token = await tokenOf('dagny', {}, { audience: 'https://other.example' });
    const answer = await server.as(token, '{ viewer { role } }');
    expect(answer).toEqual({
      errors: [{ message: expect.stringContaining('"aud"'), extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('stands for nobody where no issuer is trusted', async () => {
    const token = await tokenOf('dagny');
    const keysOnly = await startTestServer();
    try {
      const { errors } = await keysOnly.as(token, '{ viewer { role } }');
      expect(errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    } finally {
      await keysOnly.close();
    }
  });
});

describe('while the issuer is away', () => {
  it('the server starts, is read and takes keys; a token fails for no fault of its own, and is good when the issuer is back', async () => {
    const token = await tokenOf('erik');
    await issuer.stop();
    const lonely = await startTestServer({ environment: environment() });
    try {
      expect((await lonely.query('{ viewer { role } }')).data).toEqual({ viewer: { role: 'ANONYMOUS' } });
      expect((await lonely.admin('{ viewer { role } }')).data).toEqual({ viewer: { role: 'ADMIN' } });
      const { errors } = await lonely.as(token, '{ viewer { role } }');
      expect(errors![0]!.extensions.code).toBe('INTERNAL_SERVER_ERROR');
      expect(JSON.stringify(errors)).not.toContain(issuer.url);
      await issuer.start();
      await until(
        async () => expect((await lonely.as(token, '{ viewer { role } }')).data?.viewer).toEqual({ role: 'PERSON' }),
        { interval: 500 },
      );
    } finally {
      await issuer.start().catch(() => undefined);
      await lonely.close();
    }
  });
});

describe('a connection with a token', () => {
  it('ends when the token does', async () => {
    const token = await tokenOf('freja', {}, { lifetimeSeconds: 4 });
    const end = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).exp * 1000;
    const closed = vi.fn();
    const connected = vi.fn();
    const client: Client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      on: { connected, closed: (event) => closed((event as { code: number }).code, Date.now()) },
    });
    client.subscribe(
      { query: 'subscription { knowledgeEvents { id } }' },
      {
        next: () => undefined,
        error: () => undefined,
        complete: () => undefined,
      },
    );
    try {
      await until(() => expect(connected).toHaveBeenCalled());
      await until(() => expect(closed).toHaveBeenCalledOnce());
      const [code, time] = closed.mock.calls[0]!;
      expect(code).toBe(4401);
      expect(time - end).toBeGreaterThanOrEqual(0);
      expect(time - end).toBeLessThan(10_000);
    } finally {
      await client.dispose();
    }
  });
});
