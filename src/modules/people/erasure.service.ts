/** Forgetting people: what they did stays, done by nobody in particular. */
import sql from 'sql-template-tag';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { lockPeopleOf, requireAnotherManager } from './last-manager.service.js';
import { accessRequestsOf, invitationsOf } from './personal-data.service.js';

/** In place of a name that may tell whose key it was. */
const ERASED_KEY_NAME = 'Key of an erased person';

interface Erasable {
  readonly email: string | null;
  readonly emailConfirmed: boolean;
}

export class ErasureService {
  constructor(private readonly database: Database) {}

  /**
   * Erases a person: name, address, identities, places, inbox, follows, digests, and what was written to or by the address. Its keys are
   * revoked.
   * Revisions, comments and entries of the audit log keep pointing at the person, who is nobody now.
   *
   * @throws DomainError NOT_FOUND; INVALID for the last manager of an organisation, unless the operator does it
   */
  async erase(viewer: Viewer, input: { readonly personId: string }): Promise<boolean> {
    const isOwn = viewer.personId !== null && viewer.personId === input.personId;
    const action = isOwn ? 'person.manage-own' : 'person.manage';
    assertCan(viewer, action);
    checkInput(input);
    const { personId } = input;
    return this.database.inTransaction(async (transaction) => {
      // Nothing is dealt out meanwhile, which would make an inbox of somebody who is just going.
      await transaction.rows(sql`SELECT FROM inbox_reader FOR NO KEY UPDATE`);
      const person = await lockErasable(transaction, personId);
      await leaveAll(transaction, viewer, personId);
      // An address that only the person itself says it has may be another's, whose invitations these would be.
      const address = person.emailConfirmed || viewer.kind === 'ADMIN' ? person.email : null;
      await transaction.rows(sql`DELETE FROM access_request a WHERE ${accessRequestsOf(personId, address)}`);
      await transaction.rows(sql`DELETE FROM invitation i WHERE ${invitationsOf(personId, address)}`);
      await transaction.rows(sql`DELETE FROM inbox WHERE person_id = ${personId}`);
      await transaction.rows(sql`DELETE FROM digest WHERE person_id = ${personId}`);
      await transaction.rows(sql`DELETE FROM digest_confirmation WHERE person_id = ${personId}`);
      await transaction.rows(sql`DELETE FROM person_identity WHERE person_id = ${personId}`);
      await transaction.rows(
        sql`UPDATE api_key SET revoked_at = coalesce(revoked_at, now()), name = ${ERASED_KEY_NAME}
          WHERE person_id = ${personId}`,
      );
      await transaction.rows(
        sql`UPDATE person SET name = NULL, email = NULL, email_confirmed = false, named_publicly = false,
          erased_at = now() WHERE id = ${personId}`,
      );
      await audit(transaction, viewer, {
        action,
        organisationId: null,
        targetId: personId,
        details: { erased: true },
      });
      return true;
    });
  }
}

async function lockErasable(transaction: Transaction, personId: string): Promise<Erasable> {
  const [person] = await transaction.rows<Erasable>(
    sql`SELECT email, email_confirmed AS "emailConfirmed" FROM person
      WHERE id = ${personId} AND erased_at IS NULL FOR UPDATE`,
  );
  if (person === undefined) {
    throw refuse(UserErrorCode.NOT_FOUND, `Nobody here has the id ${personId}, or no longer.`, ['personId']);
  }
  return person;
}

async function leaveAll(transaction: Transaction, viewer: Viewer, personId: string): Promise<void> {
  const places = await transaction.rows<{ organisationId: string }>(
    sql`SELECT organisation_id AS "organisationId" FROM membership WHERE person_id = ${personId}
      ORDER BY organisation_id`,
  );
  for (const { organisationId } of places) {
    await lockPeopleOf(transaction, organisationId);
    await requireAnotherManager(transaction, viewer, personId, organisationId);
  }
  await transaction.rows(sql`DELETE FROM membership WHERE person_id = ${personId}`);
}
