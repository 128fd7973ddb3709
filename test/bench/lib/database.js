/** The database all servers share: the project's own embedded PostgreSQL and migrations, grown to the bench's corpus. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { grow } from '../corpus/grow.js';
import { withClient } from './client.js';

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(bench, '..', '..', 'dist');
const corpusFiles = ['corpus/language.js', 'corpus/grow.sql', 'corpus/grow.js'];

/**
 * Starts PostgreSQL in `dataDirectory` and makes sure that the corpus is there, grown anew when its making or the
 * migrations have changed.
 *
 * @returns the database's URL and how to stop it.
 */
export async function openCorpus(dataDirectory, log) {
  const { startEmbeddedPostgres } = await load('src/platform/database/embedded-postgres.js');
  const start = () => startEmbeddedPostgres({ dataDirectory, log });
  const fingerprint = await hashSources();
  let postgres = await start();
  try {
    if ((await readFingerprint(urlOf(postgres))) !== fingerprint) {
      await postgres.stop();
      await rm(dataDirectory, { recursive: true, force: true });
      postgres = await start();
      await migrate(urlOf(postgres), log);
      log('Growing 5,000 cases, 50,000 experiences and 75,000 lessons; this takes some minutes, once.');
      await grow(urlOf(postgres), fingerprint);
    }
    await withClient(urlOf(postgres), async (client) => {
      await client.query(await readFile(join(bench, 'servers', 'postgraphile.sql'), 'utf8'));
    });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { url: urlOf(postgres), stop: () => postgres.stop() };
}

/**
 * Starts PostgreSQL in an empty `dataDirectory` with the migrations and nothing else.
 *
 * @returns the database's URL and how to stop it.
 */
export async function openEmpty(dataDirectory, log) {
  const { startEmbeddedPostgres } = await load('src/platform/database/embedded-postgres.js');
  const postgres = await startEmbeddedPostgres({ dataDirectory, log });
  try {
    await migrate(urlOf(postgres), log);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return { url: urlOf(postgres), stop: () => postgres.stop() };
}

function urlOf({ connection: { host, port, user, database } }) {
  return `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`;
}

async function migrate(url, log) {
  const { Database } = await load('src/platform/database/database.js');
  const modules = await Promise.all((await migrationFiles()).map((file) => load(join('migrations', file))));
  const database = await Database.open({
    connection: { url },
    entities: [],
    migrations: modules.flatMap((module) => Object.values(module)),
    onIdleError: (error) => log(error.message),
  });
  try {
    await database.migrate();
  } finally {
    await database.close();
  }
}

async function readFingerprint(url) {
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      `SELECT shobj_description(oid, 'pg_database') AS fingerprint FROM pg_database WHERE datname = current_database()`,
    );
    return rows[0].fingerprint;
  });
}

async function hashSources() {
  const hash = createHash('sha256');
  for (const file of corpusFiles) hash.update(await readFile(join(bench, file)));
  for (const file of await migrationFiles()) hash.update(await readFile(join(dist, 'migrations', file)));
  return hash.digest('hex');
}

async function migrationFiles() {
  return (await readdir(join(dist, 'migrations'))).filter((file) => file.endsWith('.js')).sort();
}

function load(file) {
  return import(pathToFileURL(join(dist, file)).href);
}
