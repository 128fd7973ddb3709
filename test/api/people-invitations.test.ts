/** Coming in: invitations are made, accepted once, and end. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invite, memberOf, organisationKey, type TestPerson } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let client: pg.Client;
let aarhus: string;
let copenhagen: string;
let manager: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  aarhus = await libraryId(server);
  copenhagen = await libraryId(server, 'DK-710100');
  manager = await memberOf(server, aarhus, 'MANAGER');
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

const ACCEPT = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) {
    person { id name email } membership { role origin organisation { id } person { id name } }
    apiKey { id name scopes } secret errors { code message path }
  }
}`;
const INVITE = `mutation ($input: InviteMemberInput!) {
  inviteMember(input: $input) {
    invitation { id email role createdAt expiresAt acceptedAt revokedAt organisation { id } } token errors { code message path }
  }
}`;
const REVOKE = `mutation ($input: RevokeInvitationInput!) {
  revokeInvitation(input: $input) { invitation { id revokedAt } errors { code message path } }
}`;

async function accept(token: string, key?: string, rest: object = { name: 'Somebody new' }): Promise<any> {
  const variables = { input: { token, ...rest } };
  const { data, errors } = await (key === undefined
    ? server.query(ACCEPT, variables)
    : server.as(key, ACCEPT, variables));
  expect(errors).toBeUndefined();
  return data.acceptInvitation;
}

const codes = ({ errors }: GraphqlResponse) => errors?.map(({ extensions }) => extensions.code);

describe('an invitation', () => {
  it('makes a person with a key of all scopes, shown once', async () => {
    const { token, email } = await invite(server, aarhus, 'EDITOR');
    const { person, membership, apiKey, secret, errors } = await accept(token, undefined, { name: ' Ane  ' });
    expect(errors).toEqual([]);
    expect(person).toEqual({ id: expect.any(String), name: 'Ane', email });
    expect(membership).toEqual({
      role: 'EDITOR',
      origin: 'INVITATION',
      organisation: { id: aarhus },
      person: { id: person.id, name: 'Ane' },
    });
    expect(apiKey).toMatchObject({
      name: 'First key',
      scopes: ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS', 'MANAGE'],
    });
    const { data } = await server.as(secret, '{ viewer { role person { id } apiKey { id } } }');
    expect(data.viewer).toEqual({ role: 'EDITOR', person: { id: person.id }, apiKey: { id: apiKey.id } });
  });

  it('is made by a manager, and its token is kept nowhere', async () => {
    const { data } = await manager.query(INVITE, {
      input: { organisationId: aarhus, email: 'Ane.Olsen@Example.ORG', role: 'MANAGER' },
    });
    const { invitation, token, errors } = data.inviteMember;
    expect(errors).toEqual([]);
    expect(token).toMatch(/^medspil_invitation_/);
    expect(invitation).toMatchObject({
      email: 'Ane.Olsen@example.org',
      role: 'MANAGER',
      organisation: { id: aarhus },
      acceptedAt: null,
      revokedAt: null,
    });
    const validDays = (Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)) / 86_400_000;
    expect(validDays).toBeCloseTo(14, 3);
    const { rows } = await client.query(
      `SELECT i::text LIKE '%' || $1 || '%' OR i::text LIKE '%' || encode($1::bytea, 'hex') || '%' AS kept
       FROM invitation i WHERE token_hash = sha256($1::bytea)`,
      [token],
    );
    expect(rows).toEqual([{ kept: false }]);
  });

  it('gives somebody signed in a place and no key, and keeps the name', async () => {
    const person = await memberOf(server, copenhagen, 'CONTRIBUTOR');
    const { token } = await invite(server, aarhus, 'EDITOR');
    const accepted = await accept(token, person.key, { name: 'Another name', email: 'another@example.org' });
    expect(accepted).toMatchObject({
      person: { id: person.personId, name: person.name, email: person.email },
      membership: { role: 'EDITOR', person: { name: person.name } },
      apiKey: null,
      secret: null,
      errors: [],
    });
    const { data } = await person.query('{ viewer { memberships { role organisation { id } } } }');
    expect(data.viewer.memberships).toHaveLength(2);
    expect(data.viewer.memberships).toContainEqual({ role: 'EDITOR', organisation: { id: aarhus } });
  });

  it.each([
    ['CONTRIBUTOR', 'MANAGER', 'MANAGER'],
    ['MANAGER', 'CONTRIBUTOR', 'MANAGER'],
  ] as const)('of a %s to the role %s leaves the role %s', async (before, invited, after) => {
    const person = await memberOf(server, aarhus, before);
    const { token } = await invite(server, aarhus, invited);
    expect((await accept(token, person.key)).membership.role).toBe(after);
  });

  it.each([
    ['EDITOR', 'CONTRIBUTOR', 'EDITOR', 'CLAIMS'],
    ['EDITOR', 'EDITOR', 'EDITOR', 'INVITATION'],
    ['EDITOR', 'MANAGER', 'MANAGER', 'INVITATION'],
  ] as const)('of a %s by claims to the role %s leaves the role %s by %s', async (before, invited, role, origin) => {
    const person = await memberOf(server, aarhus, before);
    await client.query(`UPDATE membership SET origin = 'CLAIMS' WHERE person_id = $1`, [person.personId]);
    const { token } = await invite(server, aarhus, invited);
    expect((await accept(token, person.key)).membership).toMatchObject({ role, origin });
  });

  it('is not for the operator, nor for systems; it stays good for whom it is meant', async () => {
    const { token } = await invite(server, aarhus, 'EDITOR');
    const input = { token, name: 'A system' };
    expect(codes(await server.admin(ACCEPT, { input }))).toEqual(['FORBIDDEN']);
    expect(codes(await server.as(await organisationKey(server, aarhus), ACCEPT, { input }))).toEqual(['FORBIDDEN']);
    expect((await accept(token)).errors).toEqual([]);
  });

  it('opens nothing when it is wrong, used, revoked or over, and says the same each time', async () => {
    const used = await invite(server, aarhus, 'EDITOR');
    await accept(used.token);
    const revoked = await invite(server, aarhus, 'EDITOR');
    const { data } = await manager.query(REVOKE, { input: { id: revoked.id } });
    expect(data.revokeInvitation).toMatchObject({ invitation: { revokedAt: expect.any(String) }, errors: [] });
    const over = await invite(server, aarhus, 'EDITOR');
    await client.query('UPDATE invitation SET expires_at = now() WHERE id = $1', [over.id]);
    const answers = await Promise.all(
      [used.token, revoked.token, over.token, 'medspil_invitation_wrong'].flatMap((token) => [
        accept(token),
        accept(token, manager.key),
      ]),
    );
    expect(answers[0]).toMatchObject({
      person: null,
      membership: null,
      apiKey: null,
      secret: null,
      errors: [{ code: 'NOT_FOUND', path: ['token'] }],
    });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('lets one in of many who come at once', async () => {
    const { token } = await invite(server, aarhus, 'EDITOR');
    const { rows: before } = await client.query('SELECT id FROM person');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, place) => accept(token, undefined, { name: `N${place}` })),
    );
    expect(answers.filter(({ secret }) => secret !== null)).toHaveLength(1);
    expect(answers.filter(({ errors }) => errors[0]?.code === 'NOT_FOUND')).toHaveLength(7);
    const { rows: after } = await client.query('SELECT id FROM person');
    expect(after).toHaveLength(before.length + 1);
  });

  it('is not used up by an input that is refused', async () => {
    const { token } = await invite(server, aarhus, 'EDITOR');
    expect((await accept(token, undefined, {})).errors).toMatchObject([{ code: 'REQUIRED', path: ['name'] }]);
    expect((await accept(token, undefined, { name: '' })).errors).toMatchObject([{ code: 'REQUIRED', path: ['name'] }]);
    expect((await accept(token, undefined, { name: 'A', email: 'a@b' })).errors).toMatchObject([
      { code: 'INVALID', path: ['email'] },
    ]);
    expect((await accept(token)).errors).toEqual([]);
  });

  it.each([
    'nobody',
    'a@b',
    '@example.org',
    'a b@example.org',
    'a@exa_mple.org',
    'a@example.org\nBcc: b@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'a.'.repeat(130)}org`,
  ])('is for an e-mail address, which %j is not', async (email) => {
    const { data } = await manager.query(INVITE, { input: { organisationId: aarhus, email, role: 'EDITOR' } });
    expect(data.inviteMember).toMatchObject({ token: null, errors: [{ code: 'INVALID', path: ['email'] }] });
  });

  it.each(['søren@bibliotek.dk', 'a+b@grønt.example.org', "o'neil@example.museum"])('may be for %s', async (email) => {
    const { data } = await manager.query(INVITE, { input: { organisationId: aarhus, email, role: 'EDITOR' } });
    expect(data.inviteMember).toMatchObject({ invitation: { email }, errors: [] });
  });

  it('is not revoked once it was accepted; revoked twice it is as it was', async () => {
    const accepted = await invite(server, aarhus, 'EDITOR');
    await accept(accepted.token);
    const late = await manager.query(REVOKE, { input: { id: accepted.id } });
    expect(late.data.revokeInvitation.errors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    const { id } = await invite(server, aarhus, 'EDITOR');
    const first = await manager.query(REVOKE, { input: { id } });
    const second = await manager.query(REVOKE, { input: { id } });
    expect(second.data.revokeInvitation).toEqual(first.data.revokeInvitation);
  });
});

it('at most 100 invitations of an organisation are open', async () => {
  const herning = await libraryId(server, 'DK-765700');
  const boss = await memberOf(server, herning, 'MANAGER');
  const input = { organisationId: herning, email: 'a@example.org', role: 'EDITOR' };
  const answers = await Promise.all(Array.from({ length: 104 }, () => boss.query(INVITE, { input })));
  const made = answers.map(({ data }) => data.inviteMember);
  expect(made.filter(({ errors }) => errors.length === 0)).toHaveLength(100);
  const refused = made.filter(({ errors }) => errors.length > 0);
  expect(refused).toHaveLength(4);
  expect(refused[0].errors).toMatchObject([{ code: 'INVALID', path: ['organisationId'] }]);
  const id = made.find(({ invitation }) => invitation !== null).invitation.id;
  await boss.query(REVOKE, { input: { id } });
  expect((await boss.query(INVITE, { input })).data.inviteMember.errors).toEqual([]);
});

it('invitations are listed newest first, without what opens them', async () => {
  const esbjerg = await libraryId(server, 'DK-756100');
  const boss = await memberOf(server, esbjerg, 'MANAGER');
  for (const email of ['a@example.org', 'b@example.org', 'c@example.org'])
    await invite(server, esbjerg, 'EDITOR', email);
  const query = `query ($id: ID!, $after: String) {
    invitations(organisationId: $id, first: 2, after: $after) {
      totalCount nodes { email acceptedAt } pageInfo { endCursor hasNextPage }
    }
  }`;
  const { data: first } = await boss.query(query, { id: esbjerg });
  const { endCursor } = first.invitations.pageInfo;
  const { data: second } = await boss.query(query, { id: esbjerg, after: endCursor });
  expect([...first.invitations.nodes, ...second.invitations.nodes]).toEqual([
    { email: 'c@example.org', acceptedAt: null },
    { email: 'b@example.org', acceptedAt: null },
    { email: 'a@example.org', acceptedAt: null },
    { email: boss.email, acceptedAt: expect.any(String) },
  ]);
  expect(second.invitations).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: false } });
});
