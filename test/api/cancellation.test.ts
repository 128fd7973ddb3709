/** Reads that are ended: what PostgreSQL does about it, and that nobody else is hit. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Cancellation } from '../../src/common/cancellation.js';
import { Database } from '../../src/platform/database/database.js';
import { Proxy } from '../faults/proxy.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { until } from '../helpers/until.js';

const POOL_SIZE = 4;
const GONE = new Error('Nobody waits for this.');

let testDatabase: TestDatabase;
let database: Database;
let observer: pg.Client;
let idleErrors: Error[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  idleErrors = [];
  database = await Database.open({
    connection: testDatabase.connection,
    poolSize: POOL_SIZE,
    entities: [],
    migrations: [],
    onIdleError: (error) => idleErrors.push(error),
  });
  observer = new pg.Client({ connectionString: testDatabase.connection.url, application_name: 'observer' });
  await observer.connect();
});

afterAll(async () => {
  await observer.end();
  await database.close();
  await testDatabase.drop();
});

const BUSY = `FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'medspil' AND state <> 'idle'`;

async function running(): Promise<string[]> {
  const { rows } = await observer.query<{ query: string }>(`SELECT query ${BUSY}`);
  return rows.map(({ query }) => query);
}

async function connections(): Promise<number> {
  const { rows } = await observer.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'medspil'`,
  );
  return rows[0]!.n;
}

const within = { timeout: 10_000 };
const sleep = (seconds: number) => sql`SELECT pg_sleep(${seconds})`;

describe('reads that are ended', () => {
  it('give rows as others do, and errors that tell where they come from', async () => {
    const reads = database.until(new Cancellation());
    expect(await reads.rows(sql`SELECT ${1}::integer AS one`)).toEqual([{ one: 1 }]);
    expect(await reads.row(sql`SELECT 2 AS two`)).toEqual({ two: 2 });
    const error = await reads.rows(sql`SELECT 1 / 0`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: '22012', stack: expect.stringContaining('cancellation.test.ts') });
    expect(await reads.rows(sql`SELECT 3 AS three`)).toEqual([{ three: 3 }]);
  });

  it('reject at once, and stop in PostgreSQL', async () => {
    const operation = new Cancellation();
    const reads = database.until(operation);
    const both = [reads.rows(sleep(20)), reads.row(sleep(21))].map((read) => read.catch((error: unknown) => error));
    await until(async () => expect(await running()).toHaveLength(2), within);
    operation.cancel(GONE);
    expect(await Promise.all(both)).toEqual([GONE, GONE]);
    await until(async () => expect(await running()).toEqual([]), within);
    await expect(reads.rows(sql`SELECT 1`)).rejects.toBe(GONE);
  });

  it('do not begin any more when they still wait for a connection', async () => {
    await observer.query('CREATE SEQUENCE begun');
    const blockers = new Cancellation();
    const blocked = Array.from({ length: POOL_SIZE }, () =>
      database
        .until(blockers)
        .rows(sleep(20))
        .catch((error: unknown) => error),
    );
    await until(async () => expect(await running()).toHaveLength(POOL_SIZE), within);
    const operation = new Cancellation();
    const waiting = database.until(operation).rows(sql`SELECT nextval('begun')`);
    operation.cancel(GONE);
    await expect(waiting).rejects.toBe(GONE);
    blockers.cancel(GONE);
    await Promise.all(blocked);
    await database.rows(sql`SELECT 1`);
    await until(async () => expect(await running()).toEqual([]), within);
    const { rows } = await observer.query('SELECT is_called FROM begun');
    expect(rows).toEqual([{ is_called: false }]);
  });

  it('leave the pool as it was: the same connections go on', async () => {
    const before = await observer.query(`SELECT array_agg(pid ORDER BY pid) AS pids FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'medspil'`);
    for (let round = 0; round < 3; round += 1) {
      const operation = new Cancellation();
      const all = Array.from({ length: POOL_SIZE * 2 }, () =>
        database
          .until(operation)
          .rows(sleep(20))
          .catch((error: unknown) => error),
      );
      await until(async () => expect(await running()).toHaveLength(POOL_SIZE), within);
      operation.cancel(GONE);
      expect(await Promise.all(all)).toEqual(all.map(() => GONE));
      await until(async () => expect(await running()).toEqual([]), within);
    }
    await until(async () => expect(await connections()).toBe(POOL_SIZE), within);
    const after = await observer.query(`SELECT array_agg(pid ORDER BY pid) AS pids FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'medspil'`);
    expect(after.rows).toEqual(before.rows);
  });

  it.each([
    ['is closed', (_proxy: Proxy) => observer.query(`SELECT pg_terminate_backend(pid) ${BUSY}`)],
    ['breaks', async (proxy: Proxy) => proxy.cut(({ label }) => label === 'reading')],
  ])('do no harm when their connection %s while they are being ended', async (_name, happen) => {
    const { hostname, port, pathname, username } = new URL(testDatabase.connection.url);
    const proxy = await Proxy.start({
      target: () => ({ path: `${decodeURIComponent(hostname)}/.s.PGSQL.${port}` }),
      label: (chunk) => (chunk.includes('pg_sleep') ? 'reading' : undefined),
    });
    const fragile = await Database.open({
      connection: { url: `postgres://${username}@127.0.0.1:${proxy.port}${pathname}` },
      poolSize: 1,
      entities: [],
      migrations: [],
      onIdleError: (error) => idleErrors.push(error),
    });
    try {
      const operation = new Cancellation();
      const read = fragile
        .until(operation)
        .rows(sleep(20))
        .catch((error: unknown) => error);
      await until(async () => expect(await running()).toHaveLength(1), within);
      // The request that ends it gets no answer for now.
      proxy.freeze(undefined, { choice: () => false });
      operation.cancel(GONE);
      expect(await read).toBe(GONE);
      await until(() => expect(proxy.count()).toBe(2));
      // Were there nobody to hear of it, this process of the tests would fail, as a server would end.
      await happen(proxy);
      await until(() => expect(proxy.count()).toBe(1));
      proxy.heal();
      expect(await fragile.rows(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
    } finally {
      await fragile.close();
      await proxy.close();
    }
  });

  it('never hit what another operation runs', async () => {
    const end = performance.now() + 4_000;
    let done = 0;
    let ended = 0;
    const polite = async () => {
      const reads = database.until(new Cancellation());
      while (performance.now() < end) {
        expect(await reads.rows(sql`SELECT count(*) AS n FROM generate_series(1, 2000)`)).toEqual([{ n: 2000 }]);
        done += 1;
      }
    };
    const rude = async () => {
      while (performance.now() < end) {
        const operation = new Cancellation();
        // Some end by themselves just when they are cancelled.
        const read = database.until(operation).rows(sql`SELECT pg_sleep(${Math.random() * 0.01})`);
        await delay(Math.random() * 10);
        operation.cancel(GONE);
        await read.then(
          () => undefined,
          (error: unknown) => {
            expect(error).toBe(GONE);
            ended += 1;
          },
        );
      }
    };
    await Promise.all([...Array.from({ length: 6 }, polite), ...Array.from({ length: 6 }, rude)]);
    expect(done).toBeGreaterThan(100);
    expect(ended).toBeGreaterThan(100);
    await until(async () => expect(await running()).toEqual([]), within);
    expect(idleErrors).toEqual([]);
  });
});

describe('a transaction with a limit', () => {
  let limited: Database;

  beforeAll(async () => {
    limited = await Database.open({
      connection: testDatabase.connection,
      poolSize: 1,
      entities: [],
      migrations: [],
      onIdleError: (error) => idleErrors.push(error),
    });
    limited.limitTransactions(300);
    await observer.query('CREATE TABLE written (n integer)');
  });

  afterAll(() => limited.close());

  it.each([
    ['by raw SQL', 'rows'],
    ['by the entity manager', 'manager'],
  ] as const)('is rolled back as a whole when it takes longer: %s', async (_name, way) => {
    const committed = vi.fn();
    const started = performance.now();
    const writing = limited.inTransaction(async (transaction) => {
      transaction.afterCommit(committed);
      await transaction.rows(sql`INSERT INTO written VALUES (1)`);
      if (way === 'rows') await transaction.rows(sleep(20));
      else await transaction.manager.query('SELECT pg_sleep(20)');
    });
    await expect(writing).rejects.toMatchObject({ extensions: { code: 'QUERY_TOO_EXPENSIVE' } });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(committed).not.toHaveBeenCalled();
    expect(await running()).toEqual([]);
    expect((await observer.query('SELECT FROM written')).rowCount).toBe(0);
    expect(await limited.rows(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it('is rolled back also when it is between two statements, or makes light of the error', async () => {
    const late = limited.inTransaction(async ({ rows }) => {
      await rows(sql`INSERT INTO written VALUES (2)`);
      await delay(500);
    });
    await expect(late).rejects.toMatchObject({ extensions: { code: 'QUERY_TOO_EXPENSIVE' } });
    const careless = limited.inTransaction(async ({ rows }) => {
      await rows(sql`INSERT INTO written VALUES (3)`);
      await rows(sleep(20)).catch(() => undefined);
    });
    await expect(careless).rejects.toMatchObject({ extensions: { code: 'QUERY_TOO_EXPENSIVE' } });
    expect((await observer.query('SELECT FROM written')).rowCount).toBe(0);
  });

  it('commits when it is in time, and fails with its own error when that is what happened', async () => {
    await limited.inTransaction(({ rows }) => rows(sql`INSERT INTO written VALUES (4)`));
    expect((await observer.query('SELECT n FROM written')).rows).toEqual([{ n: 4 }]);
    await expect(limited.inTransaction(({ rows }) => rows(sql`SELECT ${raw('1 / 0')}`))).rejects.toMatchObject({
      code: '22012',
    });
  });
});
