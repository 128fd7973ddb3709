import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/platform/database/database.js';
import { EventFilter, type EventFilterInput } from '../../src/platform/log/event-filter.js';
import { eventTypes, type LogEntry, type NewLogEntry } from '../../src/platform/log/log-entry.js';
import { KnowledgeLog } from '../../src/platform/log/knowledge-log.js';
import { countEntries, readEnd, readPage } from '../../src/platform/log/read.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';

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
  recommendations: fc.subarray([1, 2, 3]),
  themes: fc.subarray(themes),
});

function listOf<Value>(...values: fc.Arbitrary<Value>[]): fc.Arbitrary<Value[] | null | undefined> {
  const list = fc.array(fc.oneof(...values), { maxLength: 3 });
  return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(null, undefined) }, { weight: 1, arbitrary: list });
}

const anyId = fc.oneof(
  fc.constantFrom(...ids, ...ids.map((id) => id.toUpperCase()), 'no-id', `{${ids[0]}}`),
  fc.string({ maxLength: 3 }),
);
const strange = fc.constantFrom('', '\0', 'x', "'", '{}', 'æøå');

const filters: fc.Arbitrary<EventFilterInput> = fc.record({
  kinds: listOf<string>(fc.constantFrom(...kinds), strange),
  types: listOf<string>(fc.constantFrom(...eventTypes), strange),
  records: listOf(anyId),
  organisations: listOf(anyId),
  municipalities: listOf(fc.constantFrom(...municipalities), strange),
  recommendations: listOf(fc.constantFrom(1, 2, 3, 0, -1, 2 ** 31 - 1)),
  themes: listOf(fc.constantFrom(...themes), strange),
});

let testDatabase: TestDatabase;
let database: Database;
let all: LogEntry[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.open({
    connection: testDatabase.connection,
    entities: [],
    migrations: [],
    onIdleError: () => {},
  });
  const log = new KnowledgeLog({ database, onError: () => {} });
  await database.inTransaction(async (transaction) => {
    for (const entry of fc.sample(entries, { numRuns: 300, seed: 7 })) await log.append(transaction, entry);
  });
  await log.end();
  all = (await readPage(database, { limit: 1000, backward: false, filter: new EventFilter() })).entries;
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const positions = (found: readonly LogEntry[]) => found.map((entry) => entry.position);
const inMemory = (input: EventFilterInput) => positions(all.filter((entry) => new EventFilter(input).matches(entry)));

test('a filter chooses the same entries in memory and in the table', async () => {
  const chosen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(filters, async (input) => {
      const filter = new EventFilter(input);
      const expected = inMemory(input);
      const page = await readPage(database, { limit: 1000, backward: false, filter });
      expect(positions(page.entries)).toEqual(expected);
      expect(await countEntries(database, filter)).toBe(expected.length);
      chosen.add(expected.length);
    }),
    { numRuns: 300, seed: 11 },
  );
  expect(chosen.size, 'filters that choose a part, not only all or nothing').toBeGreaterThan(20);
});

test('within a list any value will do, between lists all must', () => {
  const [one, two] = [inMemory({ themes: ['learning'] }), inMemory({ themes: ['health'] })];
  const either = inMemory({ themes: ['learning', 'health'] });
  expect(either).toEqual([...new Set([...one, ...two])].sort((a, b) => a - b));
  const lessons = new Set(inMemory({ kinds: ['LESSON'] }));
  const both = inMemory({ themes: ['learning'], kinds: ['LESSON'] });
  expect(both).toEqual(one.filter((position) => lessons.has(position)));
  expect(both.length).toBeGreaterThan(0);
});

test('what is left out, null or empty filters nothing', () => {
  expect(all).toHaveLength(300);
  expect(inMemory({})).toEqual(positions(all));
  expect(inMemory({ kinds: null, records: [], themes: undefined })).toEqual(positions(all));
});

test('a list of nothing but impossible values chooses nothing', async () => {
  for (const input of [{ records: ['no-id'] }, { themes: ['\0'] }]) {
    expect(inMemory(input)).toEqual([]);
    expect(await countEntries(database, new EventFilter(input))).toBe(0);
  }
});

test('records finds both ends, in upper case too', () => {
  const id = ids[0]!;
  const found = inMemory({ records: [id.toUpperCase()] });
  expect(found).toEqual(positions(all.filter((entry) => entry.recordId === id || entry.relatedRecordId === id)));
  expect(found.some((position) => all[position - 1]!.recordId !== id)).toBe(true);
});

test('an entry comes back as it was said', async () => {
  const [said] = fc.sample(entries, { numRuns: 1, seed: 7 });
  const { epoch } = await readEnd(database);
  expect(all[0]).toEqual({
    ...said,
    epoch,
    position: 1,
    eventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
    occurredAt: expect.toSatisfy((time: Date) => Math.abs(Date.now() - time.getTime()) < 60_000),
  });
});
