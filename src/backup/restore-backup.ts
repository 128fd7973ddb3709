/** Puts a backup into an empty database: all of it, or nothing. */
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import yauzl from 'yauzl';
import type { Database } from '../platform/database/database.js';
import { type BackupDescription, BackupError, DESCRIPTION_ENTRY, entryOf, FORMAT, hashing } from './backup-file.js';
import { copyList, readTables } from './tables.js';

/** An open backup. */
export class BackupArchive {
  private constructor(
    private readonly archive: yauzl.ZipFile,
    private readonly entries: ReadonlyMap<string, yauzl.Entry>,
    readonly description: BackupDescription,
  ) {}

  /** @throws BackupError when it is not there, is no backup, or not a whole one */
  static async open(file: string): Promise<BackupArchive> {
    let archive: yauzl.ZipFile | undefined;
    try {
      archive = await yauzl.openPromise(file, { autoClose: false, lazyEntries: true });
      const entries = new Map<string, yauzl.Entry>();
      for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry);
      const description = entries.get(DESCRIPTION_ENTRY);
      if (description === undefined) throw new Error('it has no description');
      const content = JSON.parse(
        (await buffer(await archive.openReadStreamPromise(description))).toString(),
      ) as BackupDescription;
      if (content.format !== FORMAT) throw new Error(`its format is ${JSON.stringify(content.format)}`);
      for (const table of content.tables) {
        if (!entries.has(entryOf(table))) throw new Error(`it has no rows of ${table.name}`);
      }
      return new BackupArchive(archive, entries, content);
    } catch (error) {
      archive?.close();
      throw new BackupError(`${file} is no whole backup of Medspil: ${(error as Error).message}.`);
    }
  }

  /** The rows of a table as COPY wrote them. */
  rows(table: { readonly name: string }) {
    return this.archive.openReadStreamPromise(this.entries.get(entryOf(table))!);
  }

  close(): void {
    this.archive.close();
  }
}

/**
 * Writes what is in the backup into a database that has nothing, in one transaction. The log gets a new epoch: positions
 * that were given after the backup will be given again, to other events, so cursors from before must not be taken.
 *
 * @param database migrated as far as that of the backup was
 * @throws BackupError when the database is not like the one that was backed up; it stays as it was
 */
export async function restoreBackup(database: Database, archive: BackupArchive): Promise<void> {
  const client = database.client();
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await restoreTables(client, archive);
    await client.query('COMMIT');
  } finally {
    // Without a commit all of it is undone.
    await client.end();
  }
}

async function restoreTables(client: pg.Client, archive: BackupArchive): Promise<void> {
  const { description } = archive;
  const tables = await readTables(client);
  const lists = (those: readonly Parameters<typeof copyList>[0][]) => those.map(copyList).sort().join('\n');
  if (lists(tables) !== lists(description.tables)) {
    throw new BackupError('The tables of the backup are not those that its migrations make: was it changed?');
  }
  // What the triggers see to was seen to when the rows were first written; some forbid what is done here.
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  // Migrations write some rows of their own.
  for (const { name } of tables.toReversed()) await client.query(`DELETE FROM ${name}`);
  for (const table of tables) {
    const { rows, sha256 } = description.tables.find(({ name }) => name === table.name)!;
    const target = client.query(copyFrom(`COPY ${copyList(table)} FROM STDIN`));
    const { through, digest } = hashing();
    await pipeline(await archive.rows(table), through, target).catch((error: unknown) => {
      throw isOfTheServer(error) ? error : damaged(table.name, error);
    });
    if (target.rowCount !== rows || digest() !== sha256) {
      throw damaged(table.name, new Error('they are not those that were written'));
    }
  }
  for (const [name, value] of Object.entries(description.sequences)) {
    await client.query('SELECT setval(quote_ident($1)::regclass, $2)', [name, value]);
  }
  await client.query('UPDATE knowledge_log_state SET epoch = substr(md5(gen_random_uuid()::text), 1, 8)');
  for (const { name } of tables) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
}

/** PostgreSQL's own trouble, and no row that it could not take (classes 22, data exception, and 23, integrity). */
function isOfTheServer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^2[23]/.test(error.code ?? '');
}

function damaged(table: string, error: unknown): BackupError {
  const reason = error instanceof Error ? error.message : String(error);
  return new BackupError(`The rows of ${table} in the backup are damaged (${reason}): take another copy of it.`);
}
