/** The log of who did what, as managers and the operator read it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';

const LOG = `query ($organisationId: ID, $personId: ID, $actions: [String!], $since: DateTime, $until: DateTime,
    $first: Int, $after: String, $last: Int, $before: String) {
  auditLog(organisationId: $organisationId, personId: $personId, actions: $actions, since: $since, until: $until,
      first: $first, after: $after, last: $last, before: $before) {
    nodes { id occurredAt action actor targetId details person { id name } apiKeyId apiKey { prefix } organisation { id } }
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    totalCount
  }
}`;
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id prefix } secret errors { code message } } }`;
const REVOKE_KEY = 'mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { errors { code message } } }';
const CREATE_LESSON = `mutation ($input: CreateLessonInput!) {
  createLesson(input: $input) { lesson { id } errors { code message } } }`;

let server: TestServer;
let organisationId: string;
let otherId: string;
let manager: TestPerson;
let contributor: TestPerson;
let stranger: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  organisationId = await libraryId(server);
  otherId = await libraryId(server, 'DK-710100');
  manager = await memberOf(server, organisationId, 'MANAGER');
  contributor = await memberOf(server, organisationId, 'CONTRIBUTOR');
  stranger = await memberOf(server, otherId, 'MANAGER');
});

afterAll(() => server.close());

async function entries(answer: Promise<GraphqlResponse>): Promise<any[]> {
  const { data, errors } = await answer;
  expect(errors).toBeUndefined();
  return data.auditLog.nodes;
}

async function codeOf(answer: Promise<GraphqlResponse>): Promise<string | undefined> {
  return (await answer).errors?.[0]?.extensions.code;
}

const lesson = (title: string) => ({
  input: { title, language: 'EN', organisationId, context: 'Between two.', advice: 'Write it down.' },
});

describe('the audit log', () => {
  it('says who did what with which key, and not what the key or the record says', async () => {
    const since = new Date().toISOString();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const key = {
      organisationId,
      name: 'A name that is nobody’s business',
      scopes: ['READ_DRAFTS', 'WRITE'],
      expiresAt,
    };
    const { data } = await manager.query(CREATE_KEY, { input: key });
    const { apiKey, secret } = data.createApiKey;
    const written = await server.as(secret, CREATE_LESSON, lesson('A title of some length'));
    await manager.query(REVOKE_KEY, { input: { id: apiKey.id } });

    const log = await entries(manager.query(LOG, { organisationId, since }));
    expect(log).toMatchObject([
      {
        action: 'key.manage',
        actor: `person:${manager.personId}`,
        targetId: apiKey.id,
        details: { revoked: true },
        person: { id: manager.personId, name: manager.name },
        apiKeyId: manager.keyId,
        organisation: { id: organisationId },
      },
      {
        action: 'record.create',
        actor: `key:${apiKey.id}`,
        targetId: written.data.createLesson.lesson.id,
        person: null,
        apiKeyId: apiKey.id,
        apiKey: { prefix: apiKey.prefix },
      },
      { action: 'key.manage', targetId: apiKey.id, details: { made: true, scopes: key.scopes, expiresAt } },
    ]);
    const text = JSON.stringify(log);
    for (const secretText of [secret.slice(20), key.name, 'A title of some length'])
      expect(text).not.toContain(secretText);
  });

  it('has nothing of what was refused', async () => {
    const since = new Date().toISOString();
    const input = { organisationId, name: 'n', scopes: ['WRITE'] };
    expect(await codeOf(contributor.query(CREATE_KEY, { input }))).toBe('FORBIDDEN');
    expect((await manager.query(CREATE_KEY, { input: { ...input, scopes: [] } })).data.createApiKey.apiKey).toBeNull();
    expect(await entries(manager.query(LOG, { organisationId, since }))).toEqual([]);
  });

  it('is narrowed by person, action and time', async () => {
    await contributor.query(CREATE_LESSON, lesson('One'));
    const since = new Date().toISOString();
    await manager.query(CREATE_LESSON, lesson('Two'));
    await contributor.query(CREATE_LESSON, lesson('Three'));
    const recent = await entries(manager.query(LOG, { organisationId, since }));
    expect(recent).toHaveLength(2);
    const persons = await entries(manager.query(LOG, { organisationId, personId: contributor.personId }));
    expect(new Set(persons.map(({ actor }) => actor))).toEqual(new Set([`person:${contributor.personId}`]));
    expect(persons[0].id).toBe(recent[0].id);
    expect(persons.length).toBeGreaterThan(1);
    const keys = await entries(manager.query(LOG, { organisationId, actions: ['key.manage', 'member.manage'] }));
    expect(new Set(keys.map(({ action }) => action))).toEqual(new Set(['key.manage', 'member.manage']));
    // From then on, and before then.
    const { occurredAt } = recent[1];
    const from = await entries(manager.query(LOG, { organisationId, since: occurredAt }));
    const before = await entries(manager.query(LOG, { organisationId, until: occurredAt, first: 1000 }));
    expect(from.map(({ id }) => id)).toContain(recent[1].id);
    expect(before.map(({ id }) => id)).not.toContain(recent[1].id);
    expect(await entries(manager.query(LOG, { organisationId, since: '2999-01-01T00:00:00Z' }))).toEqual([]);
  });

  it('is read page by page, both ways, newest first', async () => {
    for (let number = 0; number < 5; number += 1) await contributor.query(CREATE_LESSON, lesson(`Page ${number}`));
    const all = (await entries(manager.query(LOG, { organisationId, first: 1000 }))).map(({ id }) => id);
    const times = (await entries(manager.query(LOG, { organisationId, first: 1000 }))).map(
      ({ occurredAt }) => occurredAt,
    );
    expect(times).toEqual([...times].sort().reverse());
    const forward: string[] = [];
    for (let after: string | undefined, more = true; more;) {
      const { data } = await manager.query(LOG, { organisationId, first: 3, after });
      forward.push(...data.auditLog.nodes.map(({ id }: { id: string }) => id));
      expect(data.auditLog.totalCount).toBe(all.length);
      ({ endCursor: after, hasNextPage: more } = data.auditLog.pageInfo);
    }
    expect(forward).toEqual(all);
    const { data } = await manager.query(LOG, { organisationId, last: 2 });
    expect(data.auditLog.nodes.map(({ id }: { id: string }) => id)).toEqual(all.slice(-2));
    expect(await codeOf(manager.query(LOG, { organisationId, after: 'x' }))).toBe('CURSOR_INVALID');
  });

  it('is for the managers of the organisation, and as a whole for the operator', async () => {
    expect(await codeOf(server.query(LOG, { organisationId }))).toBe('UNAUTHENTICATED');
    expect(await codeOf(contributor.query(LOG, { organisationId }))).toBe('FORBIDDEN');
    expect(await codeOf(stranger.query(LOG, { organisationId }))).toBe('FORBIDDEN');
    expect(await codeOf(manager.query(LOG))).toBe('FORBIDDEN');
    const { data } = await manager.query(CREATE_KEY, { input: { name: 'n', scopes: ['WRITE', 'READ_DRAFTS'] } });
    expect(await codeOf(server.as(data.createApiKey.secret, LOG, { organisationId }))).toBe('FORBIDDEN');
    // A key of one's own is no organisation's business.
    expect(await entries(manager.query(LOG, { organisationId, actions: ['key.manage-own'] }))).toEqual([]);
    const own = await entries(server.admin(LOG, { actions: ['key.manage-own'], first: 1 }));
    expect(own).toMatchObject([{ targetId: data.createApiKey.apiKey.id, organisation: null }]);

    await createLesson(server);
    const whole = await entries(server.admin(LOG, { first: 1000 }));
    const organisations = new Set(whole.map(({ organisation }) => organisation?.id));
    expect([...organisations]).toEqual(expect.arrayContaining([organisationId, otherId]));
    expect(whole[0]).toMatchObject({ actor: 'admin', person: null, apiKeyId: null });
  });

  it.each([
    ['an id that is none', { organisationId: 'x' }],
    ['a person that is none', { personId: 'x' }],
    ['an action that is none', { actions: ['record.read', 'toString'] }],
  ])('refuses %s', async (_what, variables) => {
    expect(await codeOf(server.admin(LOG, variables))).toBe('BAD_USER_INPUT');
  });

  it('tells of people no longer there by their ids alone, and of the keys of others by theirs', async () => {
    const leaver = await memberOf(server, organisationId, 'CONTRIBUTOR');
    await leaver.query(CREATE_LESSON, lesson('Farewell'));
    const mine = () =>
      entries(manager.query(LOG, { organisationId, personId: leaver.personId, actions: ['record.create'] }));
    expect(await mine()).toMatchObject([{ person: { id: leaver.personId }, apiKeyId: leaver.keyId, apiKey: null }]);
    const database = new pg.Client(server.database.url);
    await database.connect();
    await database.query('DELETE FROM membership WHERE person_id = $1', [leaver.personId]);
    await database.end();
    expect(await mine()).toMatchObject([{ person: null, actor: `person:${leaver.personId}` }]);
  });
});
