/** Accepting invitations: how people come in. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, requestError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { makeApiKey, secretHash } from '../../platform/auth/api-key.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import { ROLES, SCOPES, type Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { ApiKey } from './api-key.entity.js';
import { storedAddress } from './email-address.js';
import type { Invitation } from './invitation.entity.js';
import { OPEN } from './invitation.service.js';
import { type Membership, MembershipOrigin, type Person } from './person.entity.js';
import { lockPerson } from './person.service.js';
import { API_KEY_COLUMNS, INVITATION_COLUMNS, MEMBERSHIP_COLUMNS, PERSON_COLUMNS } from './person.loaders.js';

export interface AcceptedInvitation {
  readonly token: string;
  readonly name?: string | null;
  readonly email?: string | null;
}

export interface Acceptance {
  readonly person: Person;
  readonly membership: Membership;
  /** Only for who came without a credential. */
  readonly apiKey?: ApiKey;
  readonly secret?: string;
}

const FIRST_KEY_NAME = 'First key';

const RANK_OF_NEW = sql`array_position(${[...ROLES]}::text[], excluded.role)`;
const RANK_OF_OLD = sql`array_position(${[...ROLES]}::text[], m.role)`;

export class InvitationAcceptanceService {
  constructor(private readonly database: Database) {}

  /**
   * Gives the bearer of a token its place. Somebody signed in keeps being that person; without a credential the bearer
   * becomes a new one, with a key. Of several who come with the same token, one is let in.
   *
   * @throws DomainError NOT_FOUND when the token opens nothing, for whatever reason; REQUIRED (name), INVALID
   * @throws FORBIDDEN for keys that are no person's
   */
  async accept(viewer: Viewer, input: AcceptedInvitation): Promise<Acceptance> {
    assertCan(viewer, 'invitation.accept');
    if (viewer.kind === 'ORGANISATION' || viewer.kind === 'ADMIN') {
      throw requestError(
        'FORBIDDEN',
        'An invitation is for a person, and your key is none’s: come with a key or token of your own, or with none (invitation.accept).',
      );
    }
    checkInput(input);
    if (viewer.personId === null && input.name == null) {
      throw refuse(UserErrorCode.REQUIRED, 'Without a credential you are new here: say your name.', ['name']);
    }
    return this.database.inTransaction(async (transaction) => {
      const invitation = await openInvitation(transaction, input.token);
      const person =
        viewer.personId === null
          ? await insertPerson(transaction, invitation, input)
          : await lockPerson(transaction, viewer.personId);
      await transaction.rows(
        sql`UPDATE invitation SET accepted_at = now(), person_id = ${person.id} WHERE id = ${invitation.id}`,
      );
      const membership = await place(transaction, person.id, invitation);
      const actor = { actor: `person:${person.id}`, personId: person.id, apiKeyId: viewer.apiKeyId };
      await audit(transaction, actor, {
        action: 'invitation.accept',
        organisationId: invitation.organisationId,
        targetId: person.id,
        details: { role: membership.role, invitation: invitation.id },
      });
      if (viewer.personId !== null) return { person, membership };
      const { apiKey, secret } = await insertFirstKey(transaction, person.id);
      await audit(transaction, actor, { action: 'key.manage-own', organisationId: null, targetId: apiKey.id });
      return { person, membership, apiKey, secret };
    });
  }
}

async function openInvitation(transaction: Transaction, token: string): Promise<Invitation> {
  const [invitation] = await transaction.rows<Invitation>(
    sql`SELECT ${INVITATION_COLUMNS} FROM invitation i WHERE i.token_hash = ${secretHash(token)} AND ${OPEN} FOR UPDATE`,
  );
  if (invitation !== undefined) return invitation;
  // One answer for all: whether a token was ever good is nobody's business.
  throw refuse(
    UserErrorCode.NOT_FOUND,
    'This token opens nothing, or no longer: ask who invited you for a new invitation.',
    ['token'],
  );
}

async function insertPerson(
  transaction: Transaction,
  invitation: Invitation,
  { name, email }: AcceptedInvitation,
): Promise<Person> {
  const address = email == null ? invitation.email : storedAddress(email);
  // An invitation proves nothing of its address: who makes one gets the token, for any address. Where it comes of a request
  // for access, the operator has looked at who asked.
  const [person] = await transaction.rows<Person>(
    sql`INSERT INTO person AS p (id, name, email, email_confirmed, named_publicly, created_at)
      SELECT ${uuid()}, ${name}, ${address}, ${address === invitation.email} AND EXISTS (
          SELECT FROM access_request a JOIN invitation i USING (token_hash) WHERE i.id = ${invitation.id}),
        false, now()
      RETURNING ${PERSON_COLUMNS}`,
  );
  return person!;
}

/**
 * Where the person has a place already, the higher role counts, with where it comes from: what an issuer's claims give
 * stays theirs to take away, and an invitation to less than that adds nothing.
 */
async function place(transaction: Transaction, personId: string, invitation: Invitation): Promise<Membership> {
  const [membership] = await transaction.rows<Membership>(
    sql`INSERT INTO membership AS m (person_id, organisation_id, role, origin, created_at)
      VALUES (${personId}, ${invitation.organisationId}, ${invitation.role}, ${MembershipOrigin.INVITATION}, now())
      ON CONFLICT (person_id, organisation_id) DO UPDATE SET
        role = CASE WHEN ${RANK_OF_NEW} >= ${RANK_OF_OLD} THEN excluded.role ELSE m.role END,
        origin = CASE WHEN ${RANK_OF_NEW} >= ${RANK_OF_OLD} THEN excluded.origin ELSE m.origin END
      RETURNING ${MEMBERSHIP_COLUMNS}`,
  );
  return membership!;
}

async function insertFirstKey(
  transaction: Transaction,
  personId: string,
): Promise<{ readonly apiKey: ApiKey; readonly secret: string }> {
  const { secret, prefix, hash } = makeApiKey();
  const [apiKey] = await transaction.rows<ApiKey>(
    sql`INSERT INTO api_key AS k (id, person_id, name, prefix, hash, scopes, made_by, created_at)
      VALUES (${uuid()}, ${personId}, ${FIRST_KEY_NAME}, ${prefix}, ${hash}, ${[...SCOPES]}, ${personId}, now())
      RETURNING ${API_KEY_COLUMNS}`,
  );
  return { apiKey: apiKey!, secret };
}
