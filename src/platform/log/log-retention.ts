/** Deletes what of the knowledge log is kept no longer. */
import sql, { join, type Sql } from 'sql-template-tag';
import type { Database } from '../database/database.js';

/** Rows of one transaction: none holds its locks for long. */
const BATCH_SIZE = 1_000;

export interface LogRetentionOptions {
  readonly database: Database;
  /** Days after which an entry may go. */
  readonly days: number;
  /**
   * Statements, each of one row with one value: the place of the reader in the database that is furthest behind, null when
   * there is none. What they have not read stays.
   */
  readonly readers: readonly Sql[];
}

export class LogRetention {
  constructor(private readonly options: LogRetentionOptions) {}

  /**
   * Deletes what an earlier run gave up, and gives up what is too old now: readers that are at it meanwhile, with a cursor
   * that was good, can finish. Several servers may do so at once.
   */
  async run(): Promise<void> {
    const { database, days, readers } = this.options;
    for (let deleted = BATCH_SIZE; deleted === BATCH_SIZE;) {
      const rows = await database.rows(
        sql`DELETE FROM knowledge_log WHERE id IN (
          SELECT entry.id FROM knowledge_log AS entry, knowledge_log_state AS state
          WHERE entry.position <= state.kept_after
          ORDER BY entry.position LIMIT ${BATCH_SIZE} FOR UPDATE OF entry SKIP LOCKED) RETURNING 1`,
      );
      deleted = rows.length;
    }
    const places = readers.map((place) => sql`, (${place})`);
    await database.rows(sql`
      UPDATE knowledge_log_state AS state
      SET kept_after = greatest(state.kept_after, least(
        coalesce(
          (SELECT position - 1 FROM knowledge_log
           WHERE position IS NOT NULL AND occurred_at >= now() - ${days}::float8 * interval '1 day'
           ORDER BY position LIMIT 1),
          state.last_position)
        ${places.length === 0 ? sql`` : join(places, '')}))`);
  }
}
