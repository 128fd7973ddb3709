/** What becomes of people who come by tokens of an issuer, when they are forgotten. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OidcIssuer, startOidcIssuer } from '../helpers/oidc-issuer.js';
import { invite, memberOf } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { tablesWith } from '../helpers/stored-text.js';

const AUDIENCE = 'https://medspil.example/graphql';

let issuer: OidcIssuer;
let server: TestServer;
let client: pg.Client;
let aarhus: string;

beforeAll(async () => {
  issuer = await startOidcIssuer();
  server = await startTestServer({
    environment: {
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_ORGANISATION_CLAIM: 'isil',
      OIDC_ROLE_CLAIM: 'role',
      OIDC_ROLES: 'editor=EDITOR,manager=MANAGER',
    },
  });
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  aarhus = await libraryId(server);
});
afterAll(async () => {
  await client?.end();
  await server?.close();
  await issuer?.stop();
});

const tokenOf = async (subject: string, claims: object): Promise<string> =>
  (await issuer.signIn({ subject, audience: AUDIENCE, claims })).accessToken;
const VIEWER = '{ viewer { role person { id name email } memberships { role origin organisation { id } } } }';
const viewerOf = async (token: string) => (await server.as(token, VIEWER)).data.viewer;
const erase = async (token: string, personId: string) =>
  (
    await server.as(
      token,
      'mutation ($id: ID!) { erasePerson(input: { personId: $id }) { erased errors { code message } } }',
      { id: personId },
    )
  ).data.erasePerson;

describe('somebody who came by a token', () => {
  it('is forgotten with what the issuer says and what was sent to the address, and comes back as somebody new', async () => {
    const { id: invitationId } = await invite(server, aarhus, 'EDITOR', 'ragnhild@example.org');
    const token = await tokenOf('ragnhild-77', { name: 'Ragnhild Roe', email: 'ragnhild@example.org' });
    const first = (await viewerOf(token)).person;
    expect(await tablesWith(client, 'ragnhild')).toEqual(['invitation', 'person', 'person_identity']);
    expect(await erase(token, first.id)).toEqual({ erased: true, errors: [] });
    expect(await tablesWith(client, 'ragnhild')).toEqual([]);
    expect((await client.query('SELECT FROM invitation WHERE id = $1', [invitationId])).rows).toHaveLength(0);

    const second = (await viewerOf(token)).person;
    expect(second).toMatchObject({ name: 'Ragnhild Roe', email: 'ragnhild@example.org' });
    expect(second.id).not.toBe(first.id);
    const { rows } = await client.query('SELECT name, erased_at FROM person WHERE id = $1', [first.id]);
    expect(rows).toEqual([{ name: null, erased_at: expect.any(Date) }]);
  });

  it('gets its name back from the next token, and a place by invitation beside that of its claims', async () => {
    const token = await tokenOf('sven', { name: 'Sven', isil: 'DK-775100', role: 'editor' });
    await viewerOf(token);
    const { data } = await server.as(
      token,
      'mutation { updateProfile(input: { name: "Svend", namedPublicly: true }) { person { name } errors { code } } }',
    );
    expect(data.updateProfile).toEqual({ person: { name: 'Svend' }, errors: [] });
    expect((await viewerOf(token)).person.name).toBe('Sven');

    const copenhagen = await libraryId(server, 'DK-710100');
    const { token: invitation } = await invite(server, copenhagen, 'MANAGER');
    await server.as(
      token,
      'mutation ($token: String!) { acceptInvitation(input: { token: $token }) { secret errors { code } } }',
      { token: invitation },
    );
    expect((await viewerOf(token)).memberships).toEqual(
      [
        { role: 'EDITOR', origin: 'CLAIMS', organisation: { id: aarhus } },
        { role: 'MANAGER', origin: 'INVITATION', organisation: { id: copenhagen } },
      ].sort((one, other) => (one.organisation.id < other.organisation.id ? -1 : 1)),
    );
  });

  it('keeps what an invitation gave, and loses what claims gave, when the claims go', async () => {
    const herning = await libraryId(server, 'DK-765700');
    const claims = { name: 'Tove', isil: 'DK-765700' };
    const manager = await tokenOf('tove', { ...claims, role: 'manager' });
    await viewerOf(manager);
    await memberOf(server, herning, 'MANAGER');
    const accept = async (role: 'EDITOR' | 'MANAGER', credential: string) => {
      const { token } = await invite(server, herning, role);
      const { data } = await server.as(
        credential,
        'mutation ($token: String!) { acceptInvitation(input: { token: $token }) { membership { role origin } } }',
        { token },
      );
      return data.acceptInvitation.membership;
    };
    expect(await accept('EDITOR', manager)).toEqual({ role: 'MANAGER', origin: 'CLAIMS' });
    const nothing = await tokenOf('tove', claims);
    expect((await viewerOf(nothing)).memberships).toEqual([]);
    await viewerOf(manager);
    expect(await accept('MANAGER', manager)).toEqual({ role: 'MANAGER', origin: 'INVITATION' });
    expect((await viewerOf(nothing)).memberships).toMatchObject([{ role: 'MANAGER', origin: 'INVITATION' }]);
  });
});
