/** Writes snapshots, one at a time among all servers, and clears away what of them is not kept. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { ExportPublication } from '../exports/export-format.js';
import { EXPORT_FORMATS } from '../exports/export-formats.js';
import { EVERYTHING } from '../exports/export-selection.js';
import { openExportSource, type OpenExport } from '../exports/export-source.js';
import { writeZip } from '../exports/zip.js';
import { publishedRecord } from '../records/published-record.js';
import { DATA_PACKAGE, dataPackage, type PackagedSnapshot } from './data-package.js';
import type { SnapshotFile } from './snapshot.entity.js';
import { clearAway, discardUnfinished, isDue } from './snapshot-retention.js';
import { readOwnFile, storeFile } from './snapshot-storage.js';
import { dayOf } from './snapshot-wording.js';
import { holdLock } from './snapshot-lock.js';

export interface SnapshotMakerOptions {
  readonly database: Database;
  readonly log: Pick<KnowledgeLog, 'end'>;
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
  readonly publication: ExportPublication;
  /** Of this program. */
  readonly version: string;
  /** Days between snapshots; undefined when none is due by itself. */
  readonly days: number | undefined;
  /** How many are kept. */
  readonly kept: number;
}

/** A snapshot whose files are being written. */
export interface BegunSnapshot {
  readonly id: string;
  /** Resolves when it is whole; rejects when it could not be made, and nothing of it is left. */
  readonly whole: Promise<void>;
}

/** The archive of everything, that with the data package in it is one too. */
const ARCHIVE = { name: 'snapshot.zip', mediaType: 'application/zip' };

/** Ids of records that are written down at once. */
const BATCH = 5_000;
/** How long one may take: each format is a pass over everything. */
const MILLISECONDS = 6 * 60 * 60_000;

export class SnapshotMaker {
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: SnapshotMakerOptions) {}

  /** Clears away what is not kept, and makes a snapshot if one is due. Another server that is at it is left to it. */
  async run(): Promise<void> {
    const { database, days, kept } = this.options;
    if (this.stopped) return;
    await clearAway(database, kept);
    if (days === undefined || !(await isDue(database, days))) return;
    const begun = await this.begin({ note: null, stillWanted: () => isDue(database, days) });
    await begun?.whole;
  }

  /**
   * Begins to make a snapshot of this moment.
   *
   * @param options `onInsert` runs in the transaction that makes it known; `stillWanted` is asked when no other is at it
   * @returns null when another is being made, or it is not wanted any more
   */
  async begin({
    note,
    onInsert,
    stillWanted = () => Promise.resolve(true),
  }: {
    readonly note: string | null;
    readonly onInsert?: (transaction: Transaction, id: string) => Promise<void>;
    readonly stillWanted?: () => Promise<boolean>;
  }): Promise<BegunSnapshot | null> {
    const { database, log, base, publication } = this.options;
    if (this.stopped) return null;
    const release = await holdLock(database);
    if (release === null) return null;
    let source: OpenExport | undefined;
    try {
      if (!(await stillWanted())) {
        await release();
        return null;
      }
      await discardUnfinished(database);
      const options = { base: base(), selection: EVERYTHING, publication, milliseconds: MILLISECONDS };
      source = await openExportSource(database, log, options);
      const id = uuid();
      const snapshot = await this.insert(id, note, source, onInsert);
      const whole = this.write(id, snapshot, source).finally(release);
      this.running.add(whole);
      // Its failure is told to who waits for it; nobody has to.
      whole.catch(() => undefined).finally(() => this.running.delete(whole));
      return { id, whole };
    } catch (error) {
      await source?.close();
      await release();
      throw error;
    }
  }

  /** Breaks off what is being made; resolves when nothing runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.allSettled(this.running);
  }

  private async insert(
    id: string,
    note: string | null,
    { source }: OpenExport,
    onInsert?: (transaction: Transaction, id: string) => Promise<void>,
  ): Promise<PackagedSnapshot> {
    const { database, version, publication } = this.options;
    const { license, publisher } = publication;
    const { takenAt, cursor, reads } = source;
    const [counted] = await reads.rows<{ count: number }>(
      sql`SELECT count(*) AS count FROM ${publishedRecord(null, 'd')}`,
    );
    const recordCount = counted!.count;
    const day = dayOf(takenAt);
    return database.inTransaction(async (transaction) => {
      const [of] = await transaction.rows<{ day: number }>(
        sql`SELECT count(*) AS day FROM snapshot WHERE name = ${day} OR name LIKE ${`${day}-%`}`,
      );
      const name = of!.day === 0 ? day : `${day}-${of!.day + 1}`;
      await transaction.rows(
        sql`INSERT INTO snapshot (id, name, taken_at, cursor, record_count, note, license, publisher, version)
          VALUES (${id}, ${name}, ${takenAt}, ${cursor}, ${recordCount}, ${note}, ${license}, ${publisher}, ${version})`,
      );
      await onInsert?.(transaction, id);
      return { name, takenAt, cursor, recordCount, note, license, publisher, version };
    });
  }

  private async write(id: string, snapshot: PackagedSnapshot, { source, records, close }: OpenExport): Promise<void> {
    const { database } = this.options;
    const isStopped = () => this.stopped;
    const store = (name: string, mediaType: string, content: AsyncIterable<string | Uint8Array>) =>
      storeFile(database, { snapshotId: id, name, mediaType }, content, isStopped);
    try {
      await this.writeMembers(id, source);
      const files: SnapshotFile[] = [];
      for (const { name, mediaType, write } of EXPORT_FORMATS) {
        files.push(await store(name, mediaType, write(records, source)));
      }
      const description = dataPackage(snapshot, files, source.base);
      files.unshift(await store(DATA_PACKAGE.name, DATA_PACKAGE.mediaType, once(description)));
      const entries = files.map((file) => ({ name: file.name, content: () => readOwnFile(database, file) }));
      await store(ARCHIVE.name, ARCHIVE.mediaType, writeZip(entries));
      const [completed] = await database.rows(
        sql`UPDATE snapshot SET completed_at = clock_timestamp() WHERE id = ${id} RETURNING id`,
      );
      if (completed === undefined) throw new Error('The snapshot was discarded while it was written.');
    } catch (error) {
      // What cannot be discarded now is when the next one is made.
      await database.rows(sql`DELETE FROM snapshot WHERE id = ${id}`).catch(() => undefined);
      throw error;
    } finally {
      await close();
    }
    await clearAway(database, this.options.kept);
  }

  /** Writes down whose text is in it: when one of them is retracted, that ends it. */
  private async writeMembers(id: string, { reads }: OpenExport['source']): Promise<void> {
    for (let last: string | null = null; ;) {
      const after = last === null ? sql`TRUE` : sql`d.id > ${last}::uuid`;
      const rows: { id: string }[] = await reads.rows<{ id: string }>(
        sql`SELECT d.id FROM ${publishedRecord(null, 'd')} WHERE ${after} ORDER BY d.id LIMIT ${BATCH}`,
      );
      if (rows.length > 0) {
        await this.options.database.rows(
          sql`INSERT INTO snapshot_record (snapshot_id, record_id)
            SELECT ${id}::uuid, unnest(${rows.map((row) => row.id)}::uuid[])`,
        );
      }
      if (rows.length < BATCH) return;
      last = rows.at(-1)!.id;
    }
  }
}

async function* once(content: string) {
  yield content;
}
