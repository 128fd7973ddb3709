/** What is kept no longer than it is of use. */
import sql, { type Sql } from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';

/** After this a client that tries again does not mean the same attempt. */
const IDEMPOTENCY_KEY_DAYS = 30;
/** Time to ask what became of an invitation or a request. */
const ENDED_DAYS = 90;
/** Rows of one transaction: none holds its locks for long. */
const BATCH_SIZE = 1_000;

export class RetentionService {
  /** @param auditLogDays days after which entries of the audit log go; undefined keeps them for ever */
  constructor(
    private readonly database: Database,
    private readonly auditLogDays: number | undefined,
  ) {}

  /** Deletes what is too old. Several servers may do so at once. */
  async run(): Promise<void> {
    await this.deleteAll(
      sql`DELETE FROM idempotency_key WHERE (actor, key) IN (
        SELECT actor, key FROM idempotency_key WHERE created_at < ${daysAgo(IDEMPOTENCY_KEY_DAYS)}
        LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED) RETURNING 1`,
    );
    await this.deleteAll(
      sql`DELETE FROM invitation WHERE id IN (
        SELECT id FROM invitation
        WHERE coalesce(accepted_at, revoked_at, expires_at) < ${daysAgo(ENDED_DAYS)}
        LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED) RETURNING 1`,
    );
    await this.deleteAll(
      sql`DELETE FROM access_request WHERE id IN (
        SELECT id FROM access_request WHERE decided_at < ${daysAgo(ENDED_DAYS)}
        LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED) RETURNING 1`,
    );
    if (this.auditLogDays === undefined) return;
    const before = daysAgo(this.auditLogDays);
    await this.deleteAll(
      sql`DELETE FROM audit_log WHERE id IN (
        SELECT id FROM audit_log WHERE occurred_at < ${before} ORDER BY occurred_at
        LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED) RETURNING 1`,
      // Without this the database refuses: nothing else removes entries.
      sql`SELECT set_config('medspil.audit_log_before', (${before})::text, true)`,
    );
  }

  private async deleteAll(deletion: Sql, before?: Sql): Promise<void> {
    for (let deleted = BATCH_SIZE; deleted === BATCH_SIZE;) {
      deleted = await this.database.inTransaction(async (transaction) => {
        if (before !== undefined) await transaction.rows(before);
        return (await transaction.rows(deletion)).length;
      });
    }
  }
}

function daysAgo(days: number): Sql {
  return sql`now() - ${days}::float8 * interval '1 day'`;
}
