/** The query by which the websites of Danish libraries poll their hub, answered from the log. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSince, writeSince } from '../../src/modules/feeds/since.js';
import { uuidOfRecommendation, uuidOfTheme } from '../../src/modules/feeds/polled-uuid.js';
import { Database } from '../../src/platform/database/database.js';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { memberOf } from '../helpers/people.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

/** As the hub's clients send it, word for word: the types of the variables are the hub's. */
const HUB_QUERY = `query NewContent($uuid: String!, $since: Time!) {
  __typename
  newContent(uuid: $uuid, since: $since) { __typename uuids youngest errors { __typename message } }
}`;
const QUERY = `query ($uuid: String!, $since: Time) {
  newContent(uuid: $uuid, since: $since) { uuids youngest errors { code message } }
}`;
const HUB_BEGINNING = '1970-01-01T00:00:00+00:00';

let server: TestServer;
let database: Database;
let library: string;
beforeAll(async () => {
  server = await startTestServer();
  database = await Database.open({
    connection: server.database,
    poolSize: 1,
    entities: [],
    migrations: [],
    onIdleError: () => undefined,
  });
  library = await libraryId(server);
});
afterAll(async () => {
  await database.close();
  await server.close();
});

interface Answer {
  uuids: string[];
  youngest: string;
  errors: { code: string; message: string }[];
}

async function newContent(uuid: string, since?: string | null): Promise<Answer> {
  const { data, errors } = await server.query(QUERY, { uuid, since });
  expect(errors).toBeUndefined();
  return data.newContent;
}

async function retract({ id, version }: { id: string; version: number }): Promise<void> {
  const { errors } = await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  expect(errors).toEqual([]);
}

const lesson = async (title: string, input: object = {}) =>
  publish(server, await createLesson(server, { title, ...input }));

