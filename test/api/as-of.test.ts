/** Reads as of a time, case by case; the law over random histories is in as-of-law.test.ts. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CancellableReads } from '../../src/platform/database/cancellable-reads.js';
import { tablesAsOf } from '../../src/modules/records/tables-as-of.js';
import { createLesson, mutate, publish, type Reference } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let client: pg.Client;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
}, 120_000);
afterAll(async () => {
  await client?.end();
  await server?.close();
});

/** A time between what was written before and what will be: versions are dated to the nearest millisecond. */
async function moment(): Promise<Date> {
  const time = Date.now() + 2;
  await until(() => expect(Date.now()).toBeGreaterThan(time + 2), { interval: 1 });
  return new Date(time);
}

/** Asks as soon as the time is settled. */
function ask(query: string, variables: object, as = server.query): Promise<GraphqlResponse> {
  return until(
    async () => {
      const response = await as(query, variables);
      if (response.errors?.[0]?.message.includes('must lie in the past')) throw new Error(response.errors[0].message);
      return response;
    },
    { interval: 100 },
  );
}

async function revise(record: Reference, input: object): Promise<Reference> {
  const { lesson, errors } = await mutate(server, 'updateLesson', 'lesson { id version }', {
    id: record.id,
    version: record.version,
    ...input,
  });
  expect(errors).toEqual([]);
  return publish(server, lesson);
}

const LESSON =
  'query ($slug: String!, $at: DateTime) { lesson(slug: $slug, asOf: $at) { title version updatedAt advice } }';

describe('a record as of a time', () => {
  it('is the version that was published last by then', async () => {
    const before = await moment();
    const first = await publish(server, await createLesson(server, { title: 'First' }));
    const afterFirst = await moment();
    await revise(first, { title: 'Second', advice: 'Do better.' });
    const afterSecond = await moment();
    const read = async (at: Date) => (await ask(LESSON, { slug: first.slug, at })).data.lesson;
    expect(await read(before)).toBeNull();
    expect(await read(afterFirst)).toMatchObject({ title: 'First', version: first.version, advice: /Write/ });
    expect(await read(afterSecond)).toMatchObject({ title: 'Second', advice: 'Do better.' });
    expect((await server.query(LESSON, { slug: first.slug, at: null })).data.lesson.title).toBe('Second');
  });

  it('is the same for who may see drafts, and tells nothing of the edit in progress', async () => {
    const lesson = await publish(server, await createLesson(server, { title: 'Public' }));
    await mutate(server, 'updateLesson', 'lesson { id }', { id: lesson.id, version: lesson.version, title: 'An edit' });
    const at = await moment();
    const query =
      'query ($id: ID!, $at: DateTime) { node(id: $id, asOf: $at) { ... on Lesson { title version workingCopy { title } warnings { message } revisions { nodes { status version author { kind } } } } } }';
    const [asAnybody, asAdmin] = [
      await ask(query, { id: lesson.id, at }),
      await ask(query, { id: lesson.id, at }, server.admin),
    ];
    expect(asAnybody.data.node).toEqual({
      title: 'Public',
      version: lesson.version,
      workingCopy: null,
      warnings: [],
      revisions: { nodes: [{ status: 'PUBLISHED', version: lesson.version, author: null }] },
    });
    expect(asAdmin.data).toEqual(asAnybody.data);
    expect((await server.admin(query, { id: lesson.id, at: null })).data.node.workingCopy).toEqual({
      title: 'An edit',
    });
  });

  it('is gone for then once it is retracted, and so are the links with it', async () => {
    const kept = await publish(server, await createLesson(server, { title: 'Kept' }));
    const going = await publish(server, await createLesson(server, { title: 'Going' }));
    const { link } = await mutate(server, 'link', 'link { id }', {
      fromId: kept.id,
      toId: going.id,
      relation: 'CONTINUES',
    });
    const at = await moment();
    const query =
      'query ($ids: [ID!]!, $at: DateTime) { nodes(ids: $ids, asOf: $at) { id ... on Lesson { links { totalCount } } } }';
    const ids = [kept.id, going.id, link.id];
    const before = await ask(query, { ids, at });
    expect(before.data.nodes).toMatchObject([{ links: { totalCount: 1 } }, { id: going.id }, { id: link.id }]);
    await mutate(server, 'retract', 'record { id }', { id: going.id, version: going.version, reason: 'It was wrong.' });
    const after = await ask(query, { ids, at });
    expect(after.data.nodes).toEqual([{ id: kept.id, links: { totalCount: 0 } }, null, null]);
  });

  it('takes a status other than published for what nobody saw', async () => {
    const at = await moment();
    await createLesson(server, { title: 'A draft' });
    const { data } = await ask(
      'query ($at: DateTime) { lessons(asOf: $at, filter: { statuses: [DRAFT, IN_REVIEW, RETRACTED] }) { totalCount } }',
      { at },
      server.admin,
    );
    expect(data.lessons.totalCount).toBe(0);
  });
});

