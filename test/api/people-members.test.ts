/** A library runs its own people: roles, leaving, and the manager who stays. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let client: pg.Client;
let isils: string[];

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  const { rows } = await client.query<{ isil: string }>(
    'SELECT isil FROM organisation WHERE isil IS NOT NULL ORDER BY id',
  );
  isils = rows.map(({ isil }) => isil);
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

/** A library that no other test uses. */
const nextLibrary = () => libraryId(server, isils.pop());

const CHANGE = `mutation ($input: ChangeMemberRoleInput!) {
  changeMemberRole(input: $input) { membership { role person { id name } } errors { code message path } }
}`;
const REMOVE = `mutation ($input: RemoveMemberInput!) {
  removeMember(input: $input) { membership { role person { id name } } errors { code message path } }
}`;
const SETTINGS = `mutation ($input: UpdateOrganisationSettingsInput!) {
  updateOrganisationSettings(input: $input) {
    organisation { id version secondPersonRequired } errors { code message path }
  }
}`;
const MEMBERS = `query ($id: ID!, $first: Int, $after: String) {
  members(organisationId: $id, first: $first, after: $after) {
    totalCount nodes { role origin person { id name email } organisation { id } } pageInfo { endCursor }
  }
}`;

const codes = ({ errors }: GraphqlResponse) => errors?.map(({ extensions }) => extensions.code);
const codesOf = (answers: GraphqlResponse[]) => answers.flatMap((answer) => codes(answer) ?? []);
const roleOf = async (person: TestPerson) => (await person.query('{ viewer { role } }')).data.viewer.role;

describe('members', () => {
  it('are listed in the order in which they came', async () => {
    const id = await nextLibrary();
    const manager = await memberOf(server, id, 'MANAGER');
    const editor = await memberOf(server, id, 'EDITOR');
    const { data: first } = await manager.query(MEMBERS, { id, first: 1 });
    expect(first.members).toMatchObject({
      totalCount: 2,
      nodes: [
        {
          role: 'MANAGER',
          origin: 'INVITATION',
          person: { id: manager.personId, name: manager.name, email: manager.email },
          organisation: { id },
        },
      ],
    });
    const { data: second } = await manager.query(MEMBERS, { id, after: first.members.pageInfo.endCursor });
    expect(second.members.nodes).toMatchObject([{ role: 'EDITOR', person: { id: editor.personId } }]);
  });

  it('are changed with effect on the next request', async () => {
    const organisationId = await nextLibrary();
    const manager = await memberOf(server, organisationId, 'MANAGER');
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const { personId } = editor;
    const { data } = await manager.query(CHANGE, { input: { organisationId, personId, role: 'MANAGER' } });
    expect(data.changeMemberRole).toEqual({
      membership: { role: 'MANAGER', person: { id: personId, name: editor.name } },
      errors: [],
    });
    expect(await roleOf(editor)).toBe('MANAGER');
    await editor.query(CHANGE, { input: { organisationId, personId: manager.personId, role: 'CONTRIBUTOR' } });
    expect(await roleOf(manager)).toBe('CONTRIBUTOR');
    expect(codes(await manager.query(CHANGE, { input: { organisationId, personId, role: 'EDITOR' } }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('are removed, and their keys open nothing any more', async () => {
    const organisationId = await nextLibrary();
    const manager = await memberOf(server, organisationId, 'MANAGER');
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const input = { organisationId, personId: editor.personId };
    const { data } = await manager.query(REMOVE, { input });
    expect(data.removeMember).toEqual({
      membership: { role: 'EDITOR', person: { id: editor.personId, name: editor.name } },
      errors: [],
    });
    expect(await roleOf(editor)).toBe('PERSON');
    const again = await manager.query(REMOVE, { input });
    expect(again.data.removeMember.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['personId'] }]);
  });

  it('leave by themselves, with a key that may', async () => {
    const organisationId = await nextLibrary();
    const contributor = await memberOf(server, organisationId, 'CONTRIBUTOR');
    const writer = await memberOf(server, organisationId, 'CONTRIBUTOR', ['WRITE']);
    const of = ({ personId }: TestPerson) => ({ input: { organisationId, personId } });
    expect(codes(await writer.query(REMOVE, of(writer)))).toEqual(['FORBIDDEN']);
    expect(codes(await contributor.query(REMOVE, of(writer)))).toEqual(['FORBIDDEN']);
    const { data } = await contributor.query(REMOVE, of(contributor));
    expect(data.removeMember).toMatchObject({ membership: { person: { name: contributor.name } }, errors: [] });
    expect(await roleOf(contributor)).toBe('PERSON');
  });

  it('whose place comes from claims have the role that the claims say', async () => {
    const organisationId = await nextLibrary();
    const manager = await memberOf(server, organisationId, 'MANAGER');
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const { personId } = editor;
    await client.query(`UPDATE membership SET origin = 'CLAIMS' WHERE person_id = $1`, [personId]);
    const { data } = await manager.query(CHANGE, { input: { organisationId, personId, role: 'MANAGER' } });
    const { membership, errors } = data.changeMemberRole;
    expect(membership).toBeNull();
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['personId'] }]);
    expect(errors[0].message).toContain('where the tokens are made');
    expect(await roleOf(editor)).toBe('EDITOR');
  });
});

