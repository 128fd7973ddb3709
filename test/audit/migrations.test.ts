/** The way from an empty database to today's tables and back, and whether the entities fit those tables. */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { raw } from 'sql-template-tag';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { Database } from '../../src/platform/database/database.js';
import { cloneDatabase, dropDatabase } from '../helpers/cluster.js';

/** Everything in the schema that a migration can make, in a form that can be compared. */
const CATALOGUE = `
  SELECT format('column %s.%s %s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN ' not null' END, ' default ' || pg_get_expr(d.adbin, d.adrelid),
    ' ' || nullif(a.attidentity::text, '')) AS thing
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  UNION ALL SELECT format('type %s', typname) FROM pg_type
  WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e', 'r')
  UNION ALL SELECT format('sequence %s', sequencename) FROM pg_sequences WHERE schemaname = 'public'
`;

const MIGRATIONS_OWN = /\bmigrations(_|\b)/;

let drops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const drop of drops.splice(0).reverse()) await drop();
});

/** A database that is thrown away after the test. */
async function create(template: string): Promise<string> {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  const url = await cloneDatabase(inject('adminUrl'), template, name);
  drops.push(() => dropDatabase(inject('adminUrl'), name));
  return url;
}

async function open(url: string, migrations: readonly Function[] = MIGRATIONS): Promise<Database> {
  const database = await Database.open({
    connection: { url },
    entities: ENTITIES,
    migrations: [...migrations],
    // Dropping the database may overtake the goodbye of a connection.
    onIdleError: () => undefined,
  });
  drops.push(() => database.close());
  return database;
}

async function catalogue(database: Database): Promise<string[]> {
  const things = await database.rows<{ thing: string }>(raw(CATALOGUE));
  return things
    .map(({ thing }) => thing)
    .filter((thing) => !MIGRATIONS_OWN.test(thing))
    .sort();
}

describe('the migrations', () => {
  it('are those in the folder, in its order', async () => {
    const files = (await readdir(new URL('../../migrations', import.meta.url))).filter((name) => name.endsWith('.ts'));
    const timestamps = files.sort().map((name) => name.split('-')[0]);
    expect(timestamps.length).toBeGreaterThan(0);
    expect(MIGRATIONS.map(({ name }) => /\d+$/.exec(name)?.[0])).toEqual(timestamps);
  });

  it('are what test files start from', async () => {
    const fresh = await open(await create('template0'));
    await fresh.migrate();
    expect(await catalogue(await open(await create('medspil_template')))).toEqual(await catalogue(fresh));
  });

  it('do nothing the second time', async () => {
    const database = await open(await create('template0'));
    expect(await database.dataSource.runMigrations()).toHaveLength(MIGRATIONS.length);
    const before = await catalogue(database);
    expect(await database.dataSource.runMigrations()).toHaveLength(0);
    expect(await catalogue(database)).toEqual(before);
  });

  it('can be undone one by one, each leaving what was there before it, and done again', async () => {
    const url = await create('template0');
    const stages = [await catalogue(await open(url))];
    expect(stages).toEqual([[]]);
    for (let count = 1; count <= MIGRATIONS.length; count++) {
      const database = await open(url, MIGRATIONS.slice(0, count));
      await database.migrate();
      stages.push(await catalogue(database));
    }
    const database = await open(url);
    for (const before of stages.slice(0, -1).reverse()) {
      await database.dataSource.undoLastMigration();
      expect(await catalogue(database)).toEqual(before);
    }
    await database.migrate();
    expect(await catalogue(database)).toEqual(stages.at(-1));
  });
});

/** TypeORM wants the column that tells the kinds of a table apart indexed by itself; indexes that matter begin with it. */
const INDEX_OF_KIND = /^CREATE INDEX "IDX_\w+" ON "(organisation|record)"\s+\("kind"\)\s*$/;

/** What TypeORM would do to the tables to fit the entities. It compares CHECKs and indexes by their names alone. */
/** The log has no entity that could be referred to. */
const REFERENCE_TO_LOG = /"inbox_item_position_fkey"$/;

async function drift(database: Database): Promise<string[]> {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  return upQueries
    .map(({ query }) => query)
    .filter((query) => !INDEX_OF_KIND.test(query) && !REFERENCE_TO_LOG.test(query));
}

describe('the entities', () => {
  it('fit the tables', async () => {
    expect(await drift(await open(await create('medspil_template')))).toEqual([]);
  });

  it.each([
    ['a column too many', 'ALTER TABLE theme ADD COLUMN colour text'],
    ['a column too few', 'ALTER TABLE source DROP COLUMN publisher'],
    ['another type', 'ALTER TABLE funding ALTER COLUMN year TYPE bigint'],
    ['another precision', 'ALTER TABLE contribution ALTER COLUMN amount TYPE numeric(10, 2)'],
    ['another exactness', 'ALTER TABLE record ALTER COLUMN created_at TYPE timestamptz(6)'],
    ['a column that may be null', 'ALTER TABLE party ALTER COLUMN role DROP NOT NULL'],
    ['a column that may not be null', `ALTER TABLE record ALTER COLUMN summary SET NOT NULL`],
    ['a default', `ALTER TABLE record ALTER COLUMN version SET DEFAULT 1`],
    ['a missing CHECK', 'ALTER TABLE link DROP CONSTRAINT link_ends'],
    ['a missing UNIQUE', 'ALTER TABLE evidence DROP CONSTRAINT evidence_key'],
    ['a missing reference', 'ALTER TABLE party DROP CONSTRAINT party_organisation_fkey'],
    [
      'a reference that keeps what it should not',
      `ALTER TABLE source DROP CONSTRAINT source_record_fkey,
      ADD CONSTRAINT source_record_fkey FOREIGN KEY (record_id) REFERENCES record`,
    ],
    ['a missing index', 'DROP INDEX party_organisation_index'],
    ['an index too many', 'CREATE INDEX theme_label_index ON theme (danish_label)'],
  ])('are seen not to fit: %s', async (_what, change) => {
    const database = await open(await create('medspil_template'));
    await database.rows(raw(change));
    expect(await drift(database)).not.toEqual([]);
  });
});
