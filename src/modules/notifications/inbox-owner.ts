/** Whose inbox it is about, and whether the viewer may use it. */
import sql, { type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, requestError, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { assertCan, can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { InboxOwner } from './inbox.entity.js';

/**
 * The owner that a request names: an organisation, or without one the viewer itself.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN; BAD_USER_INPUT when it names none and the viewer stands for no person
 */
export function inboxOwner(viewer: Viewer, organisationId: string | null | undefined): InboxOwner {
  if (organisationId != null) {
    if (!isId(organisationId)) {
      throw requestError('BAD_USER_INPUT', '`organisationId` must be an id that this API gave.');
    }
    assertCan(viewer, 'inbox.use', organisationId);
    return { personId: null, organisationId };
  }
  assertCan(viewer, 'inbox.use-own');
  if (viewer.personId === null) {
    throw requestError('BAD_USER_INPUT', 'Your credential stands for no person: name an organisation.');
  }
  return { personId: viewer.personId, organisationId: null };
}

/** Whether the viewer may use this owner's inbox. */
export function canUse(viewer: Viewer, { personId, organisationId }: InboxOwner): boolean {
  return organisationId === null
    ? personId === viewer.personId && can(viewer, 'inbox.use-own')
    : can(viewer, 'inbox.use', organisationId);
}

/** @throws UNAUTHENTICATED, FORBIDDEN when there can be no inbox that the viewer may use */
export function assertCanUseAny(viewer: Viewer): void {
  if (!can(viewer, 'inbox.use-own')) assertCan(viewer, 'inbox.use');
}

/** Condition on `inbox b`: it is this owner's. */
export function ownedBy({ personId, organisationId }: InboxOwner): Sql {
  return personId === null ? sql`b.organisation_id = ${organisationId}` : sql`b.person_id = ${personId}`;
}

/** The id of the owner's inbox; null while it has none, and so nothing in it. */
export async function findInbox(reads: Pick<Reads, 'rows'>, owner: InboxOwner): Promise<string | null> {
  const [found] = await reads.rows<{ id: string }>(sql`SELECT b.id FROM inbox b WHERE ${ownedBy(owner)}`);
  return found?.id ?? null;
}

/**
 * Makes the owner's inbox unless it is there, and gives its id. Not in a transaction that goes on to wait for the one who
 * deals out the log: that makes inboxes, too, and would wait for the transaction.
 *
 * @throws DomainError NOT_FOUND when the owner is gone
 */
export async function requireInbox(database: Pick<Reads, 'rows'>, owner: InboxOwner): Promise<string> {
  const found = await findInbox(database, owner);
  if (found !== null) return found;
  const { personId, organisationId } = owner;
  await database.rows(
    organisationId === null
      ? sql`INSERT INTO inbox (id, person_id, created_at)
          SELECT ${uuid()}, id, now() FROM person WHERE id = ${personId} AND erased_at IS NULL
          FOR KEY SHARE ON CONFLICT DO NOTHING`
      : sql`INSERT INTO inbox (id, organisation_id, created_at)
          SELECT ${uuid()}, id, now() FROM organisation WHERE id = ${organisationId} ON CONFLICT DO NOTHING`,
  );
  const made = await findInbox(database, owner);
  if (made !== null) return made;
  throw refuse(UserErrorCode.NOT_FOUND, 'Whose inbox this would be is not there.', ['organisationId']);
}
