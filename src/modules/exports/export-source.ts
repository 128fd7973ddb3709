/** The one state of the knowledge that an export is made from. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';
import { decodeCursor, encodeCursor } from '../../platform/log/cursor.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { type DocumentRow, readDocuments } from '../documents/record-document.loaders.js';
import { ahead } from './ahead.js';
import { changedIds, readTombstones } from './export-changes.js';
import { ExportConnection } from './export-connection.js';
import type { ExportPublication, ExportRecords, ExportSource } from './export-format.js';
import { type ExportSelection, recordCondition } from './export-selection.js';
import { readState } from './export-state.js';

export interface ExportSourceOptions {
  /** The address of the server as clients know it, without a slash at the end. */
  readonly base: string;
  readonly selection: ExportSelection;
  readonly publication: ExportPublication;
  /** For how long the state is held; {@link EXPORT_MILLISECONDS} unless told. */
  readonly milliseconds?: number;
}

export interface OpenExport {
  readonly source: ExportSource;
  readonly records: ExportRecords;
  /** Names the state, and what of it is asked for: equal names, equal documents and tombstones. */
  readonly fingerprint: string;
  /** Lets go of the state; what is being read then fails. */
  close(): Promise<void>;
}

/** How long one export may take. Meanwhile PostgreSQL keeps what it would otherwise clear away. */
export const EXPORT_MILLISECONDS = 30 * 60_000;
/** PostgreSQL's own end is the later one, and only for when nobody is left to do it. */
const SLACK_MILLISECONDS = 60_000;

/**
 * Records in the first batch, and in any; the others hold about as many characters as this: what is made of more lies
 * among V8's large objects, which are collected late.
 */
const FIRST_BATCH = 25;
const LARGEST_BATCH = 500;
const BATCH_CHARACTERS = 125_000;

/**
 * Opens the state of this moment. Whoever opens it closes it.
 *
 * @throws CURSOR_INVALID, CURSOR_EXPIRED for a wrong `since`
 */
export async function openExportSource(
  database: Pick<Database, 'client'>,
  log: Pick<KnowledgeLog, 'end'>,
  { base, selection, publication, milliseconds = EXPORT_MILLISECONDS }: ExportSourceOptions,
): Promise<OpenExport> {
  // So that the cursor lies behind what is in the state, and the next export does not have it once more.
  await log.end();
  const connection = await ExportConnection.open(database, milliseconds + SLACK_MILLISECONDS);
  try {
    const { end, takenAt, fingerprint } = await readState(connection);
    const position = selection.since === null ? null : decodeCursor(selection.since, end, 'since');
    const condition = recordCondition(selection);
    const { kinds, records } = selection.filter;
    const stays = recordCondition({ filter: { kinds, records } });
    return {
      source: {
        base,
        publication,
        takenAt,
        cursor: encodeCursor(end),
        reads: connection,
        tombstones: position === null ? [] : await readTombstones(connection, { position, base, stays, condition }),
      },
      records: new SelectedRecords(connection, { base, condition, position }),
      fingerprint: JSON.stringify([
        fingerprint,
        base,
        publication,
        selection.filter,
        position,
        end.keptAfter === position,
      ]),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

interface SelectedRecordsOptions {
  readonly base: string;
  readonly condition: Sql;
  /** Only those that changed behind it; null for all. */
  readonly position: number | null;
}

class SelectedRecords implements AsyncIterable<readonly DocumentRow[]> {
  private passes = 0;

  constructor(
    private readonly connection: ExportConnection,
    private readonly options: SelectedRecordsOptions,
  ) {}

  [Symbol.asyncIterator](): AsyncIterator<readonly DocumentRow[]> {
    const { condition, position } = this.options;
    return ahead(position === null ? this.readAll(condition) : this.readChanged(condition, position));
  }

  private async *readAll(condition: Sql) {
    const { connection, options } = this;
    let last: string | null = null;
    for (let length = FIRST_BATCH; ;) {
      const batch: DocumentRow[] = await readDocuments(connection, { base: options.base, condition }, last, length);
      if (batch.length > 0) yield batch;
      if (batch.length < length) return;
      last = batch.at(-1)!.id;
      length = nextLength(batch);
    }
  }

  /** What changed is found once, and waits in PostgreSQL. */
  private async *readChanged(condition: Sql, position: number) {
    const { connection, options } = this;
    const cursor = raw(`changed_${(this.passes += 1)}`);
    await connection.rows(sql`DECLARE ${cursor} NO SCROLL CURSOR FOR
      SELECT id FROM (${changedIds(position)}) AS c ORDER BY id`);
    for (let length = FIRST_BATCH; ;) {
      const ids = (await connection.rows<{ id: string }>(sql`FETCH ${raw(String(length))} FROM ${cursor}`)).map(
        ({ id }) => id,
      );
      if (ids.length === 0) break;
      const among = sql`d.id = ANY(${ids}::uuid[]) AND ${condition}`;
      const batch = await readDocuments(connection, { base: options.base, condition: among }, null, ids.length);
      if (batch.length === 0) continue;
      yield batch;
      length = nextLength(batch);
    }
    await connection.rows(sql`CLOSE ${cursor}`);
  }
}

function nextLength(batch: readonly DocumentRow[]): number {
  const characters = batch.reduce((sum, { document }) => sum + document.length, 0);
  return Math.max(1, Math.min(LARGEST_BATCH, Math.floor((batch.length * BATCH_CHARACTERS) / characters)));
}
