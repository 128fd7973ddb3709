/** The database all servers share: the project's own embedded PostgreSQL and migrations, grown to the bench's corpus. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import pg from 'pg';
import { compose } from '../corpus/language.js';

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(bench, '..', '..', 'dist');
const corpusFiles = ['corpus/language.js', 'corpus/grow.sql', 'lib/database.js'];
const PHRASES = 4000;

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
      await grow(urlOf(postgres), fingerprint, log);
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

async function grow(url, fingerprint, log) {
  const began = Date.now();
  log(`Growing 5,000 cases, 50,000 experiences and 75,000 lessons; this takes some minutes, once.`);
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query(`CREATE TEMPORARY TABLE phrase (language text, number integer, title text, sentence text,
      PRIMARY KEY (language, number)) ON COMMIT DROP`);
    for (const { code, titles, sentences } of compose(PHRASES)) {
      await client.query(
        `INSERT INTO phrase SELECT $1, number, title, sentence
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS made (title, sentence, number)`,
        [code, titles, sentences],
      );
    }
    await client.query('ANALYZE phrase');
    await client.query(await readFile(join(bench, 'corpus', 'grow.sql'), 'utf8'));
    await client.query('COMMIT');
    // Without the dead rows that the filling of `search` left.
    await client.query('VACUUM FULL record');
    await client.query('VACUUM ANALYZE');
    // As an operator sets it where no disk seeks: with the default of 4 PostgreSQL reads the whole of small tables instead
    // of three rows by their key.
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(client.database)} SET random_page_cost = 1.1`);
    await client.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(client.database)} IS '${fingerprint}'`);
  });
  log(`Grown in ${Math.round((Date.now() - began) / 1000)} s.`);
}

async function readFingerprint(url) {
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      `SELECT shobj_description(oid, 'pg_database') AS fingerprint FROM pg_database WHERE datname = current_database()`,
    );
    return rows[0].fingerprint;
  });
}

export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
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
