/** Many writers with slow and failing transactions, several processes, readers that are cut and resume: nothing is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { EventFilter, type EventFilterInput } from '../../src/platform/log/event-filter.js';
import { type LogEntry, type NewLogEntry } from '../../src/platform/log/log-entry.js';
import { readPage } from '../../src/platform/log/read.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { checkLog, checkReader, type LoggedEvent } from '../helpers/log-checker.js';
import { type LogProcess, newEntry, startLogProcess } from '../helpers/log-process.js';
import { until } from '../helpers/until.js';

const SEED = 20_240_917;
const WRITERS = 24;
const TRANSACTIONS_EACH = 60;
const PROCESSES = 3;

const records = Array.from({ length: 12 }, () => uuidv7());
const kinds = ['CASE_STUDY', 'EXPERIENCE', 'LESSON'] as const;
const themes = ['learning', 'health', 'democracy'];
const filters: EventFilterInput[] = [
  {},
  { themes: ['learning'] },
  { kinds: ['LESSON', 'EXPERIENCE'], themes: ['health', 'democracy'] },
  { records: records.slice(0, 3) },
];

let testDatabase: TestDatabase;
let processes: LogProcess[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const start = () => startLogProcess(testDatabase.connection, WRITERS / PROCESSES + 2);
  processes = await Promise.all(Array.from({ length: PROCESSES }, start));
  // Stands for `record`: a row with a version, locked while it is written.
  await processes[0]!.database.rows(sql`CREATE TABLE written (id uuid PRIMARY KEY, version integer NOT NULL)`);
  await processes[0]!.database.rows(sql`INSERT INTO written SELECT unnest(${records}::uuid[]), 0`);
});

afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()));
  await testDatabase.drop();
});

/** Numbers from 0 to below 1, evenly spread, the same ones at every run (the generator known as mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<Value>(random: () => number, values: readonly Value[]): Value {
  return values[Math.floor(random() * values.length)]!;
}

/** Thinks up to 15 ms, often not at all: ids are then given in another order than the commits are made. */
const think = (random: () => number) => delay(Math.max(0, Math.floor(random() * 20) - 5));

async function write({ database, log }: LogProcess, random: () => number): Promise<void> {
  for (let count = 0; count < TRANSACTIONS_EACH; count++) {
    const recordId = pick(random, records);
    const entry: Partial<NewLogEntry> = { recordId, recordKind: pick(random, kinds), themes: [pick(random, themes)] };
    const fails = random() < 0.05;
    const work = database.inTransaction(async (transaction) => {
      const [row] = await transaction.rows<{ version: number }>(
        sql`UPDATE written SET version = version + 1 WHERE id = ${recordId} RETURNING version`,
      );
      await log.append(transaction, newEntry({ ...entry, recordVersion: row!.version }));
      await think(random);
      if (fails) throw new Error('Changed my mind.');
    });
    if (fails) await expect(work).rejects.toThrow('Changed my mind.');
    else await work;
    if (random() < 0.3) await think(random);
  }
}

/** Reads until the signal comes; goes to another process after each cut, and is cut while it waits as well as between. */
async function followWithCuts(
  random: () => number,
  filter: EventFilterInput,
  received: string[],
  signal: AbortSignal,
): Promise<void> {
  const { epoch } = await processes[0]!.log.end();
  let cursor = encodeCursor({ epoch, position: 0 });
  while (!signal.aborted) {
    const source = await pick(random, processes).log.subscribe({ after: cursor, filter, signal });
    for (let left = Math.floor(random() * 60); left >= 0; left--) {
      const next = source.next();
      if (left === 0) {
        await Promise.race([next, delay(random() * 10)]);
        await source.return();
      }
      const { value } = await next;
      if (value === undefined) break;
      received.push(value.eventId);
      cursor = encodeCursor(value);
      if (random() < 0.05) await delay(random() * 40);
    }
  }
}

/** The reader that everybody writes first: numbers given by a sequence, and "what is greater than the last I saw". */
async function followNaively(received: string[], signal: AbortSignal): Promise<void> {
  let last = 0;
  for (let ended = false; !ended; await delay(2)) {
    ended = signal.aborted;
    const rows = await processes[0]!.database.rows<{ id: number; eventId: string }>(
      sql`SELECT id, event_id AS "eventId" FROM knowledge_log WHERE id > ${last} ORDER BY id`,
    );
    received.push(...rows.map((row) => row.eventId));
    last = rows.at(-1)?.id ?? last;
  }
}

async function wholeLog(): Promise<LogEntry[]> {
  const { entries } = await readPage(processes[0]!.database, {
    limit: 10_000,
    backward: false,
    filter: new EventFilter(),
  });
  return entries;
}

