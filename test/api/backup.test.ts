/** Backups, from outside: written beside a running server, restored into nothing, and taken up by another server. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { backUp, restore } from '../../src/backup/commands.js';
import { readConfig } from '../../src/config.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { addUnpublishedRecords } from '../helpers/random-records.js';
import { memberOf } from '../helpers/people.js';
import { createLesson, libraryId, publish } from '../helpers/records.js';
import { ask, endServerProcesses, startServerProcess } from '../helpers/server-process.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const logger = pino({ level: 'silent' });
const folders: string[] = [];
const databases: TestDatabase[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-backup-'));
  folders.push(folder);
  return folder;
}

/** A database without a single table. */
async function emptyDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  await query(database.connection.url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return database.connection.url;
}

async function query(url: string, text: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** The rows of each table, as text; without what is given anew on purpose. */
async function contentsOf(url: string): Promise<Record<string, unknown>> {
  const tables = await query(
    url,
    `SELECT table_name AS name FROM information_schema.tables
      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  );
  const contents: Record<string, unknown> = {};
  for (const { name } of tables) {
    const columns = name === 'knowledge_log_state' ? 'last_position, kept_after' : '*';
    const rows = `(SELECT ${columns} FROM ${pg.escapeIdentifier(name)}) t`;
    contents[name] = (
      await query(url, `SELECT md5(string_agg(t::text, '' ORDER BY t::text)), count(*) FROM ${rows}`)
    )[0];
  }
  return contents;
}

const configOf = (environment: Record<string, string>) => readConfig({ LOG_LEVEL: 'silent', ...environment });
const WHOLE =
  '{ caseStudies(first: 100) { nodes { id slug title version parties { role organisation { name } } } } lessons(first: 100) { nodes { id title confidence { level } evidence { stance note } } } search(query: "bibliotek") { totalCount } }';

let server: TestServer;
let file: string;
let before: Record<string, unknown>;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
  await addUnpublishedRecords(server);
  const manager = await memberOf(server, await libraryId(server), 'MANAGER');
  const endpoint =
    await manager.query(`mutation { createWebhookEndpoint(input: { organisationId: "${manager.organisationId}",
    url: "https://example.org/hook" }) { errors { message } } }`);
  expect(endpoint.errors).toBeUndefined();
  file = path.join(await newFolder(), 'whole.backup');
  await until(async () => {
    before = await contentsOf(server.database.url);
    await backUp(configOf({ DATABASE_URL: server.database.url }), logger, file, '1.2.3');
    // What works in the background wrote nothing meanwhile.
    try {
      expect(await contentsOf(server.database.url)).toEqual(before);
    } catch (error) {
      await rm(file);
      throw error;
    }
  });
}, 120_000);

afterAll(async () => {
  await server?.close();
  for (const database of databases) await database.drop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('a backup that was written beside a running server', () => {
  it('is read by its owner alone', async () => expect((await stat(file)).mode & 0o777).toBe(0o600));

  it('puts every row of every table into an empty database', async () => {
    const url = await emptyDatabase();
    const description = await restore(configOf({ DATABASE_URL: url }), logger, file);
    expect(description).toMatchObject({ version: '1.2.3', format: 'medspil-backup-1' });
    expect(await contentsOf(url)).toEqual(before);
    expect(Object.keys(before)).toContain('webhook_endpoint');
    expect(description.tables.find(({ name }) => name === 'record')!.rows).toBeGreaterThan(20);
  });

  it('is taken up by a server, with the same answers, new events and no cursor from before', async () => {
    const url = await emptyDatabase();
    await restore(configOf({ DATABASE_URL: url }), logger, file);
    const { data } = await server.query('{ knowledgeCursor }');
    const restored = await server.sibling({ DATABASE_URL: url });
    try {
      expect((await restored.query(WHOLE)).data).toEqual((await server.query(WHOLE)).data);
      const events =
        '($after: String) { knowledgeEvents(after: $after, first: 100) { nodes { type record { title } } } }';
      const old = await restored.query(`query ${events}`, { after: data.knowledgeCursor });
      expect(old.errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
      const { knowledgeCursor: after } = (await restored.query('{ knowledgeCursor }')).data;
      await publish(restored, await createLesson(restored, { title: 'After the restore' }));
      await until(async () => {
        const { nodes } = (await restored.query(`query ${events}`, { after })).data.knowledgeEvents;
        expect(nodes).toEqual([{ type: 'PUBLISHED', record: { title: 'After the restore' } }]);
      });
    } finally {
      await restored.close();
    }
  });

  it('guards its history again', async () => {
    const url = await emptyDatabase();
    await restore(configOf({ DATABASE_URL: url }), logger, file);
    await expect(query(url, 'DELETE FROM revision')).rejects.toThrow('every version is kept as it was');
  });
});

it('is of one moment, however much is written meanwhile', async () => {
  const busy = await startTestServer();
  let writes = true;
  const writer = (async () => {
    for (let n = 1; writes; n++) await publish(busy, await createLesson(busy, { title: `Lesson ${n}` }));
  })();
  try {
    await until(async () => {
      expect((await busy.query('{ lessons { totalCount } }')).data.lessons.totalCount).toBeGreaterThan(5);
    });
    const busyFile = path.join(await newFolder(), 'busy.backup');
    await backUp(configOf({ DATABASE_URL: busy.database.url }), logger, busyFile, '1.2.3');
    const url = await emptyDatabase();
    await restore(configOf({ DATABASE_URL: url }), logger, busyFile);
    const [counts] = await query(
      url,
      `SELECT (SELECT count(*) FROM record WHERE status = 'PUBLISHED')::integer AS records,
        (SELECT count(*) FROM revision WHERE status = 'PUBLISHED')::integer AS revisions,
        (SELECT count(*) FROM knowledge_log WHERE type = 'PUBLISHED')::integer AS entries`,
    );
    expect(counts.records).toBeGreaterThan(5);
    expect(counts).toEqual({ records: counts.records, revisions: counts.records, entries: counts.records });
  } finally {
    writes = false;
    await writer;
    await busy.close();
  }
});

describe('nothing is restored', () => {
  const refused = async (config: Record<string, string>, from: string) => {
    const error = await restore(configOf(config), logger, from).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'BackupError' });
    return (error as Error).message;
  };

  it('over what is there', async () => {
    const contents = await contentsOf(server.database.url);
    expect(await refused({ DATABASE_URL: server.database.url }, file)).toContain('restore into an empty one');
    expect(Object.keys(await contentsOf(server.database.url))).toEqual(Object.keys(contents));
  });

  it('from a file that is not there, is something else, or is cut off', async () => {
    const url = await emptyDatabase();
    const folder = await newFolder();
    expect(await refused({ DATABASE_URL: url }, path.join(folder, 'none'))).toContain('no whole backup');
    await writeFile(path.join(folder, 'text'), 'backup');
    expect(await refused({ DATABASE_URL: url }, path.join(folder, 'text'))).toContain('no whole backup');
    const cut = path.join(folder, 'cut');
    await writeFile(cut, await readFile(file));
    await truncate(cut, (await stat(file)).size - 100);
    expect(await refused({ DATABASE_URL: url }, cut)).toContain('no whole backup');
    expect(await query(url, "SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  });

  it('from a file that was damaged, of which nothing stays behind; a good one is taken afterwards', async () => {
    const url = await emptyDatabase();
    const bytes = await readFile(file);
    const broken = path.join(await newFolder(), 'broken');
    // In the middle, where the rows lie, and more than a head of an entry is long.
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 500);
    await writeFile(broken, bytes);
    await expect(restore(configOf({ DATABASE_URL: url }), logger, broken)).rejects.toThrow(
      /^The rows of |invalid|incorrect/,
    );
    expect(
      await query(url, 'SELECT count(*)::integer AS n FROM record UNION ALL SELECT count(*)::integer FROM person'),
    ).toEqual([{ n: 0 }, { n: 0 }]);
    await restore(configOf({ DATABASE_URL: url }), logger, file);
    expect(await contentsOf(url)).toEqual(before);
  });
});

it('is brought up to date when it was written before a migration', async () => {
  const old = await emptyDatabase();
  const { MIGRATIONS } = await import('../../src/entities.js');
  const { openDatabase } = await import('../../src/knowledge-base.js');
  const { database, close } = await openDatabase(configOf({ DATABASE_URL: old }), logger, {
    migrations: MIGRATIONS.slice(0, 4),
  });
  await database.migrate();
  await close();
  const oldFile = path.join(await newFolder(), 'old.backup');
  await backUp(configOf({ DATABASE_URL: old }), logger, oldFile, '0.2.0');
  const url = await emptyDatabase();
  await restore(configOf({ DATABASE_URL: url }), logger, oldFile);
  expect(await query(url, 'SELECT count(*)::integer AS n FROM migrations')).toEqual([{ n: MIGRATIONS.length }]);
});

it('is refused by a version that knows less', async () => {
  const url = await emptyDatabase();
  const future = await emptyDatabase();
  await restore(configOf({ DATABASE_URL: future }), logger, file);
  await query(future, "INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Unknown9999999999999')");
  const futureFile = path.join(await newFolder(), 'future.backup');
  await backUp(configOf({ DATABASE_URL: future }), logger, futureFile, '9.0.0');
  await expect(restore(configOf({ DATABASE_URL: url }), logger, futureFile)).rejects.toThrow('version 9.0.0');
});

describe('the file of a backup', () => {
  it('is not written over', async () => {
    const config = configOf({ DATABASE_URL: server.database.url });
    const size = (await stat(file)).size;
    await expect(backUp(config, logger, file, '1.2.3')).rejects.toThrow('is there already');
    expect((await stat(file)).size).toBe(size);
  });

  it('is not there when it could not be finished', async () => {
    const folder = await newFolder();
    const url = await emptyDatabase();
    await query(url, 'CREATE TABLE record (id integer)');
    await expect(backUp(configOf({ DATABASE_URL: url }), logger, path.join(folder, 'a'), '1')).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
    await expect(
      backUp(configOf({ DATABASE_URL: await emptyDatabase() }), logger, path.join(folder, 'a'), '1'),
    ).rejects.toThrow('nothing to back up');
    await expect(backUp(configOf({ DATA_DIR: folder }), logger, path.join(folder, 'a'), '1')).rejects.toThrow(
      'There is no database in',
    );
    await expect(
      backUp(configOf({ DATABASE_URL: server.database.url }), logger, path.join(folder, 'no', 'a'), '1'),
    ).rejects.toThrow('cannot be written');
  });
});

describe('with the embedded database', () => {
  let data: string;
  afterEach(() => endServerProcesses(data));

  const medspil = (words: string[], environment: Record<string, string>) =>
    run(process.execPath, ['dist/src/cli.js', ...words], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...environment },
    });

  it('is written while the server runs, and restored by commands', { timeout: 120_000 }, async () => {
    data = path.join(await newFolder(), 'data');
    const target = path.join(await newFolder(), 'data');
    const backup = path.join(await newFolder(), 'embedded.backup');
    const first = await startServerProcess({ DATA_DIR: data, ADMIN_API_KEY: ADMIN_KEY });
    const url = await first.ready;
    const cursor = (await ask(url, '{ knowledgeCursor }')).data.knowledgeCursor;
    const expected = (await ask(url, WHOLE)).data;
    const { stdout } = await medspil(['backup', backup], { DATA_DIR: data });
    expect(stdout).toContain(backup);
    await first.stop();
    // Without a server as well.
    await medspil(['backup', `${backup}.2`], { DATA_DIR: data });
    await medspil(['restore', backup], { DATA_DIR: target });
    await endServerProcesses(data);
    data = target;
    const second = await startServerProcess({ DATA_DIR: target, ADMIN_API_KEY: ADMIN_KEY, SEED: 'false' });
    const restored = await second.ready;
    expect((await ask(restored, WHOLE)).data).toEqual(expected);
    const old = await ask(
      restored,
      'query ($after: String) { knowledgeEvents(after: $after) { totalCount: __typename } }',
      { after: cursor },
    );
    expect(old.errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
    const failure = await medspil(['restore', backup], { DATA_DIR: target }).catch((error) => error);
    expect(failure).toMatchObject({ code: 1 });
    expect(failure.stderr.trim().split('\n')).toHaveLength(1);
  });
});
