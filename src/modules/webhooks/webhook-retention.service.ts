/** What is kept of webhooks no longer than it is of use. */
import sql from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';

/** Long enough to find out what went wrong, and to have it sent again. */
const DELIVERY_DAYS = 30;
/** Rows of one transaction: none holds its locks for long. */
const BATCH_SIZE = 1_000;

export class WebhookRetentionService {
  constructor(private readonly database: Database) {}

  /** Deletes deliveries and replaced secrets that are too old. Several servers may do so at once. */
  async run(): Promise<void> {
    await this.database.rows(
      sql`UPDATE webhook_endpoint SET previous_secret = NULL, previous_secret_until = NULL
        WHERE previous_secret_until <= now()`,
    );
    for (let deleted = BATCH_SIZE; deleted === BATCH_SIZE;) {
      const rows = await this.database.rows(
        sql`DELETE FROM webhook_delivery WHERE id IN (
          SELECT id FROM webhook_delivery
          WHERE created_at < now() - ${DELIVERY_DAYS}::float8 * interval '1 day' AND status <> 'PENDING'
          LIMIT ${BATCH_SIZE} FOR UPDATE SKIP LOCKED) RETURNING 1`,
      );
      deleted = rows.length;
    }
  }
}
