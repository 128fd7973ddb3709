/** The people of an organisation are out of reach for everybody else, whatever ids they have got hold of. */
import { getNamedType, isInputObjectType } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { invite, memberOf, organisationKey, type TestPerson } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let client: pg.Client;
let ours: Ids;
let theirs: Ids;
let intruders: Record<string, string | undefined>;

interface Ids {
  readonly organisationId: string;
  readonly manager: TestPerson;
  readonly member: TestPerson;
  readonly invitationId: string;
  readonly accessRequestId: string;
}

async function organisationWithPeople(isil: string): Promise<Ids> {
  const organisationId = await libraryId(server, isil);
  const { data } = await server.query(
    'mutation ($input: RequestAccessInput!) { requestAccess(input: $input) { accessRequest { id } errors { code } } }',
    { input: { organisationId, name: 'Somebody', email: 'somebody@example.org', reason: 'Because.' } },
  );
  return {
    organisationId,
    manager: await memberOf(server, organisationId, 'MANAGER'),
    member: await memberOf(server, organisationId, 'EDITOR'),
    invitationId: (await invite(server, organisationId, 'EDITOR')).id,
    accessRequestId: data.requestAccess.accessRequest.id,
  };
}

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  ours = await organisationWithPeople('DK-775100');
  theirs = await organisationWithPeople('DK-710100');
  intruders = {
    'a manager of another organisation': theirs.manager.key,
    'a system of another organisation': await organisationKey(server, theirs.organisationId),
    'an editor of the organisation': (await memberOf(server, ours.organisationId, 'EDITOR')).key,
    'a manager with a key without MANAGE': (
      await memberOf(server, ours.organisationId, 'MANAGER', ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS'])
    ).key,
    nobody: undefined,
  };
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

/** Inputs that would do something, were they let: by mutation, what each id in it may be. */
const ATTEMPTS: Record<string, () => object> = {
  inviteMember: () => ({ organisationId: ours.organisationId, email: 'intruder@example.org', role: 'MANAGER' }),
  revokeInvitation: () => ({ id: ours.invitationId }),
  changeMemberRole: () => ({
    organisationId: ours.organisationId,
    personId: ours.member.personId,
    role: 'MANAGER',
  }),
  removeMember: () => ({ organisationId: ours.organisationId, personId: ours.member.personId }),
  updateOrganisationSettings: () => ({
    organisationId: ours.organisationId,
    version: 1,
    secondPersonRequired: true,
  }),
  approveAccessRequest: () => ({ id: ours.accessRequestId }),
  declineAccessRequest: () => ({ id: ours.accessRequestId, comment: 'No.' }),
  erasePerson: () => ({ personId: ours.member.personId }),
};

/** Ids of one's own beside those of others: the check of the one must not let the other pass. */
const MIXED: Record<string, [mutation: string, input: () => object]> = {
  'a person of another organisation, in one’s own': [
    'changeMemberRole',
    () => ({ organisationId: theirs.organisationId, personId: ours.member.personId, role: 'CONTRIBUTOR' }),
  ],
  'to remove a person of another organisation from one’s own': [
    'removeMember',
    () => ({ organisationId: theirs.organisationId, personId: ours.member.personId }),
  ],
  'to leave an organisation that one is not in': [
    'removeMember',
    () => ({ organisationId: ours.organisationId, personId: theirs.manager.personId }),
  ],
};

/** Writes that take ids and are for anybody, or for what is one’s own alone. */
const OPEN = ['acceptInvitation', 'requestAccess', 'updateProfile'];

/** Everything that must stay as it is. */
async function state(): Promise<unknown> {
  const { rows } = await client.query(
    `SELECT
    (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.person_id, m.organisation_id) FROM membership m) AS memberships,
    (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.id) FROM invitation i) AS invitations,
    (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM access_request a) AS "accessRequests",
    (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.id) FROM person p) AS people,
    (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.id) FROM organisation o WHERE o.id = $1) AS organisation,
    (SELECT count(*) FROM audit_log) AS entries`,
    [ours.organisationId],
  );
  return rows[0];
}

async function attempt(key: string | undefined, mutation: string, input: object): Promise<string[]> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const operation = `mutation ($input: ${type}!) { ${mutation}(input: $input) { errors { code } } }`;
  const { data, errors } = await (key === undefined
    ? server.query(operation, { input })
    : server.as(key, operation, { input }));
  return errors?.map(({ extensions }) => extensions.code) ?? data[mutation].errors.map(({ code }: any) => code);
}

describe.each(Object.keys(ATTEMPTS))('%s', (mutation) => {
  it('changes nothing for those who may not', async () => {
    const before = await state();
    for (const [name, key] of Object.entries(intruders)) {
      const codes = await attempt(key, mutation, ATTEMPTS[mutation]!());
      expect(codes, name).toHaveLength(1);
      expect(key === undefined ? ['UNAUTHENTICATED'] : ['FORBIDDEN', 'NOT_FOUND'], name).toContain(codes[0]);
    }
    expect(await state()).toEqual(before);
  });
});

it.each(Object.keys(MIXED))('%s: changes nothing', async (name) => {
  const [mutation, input] = MIXED[name]!;
  const before = await state();
  expect(['FORBIDDEN', 'NOT_FOUND']).toContain((await attempt(theirs.manager.key, mutation, input()))[0]);
  expect(await state()).toEqual(before);
});

it.each(['members', 'invitations'])('%s of an organisation are seen by its managers alone', async (list) => {
  const query = `query ($id: ID!) { ${list}(organisationId: $id) { totalCount nodes { __typename } } }`;
  for (const [name, key] of Object.entries(intruders)) {
    const variables = { id: ours.organisationId };
    const { data, errors } = await (key === undefined
      ? server.query(query, variables)
      : server.as(key, query, variables));
    expect(data ?? null, name).toBeNull();
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual([
      key === undefined ? 'UNAUTHENTICATED' : 'FORBIDDEN',
    ]);
  }
  const { data } = await ours.manager.query(query, { id: ours.organisationId });
  expect(data[list].totalCount).toBeGreaterThan(0);
  const { errors } = await ours.manager.query(query, { id: 'x' });
  expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
});

it('what the attempts would do is done for those who may', async () => {
  for (const mutation of [
    'inviteMember',
    'revokeInvitation',
    'changeMemberRole',
    'updateOrganisationSettings',
    'removeMember',
  ]) {
    expect(await attempt(ours.manager.key, mutation, ATTEMPTS[mutation]!()), mutation).toEqual([]);
  }
  for (const mutation of ['approveAccessRequest', 'erasePerson']) {
    expect(await attempt(undefined, mutation, ATTEMPTS[mutation]!()), mutation).toEqual(['UNAUTHENTICATED']);
    const { data } = await server.admin(
      `mutation ($input: ${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!) {
        ${mutation}(input: $input) { errors { code } }
      }`,
      { input: ATTEMPTS[mutation]!() },
    );
    expect(data[mutation].errors, mutation).toEqual([]);
  }
});

it('every write about people that takes an id is tried above', () => {
  const schema = buildGraphqlSchema();
  const mutations = Object.values(schema.getMutationType()!.getFields()).filter(({ args }) => {
    const input = getNamedType(args[0]!.type);
    return isInputObjectType(input) && /Member|Invitation|Access|Person|Profile|Settings/.test(input.name);
  });
  expect(mutations.map(({ name }) => name).sort()).toEqual([...Object.keys(ATTEMPTS), ...OPEN].sort());
});
