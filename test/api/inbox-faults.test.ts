/** Inboxes while something is wrong: with the database, with the dealing out, with what is kept. */
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { INBOX_POSITION, InboxDistributor } from '../../src/modules/notifications/inbox-distributor.js';
import { InboxFeed } from '../../src/modules/notifications/inbox-feed.js';
import { InboxSource } from '../../src/modules/notifications/inbox-source.js';
import { Database } from '../../src/platform/database/database.js';
import { KnowledgeLog } from '../../src/platform/log/knowledge-log.js';
import { LogRetention } from '../../src/platform/log/log-retention.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { until } from '../helpers/until.js';

let testDatabase: TestDatabase;
let database: Database;
let log: KnowledgeLog;
let feed: InboxFeed;
let distributor: InboxDistributor;
let failures: string[];
let inboxId: string;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.open({
    connection: testDatabase.connection,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: () => {},
  });
  failures = [];
  log = new KnowledgeLog({ database, onError: () => {} });
  feed = new InboxFeed(database, log);
  distributor = new InboxDistributor({ database, log, feed, onError: ({ message }) => failures.push(message) });
  distributor.start();
  const [made] = await database.rows<{ id: string }>(sql`
    WITH person AS (INSERT INTO person (id, name, email_confirmed, named_publicly, created_at)
        VALUES (gen_random_uuid(), 'Ida', false, false, now()) RETURNING id),
      inbox AS (INSERT INTO inbox (id, person_id, created_at) SELECT gen_random_uuid(), id, now() FROM person RETURNING id)
    INSERT INTO follow (id, inbox_id, name, filter, level, after_position, created_at)
      SELECT gen_random_uuid(), id, 'Of the one theme', '{"themes": ["one"]}', 'EVERYTHING', 0, now() FROM inbox
      RETURNING inbox_id AS id`);
  inboxId = made!.id;
});

afterEach(async () => {
  await distributor.stop();
  await database.close();
  await testDatabase.drop();
});

/** Adds events that happened some days ago. */
async function happen(theme: string, count = 1, daysAgo = 0): Promise<void> {
  await database.rows(sql`
    INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
      municipalities, recommendations, themes)
    SELECT gen_random_uuid(), 'PUBLISHED', now() - ${daysAgo}::float8 * interval '1 day', gen_random_uuid(), 'LESSON', 1,
      gen_random_uuid(), '{}', '{}', ARRAY[${theme}::text] FROM generate_series(1, ${count}::integer)`);
  await database.rows(sql`SELECT stamp_knowledge_log(1000)`);
}

async function listen(position = 0) {
  const { epoch } = await log.end();
  const source = new InboxSource({ database, feed, inboxId, place: { epoch, position } });
  const positions: number[] = [];
  const errors: any[] = [];
  const ended = (async () => {
    for await (const item of source) positions.push(item.position);
  })().catch((error) => errors.push(error));
  return { source, positions, errors, ended };
}

async function dealtOut(position: number): Promise<void> {
  await until(async () => expect(await database.row(INBOX_POSITION)).toEqual({ position }));
}

it('goes on when the database has ended all connections of those who wait', async () => {
  const follower = await listen();
  await happen('one');
  await until(() => expect(follower.positions).toEqual([1]));
  const client = new pg.Client({ connectionString: testDatabase.connection.url });
  await client.connect();
  const { rowCount } = await client.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  await client.end();
  expect(rowCount).toBeGreaterThan(0);
  await until(() => happen('one'));
  await until(() => expect(follower.positions).toEqual([1, 2]));
  expect(follower.errors).toEqual([]);
  await follower.source.return();
  await follower.ended;
});

it('goes on after the dealing out failed, which is told once', async () => {
  const follower = await listen();
  await database.rows(sql`ALTER TABLE inbox_item ADD CONSTRAINT never CHECK (false) NOT VALID`);
  await happen('one', 3);
  await until(() => expect(failures).toHaveLength(1));
  // Two more at the least.
  for (let again = 0; again < 2; again++)
    await expect(database.row(sql`SELECT fill_inboxes(50)`)).rejects.toThrow('never');
  await database.rows(sql`ALTER TABLE inbox_item DROP CONSTRAINT never`);
  await until(() => expect(follower.positions).toEqual([1, 2, 3]));
  expect(failures).toEqual([expect.stringContaining('never')]);
  await follower.source.return();
  await follower.ended;
});

it('is done at once for somebody who waits and goes', async () => {
  const { source, ended } = await listen();
  await source.return();
  await ended;
  const late = await listen();
  const next = late.source.next();
  await late.source.return();
  expect(await next).toEqual({ done: true, value: undefined });
});

it('a quiet inbox stays with the log while what is before it is given up; its own items go with their entries', async () => {
  await happen('one', 2, 9);
  await happen('other', 5, 8);
  const follower = await listen();
  await until(() => expect(follower.positions).toEqual([1, 2]));
  await dealtOut(7);
  // It is woken by nothing of these, for none of them is its own.
  const retention = new LogRetention({ database, days: 7, readers: [INBOX_POSITION] });
  await happen('one', 1, 7.5);
  await until(() => expect(follower.positions).toEqual([1, 2, 8]));
  await happen('other', 4, 7.5);
  await dealtOut(12);
  await retention.run();
  await retention.run();
  expect((await log.end()).keptAfter).toBe(12);
  expect(await database.rows(sql`SELECT position FROM inbox_item`)).toEqual([]);
  await happen('one');
  await until(() => expect(follower.positions).toEqual([1, 2, 8, 13]));
  expect(follower.errors).toEqual([]);
  const late = await listen(8);
  await late.ended;
  expect(late.errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
  const oldest = await listen(12);
  await until(() => expect(oldest.positions).toEqual([13]));
  for (const { source, ended } of [follower, oldest]) {
    await source.return();
    await ended;
  }
});

it('keeps the log that it has not read, whatever its age', async () => {
  await distributor.stop();
  await happen('one', 3, 9);
  const retention = new LogRetention({ database, days: 7, readers: [INBOX_POSITION] });
  await retention.run();
  expect((await log.end()).keptAfter).toBe(0);
  await database.rows(sql`SELECT fill_inboxes(2)`);
  await retention.run();
  expect((await log.end()).keptAfter).toBe(2);
});

it('misses none of many while it lags far behind', async () => {
  await happen('one', 1000);
  await happen('other', 200);
  const follower = await listen();
  await until(() => expect(follower.positions).toHaveLength(1000));
  expect(follower.positions).toEqual(Array.from({ length: 1000 }, (_, place) => place + 1));
  await follower.source.return();
  await follower.ended;
});
