/** What is too much for one statement is dealt out in smaller parts, and does not stop the inboxes for ever. */
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { InboxDistributor } from '../../src/modules/notifications/inbox-distributor.js';
import { InboxFeed } from '../../src/modules/notifications/inbox-feed.js';
import { Database } from '../../src/platform/database/database.js';
import { KnowledgeLog } from '../../src/platform/log/knowledge-log.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { until } from '../helpers/until.js';

const EVENTS = 24;
/** Items that one statement has time for. */
const AT_ONCE = 5;

let testDatabase: TestDatabase;
let database: Database;
let distributor: InboxDistributor;
let failures: string[];

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.open({
    connection: testDatabase.connection,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: () => {},
  });
  failures = [];
  const log = new KnowledgeLog({ database, onError: () => {} });
  distributor = new InboxDistributor({
    database,
    log,
    feed: new InboxFeed(database, log),
    onError: ({ message }) => failures.push(message),
  });
  await database.rows(sql`
    WITH person AS (INSERT INTO person (id, name, email_confirmed, named_publicly, created_at)
        VALUES (gen_random_uuid(), 'Ida', false, false, now()) RETURNING id),
      inbox AS (INSERT INTO inbox (id, person_id, created_at) SELECT gen_random_uuid(), id, now() FROM person RETURNING id)
    INSERT INTO follow (id, inbox_id, name, filter, level, after_position, created_at)
      SELECT gen_random_uuid(), id, 'Everything', '{}', 'EVERYTHING', 0, now() FROM inbox`);
  await database.rows(sql`
    INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
      municipalities, recommendations, themes)
    SELECT gen_random_uuid(), 'PUBLISHED', now(), gen_random_uuid(), 'LESSON', 1, gen_random_uuid(), '{}', '{}', '{}'
    FROM generate_series(1, ${EVENTS}::integer)`);
  await database.rows(sql`SELECT stamp_knowledge_log(1000)`);
});

afterEach(async () => {
  await distributor.stop();
  await database.close();
  await testDatabase.drop();
});

it('each event is told once, in order, although they are too many for one statement', { timeout: 40_000 }, async () => {
  await database.rows(sql`
    CREATE FUNCTION out_of_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT count(*) FROM made) > 5 THEN
        RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = '57014';
      END IF;
      RETURN NULL;
    END $$`);
  await database.rows(sql`
    CREATE TRIGGER out_of_time AFTER INSERT ON inbox_item REFERENCING NEW TABLE AS made
    FOR EACH STATEMENT EXECUTE FUNCTION out_of_time()`);
  await expect(database.row(sql`SELECT fill_inboxes(${AT_ONCE + 1})`)).rejects.toThrow('timeout');
  distributor.start();
  await until(
    async () => expect(await database.row(sql`SELECT position FROM inbox_reader`)).toEqual({ position: EVENTS }),
    { timeout: 30_000 },
  );
  const items = await database.rows<{ position: number }>(sql`SELECT position FROM inbox_item ORDER BY position`);
  expect(items.map(({ position }) => position)).toEqual(Array.from({ length: EVENTS }, (_, place) => place + 1));
  expect(failures.length, 'it did fail').toBeGreaterThan(0);
});
