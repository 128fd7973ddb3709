/** One PostgreSQL for a test run, and a database of its own for each test file. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { connectAdministrator } from '../../src/platform/database/cluster-lock.js';

/** Test data need not outlive the machine, so nothing waits for the disk. */
export const fastSettings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

const INSUFFICIENT_PRIVILEGE = '42501';
const folderPrefix = 'medspil-test-';
const leftBehindAfter = 60 * 60 * 1000;

export interface TestCluster {
  /**
   * A `postgres://` URL of the server's ordinary role, which may also create databases here. `pg` takes it as
   * `connectionString`, TypeORM as `url`; the host is the percent-encoded folder of the socket.
   */
  url: string;
  /** Stops PostgreSQL and removes its data. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a temporary folder; at the same time it ends those that test runs of before left behind. */
export async function startTestCluster(): Promise<TestCluster> {
  await removeLeftClusters();
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), folderPrefix));
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: () => undefined, settings: fastSettings });
  const { host, port, user, database } = postgres.connection;
  const administrator = await connectAdministrator(host);
  await administrator.query(`ALTER ROLE ${user} CREATEDB`);
  await administrator.end();
  return {
    url: `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`,
    stop: async () => {
      await postgres.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/**
 * Creates a database like `template`, to which nobody may be connected meanwhile.
 *
 * @returns the new database's URL.
 */
export async function cloneDatabase(adminUrl: string, template: string, name: string): Promise<string> {
  await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

/** Drops a database, also when connections to it are still open; nothing happens when there is none. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await query(adminUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
    } catch (error) {
      // An ordinary role may not end autovacuum's worker, which is soon done with so small a database.
      if ((error as pg.DatabaseError).code !== INSUFFICIENT_PRIVILEGE || attempt === 20) throw error;
      await delay(100);
    }
  }
}

async function query(adminUrl: string, text: string): Promise<void> {
  const url = new URL(adminUrl);
  // Not the application's database: it may be the template.
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** A run that was killed leaves its PostgreSQL running. Whoever still uses one holds its lock, and keeps it. */
async function removeLeftClusters(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    if (!name.startsWith(folderPrefix)) continue;
    const dataDirectory = path.join(os.tmpdir(), name);
    try {
      if (Date.now() - (await stat(dataDirectory)).mtimeMs < leftBehindAfter) continue;
      const left = await startEmbeddedPostgres({ dataDirectory, log: () => undefined, settings: fastSettings });
      await left.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    } catch {
      // In use, or another user's.
    }
  }
}
