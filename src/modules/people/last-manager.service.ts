/** An organisation that has a manager keeps one. */
import sql from 'sql-template-tag';
import { refuse, UserErrorCode } from '../../common/errors.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Transaction } from '../../platform/database/database.js';
import { Role } from './person.entity.js';

/**
 * Lets one transaction at a time change the people and invitations of an organisation: two managers who demote each other
 * would each see the other one stay.
 *
 * @throws DomainError NOT_FOUND
 */
export async function lockPeopleOf(transaction: Transaction, organisationId: string): Promise<void> {
  const [found] = await transaction.rows(sql`SELECT FROM organisation WHERE id = ${organisationId} FOR NO KEY UPDATE`);
  if (found === undefined) {
    throw refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${organisationId}.`, ['organisationId']);
  }
}

/**
 * Refuses to take the last manager away from an organisation. The operator may, who can also invite a new one. To be
 * called with the people of the organisation locked.
 *
 * @param personId who is to be no manager any more
 * @throws DomainError INVALID
 */
export async function requireAnotherManager(
  transaction: Transaction,
  viewer: Viewer,
  personId: string,
  organisationId: string,
): Promise<void> {
  if (viewer.kind === 'ADMIN') return;
  const managers = await transaction.rows<{ personId: string }>(
    sql`SELECT person_id AS "personId" FROM membership
      WHERE organisation_id = ${organisationId} AND role = ${Role.MANAGER}`,
  );
  if (managers.length === 1 && managers[0]!.personId === personId) {
    throw refuse(
      UserErrorCode.INVALID,
      `This person is the last manager of the organisation ${organisationId}: make somebody else a manager first.`,
      ['personId'],
    );
  }
}
