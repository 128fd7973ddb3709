/** Keys: who makes them, how far they reach, and that their secrets stay with who asked for them. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';

const KEY = 'id name prefix scopes createdAt expiresAt lastUsedAt revokedAt organisation { id } madeBy { id }';
const CREATE = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { ${KEY} } secret errors { code message path } }
}`;
const REVOKE = `mutation ($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) { apiKey { ${KEY} } errors { code message path } }
}`;
const LIST = `query ($organisationId: ID, $first: Int, $after: String) {
  apiKeys(organisationId: $organisationId, first: $first, after: $after) {
    nodes { ${KEY} } pageInfo { endCursor hasNextPage } totalCount
  }
}`;
const VIEWER =
  '{ viewer { role scopes person { id } apiKey { id lastUsedAt } memberships { role organisation { id } } } }';

type Query = (query: string, variables?: object) => Promise<GraphqlResponse>;

let server: TestServer;
let database: pg.Client;
let organisationId: string;
let otherId: string;
let manager: TestPerson;

async function create(query: Query, input: object = {}): Promise<any> {
  const { data, errors } = await query(CREATE, { input: { name: 'For the catalogue', scopes: ['WRITE'], ...input } });
  expect(errors).toBeUndefined();
  return data.createApiKey;
}

async function made(query: Query, input: object = {}): Promise<{ id: string; secret: string; prefix: string }> {
  const { apiKey, secret, errors } = await create(query, input);
  expect(errors).toEqual([]);
  return { ...apiKey, secret };
}

async function codeOf(answer: Promise<GraphqlResponse>): Promise<string | undefined> {
  return (await answer).errors?.[0]?.extensions.code;
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

beforeAll(async () => {
  server = await startTestServer();
  database = new pg.Client(server.database.url);
  await database.connect();
  organisationId = await libraryId(server);
  otherId = await libraryId(server, 'DK-710100');
});

afterAll(async () => {
  await database.end();
  await server.close();
});

beforeEach(async () => {
  manager = await memberOf(server, organisationId, 'MANAGER');
});

describe('a key of an organisation', () => {
  it('is for a system of it, with a manager’s role as far as its scopes go', async () => {
    const expiresAt = inDays(30);
    const { apiKey, secret } = await create(manager.query, {
      organisationId,
      scopes: ['WRITE', 'READ_DRAFTS'],
      expiresAt,
    });
    expect(apiKey).toMatchObject({
      name: 'For the catalogue',
      scopes: ['WRITE', 'READ_DRAFTS'],
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
      organisation: { id: organisationId },
      madeBy: { id: manager.personId },
    });
    expect(secret).toMatch(new RegExp(`^medspil_${apiKey.prefix}_`));
    const { data } = await server.as(secret, VIEWER);
    expect(data.viewer).toMatchObject({
      role: 'MANAGER',
      scopes: ['READ_DRAFTS', 'WRITE'],
      person: null,
      memberships: [],
    });
    expect(await codeOf(server.as(secret, LIST, { organisationId }))).toBe('FORBIDDEN');
  });

  it('stays good when who made it leaves', async () => {
    const { secret } = await made(manager.query, { organisationId });
    await database.query('DELETE FROM membership WHERE person_id = $1', [manager.personId]);
    const { data } = await server.as(secret, VIEWER);
    expect(data.viewer.role).toBe('MANAGER');
    expect(await codeOf(manager.query(CREATE, { input: { organisationId, name: 'n', scopes: ['WRITE'] } }))).toBe(
      'FORBIDDEN',
    );
  });

  it('is made by its managers alone, and by the operator for any', async () => {
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const input = { organisationId, name: 'n', scopes: ['WRITE'] };
    expect(await codeOf(server.query(CREATE, { input }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(editor.query(CREATE, { input }))).toBe('FORBIDDEN');
    expect(await codeOf(manager.query(CREATE, { input: { ...input, organisationId: otherId } }))).toBe('FORBIDDEN');
    const { apiKey } = await create(server.admin, { organisationId: otherId });
    expect(apiKey).toMatchObject({ organisation: { id: otherId }, madeBy: null });
  });

  it('with MANAGE makes and revokes others of its organisation, but none of a person', async () => {
    const { secret } = await made(manager.query, { organisationId, scopes: ['MANAGE', 'WRITE'] });
    const asKey: Query = (query, variables) => server.as(secret, query, variables);
    const other = await create(asKey, { organisationId });
    expect(other.apiKey.madeBy).toEqual({ id: manager.personId });
    expect((await asKey(REVOKE, { input: { id: other.apiKey.id } })).data.revokeApiKey.errors).toEqual([]);
    expect(await codeOf(asKey(CREATE, { input: { name: 'n', scopes: ['WRITE'] } }))).toBe('FORBIDDEN');
    expect(await codeOf(asKey(LIST))).toBe('FORBIDDEN');
  });
});

describe('a key of a person', () => {
  it('reaches as far as the person’s roles, whatever they become', async () => {
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const { id, secret } = await made(editor.query, { scopes: ['WRITE', 'PUBLISH', 'READ_DRAFTS'] });
    const viewer = async () => (await server.as(secret, VIEWER)).data.viewer;
    expect(await viewer()).toMatchObject({
      role: 'EDITOR',
      person: { id: editor.personId },
      apiKey: { id },
      memberships: [{ role: 'EDITOR', organisation: { id: organisationId } }],
    });
    await database.query(`UPDATE membership SET role = 'CONTRIBUTOR' WHERE person_id = $1`, [editor.personId]);
    expect((await viewer()).role).toBe('CONTRIBUTOR');
    await database.query('DELETE FROM membership WHERE person_id = $1', [editor.personId]);
    expect(await viewer()).toMatchObject({ role: 'PERSON', memberships: [] });
  });

  it('is nothing for the operator, who is no person', async () => {
    expect((await create(server.admin)).errors).toMatchObject([{ code: 'REQUIRED', path: ['organisationId'] }]);
  });

  it('is refused once its person was erased', async () => {
    const person = await memberOf(server, organisationId, 'CONTRIBUTOR');
    expect((await person.query(VIEWER)).data.viewer.person.id).toBe(person.personId);
    await database.query(
      `UPDATE person SET erased_at = now(), name = NULL, email = NULL, email_confirmed = false, named_publicly = false
        WHERE id = $1`,
      [person.personId],
    );
    expect(await codeOf(person.query(VIEWER))).toBe('UNAUTHENTICATED');
  });
});

describe('what a key is given', () => {
  it.each([
    ['no scope', { scopes: [] }, { code: 'REQUIRED', path: ['scopes'] }],
    ['a scope twice', { scopes: ['WRITE', 'WRITE'] }, { code: 'INVALID', path: ['scopes'] }],
    ['no name', { name: ' ' }, { code: 'REQUIRED', path: ['name'] }],
    ['a long name', { name: 'x'.repeat(301) }, { code: 'INVALID', path: ['name'] }],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, { code: 'INVALID', path: ['expiresAt'] }],
    ['an end too far ahead', { expiresAt: inDays(5 * 366 + 1) }, { code: 'INVALID', path: ['expiresAt'] }],
    ['what is no id', { organisationId: 'x' }, { code: 'INVALID', path: ['organisationId'] }],
    [
      'an organisation that is not there',
      { organisationId: '00000000-0000-7000-8000-000000000000' },
      { code: 'NOT_FOUND', path: ['organisationId'] },
    ],
  ])('is not %s', async (_what, input, error) => {
    const { apiKey, secret, errors } = await create(server.admin, { organisationId, ...input });
    expect({ apiKey, secret, errors }).toMatchObject({ apiKey: null, secret: null, errors: [error] });
  });

  it('may lie five years ahead', async () => {
    const { errors } = await create(manager.query, { expiresAt: inDays(5 * 365) });
    expect(errors).toEqual([]);
  });

  it('is no scope that the one who makes it lacks, and no longer life', async () => {
    const expiresAt = inDays(2);
    const { secret } = await made(manager.query, { scopes: ['MANAGE', 'READ_DRAFTS'], expiresAt });
    const asKey: Query = (query, variables) => server.as(secret, query, variables);
    for (const holder of [{}, { organisationId }]) {
      expect((await create(asKey, { ...holder, scopes: ['READ_DRAFTS', 'PUBLISH'], expiresAt })).errors).toMatchObject([
        { code: 'INVALID', path: ['scopes', '1'] },
      ]);
      for (const later of [null, inDays(3)]) {
        expect((await create(asKey, { ...holder, scopes: ['MANAGE'], expiresAt: later })).errors).toMatchObject([
          { code: 'INVALID', path: ['expiresAt'] },
        ]);
      }
      expect((await create(asKey, { ...holder, scopes: ['READ_DRAFTS'], expiresAt: inDays(1) })).errors).toEqual([]);
    }
  });

  it.each([
    ['50 of a person', 'person_id', 50],
    ['100 of an organisation', 'organisation_id', 100],
  ] as const)('is one of %s at most that are good, also when many are made at once', async (_what, column, maximum) => {
    const target = column === 'person_id' ? {} : { organisationId: otherId };
    const query = column === 'person_id' ? manager.query : server.admin;
    const holder = column === 'person_id' ? manager.personId : otherId;
    const fill = (number: number, live: boolean) =>
      database.query(
        `INSERT INTO api_key (id, ${column}, name, prefix, hash, scopes, created_at, revoked_at)
          SELECT gen_random_uuid(), $1, 'n', substr(md5(random()::text), 1, 10), sha256(random()::text::bytea), '{WRITE}',
            now(), ${live ? 'NULL' : 'now()'} FROM generate_series(1, $2)`,
        [holder, number],
      );
    await fill(10, false);
    const { rows } = await database.query(
      `SELECT count(*)::integer AS count FROM api_key WHERE ${column} = $1 AND revoked_at IS NULL`,
      [holder],
    );
    await fill(maximum - 2 - rows[0].count, true);
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(query, target)));
    expect(answers.filter(({ apiKey }) => apiKey !== null)).toHaveLength(2);
    expect(answers.find(({ apiKey }) => apiKey === null).errors).toMatchObject([{ code: 'INVALID', path: null }]);
    await database.query(`UPDATE api_key SET revoked_at = now() WHERE ${column} = $1 AND name = 'n'`, [holder]);
  });
});

describe('the secret', () => {
  it('is in one answer and nowhere in the database', async () => {
    const { secret, id } = await made(manager.query, { organisationId });
    const random = secret.split('_').slice(2).join('_');
    for (const table of ['api_key', 'audit_log']) {
      const { rows } = await database.query(`SELECT t::text AS text FROM ${table} t WHERE t::text LIKE $1`, [
        `%${id}%`,
      ]);
      expect(rows).toHaveLength(1);
      expect(rows[0].text).not.toContain(random);
    }
    const { data } = await manager.query(LIST, { organisationId, first: 1000 });
    expect(data.apiKeys.nodes.map((key: { id: string }) => key.id)).toContain(id);
    expect(JSON.stringify(data)).not.toContain(random);
  });

  it('is wanted whole: the prefix with other random bits is nobody', async () => {
    const { prefix } = await made(manager.query);
    expect(await codeOf(server.as(`medspil_${prefix}_${'A'.repeat(43)}`, VIEWER))).toBe('UNAUTHENTICATED');
  });
});

describe('a list of keys', () => {
  it('has those of the organisation, or one’s own, newest first, page by page', async () => {
    const person = await memberOf(server, organisationId, 'EDITOR');
    const second = await made(person.query, { name: 'second' });
    const third = await made(person.query, { name: 'third' });
    const first = await person.query(LIST, { first: 2 });
    expect(first.data.apiKeys.nodes.map((key: { id: string }) => key.id)).toEqual([third.id, second.id]);
    expect(first.data.apiKeys).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await person.query(LIST, { after: first.data.apiKeys.pageInfo.endCursor });
    expect(rest.data.apiKeys.nodes.map((key: { id: string }) => key.id)).toEqual([person.keyId]);

    expect(await codeOf(person.query(LIST, { organisationId }))).toBe('FORBIDDEN');
    expect(await codeOf(manager.query(LIST, { organisationId: otherId }))).toBe('FORBIDDEN');
    expect(await codeOf(server.query(LIST))).toBe('UNAUTHENTICATED');
    expect(await codeOf(server.admin(LIST, { organisationId: 'x' }))).toBe('BAD_USER_INPUT');
    const { data } = await manager.query(LIST, { organisationId, first: 1000 });
    const holders = new Set(data.apiKeys.nodes.map((key: any) => key.organisation?.id));
    expect([...holders]).toEqual([organisationId]);
    const all = await server.admin(LIST, { first: 1000 });
    expect(all.data.apiKeys.nodes.map((key: { id: string }) => key.id)).toEqual(
      expect.arrayContaining([third.id, manager.keyId]),
    );
  });

  it('says when a key was last used', async () => {
    const { id, secret } = await made(manager.query);
    await server.as(secret, VIEWER);
    const { data } = await manager.query(LIST, { first: 1000 });
    const key = data.apiKeys.nodes.find((one: { id: string }) => one.id === id);
    expect(Date.now() - Date.parse(key.lastUsedAt)).toBeLessThan(60_000);
  });
});

describe('a revoked key', () => {
  it('is refused at once, here and by another server, and stays in the list', async () => {
    const sibling = await server.sibling();
    try {
      const { id, secret } = await made(manager.query);
      expect((await sibling.as(secret, VIEWER)).errors).toBeUndefined();
      const { apiKey, errors } = (await manager.query(REVOKE, { input: { id } })).data.revokeApiKey;
      expect(errors).toEqual([]);
      expect(apiKey.revokedAt).not.toBeNull();
      expect(await codeOf(server.as(secret, VIEWER))).toBe('UNAUTHENTICATED');
      expect(await codeOf(sibling.as(secret, VIEWER))).toBe('UNAUTHENTICATED');
      const again = (await manager.query(REVOKE, { input: { id } })).data.revokeApiKey;
      expect(again).toEqual({ apiKey, errors: [] });
      const { data } = await manager.query(LIST);
      expect(data.apiKeys.nodes.find((key: { id: string }) => key.id === id).revokedAt).toBe(apiKey.revokedAt);
    } finally {
      await sibling.close();
    }
  });

  it('was one’s own, or of an organisation that one manages; the operator’s reach is all', async () => {
    const member = await memberOf(server, organisationId, 'CONTRIBUTOR');
    const stranger = await memberOf(server, otherId, 'MANAGER');
    const ofOrganisation = await made(manager.query, { organisationId });
    const refused = async (query: Query, id: string) => {
      const { data } = await query(REVOKE, { input: { id } });
      expect(data.revokeApiKey).toMatchObject({ apiKey: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    };
    // A manager removes a member; the member's keys are the member's.
    await refused(manager.query, member.keyId);
    await refused(member.query, ofOrganisation.id);
    await refused(stranger.query, ofOrganisation.id);
    await refused(manager.query, '00000000-0000-7000-8000-000000000000');
    expect(await codeOf(server.query(REVOKE, { input: { id: member.keyId } }))).toBe('UNAUTHENTICATED');
    const colleague = await memberOf(server, organisationId, 'MANAGER');
    expect((await colleague.query(REVOKE, { input: { id: ofOrganisation.id } })).data.revokeApiKey.errors).toEqual([]);
    expect((await server.admin(REVOKE, { input: { id: member.keyId } })).data.revokeApiKey.errors).toEqual([]);
    expect(await codeOf(member.query(VIEWER))).toBe('UNAUTHENTICATED');
  });

  it('may not be one’s own without the scope MANAGE', async () => {
    const { id, secret } = await made(manager.query);
    expect(await codeOf(server.as(secret, REVOKE, { input: { id } }))).toBe('FORBIDDEN');
  });
});

it('a key that is over is refused', async () => {
  const { id, secret } = await made(manager.query, { expiresAt: inDays(1) });
  expect((await server.as(secret, VIEWER)).errors).toBeUndefined();
  await database.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [id]);
  expect(await codeOf(server.as(secret, VIEWER))).toBe('UNAUTHENTICATED');
});
