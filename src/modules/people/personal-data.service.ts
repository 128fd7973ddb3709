/** Everything that is kept about a person, for whom it is about. */
import sql, { type Sql } from 'sql-template-tag';
import { requestError } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Person } from './person.entity.js';
import { ACCESS_REQUEST_COLUMNS, API_KEY_COLUMNS, INVITATION_COLUMNS, PERSON_COLUMNS } from './person.loaders.js';
import { requirePerson } from './person.service.js';

/** By the names under which `personalData` gives it; as its description tells. */
export interface PersonalData extends Record<string, unknown> {
  readonly person: Person;
}

export class PersonalDataService {
  /**
   * Gives all that is kept about a person: the viewer, unless told.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN; BAD_USER_INPUT when nobody has the id
   */
  async read({ database, viewer }: ReadScope, personId: string | null): Promise<PersonalData> {
    const isOwn = personId === null || personId === viewer.personId;
    assertCan(viewer, isOwn ? 'person.manage-own' : 'person.manage');
    const id = isOwn ? requirePerson(viewer) : personId;
    const [person] = isId(id)
      ? await database.rows<Person>(sql`SELECT ${PERSON_COLUMNS} FROM person p WHERE p.id = ${id}`)
      : [];
    if (person === undefined) throw requestError('BAD_USER_INPUT', 'Nobody here has this id: `personId` is wrong.');
    const parts = Object.entries(statements(person, !isOwn));
    const rows = await Promise.all(parts.map(([, statement]) => database.rows(statement)));
    return { person, ...Object.fromEntries(parts.map(([name], place) => [name, rows[place]])) };
  }
}

/**
 * @param byAddress whether to look for what has the person's e-mail address as well. The operator may see that anyhow;
 *   anybody else could claim another's address to see what was written to or by that other.
 */
function statements({ id, email }: Person, byAddress: boolean): Record<string, Sql> {
  const address = byAddress ? email : null;
  return {
    identities: sql`SELECT issuer, subject FROM person_identity WHERE person_id = ${id} ORDER BY issuer, subject`,
    memberships: sql`SELECT m.organisation_id AS "organisationId", o.name AS "organisationName", m.role, m.origin,
        m.created_at AS "createdAt"
      FROM membership m JOIN organisation o ON o.id = m.organisation_id
      WHERE m.person_id = ${id} ORDER BY m.created_at, o.id`,
    apiKeys: sql`SELECT ${API_KEY_COLUMNS} FROM api_key k WHERE k.person_id = ${id} ORDER BY k.created_at, k.id`,
    organisationKeysMade: sql`SELECT ${API_KEY_COLUMNS} FROM api_key k
      WHERE k.made_by = ${id} AND k.person_id IS NULL ORDER BY k.created_at, k.id`,
    invitations: sql`SELECT ${INVITATION_COLUMNS} FROM invitation i WHERE ${invitationsOf(id, address)}
      ORDER BY i.created_at, i.id`,
    accessRequests: sql`SELECT ${ACCESS_REQUEST_COLUMNS} FROM access_request a WHERE ${accessRequestsOf(id, address)}
      ORDER BY a.created_at, a.id`,
    revisions: sql`SELECT record_id AS "recordId", version, status, comment, created_at AS "createdAt"
      FROM revision WHERE person_id = ${id} ORDER BY created_at, id`,
    reviewComments: sql`SELECT record_id AS "recordId", version, path, text, created_at AS "createdAt",
        resolved_at AS "resolvedAt"
      FROM review_comment WHERE person_id = ${id} ORDER BY created_at, id`,
    follows: sql`SELECT f.id, f.name, f.filter, f.level, f.created_at AS "createdAt"
      FROM follow f JOIN inbox b ON b.id = f.inbox_id WHERE b.person_id = ${id} ORDER BY f.created_at, f.id`,
    inboxItems: sql`SELECT i.id, entry.event_id AS "eventId", entry.type, entry.record_id AS "recordId", i.reason,
        i.read_at AS "readAt"
      FROM inbox_item i JOIN inbox b ON b.id = i.inbox_id JOIN knowledge_log entry ON entry.position = i.position
      WHERE b.person_id = ${id} ORDER BY i.position`,
    digests: sql`SELECT d.id, b.organisation_id AS "organisationId", d.frequency, d.language,
        d.paused_because AS "pausedBecause", d.next_at AS "nextAt", d.created_at AS "createdAt"
      FROM digest d JOIN inbox b ON b.id = d.inbox_id WHERE d.person_id = ${id} ORDER BY d.created_at, d.id`,
    digestConfirmations: sql`SELECT address, language, sent_at AS "sentAt", confirmed_at AS "confirmedAt"
      FROM digest_confirmation WHERE person_id = ${id}`,
    auditEntries: sql`SELECT id, occurred_at AS "occurredAt", action, api_key_id AS "apiKeyId",
        organisation_id AS "organisationId", target_id AS "targetId", details
      FROM audit_log WHERE person_id = ${id} OR target_id = ${id} ORDER BY occurred_at, id`,
  };
}

/** Condition on `invitation i`: the person accepted it, or it was made for the address. */
export function invitationsOf(personId: string, address: string | null): Sql {
  return sql`(i.person_id = ${personId} OR lower(i.email) = lower(${address}))`;
}

/** Condition on `access_request a`: the person came in by it, or it was made with the address. */
export function accessRequestsOf(personId: string, address: string | null): Sql {
  return sql`(a.token_hash IN (SELECT token_hash FROM invitation WHERE person_id = ${personId})
    OR lower(a.email) = lower(${address}))`;
}