const idsOf = (entries: readonly LogEntry[]) => entries.map((entry) => entry.eventId);
const under = (entries: readonly LogEntry[], filter: EventFilterInput) =>
  idsOf(entries.filter((entry) => new EventFilter(filter).matches(entry)));

test('every reader sees its part of the log, whole and in order; one that follows ids does not', async () => {
  const stop = new AbortController();
  const readers = [...filters, ...filters].map((filter) => ({ filter, received: [] as string[] }));
  const naive: string[] = [];
  const following = [
    ...readers.map(({ filter, received }, index) =>
      followWithCuts(seededRandom(SEED + 1000 + index), filter, received, stop.signal),
    ),
    followNaively(naive, stop.signal),
  ];
  onTestFinished(async () => {
    stop.abort();
    await Promise.allSettled(following);
  });
  const writing = Array.from({ length: WRITERS }, (_, index) =>
    write(processes[index % PROCESSES]!, seededRandom(SEED + index)),
  );

  // One that comes in the middle, without a cursor.
  await until(async () => expect((await processes[0]!.log.end()).position).toBeGreaterThan(100));
  const before = await processes[0]!.log.end();
  const live = await processes[1]!.log.subscribe({ signal: stop.signal });
  const after = await processes[2]!.log.end();
  const fromNowOn: LogEntry[] = [];
  following.push(
    (async () => {
      for await (const entry of live) fromNowOn.push(entry);
    })(),
  );

  await Promise.all(writing);
  await processes[0]!.log.end();
  const log = await wholeLog();
  await until(() => {
    for (const { filter, received } of readers) expect(received.length).toBe(under(log, filter).length);
    expect(fromNowOn.at(-1)?.position).toBe(log.length);
  }).catch(() => {
    // What is missing shows below, in the checker's words.
  });
  stop.abort();
  await Promise.all(following);

  const logged = await processes[0]!.database.rows<LoggedEvent>(
    sql`SELECT event_id AS "eventId", position, record_id AS "recordId", record_version AS "recordVersion"
      FROM knowledge_log ORDER BY id`,
  );
  expect(logged.length).toBeGreaterThan(WRITERS * TRANSACTIONS_EACH * 0.9);
  expect(logged.length, 'some transactions failed after they had said something').toBeLessThan(
    WRITERS * TRANSACTIONS_EACH,
  );
  expect(checkLog(logged)).toEqual({ unstamped: 0, gaps: 0, disorderWithinRecord: 0 });
  expect(idsOf(log), 'positions are not ids: the load did make transactions overtake each other').not.toEqual(
    logged.map((event) => event.eventId),
  );
  for (const { filter, received } of readers) {
    expect(checkReader(under(log, filter), received), JSON.stringify(filter)).toEqual({
      lost: 0,
      repeated: 0,
      uncalledFor: 0,
      disorder: 0,
    });
  }

  const first = fromNowOn[0]!.position;
  expect(first).toBeGreaterThan(before.position);
  expect(first).toBeLessThanOrEqual(after.position + 1);
  expect(idsOf(fromNowOn)).toEqual(idsOf(log.slice(first - 1)));

  expect(checkReader(idsOf(log), naive).lost, 'the same check finds what a naive reader loses').toBeGreaterThan(10);
  for (const process of processes) expect(process.errors).toEqual([]);
}, 40_000);

test('the checker finds each kind of fault', () => {
  const event = (eventId: string, position: number | null, recordVersion: number): LoggedEvent => ({
    eventId,
    position,
    recordId: 'r',
    recordVersion,
  });
  expect(checkLog([event('a', 1, 1), event('b', 2, 2)])).toEqual({ unstamped: 0, gaps: 0, disorderWithinRecord: 0 });
  expect(checkLog([event('a', 1, 1), event('b', null, 2)]).unstamped).toBe(1);
  expect(checkLog([event('a', 1, 1), event('b', 3, 2)]).gaps).toBe(1);
  expect(checkLog([event('a', 1, 1), event('b', 1, 2)]).gaps).toBe(1);
  expect(checkLog([event('a', 2, 1), event('b', 1, 2)]).disorderWithinRecord).toBe(2);

  const expected = ['a', 'b', 'c'];
  expect(checkReader(expected, expected)).toEqual({ lost: 0, repeated: 0, uncalledFor: 0, disorder: 0 });
  expect(checkReader(expected, ['a', 'c']).lost).toBe(1);
  expect(checkReader(expected, ['a', 'b', 'b', 'c']).repeated).toBe(1);
  expect(checkReader(expected, ['a', 'b', 'x', 'c']).uncalledFor).toBe(1);
  expect(checkReader(expected, ['a', 'c', 'b']).disorder).toBe(1);
});
