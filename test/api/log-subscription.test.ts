/** What one subscriber can rely on, while connections break, processes die and histories change. */
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import type { SubscribeOptions } from '../../src/platform/log/knowledge-log.js';
import type { SubscriptionSource } from '../../src/platform/log/subscription-source.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { type LogProcess, newEntry, startLogProcess } from '../helpers/log-process.js';
import { until } from '../helpers/until.js';

let testDatabase: TestDatabase;
let running: LogProcess[];
let one: LogProcess;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  running = [];
  one = await start();
});

afterEach(async () => {
  await Promise.all(running.map((process) => process.stop()));
  await testDatabase.drop();
});

async function start(): Promise<LogProcess> {
  const process = await startLogProcess(testDatabase.connection);
  running.push(process);
  return process;
}

/** Commits entries as a process does that dies before it stamps them. */
async function commitOnly(count: number, theme = 'learning'): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await one.database.rows(sql`
    INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
      municipalities, recommendations, themes)
    SELECT id, 'PUBLISHED', now(), id, 'LESSON', 1, id, '{}', '{}', ARRAY[${theme}::text]
    FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS event (id, place) ORDER BY place`);
  return ids;
}

async function startCursor(process = one): Promise<string> {
  return encodeCursor({ ...(await process.log.end()), position: 0 });
}

/** The next events' ids. The test's own timeout ends a wait for one that does not come. */
async function take(source: SubscriptionSource, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const { value } = await source.next();
    if (value === undefined) break;
    ids.push(value.eventId);
  }
  return ids;
}

async function backends(process: LogProcess, condition = sql`TRUE`): Promise<number[]> {
  const rows = await process.database.rows<{ pid: number }>(sql`
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND ${condition}`);
  return rows.map((row) => row.pid);
}

const listening = sql`query LIKE 'LISTEN %'`;

test('without a cursor, what was committed before is not told and what is committed after is', async () => {
  await one.publish();
  await commitOnly(3);
  const source = await one.log.subscribe({});
  const id = await one.publish();
  expect(await take(source, 1)).toEqual([id]);
  await source.return();
});

test('a process whose tail is late does not tell what was committed before, nor skip what comes after', async () => {
  const two = await start();
  for (let round = 0; round < 20; round++) {
    await one.publish();
    const source = await two.log.subscribe({});
    const id = await one.publish();
    expect(await take(source, 1)).toEqual([id]);
    await source.return();
  }
});

test('with a cursor, everything since comes first and then what happens, under the filter', async () => {
  const old = await commitOnly(2500);
  await commitOnly(2500, 'health');
  await one.log.end();
  const two = await start();
  const source = await two.log.subscribe({ after: await startCursor(), filter: { themes: ['learning'] } });
  expect(await take(source, 2500)).toEqual(old);
  await one.publish({ themes: ['health'] });
  const id = await one.publish({ themes: ['learning'] });
  expect(await take(source, 1)).toEqual([id]);
  await source.return();
});

test('a reader that stands still while more happens than memory holds goes on where it stood', async () => {
  const source = await one.log.subscribe({ after: await startCursor() });
  const first = await commitOnly(10);
  expect(await take(source, 5)).toEqual(first.slice(0, 5));
  const rest = await commitOnly(9000);
  await one.log.end();
  const live = await one.log.subscribe({ after: encodeCursor({ ...(await one.log.end()), position: 9000 }) });
  expect(await take(live, 10)).toEqual(rest.slice(-10));
  expect(await take(source, 9005)).toEqual([...first.slice(5), ...rest]);
});

test('the cursor of each event resumes right behind it', async () => {
  const ids = [await one.publish(), await one.publish(), await one.publish()];
  const source = await one.log.subscribe({ after: await startCursor() });
  for (let seen = 1; seen <= ids.length; seen++) {
    const { value } = await source.next();
    const resumed = await one.log.subscribe({ after: encodeCursor(value!) });
    expect(await take(resumed, ids.length - seen)).toEqual(ids.slice(seen));
  }
});

