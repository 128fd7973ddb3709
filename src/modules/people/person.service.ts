/** What people change about themselves. */
import sql from 'sql-template-tag';
import { refuse, requestError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { storedAddress } from './email-address.js';
import type { Person } from './person.entity.js';
import { PERSON_COLUMNS } from './person.loaders.js';

export interface ProfileUpdate {
  readonly name?: string | null;
  readonly email?: string | null;
  readonly namedPublicly?: boolean | null;
}

export class PersonService {
  constructor(private readonly database: Database) {}

  /**
   * Changes the viewer's own person. An address that it gives itself is believed by nobody else.
   *
   * @throws DomainError INVALID, REQUIRED
   * @throws FORBIDDEN for keys that are no person's
   */
  async updateProfile(viewer: Viewer, input: ProfileUpdate): Promise<Person> {
    assertCan(viewer, 'person.manage-own');
    const personId = requirePerson(viewer);
    checkInput(input);
    const { name, email, namedPublicly } = input;
    if (name === null) throw refuse(UserErrorCode.REQUIRED, 'name must not be empty.', ['name']);
    return this.database.inTransaction(async (transaction) => {
      const before = await lockPerson(transaction, personId);
      const address = email === undefined ? before.email : email && storedAddress(email);
      const [after] = await transaction.rows<Person>(
        sql`UPDATE person AS p SET name = ${name ?? before.name}, email = ${address},
            email_confirmed = email_confirmed AND email IS NOT DISTINCT FROM ${address},
            named_publicly = ${namedPublicly ?? before.namedPublicly}
          WHERE p.id = ${personId} RETURNING ${PERSON_COLUMNS}`,
      );
      const changed = (['name', 'email', 'namedPublicly'] as const).filter((field) => after![field] !== before[field]);
      await audit(transaction, viewer, {
        action: 'person.manage-own',
        organisationId: null,
        targetId: personId,
        details: { changed },
      });
      return after!;
    });
  }
}

/**
 * The person that the viewer is.
 *
 * @throws FORBIDDEN when it is none, which only the operator is after `person.manage-own`
 */
export function requirePerson({ personId }: Viewer): string {
  if (personId !== null) return personId;
  throw requestError('FORBIDDEN', 'This is for people, and the operator’s key is none’s (person.manage-own).');
}

/**
 * The person, whom nobody else changes or erases before the transaction ends.
 *
 * @throws UNAUTHENTICATED when it was erased after its credential was looked at
 */
export async function lockPerson(transaction: Transaction, personId: string): Promise<Person> {
  const [person] = await transaction.rows<Person>(
    sql`SELECT ${PERSON_COLUMNS} FROM person p WHERE p.id = ${personId} AND p.erased_at IS NULL FOR NO KEY UPDATE`,
  );
  if (person === undefined) {
    throw requestError('UNAUTHENTICATED', 'The person behind this credential was erased.');
  }
  return person;
}