describe('a poller', () => {
  it('is told of everything once, then of what changed, also when that was taken back', async () => {
    const [first, second] = [await lesson('The first'), await lesson('The second')];
    const { uuids, youngest, errors } = await newContent(library);
    expect(errors).toEqual([]);
    expect(uuids.slice(-2)).toEqual([first.id, second.id]);
    expect(await newContent(library, youngest)).toEqual({ uuids: [], youngest, errors: [] });

    const third = await lesson('The third');
    await retract(first);
    const next = await newContent(library, youngest);
    expect(next.uuids).toEqual([third.id, first.id]);
    const { data } = await server.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: next.uuids });
    expect(data.nodes).toEqual([{ id: third.id }, null]);
    // The same as any cursor: who changes over to a subscription goes on from it.
    const events = await server.query(
      'query ($after: String) { knowledgeEvents(after: $after) { nodes { recordId } } }',
      { after: youngest },
    );
    expect(events.data.knowledgeEvents.nodes).toEqual([{ recordId: third.id }, { recordId: first.id }]);
  });

  it('asks word for word as it asks the hub, and is given times', async () => {
    const ask = async (since: string) => (await server.query(HUB_QUERY, { uuid: library, since })).data.newContent;
    await lesson('For the hub');
    const first = await ask(HUB_BEGINNING);
    expect(first).toMatchObject({ __typename: 'NewContentResponse', errors: [] });
    expect(first.uuids).toEqual((await newContent(library)).uuids);
    expect(first.youngest).toMatch(/^(19[789]|200)\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    const { id } = await lesson('For the hub, later');
    expect((await ask(first.youngest)).uuids).toEqual([id]);
  });

  it('that comes from the hub is told of everything from the first entry on that is not older than its time', async () => {
    const rows = await database.rows<{ recordId: string; occurredAt: Date }>(
      sql`SELECT record_id AS "recordId", occurred_at AS "occurredAt" FROM knowledge_log ORDER BY position`,
    );
    const occurredAt = rows.at(-2)!.occurredAt;
    const fromThen = rows.slice(rows.findIndex((row) => row.occurredAt >= occurredAt)).map(({ recordId }) => recordId);
    const { uuids, youngest } = await newContent(library, occurredAt.toISOString());
    expect(uuids).toEqual([...new Set(fromThen)]);
    expect(await newContent(library, youngest)).toMatchObject({ uuids: [], errors: [] });
    expect(await newContent(library, '2037-01-01T00:00:00+01:00')).toMatchObject({ uuids: [], errors: [] });
    expect((await newContent(library, '2001-09-09T01:46:40Z')).uuids).toEqual((await newContent(library)).uuids);
  });

  it('is told why there is no answer, and keeps its place', async () => {
    const { youngest } = await newContent(library);
    const beginning = encodeCursor({ ...(await logEnd()), position: 0 });
    for (const [uuid, since, code, kept] of [
      ['00000000-0000-7000-8000-000000000000', youngest, 'NOT_FOUND', youngest],
      [uuidOfTheme('no-such-theme'), youngest, 'NOT_FOUND', youngest],
      ['nothing\u0000', null, 'NOT_FOUND', beginning],
      [library, 'nothing', 'CURSOR_INVALID', 'nothing'],
      [library, '1999-01-01T00:00:00+00:00', 'CURSOR_INVALID', '1999-01-01T00:00:00+00:00'],
      [library, '1970-99-01T00:00:00+00:00', 'CURSOR_INVALID', '1970-99-01T00:00:00+00:00'],
    ] as const) {
      const answer = await newContent(uuid, since);
      expect(answer, `${uuid} ${since}`).toMatchObject({ uuids: [], youngest: kept, errors: [{ code }] });
    }
    const { errors } = await server.query(QUERY, { uuid: library, since: 'x'.repeat(101) });
    expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('what can be polled', () => {
  it('is a case with its experiences and lessons', async () => {
    const draft = await createCaseStudy(server);
    expect((await newContent(draft.id)).errors[0]!.code).toBe('NOT_FOUND');
    const caseStudy = await publish(server, draft);
    const experience = await publish(server, await createExperience(server, caseStudy.id));
    const rests = await publish(server, await createLesson(server, { title: 'Rests on it' }));
    await lesson('Of something else');
    const before = await newContent(caseStudy.id);
    expect(before.uuids).toEqual([caseStudy.id, experience.id]);
    const { errors } = await mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId: rests.id,
      experienceId: experience.id,
      stance: 'SUPPORTS',
    });
    expect(errors).toEqual([]);
    expect((await newContent(caseStudy.id, before.youngest)).uuids).toEqual([rests.id]);
    await retract(caseStudy);
    expect((await newContent(caseStudy.id, before.youngest)).uuids).toEqual([rests.id, caseStudy.id]);
  });

  it('is a theme and a recommendation, by UUIDs that the API tells and anybody can work out', async () => {
    const { data } = await server.query('{ themes { slug uuid } framework { recommendations { number uuid } } }');
    const { slug, uuid } = data.themes[0];
    expect(uuid).toBe(uuidOfTheme(slug));
    expect(new Set(data.themes.map((theme: { uuid: string }) => theme.uuid)).size).toBe(data.themes.length);
    const { id } = await lesson('About something', { themes: [slug], recommendations: [7] });
    expect((await newContent(uuid)).uuids).toEqual([id]);
    expect((await newContent(uuid.toUpperCase())).uuids).toEqual([id]);
    const seventh = uuidOfRecommendation(7);
    expect((await newContent(seventh)).uuids).toEqual([id]);
    expect((await newContent(uuidOfRecommendation(8))).uuids).toEqual([]);
  });
});

describe('a follow', () => {
  it('is polled by its filter, by those alone who may use the inbox that it is of', async () => {
    const own = await memberOf(server, library, 'CONTRIBUTOR');
    const colleague = await memberOf(server, library, 'CONTRIBUTOR');
    const reader = await memberOf(server, library, 'CONTRIBUTOR', ['READ_DRAFTS']);
    const stranger = await memberOf(server, await libraryId(server, 'DK-710100'), 'MANAGER');
    const { id } = await lesson('For those who follow', { recommendations: [9] });
    const follow = async (owner: object) => {
      const [inboxId, followId] = [uuidv7(), uuidv7()];
      const { personId = null, organisationId = null } = owner as Record<string, string>;
      await database.rows(sql`INSERT INTO inbox VALUES (${inboxId}, ${personId}, ${organisationId}, now())`);
      await database.rows(
        sql`INSERT INTO follow VALUES (${followId}, ${inboxId}, 'The ninth', '{"recommendations": [9]}', 'NOTHING', 0, now())`,
      );
      return followId;
    };
    const ofPerson = await follow({ personId: own.personId });
    const ofLibrary = await follow({ organisationId: library });
    const told = async (send: TestServer['query'], uuid: string) =>
      (await send(QUERY, { uuid })).data.newContent.uuids.includes(id);
    const all = (uuid: string) =>
      Promise.all(
        [own, colleague, reader, stranger, { query: server.query }, { query: server.admin }].map(({ query }) =>
          told(query, uuid),
        ),
      );
    expect(await all(ofPerson)).toEqual([true, false, false, false, false, false]);
    expect(await all(ofLibrary)).toEqual([true, true, false, false, false, true]);
  });
});

describe('client-examples/hub-poll', () => {
  let folder: string;
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('keeps copies, and drops what was taken back', async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-poll-'));
    const file = path.join(folder, 'copies.json');
    const example = fileURLToPath(new URL('../../client-examples/hub-poll/poll.js', import.meta.url));
    const poll = () => promisify(execFile)(process.execPath, [example, server.url, library, file]);
    const titles = async () => {
      const { copies } = JSON.parse(await readFile(file, 'utf8'));
      return Object.values<{ title: string }>(copies).map(({ title }) => title);
    };
    const taken = await lesson('Soon taken back');
    await poll();
    expect(await titles()).toContain('Soon taken back');
    await lesson('Came later');
    await retract(taken);
    expect((await poll()).stdout).toMatch(/^2 changed/);
    expect(await titles()).toContain('Came later');
    expect(await titles()).not.toContain('Soon taken back');
    expect((await poll()).stdout).toBe('');
  });
});