describe('versions', () => {
  const VERSIONS = `query ($id: ID!, $at: DateTime, $version: Int!, $other: Int!) { node(id: $id, asOf: $at) { ... on Lesson {
    revision(version: $version) { version status content } citation(format: BIBTEX)
    difference(from: $version, to: $other) { path before after } } } }`;

  it('are there by their numbers, each with what a published one may show, and are cited as they were', async () => {
    const first = await publish(server, await createLesson(server, { title: 'Cited first' }));
    const at = await moment();
    const second = await revise(first, { title: 'Cited second' });
    const variables = { id: first.id, version: first.version, other: second.version };
    const now = (await server.query(VERSIONS, variables)).data.node;
    expect(now).toMatchObject({
      revision: { version: first.version, status: 'PUBLISHED', content: { title: 'Cited first' } },
      citation: expect.stringContaining('Cited second'),
      difference: [{ path: ['title'], before: 'Cited first', after: 'Cited second' }],
    });
    // The second did not exist then: there is nothing to compare with.
    expect((await ask(VERSIONS, { ...variables, at })).data.node).toMatchObject({
      revision: now.revision,
      citation: expect.stringContaining('Cited first'),
      difference: null,
    });
    const ofDraft = { ...variables, version: 1 };
    expect((await server.query(VERSIONS, ofDraft)).data.node).toMatchObject({ revision: null, difference: null });
    expect((await server.admin(VERSIONS, ofDraft)).data.node.revision.status).toBe('DRAFT');
    // As of a time it is there for nobody, whoever asks.
    expect((await ask(VERSIONS, { ...ofDraft, at }, server.admin)).data.node.revision).toBeNull();
  });
});

describe('a time that is not settled', () => {
  const QUERY = 'query ($at: DateTime) { caseStudies(asOf: $at) { totalCount } node(id: "x", asOf: $at) { id } }';

  it.each([
    ['in the future', () => new Date(Date.now() + 60_000)],
    ['now', () => new Date()],
    ['at the end of the calendar', () => new Date('9999-12-31T23:59:59.999Z')],
  ])('is refused: %s', async (_when, time) => {
    const { data, errors } = await server.query(QUERY, { at: time() });
    expect(data).toBeNull();
    expect(errors![0]).toMatchObject({
      message: expect.stringMatching(/^`asOf` must lie in the past, .*: ask for \S+Z or earlier/),
      extensions: { code: 'BAD_USER_INPUT', latest: expect.any(String) },
    });
    const { errors: none } = await server.query(QUERY, { at: errors![0]!.extensions['latest'] });
    expect(none).toBeUndefined();
  });

  it('is refused while a write is under way that began before it', async () => {
    await client.query('BEGIN');
    const { rows } = await client.query<{ now: Date }>('SELECT now()');
    const at = new Date(rows[0]!.now.getTime() + 5);
    try {
      await until(() => expect(Date.now() - at.getTime()).toBeGreaterThan(1_500));
      const { errors } = await server.query(QUERY, { at });
      expect(errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
      expect(Date.parse(errors![0]!.extensions['latest'] as string)).toBeLessThan(at.getTime());
    } finally {
      await client.query('ROLLBACK');
    }
    expect((await server.query(QUERY, { at })).errors).toBeUndefined();
  });

  it('is not one of long ago, however long', async () => {
    for (const at of ['0001-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '2010-01-31T12:00:00+01:00']) {
      const { data, errors } = await server.query(QUERY, { at });
      expect(errors).toBeUndefined();
      expect(data).toEqual({ caseStudies: { totalCount: 0 }, node: null });
    }
  });
});

describe('statements', () => {
  it.each([
    ['one level', 'caseStudies(first: 5 ARGS) { nodes { title } }', 1],
    [
      'parties of cases, and which part of the definition they meet',
      'caseStudies(first: 5 ARGS) { nodes { parties { organisation { name } contributions { kind } } definitionCheck { missing } } }',
      5,
    ],
    [
      'experiences of cases with their lessons',
      'caseStudies(first: 5 ARGS) { nodes { experiences(first: 3) { nodes { title lessons(first: 3) { nodes { title } } } } } }',
      3,
    ],
  ])('are those of now and one more: %s', async (_name, field, statements) => {
    const spy = vi.spyOn(CancellableReads.prototype, 'rows');
    try {
      const at = new Date(Date.now() - 500).toISOString();
      const now = await server.query(`{ ${field.replace(' ARGS', '')} }`);
      expect(spy).toHaveBeenCalledTimes(statements);
      await ask(`{ ${field.replace(' ARGS', `, asOf: "${at}"`)} }`, {});
      spy.mockClear();
      const then = await server.query(`{ ${field.replace(' ARGS', `, asOf: "${at}"`)} }`);
      expect(spy).toHaveBeenCalledTimes(statements + 1);
      expect(then.data).toEqual(now.data);
    } finally {
      spy.mockRestore();
    }
  });
});

describe('the tables as of a time', () => {
  /** What is read of them at no time: the order of words in the search index, and identities that nobody is told. */
  const WITHOUT: Readonly<Record<string, readonly string[]>> = {
    record: ['search'],
    contribution: ['id'],
    rule_of_play: ['id'],
    benefit: ['id'],
    funding: ['id'],
    source: ['id'],
  };
  /** Tables that hang on records: what is never public, and what only those who harvest today's state are told. */
  const OTHERS = ['harvest_item', 'review_comment'];

  it('are all that hang on records', async () => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint
       WHERE contype = 'f' AND confrelid IN ('record'::regclass, 'party'::regclass)`,
    );
    const known = [...names(), ...OTHERS];
    expect(rows.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('have the columns of the tables, of the same types', async () => {
    for (const name of names()) {
      const table = await client.query(`SELECT * FROM ${name} LIMIT 0`);
      const { text, values } = tablesAsOf(new Date());
      const asOf = await client.query(`WITH ${text} SELECT * FROM ${name} LIMIT 0`, values);
      const types = new Map(asOf.fields.map((field) => [field.name, field.dataTypeID]));
      for (const field of table.fields) {
        if (WITHOUT[name]?.includes(field.name)) continue;
        expect(types.get(field.name), `${name}.${field.name}`).toBe(field.dataTypeID);
      }
    }
  });

  function names(): string[] {
    return [...tablesAsOf(new Date()).text.matchAll(/(\w+) AS NOT MATERIALIZED/g)].map(([, name]) => name!);
  }
});
