/** What one person wrote is published by another, where an organisation asks for it. */
import sql from 'sql-template-tag';
import { refuse, UserErrorCode } from '../../common/errors.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Transaction } from '../../platform/database/database.js';
import type { LockedRecord } from './record-row.service.js';

/**
 * Refuses to let a viewer publish what it wrote itself. Authors are those who changed the content since it was last
 * published; what a system of the organisation wrote counts as written by who made its key. The operator is exempt: with
 * nobody else left in an organisation somebody must be able to go on, and the audit log tells.
 *
 * @throws DomainError INVALID_TRANSITION
 */
export async function requireSecondPerson(
  transaction: Transaction,
  viewer: Viewer,
  { recordId, organisationId, rowOrganisationId }: LockedRecord,
): Promise<void> {
  if (viewer.kind === 'ADMIN') return;
  const required = await transaction.rows(
    sql`SELECT FROM organisation WHERE id IN (${organisationId}, ${rowOrganisationId}) AND second_person_required`,
  );
  if (required.length === 0) return;
  if (viewer.personId === null) {
    throw refuse(
      UserErrorCode.INVALID_TRANSITION,
      'Here a second person approves what is published, and this key is nobody’s: publish as a person.',
      ['id'],
    );
  }
  const written = await transaction.rows(
    sql`SELECT FROM (
        SELECT v.version, v.content IS DISTINCT FROM lag(v.content) OVER (ORDER BY v.version) AS changed,
          coalesce(v.person_id, k.made_by) AS author
        FROM revision v LEFT JOIN api_key k ON k.id = v.api_key_id WHERE v.record_id = ${recordId}
      ) AS step
      WHERE changed AND author = ${viewer.personId} AND version > (
        SELECT coalesce(max(version), 0) FROM revision WHERE record_id = ${recordId} AND status = 'PUBLISHED')`,
  );
  if (written.length > 0) {
    throw refuse(
      UserErrorCode.INVALID_TRANSITION,
      'You wrote a part of this, and here a second person approves what is published: ask another editor.',
      ['id'],
    );
  }
}