describe('times that stand for places', () => {
  const end = { epoch: '00c0ffee', position: 7_000_000, keptAfter: 0 };

  it('lose nothing, are no times that a hub can give, and fit into 32 bits', () => {
    fc.assert(
      fc.property(fc.nat(end.position), (position) => {
        const time = writeSince('TIME', { ...end, position });
        const seconds = Date.parse(time) / 1000;
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThan(1_000_000_000);
        expect(readSince(time, end)).toEqual({ notation: 'TIME', position, time: null });
      }),
    );
  });

  it('are refused in another history, beyond the end of this one, and when the log is too long for them', () => {
    const time = writeSince('TIME', { ...end, position: 1_000 });
    expect(() => readSince(time, { ...end, epoch: '00c0ffef' })).toThrow(/neither a time/);
    expect(() => readSince(time, { ...end, position: 999 })).toThrow(/neither a time/);
    expect(() => writeSince('TIME', { ...end, position: 7_900_000 })).toThrow(/too long .* since: "/);
  });
});

async function logEnd(): Promise<{ epoch: string; position: number }> {
  const row = await database.row<{ epoch: string; position: number }>(
    sql`SELECT epoch, last_position AS position FROM knowledge_log_state`,
  );
  return row!;
}

// Last, for the beginning of the log is gone from then on.
describe('when the log is not all kept', () => {
  it('says from where it goes on, in the notation of whoever asks', async () => {
    const places = [await newContent(library), await newContent(library, HUB_BEGINNING)];
    const gone = await lesson('The last that is gone');
    // Once it has its place in the log.
    expect(await newContent(library, places[0]!.youngest)).toMatchObject({ uuids: [gone.id] });
    await database.rows(sql`UPDATE knowledge_log_state SET kept_after = last_position`);
    const { id } = await lesson('The first that is kept');
    for (const { youngest } of places) {
      const answer = await newContent(library, youngest);
      expect(answer).toMatchObject({ uuids: [], youngest, errors: [{ code: 'CURSOR_EXPIRED' }] });
      const [, oldest] = /go on with since: "(.+)"/.exec(answer.errors[0]!.message)!;
      expect(await newContent(library, oldest)).toMatchObject({ uuids: [id], errors: [] });
    }
    for (const since of [null, '', HUB_BEGINNING, '2024-01-01T00:00:00+00:00']) {
      expect((await newContent(library, since)).errors[0]!.code).toBe('CURSOR_EXPIRED');
    }
  });
});
