/** What `medspil backup` and `medspil restore` do, apart from reading their words and telling what came of it. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { MIGRATIONS } from '../entities.js';
import { openDatabase } from '../knowledge-base.js';
import type { Database } from '../platform/database/database.js';
import { type BackupDescription, BackupError } from './backup-file.js';
import { BackupArchive, restoreBackup } from './restore-backup.js';
import { writeBackup } from './write-backup.js';
import sql, { raw } from 'sql-template-tag';

/**
 * Writes everything in the database that the configuration names to `file`, whether or not a server runs on it.
 *
 * @throws BackupError when there is nothing to back up, or the file cannot be written
 */
export async function backUp(
  config: Config,
  logger: Logger,
  file: string,
  version: string,
): Promise<BackupDescription> {
  if (config.databaseUrl === undefined && !existsSync(path.join(config.dataDirectory, 'postgres'))) {
    throw new BackupError(`There is no database in ${config.dataDirectory}: set DATA_DIR or DATABASE_URL.`);
  }
  const { database, close } = await openDatabase(config, logger, { join: true });
  try {
    if (!(await hasTables(database))) throw new BackupError('The database is empty: there is nothing to back up.');
    return await writeBackup(database, file, version);
  } finally {
    await close();
  }
}

/**
 * Puts a backup into the database that the configuration names, which must hold nothing, and brings it up to date.
 *
 * @throws BackupError when the database holds something, or the file is no whole backup, or of a newer version
 */
export async function restore(config: Config, logger: Logger, file: string): Promise<BackupDescription> {
  const archive = await BackupArchive.open(file);
  try {
    const { description } = archive;
    const known = MIGRATIONS.slice(0, description.migrations.length);
    if (known.map(({ name }) => name).join() !== description.migrations.join()) {
      throw new BackupError(
        `The backup was written by version ${description.version}, which knows more than this one: use that version.`,
      );
    }
    await withDatabase(config, logger, known, async (database) => {
      if (await holdsSomething(database)) {
        throw new BackupError('The database holds something already: restore into an empty one.');
      }
      await database.migrate();
      await restoreBackup(database, archive);
    });
    if (known.length < MIGRATIONS.length) {
      await withDatabase(config, logger, MIGRATIONS, (database) => database.migrate());
    }
    return description;
  } finally {
    archive.close();
  }
}

async function withDatabase(
  config: Config,
  logger: Logger,
  migrations: readonly Function[],
  work: (database: Database) => Promise<void>,
): Promise<void> {
  const { database, close } = await openDatabase(config, logger, { migrations });
  try {
    await database.exclusively(() => work(database));
  } finally {
    await close();
  }
}

const hasTables = async (database: Database): Promise<boolean> =>
  (await database.row<{ found: boolean }>(sql`SELECT to_regclass('record') IS NOT NULL AS found`))!.found;

/** A restore that failed leaves the tables behind, as a migrated database has them: nothing is in these. */
async function holdsSomething(database: Database): Promise<boolean> {
  if (!(await hasTables(database))) return false;
  const tables = ['organisation', 'person', 'record', 'knowledge_log'].map((name) => `EXISTS (SELECT FROM ${name})`);
  return (await database.row<{ found: boolean }>(sql`SELECT ${raw(tables.join(' OR '))} AS found`))!.found;
}
