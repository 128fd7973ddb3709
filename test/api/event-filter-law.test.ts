/** The filter law has three forms: in memory, as a condition, and in SQL for filters that lie in tables. They are one. */
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { Database } from '../../src/platform/database/database.js';
import {
  EventFilter,
  type EventFilterInput,
  storedFilter,
  type StoredFilter,
} from '../../src/platform/log/event-filter.js';
import { eventTypes, type LogEntry, type NewLogEntry } from '../../src/platform/log/log-entry.js';
import { KnowledgeLog } from '../../src/platform/log/knowledge-log.js';
import { readPage } from '../../src/platform/log/read.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { randomRuns } from '../helpers/random-runs.js';

const ENTRIES = 300;
/** Filters of one statement. */
const BATCH = 100;

// Few values, so that entries and filters meet.
const ids = Array.from({ length: 4 }, () => uuidv7());
const kinds = ['CASE_STUDY', 'EXPERIENCE', 'LESSON'] as const;
const municipalities = ['0101', '0751', '0851'];
const themes = ['learning', 'health', 'democracy'];

const entries: fc.Arbitrary<NewLogEntry> = fc.record({
  type: fc.constantFrom(...eventTypes),
  recordId: fc.constantFrom(...ids),
  recordKind: fc.constantFrom(...kinds),
  recordVersion: fc.nat(9),
  relatedRecordId: fc.option(fc.constantFrom(...ids)),
  organisationId: fc.constantFrom(...ids),
  municipalities: fc.subarray(municipalities),
  recommendations: fc.subarray([1, 2, 3, 10]),
  themes: fc.subarray(themes),
});

function listOf<Value>(...values: fc.Arbitrary<Value>[]): fc.Arbitrary<Value[] | null | undefined> {
  const list = fc.array(fc.oneof(...values), { maxLength: 3 });
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(null, undefined) }, { weight: 1, arbitrary: list });
}

const anyId = fc.constantFrom(...ids, ...ids.map((id) => id.toUpperCase()), 'no-id', `{${ids[0]}}`);
// No NUL: a filter with one is refused before it is stored, and JSON in a table could not hold it.
const strange = fc.constantFrom('', 'x', "'", '"', '\\', '{}', 'null', '%', 'æøå');

const filters: fc.Arbitrary<EventFilterInput> = fc.record({
  kinds: listOf<string>(fc.constantFrom(...kinds), strange),
  types: listOf<string>(fc.constantFrom(...eventTypes), strange),
  records: listOf(anyId),
  organisations: listOf(anyId),
  municipalities: listOf(fc.constantFrom(...municipalities), strange),
  recommendations: listOf(fc.constantFrom(1, 2, 3, 10, 0, -1, 2 ** 31 - 1)),
  themes: listOf(fc.constantFrom(...themes), strange),
});

let testDatabase: TestDatabase;
let database: Database;
let all: LogEntry[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.open({
    connection: testDatabase.connection,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: () => {},
  });
  const log = new KnowledgeLog({ database, onError: () => {} });
  await database.inTransaction(async (transaction) => {
    for (const entry of fc.sample(entries, { numRuns: ENTRIES, seed: 7 })) await log.append(transaction, entry);
  });
  await log.end();
  all = (await readPage(database, { limit: ENTRIES, backward: false, filter: new EventFilter() })).entries;
});

afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

/** What each of some stored filters chooses by the function in the database, in one statement. */
async function inTables(stored: readonly StoredFilter[]): Promise<number[][]> {
  const rows = await database.rows<{ positions: number[] }>(sql`
    SELECT (SELECT coalesce(json_agg(entry.position ORDER BY entry.position), '[]') FROM knowledge_log AS entry
      WHERE knowledge_event_matches(given.filter, entry)) AS positions
    FROM jsonb_array_elements(${JSON.stringify(stored)}::jsonb) WITH ORDINALITY AS given(filter, place)
    ORDER BY given.place`);
  return rows.map(({ positions }) => positions);
}

const inMemory = (input: EventFilterInput): number[] => {
  const filter = new EventFilter(input);
  return all.filter((entry) => filter.matches(entry)).map(({ position }) => position);
};

test('filters that are stored choose in SQL what they choose in memory', { timeout: 600_000 }, async () => {
  expect(all).toHaveLength(ENTRIES);
  const sizes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(filters, { minLength: 1, maxLength: BATCH, size: 'max' }), async (inputs) => {
      const expected = inputs.map(inMemory);
      for (const chosen of expected) sizes.add(chosen.length);
      const stored = inputs.map(storedFilter);
      expect(await inTables(stored)).toEqual(expected);
      // What was stored is the same filter, and as a condition, too.
      expect(stored.map(inMemory)).toEqual(expected);
      const { entries: found } = await readPage(database, {
        limit: ENTRIES,
        backward: false,
        filter: new EventFilter(stored[0]!),
      });
      expect(found.map(({ position }) => position)).toEqual(expected[0]);
    }),
    randomRuns(20),
  );
  expect(sizes.size, 'filters that choose a part, not only all or nothing').toBeGreaterThan(20);
});

test('a stored filter is the same text however it was written', async () => {
  const [one, two] = [ids[0]!, ids[1]!];
  const written = [
    { records: [one, two.toUpperCase()], themes: [], recommendations: [10, 2] },
    { recommendations: [2, 10, 2], kinds: null, records: [two, one, one] },
  ];
  const [first, second] = written.map((input) => JSON.stringify(storedFilter(input)));
  const rows = await database.rows<{ isSame: boolean }>(
    sql`SELECT ${first}::jsonb::text = ${second}::jsonb::text AS "isSame"`,
  );
  expect(rows).toEqual([{ isSame: true }]);
});

test('the function is told apart from one that forgets a list', async () => {
  const input = { records: [ids[0]!] };
  const forgetful = all.filter((entry) => entry.recordId === ids[0]).map(({ position }) => position);
  const [chosen] = await inTables([storedFilter(input)]);
  expect(chosen).toEqual(inMemory(input));
  expect(chosen).not.toEqual(forgetful);
});

test('PostgreSQL puts the law in place: a call for each pair is forty times as slow', async () => {
  const rows = await database.rows<{ 'QUERY PLAN': string }>(sql`EXPLAIN (VERBOSE)
    SELECT FROM knowledge_log AS entry, (VALUES ('{}'::jsonb), (NULL)) AS given(filter)
    WHERE knowledge_event_matches(given.filter, entry)`);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('recommendations');
  expect(plan).not.toContain('knowledge_event_matches');
});
