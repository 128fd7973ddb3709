/** The log as it stands in its table. */
import sql, { empty } from 'sql-template-tag';
import type { Reads } from '../database/cancellable-reads.js';
import type { EventFilter } from './event-filter.js';
import { expiredCursor } from './cursor.js';
import { entryColumns, type LogEnd, type LogEntry, type LogPlace } from './log-entry.js';

/** The next part of the log, looked through up to a place. */
export interface LogStretch extends LogPlace {
  /** Those that passed the filter, in the log's order. */
  readonly entries: readonly LogEntry[];
}

/** The end of the log, counting what has its position. */
export async function readEnd(database: Reads): Promise<LogEnd> {
  const end = await database.row<LogEnd>(
    sql`SELECT epoch, last_position AS position, kept_after AS "keptAfter" FROM knowledge_log_state`,
  );
  return end!;
}

/**
 * Looks through the next `length` positions after `position`. Positions have no gap, so this bounds the work of a filter
 * that almost nothing passes as well as the number of entries.
 *
 * @throws CURSOR_EXPIRED when what follows `position` is not all kept any more
 */
export async function readStretch(
  database: Reads,
  position: number,
  length: number,
  filter: EventFilter,
): Promise<LogStretch> {
  // One statement, so that the end and the entries are of one moment; without entries it gives one row of nulls.
  const rows = await database.rows<LogEntry & { lastPosition: number; keptAfter: number }>(sql`
    SELECT state.last_position AS "lastPosition", state.kept_after AS "keptAfter", ${entryColumns}
    FROM knowledge_log_state AS state
    LEFT JOIN knowledge_log AS entry
      ON entry.position > ${position} AND entry.position <= ${position + length} AND ${filter.condition}
    ORDER BY entry.position`);
  const { epoch, lastPosition, keptAfter } = rows[0]!;
  if (position < keptAfter) throw expiredCursor({ epoch, position: lastPosition, keptAfter });
  const entries = rows
    .filter((row) => row.position !== null)
    .map(({ lastPosition: _, keptAfter: __, ...entry }) => entry);
  return { epoch, entries, position: Math.max(position, Math.min(position + length, lastPosition)) };
}

export interface LogPageOptions {
  /** Only what lies behind this position; without one, all that is kept. */
  readonly after?: number;
  /** Only what lies before this position. */
  readonly before?: number;
  readonly limit: number;
  /** Takes the last entries instead of the first. */
  readonly backward: boolean;
  readonly filter: EventFilter;
}

/**
 * One page of the log, oldest first whichever end it is taken from, and whether there is more beyond it.
 *
 * @throws CURSOR_EXPIRED when what follows `after` is not all kept any more
 */
export async function readPage(
  database: Reads,
  { after, before, limit, backward, filter }: LogPageOptions,
): Promise<{ entries: LogEntry[]; more: boolean }> {
  // What is given up and not deleted yet has cursors that are refused: nobody is to begin with them.
  const start = after === undefined ? sql`state.kept_after` : sql`${after}`;
  const end = before === undefined ? empty : sql`AND entry.position < ${before}`;
  const direction = backward ? sql`DESC` : sql`ASC`;
  // As for a stretch: one statement, which gives one row of nulls without entries.
  const rows = await database.rows<LogEntry & { lastPosition: number; keptAfter: number }>(sql`
    SELECT state.last_position AS "lastPosition", state.kept_after AS "keptAfter", ${entryColumns}
    FROM knowledge_log_state AS state
    LEFT JOIN LATERAL (
      SELECT * FROM knowledge_log AS entry
      WHERE entry.position > ${start} ${end} AND ${filter.condition}
      ORDER BY entry.position ${direction}
      LIMIT ${limit + 1}) AS entry ON true
    ORDER BY entry.position ${direction}`);
  const { epoch, lastPosition, keptAfter } = rows[0]!;
  if (after !== undefined && after < keptAfter) throw expiredCursor({ epoch, position: lastPosition, keptAfter });
  const entries = rows
    .filter((row) => row.position !== null)
    .map(({ lastPosition: _, keptAfter: __, ...entry }) => entry);
  const more = entries.length > limit;
  if (more) entries.pop();
  if (backward) entries.reverse();
  return { entries, more };
}

/** More than what can have happened and not be committed while something later is. */
const OUT_OF_ORDER = 10_000;

/**
 * The place before the first entry that happened at a time or after it; undefined when none did. What lies behind it may
 * have happened a little earlier: entries are told in the order of their commits.
 */
export async function readPositionBefore(database: Reads, time: Date): Promise<number | undefined> {
  const row = await database.row<{ position: number | null }>(
    // By time: PostgreSQL does not know how alike both orders are, and would look through all positions up to the time.
    sql`SELECT min(position) - 1 AS position FROM (
      SELECT position FROM knowledge_log WHERE occurred_at >= ${time} AND position IS NOT NULL
      ORDER BY occurred_at LIMIT ${OUT_OF_ORDER}) AS since`,
  );
  return row?.position ?? undefined;
}

/** How many entries all that is kept of the log has under a filter. */
export async function countEntries(database: Reads, filter: EventFilter): Promise<number> {
  const row = await database.row<{ count: number }>(sql`
    SELECT count(*) AS count FROM knowledge_log AS entry
    WHERE entry.position > (SELECT kept_after FROM knowledge_log_state) AND ${filter.condition}`);
  return row!.count;
}
