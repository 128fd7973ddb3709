/** When a snapshot is due, and what of the old ones is cleared away. */
import sql from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { IS_AVAILABLE, IS_LISTED, SNAPSHOT_COLUMNS } from './snapshot.loaders.js';

/**
 * Whether one is due: there is something public, and no snapshot that is younger and can be had. So one that was withdrawn is
 * followed by another.
 */
export async function isDue(database: Reads, days: number): Promise<boolean> {
  const row = await database.row<{ due: boolean }>(
    sql`SELECT EXISTS (SELECT FROM record WHERE status = 'PUBLISHED') AND NOT EXISTS (
      SELECT FROM snapshot s WHERE s.taken_at > now() - make_interval(days => ${days}::integer) AND ${IS_AVAILABLE}) AS due`,
  );
  return row!.due;
}

/** Removes what was begun and not finished. To be called by who holds the lock: nobody is at any of them. */
export async function discardUnfinished(database: Reads): Promise<void> {
  await database.rows(sql`DELETE FROM snapshot WHERE completed_at IS NULL`);
}

/**
 * Writes down which snapshots are withdrawn or make room for newer ones, and deletes their content. What is withdrawn is not
 * given out before that either; here it ceases to be there.
 */
export async function clearAway(database: Reads, kept: number): Promise<void> {
  await database.rows(
    sql`UPDATE snapshot SET withdrawn_at = found.at
      FROM (SELECT list.id, list."withdrawnAt" AS at FROM (SELECT ${SNAPSHOT_COLUMNS} FROM snapshot s
        WHERE ${IS_LISTED} AND s.withdrawn_at IS NULL AND s.removed_at IS NULL) AS list) AS found
      WHERE snapshot.id = found.id AND found.at IS NOT NULL`,
  );
  await database.rows(
    sql`UPDATE snapshot SET removed_at = now() WHERE removed_at IS NULL AND id IN (
      SELECT s.id FROM snapshot s WHERE ${IS_AVAILABLE} ORDER BY s.taken_at DESC, s.id DESC OFFSET ${kept})`,
  );
  const gone = sql`SELECT id FROM snapshot WHERE withdrawn_at IS NOT NULL OR removed_at IS NOT NULL`;
  // By parts, so that no statement takes long.
  for (;;) {
    const deleted = await database.rows(
      sql`DELETE FROM snapshot_chunk WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM snapshot_chunk WHERE snapshot_id IN (${gone}) LIMIT 1000)) RETURNING 1`,
    );
    if (deleted.length === 0) break;
  }
  await database.rows(sql`DELETE FROM snapshot_record WHERE snapshot_id IN (${gone})`);
}