test('what is rolled back was never said, and leaves no gap', async () => {
  const source = await one.log.subscribe({});
  await expect(
    one.database.inTransaction(async (transaction) => {
      await one.log.append(transaction, newEntry());
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  const id = await one.publish();
  const { value } = await source.next();
  expect(value).toMatchObject({ eventId: id, position: 1 });
});

test('what a dead process left unstamped comes within seconds', async () => {
  const source = await one.log.subscribe({});
  const committed = Date.now();
  const ids = await commitOnly(2);
  expect(await take(source, 2)).toEqual(ids);
  expect(Date.now() - committed).toBeLessThan(10_000);
});

test('when the listening connection is cut, events go on and it is made again', async () => {
  const source = await one.log.subscribe({});
  const [before] = await until(async () => {
    const pids = await backends(one, listening);
    expect(pids).toHaveLength(1);
    return pids;
  });
  await one.database.rows(sql`SELECT pg_terminate_backend(${before})`);
  const during = await one.publish();
  expect(await take(source, 1)).toEqual([during]);
  await until(async () => {
    const pids = await backends(one, listening);
    expect(pids).toHaveLength(1);
    expect(pids).not.toEqual([before]);
  });
  expect(one.errors.length).toBeGreaterThan(0);
  const after = await one.publish();
  expect(await take(source, 1)).toEqual([after]);
});

test('when every connection is cut, subscribers that are behind and those that wait both go on', async () => {
  const old = await commitOnly(3000);
  await one.log.end();
  const two = await start();
  const behind = await two.log.subscribe({ after: await startCursor(two) });
  const waiting = await two.log.subscribe({});
  const next = waiting.next();
  expect(await take(behind, 1)).toEqual(old.slice(0, 1));
  const pids = await backends(one);
  await one.database.rows(sql`SELECT pg_terminate_backend(pid) FROM unnest(${pids}::integer[]) AS pid`);
  expect(await take(behind, 2999)).toEqual(old.slice(1));
  const id = await until(() => one.publish());
  expect((await next).value?.eventId).toBe(id);
});

test('return() ends a next() that waits, and nobody waits any more', async () => {
  const sources = await Promise.all(Array.from({ length: 100 }, () => one.log.subscribe({})));
  const pending = sources.map((source) => source.next());
  await until(() => expect(one.log.waiting).toBe(100));
  for (const source of sources) expect(await source.return()).toEqual({ done: true, value: undefined });
  expect(one.log.waiting).toBe(0);
  for (const next of pending) expect(await next).toEqual({ done: true, value: undefined });
  await one.publish();
  expect(await sources[0]!.next()).toEqual({ done: true, value: undefined });
  expect(one.log.waiting).toBe(0);
});

test('a signal ends it like return()', async () => {
  const controller = new AbortController();
  const source = await one.log.subscribe({ signal: controller.signal });
  const next = source.next();
  await until(() => expect(one.log.waiting).toBe(1));
  controller.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(one.log.waiting).toBe(0);
  const late = await one.log.subscribe({ signal: controller.signal });
  expect(await late.next()).toEqual({ done: true, value: undefined });
});

test('throw() ends it and passes the error on', async () => {
  const source = await one.log.subscribe({});
  await expect(source.throw(new Error('mine'))).rejects.toThrow('mine');
  expect(await source.next()).toEqual({ done: true, value: undefined });
});

test('several next() at once are answered in order', async () => {
  const source = await one.log.subscribe({});
  const pending = [source.next(), source.next(), source.next()];
  const ids = [await one.publish(), await one.publish(), await one.publish()];
  expect((await Promise.all(pending)).map(({ value }) => value?.eventId)).toEqual(ids);
});

test('another history ends subscriptions with CURSOR_INVALID and refuses old cursors', async () => {
  await one.publish();
  const cursor = encodeCursor(await one.log.end());
  const source = await one.log.subscribe({});
  const next = source.next();
  await until(() => expect(one.log.waiting).toBe(1));
  await one.database.rows(sql`UPDATE knowledge_log_state SET epoch = 'ffffffff'`);
  await expect(next).rejects.toMatchObject({ extensions: { code: 'CURSOR_INVALID' } });
  expect(await source.next()).toEqual({ done: true, value: undefined });
  const refused = (options: SubscribeOptions) =>
    expect(one.log.subscribe(options)).rejects.toMatchObject({ extensions: { code: 'CURSOR_INVALID' } });
  await refused({ after: cursor });
  await refused({ after: 'nonsense' });
  await refused({ after: encodeCursor({ epoch: 'ffffffff', position: 2 }) });

  const anew = await one.log.subscribe({ after: encodeCursor({ epoch: 'ffffffff', position: 1 }) });
  const id = await one.publish();
  expect(await take(anew, 1)).toEqual([id]);
});

test('whoever subscribes in a new history that the tail does not know yet is served', async () => {
  for (const epoch of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd']) {
    await one.database.rows(sql`UPDATE knowledge_log_state SET epoch = ${epoch}`);
    const source = await one.log.subscribe({});
    const next = source.next();
    const id = await one.publish();
    expect((await next).value).toMatchObject({ eventId: id, epoch });
    await source.return();
  }
});

test('stop leaves no connection, also right after start and while PostgreSQL is being reached', async () => {
  const two = await startLogProcess(testDatabase.connection);
  await two.stop();
  const three = await startLogProcess(testDatabase.connection);
  await until(async () => expect(await backends(one, listening)).toHaveLength(2));
  await one.log.stop();
  await three.stop();
  await until(async () => expect(await backends(one, listening)).toEqual([]));
  expect([...two.errors, ...three.errors]).toEqual([]);
});
