/** Writes a backup, beside a running server: everything as it was at one moment, by one transaction that reads. */
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import yazl from 'yazl';
import type { Database } from '../platform/database/database.js';
import {
  type BackupDescription,
  BackupError,
  DESCRIPTION_ENTRY,
  entryOf,
  FORMAT,
  hashing,
  type WrittenTable,
} from './backup-file.js';
import { copyList, readTables, type Table } from './tables.js';

/**
 * Writes everything in the database to a new file that its owner alone can read.
 *
 * @param version of the software, for those who look at the file later
 * @throws BackupError when the file is there already; nothing is left of a backup that failed
 */
export async function writeBackup(database: Database, file: string, version: string): Promise<BackupDescription> {
  // The name that was asked for is given to a whole backup alone.
  const unfinished = `${file}.unfinished`;
  const target = await reserve(file, unfinished);
  try {
    const description = await inSnapshot(database, (client) => writeArchive(client, unfinished, version));
    await target.sync();
    await rename(unfinished, file);
    await syncFolder(path.dirname(file));
    return description;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  } finally {
    await target.close();
  }
}

async function reserve(file: string, unfinished: string) {
  const exists = await open(file, 'r').then(
    async (handle) => handle.close().then(() => true),
    () => false,
  );
  if (exists) throw new BackupError(`${file} is there already: name a new file.`);
  try {
    return await open(unfinished, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new BackupError(`${unfinished} is there: another backup is writing it, or was cut off; then remove it.`);
    }
    throw new BackupError(`${file} cannot be written (${code}): name a file in a folder that you may write to.`);
  }
}

async function inSnapshot<Result>(database: Database, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = database.client();
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await work(client);
  } finally {
    await client.end();
  }
}

async function writeArchive(client: pg.Client, file: string, version: string): Promise<BackupDescription> {
  const { rows: migrations } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  const { rows: sequences } = await client.query<{ name: string; value: string | null }>(
    'SELECT sequencename AS name, last_value AS value FROM pg_sequences WHERE schemaname = current_schema()',
  );
  const { rows: times } = await client.query<{ now: Date }>('SELECT now()');
  const archive = new yazl.ZipFile();
  const written = pipeline(archive.outputStream, createWriteStream(file, { flags: 'r+' }));
  // Where the disk is full both fail, and the row that is read now is not waited for.
  const failure = written.then(() => new Promise<never>(() => undefined));
  const tables: WrittenTable[] = [];
  for (const table of await readTables(client)) {
    tables.push(await Promise.race([addTable(client, archive, table), failure]));
  }
  const description: BackupDescription = {
    format: FORMAT,
    version,
    takenAt: times[0]!.now.toISOString(),
    migrations: migrations.map(({ name }) => name),
    tables,
    sequences: Object.fromEntries(
      sequences.flatMap(({ name, value }) => (value === null ? [] : [[name, Number(value)]])),
    ),
  };
  archive.addBuffer(Buffer.from(`${JSON.stringify(description, null, 2)}\n`), DESCRIPTION_ENTRY);
  archive.end();
  await written;
  return description;
}

async function addTable(client: pg.Client, archive: yazl.ZipFile, table: Table): Promise<WrittenTable> {
  const source = client.query(copyTo(`COPY ${copyList(table)} TO STDOUT`));
  const { through, digest } = hashing();
  archive.addReadStream(through, entryOf(table));
  await pipeline(source, through);
  return { ...table, rows: source.rowCount ?? 0, sha256: digest() };
}

/** The name, too, is to be there after a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}
