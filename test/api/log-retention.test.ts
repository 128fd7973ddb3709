/** Whoever comes with a cursor that is too old is told so, and from where it can go on; nobody is made to skip. */
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { Database } from '../../src/platform/database/database.js';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { EventFilter } from '../../src/platform/log/event-filter.js';
import { LogRetention } from '../../src/platform/log/log-retention.js';
import { readPage } from '../../src/platform/log/read.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { subscribe } from '../helpers/subscriber.js';
import { until } from '../helpers/until.js';

const EVENTS = 5;

let server: TestServer;
let database: Database;
let epoch: string;
const place = (position: number) => encodeCursor({ epoch, position });

beforeAll(async () => {
  server = await startTestServer();
  database = await Database.open({
    connection: server.database,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: () => undefined,
  });
  await database.rows(sql`
    INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
      municipalities, recommendations, themes)
    SELECT gen_random_uuid(), 'PUBLISHED', now() - (10 - n) * interval '1 day', gen_random_uuid(), 'LESSON', 1,
      gen_random_uuid(), '{}', '{}', '{}' FROM generate_series(1, ${EVENTS}) AS n`);
  await database.rows(sql`SELECT stamp_knowledge_log(1000)`);
  epoch = (await database.row<{ epoch: string }>(sql`SELECT epoch FROM knowledge_log_state`))!.epoch;
});

afterAll(async () => {
  await database.close();
  await server.close();
});

const PAGE = 'query ($after: String) { knowledgeEvents(after: $after) { nodes { cursor } } }';
const FOLLOW = 'subscription ($after: String) { knowledgeEvents(after: $after) { cursor } }';

async function positions(after: string | null): Promise<unknown> {
  const { data, errors } = await server.query(PAGE, { after });
  if (errors !== undefined) return errors[0]!.extensions;
  return data.knowledgeEvents.nodes.map(({ cursor }: { cursor: string }) => Number(decode(cursor)));
}

function decode(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString().split('.')[1]!;
}

async function count(): Promise<number> {
  return (await database.row<{ count: number }>(sql`SELECT count(*) AS count FROM knowledge_log`))!.count;
}

it('nothing goes that a reader in the database has not read, whatever its age', async () => {
  const retention = new LogRetention({
    database,
    days: 1,
    readers: [sql`SELECT 1::bigint`, sql`SELECT NULL::bigint`],
  });
  await retention.run();
  await retention.run();
  expect(await count()).toBe(EVENTS - 1);
  expect(await positions(place(1))).toEqual([2, 3, 4, 5]);
});

it('what is too old is given up by one run and deleted by the next', async () => {
  // Entries 1 to 5 are 9 to 5 days old.
  const retention = new LogRetention({ database, days: 7.5, readers: [] });
  await retention.run();
  expect(await count()).toBe(EVENTS - 1);
  // Entry 2 is still there, but who began with it could not go on.
  expect(await positions(null)).toEqual([3, 4, 5]);
  await retention.run();
  expect(await count()).toBe(EVENTS - 2);
});

it('a query from before that is refused, with the oldest cursor that still works', async () => {
  const expected = { code: 'CURSOR_EXPIRED', oldestCursor: place(2) };
  expect(await positions(place(1))).toEqual(expected);
  expect(await positions(place(0))).toEqual(expected);
  expect(await positions(place(2))).toEqual([3, 4, 5]);
  expect(await positions(null)).toEqual([3, 4, 5]);
});

it('so is one that began while it was good', async () => {
  const page = { after: 1, limit: 10, backward: false, filter: new EventFilter({}) };
  await expect(readPage(database, page)).rejects.toMatchObject({ extensions: { code: 'CURSOR_EXPIRED' } });
});

it('so is a subscription', async () => {
  const old = subscribe(server.url, FOLLOW, { after: place(1) });
  await until(() =>
    expect(old.errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED', oldestCursor: place(2) } }]),
  );
  await old.close();
  const oldest = subscribe(server.url, FOLLOW, { after: place(2) });
  await until(() => expect(oldest.received).toHaveLength(3));
  expect(oldest.errors).toEqual([]);
  await oldest.close();
});

it('the database deletes nothing of what is said to be there, and what is not yet in its place', async () => {
  const client = new pg.Client(server.database.url);
  await client.connect();
  try {
    await expect(client.query('DELETE FROM knowledge_log WHERE position = 3')).rejects.toThrow('stays');
    await expect(client.query('UPDATE knowledge_log_state SET kept_after = 6')).rejects.toThrow(
      'knowledge_log_state_place',
    );
  } finally {
    await client.end();
  }
});

it('is what a server does at its start when it is told for how many days the log is kept', async () => {
  // Its inboxes have read everything; no endpoint and no digest waits.
  await until(async () => {
    const reader = await database.row<{ position: number }>(sql`SELECT position FROM inbox_reader`);
    expect(reader!.position).toBe(EVENTS);
  });
  const sibling = await server.sibling({ KNOWLEDGE_LOG_DAYS: '7' });
  try {
    await until(async () =>
      expect(await positions(place(2))).toEqual({ code: 'CURSOR_EXPIRED', oldestCursor: place(3) }),
    );
  } finally {
    await sibling.close();
  }
});

it('a server that stood still for longer than the log is kept goes on from what there is', async () => {
  const live = subscribe(server.url, FOLLOW);
  await live.started;
  const lock = new pg.Client(server.database.url);
  await lock.connect();
  try {
    // Given up and deleted in the moment in which it came: as it looks to one who was stopped meanwhile.
    await lock.query('BEGIN');
    await lock.query(`INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version,
      organisation_id, municipalities, recommendations, themes) SELECT gen_random_uuid(), 'PUBLISHED', now(),
      gen_random_uuid(), 'LESSON', 1, gen_random_uuid(), '{}', '{}', '{}' FROM generate_series(1, 3)`);
    await lock.query('SELECT stamp_knowledge_log(1000)');
    await lock.query('UPDATE knowledge_log_state SET kept_after = last_position');
    await lock.query('DELETE FROM knowledge_log');
    await lock.query('COMMIT');
  } finally {
    await lock.end();
  }
  await until(() => expect(live.errors).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]));
  const next = subscribe(server.url, FOLLOW);
  await next.started;
  const publish = () =>
    database.rows(sql`
      INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
        municipalities, recommendations, themes)
      VALUES (gen_random_uuid(), 'PUBLISHED', now(), gen_random_uuid(), 'LESSON', 1, gen_random_uuid(), '{}', '{}', '{}')`);
  await until(async () => {
    await publish();
    expect(next.received.length).toBeGreaterThan(0);
  });
  await Promise.all([live.close(), next.close()]);
});
