/** Who did what with which key: written in the transaction of what was done, never changed. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Transaction } from '../database/database.js';
import type { Action } from './permissions.js';
import type { Viewer } from './viewer.js';

export interface AuditEntry {
  readonly action: Action;
  /** For which organisation; null when it was for none. */
  readonly organisationId: string | null;
  /** What was changed. */
  readonly targetId: string;
  /** What else tells what happened; never text of a record, a name, an address or a secret. */
  readonly details?: Readonly<Record<string, string | number | boolean | readonly string[] | null>>;
}

export async function audit(
  transaction: Transaction,
  viewer: Pick<Viewer, 'actor' | 'personId' | 'apiKeyId'>,
  { action, organisationId, targetId, details = {} }: AuditEntry,
): Promise<void> {
  await transaction.rows(
    sql`INSERT INTO audit_log (id, occurred_at, action, actor, person_id, api_key_id, organisation_id, target_id, details)
      VALUES (${uuid()}, now(), ${action}, ${viewer.actor}, ${viewer.personId}, ${viewer.apiKeyId}, ${organisationId},
        ${targetId}, ${JSON.stringify(details)}::jsonb)`,
  );
}