describe('the last manager', () => {
  it('is neither demoted nor removed nor lets itself go, except by the operator', async () => {
    const organisationId = await nextLibrary();
    const manager = await memberOf(server, organisationId, 'MANAGER');
    await memberOf(server, organisationId, 'EDITOR');
    const { personId } = manager;
    const demotion = { input: { organisationId, personId, role: 'EDITOR' } };
    const removal = { input: { organisationId, personId } };
    const demoted = (await manager.query(CHANGE, demotion)).data.changeMemberRole;
    const removed = (await manager.query(REMOVE, removal)).data.removeMember;
    for (const { membership, errors } of [demoted, removed]) {
      expect(membership).toBeNull();
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['personId'] }]);
      expect(errors[0].message).toContain('last manager');
    }
    expect(await roleOf(manager)).toBe('MANAGER');
    expect((await server.admin(CHANGE, demotion)).data.changeMemberRole.errors).toEqual([]);
    expect(await roleOf(manager)).toBe('EDITOR');
    expect((await server.admin(REMOVE, removal)).data.removeMember.errors).toEqual([]);
    expect(await roleOf(manager)).toBe('PERSON');
  });

  it('is left when all managers leave, or demote each other, at once', async () => {
    for (let round = 0; round < 5; round++) {
      const organisationId = await nextLibrary();
      const managers = await Promise.all(Array.from({ length: 4 }, () => memberOf(server, organisationId, 'MANAGER')));
      const answers = await Promise.all(
        managers.map(({ query }, place) => {
          const personId = managers[round % 2 === 0 ? place : (place + 1) % 4]!.personId;
          return round % 2 === 0
            ? query(REMOVE, { input: { organisationId, personId } })
            : query(CHANGE, { input: { organisationId, personId, role: 'EDITOR' } });
        }),
      );
      expect(codesOf(answers)).not.toContain('INTERNAL_SERVER_ERROR');
      const { rows } = await client.query(`SELECT FROM membership WHERE organisation_id = $1 AND role = 'MANAGER'`, [
        organisationId,
      ]);
      if (round % 2 === 0) expect(rows).toHaveLength(1);
      else expect(rows.length).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('the settings of an organisation', () => {
  it('are changed by its manager, against the version that it read', async () => {
    const organisationId = await nextLibrary();
    const manager = await memberOf(server, organisationId, 'MANAGER');
    const { rows } = await client.query('SELECT version FROM organisation WHERE id = $1', [organisationId]);
    const input = { organisationId, version: rows[0].version, secondPersonRequired: true };
    const { data } = await manager.query(SETTINGS, { input });
    expect(data.updateOrganisationSettings).toEqual({
      organisation: { id: organisationId, version: input.version + 1, secondPersonRequired: true },
      errors: [],
    });
    const stale = await manager.query(SETTINGS, { input });
    expect(stale.data.updateOrganisationSettings).toMatchObject({
      organisation: null,
      errors: [{ code: 'VERSION_CONFLICT', path: ['version'] }],
    });
  });

  it('are none of an editor’s business', async () => {
    const organisationId = await nextLibrary();
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const input = { organisationId, version: 1, secondPersonRequired: true };
    expect(codes(await editor.query(SETTINGS, { input }))).toEqual(['FORBIDDEN']);
    expect(codes(await server.query(SETTINGS, { input }))).toEqual(['UNAUTHENTICATED']);
  });
});

it('what was done with people is in the audit log, without their names', async () => {
  const organisationId = await nextLibrary();
  const manager = await memberOf(server, organisationId, 'MANAGER');
  const editor = await memberOf(server, organisationId, 'EDITOR');
  const { personId } = editor;
  await manager.query(CHANGE, { input: { organisationId, personId, role: 'CONTRIBUTOR' } });
  await editor.query(REMOVE, { input: { organisationId, personId } });
  const { rows } = await client.query(
    `SELECT action, actor, target_id, details FROM audit_log WHERE organisation_id = $1 ORDER BY occurred_at DESC, id DESC LIMIT 3`,
    [organisationId],
  );
  expect(rows).toEqual([
    {
      action: 'person.manage-own',
      actor: `person:${personId}`,
      target_id: personId,
      details: { before: 'CONTRIBUTOR', role: null },
    },
    {
      action: 'member.manage',
      actor: `person:${manager.personId}`,
      target_id: personId,
      details: { before: 'EDITOR', role: 'CONTRIBUTOR' },
    },
    {
      action: 'invitation.accept',
      actor: `person:${personId}`,
      target_id: personId,
      details: { role: 'EDITOR', invitation: expect.any(String) },
    },
  ]);
});
