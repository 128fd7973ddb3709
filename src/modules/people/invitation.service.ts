/** Invitations into organisations: made, revoked and listed by those who look after its people. */
import sql, { raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { makeToken } from '../../platform/auth/api-key.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan, can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { storedAddress } from './email-address.js';
import { Invitation } from './invitation.entity.js';
import { lockPeopleOf } from './last-manager.service.js';
import { INVITATION_COLUMNS } from './person.loaders.js';
import type { Role } from './person.entity.js';
import { requireOrganisationId } from './person-rules.js';

const VALID_DAYS = 14;
const MOST_OPEN = 100;

export interface NewInvitation {
  readonly organisationId: string;
  readonly email: string;
  readonly role: Role;
}

export class InvitationService {
  constructor(private readonly database: Database) {}

  /**
   * Invites somebody. The token is told to nobody but the caller, and never again.
   *
   * @throws DomainError INVALID (address; too many invitations are open), NOT_FOUND (organisation)
   */
  async invite(viewer: Viewer, input: NewInvitation): Promise<{ invitation: Invitation; token: string }> {
    assertCan(viewer, 'member.manage');
    checkInput(input);
    const { organisationId, email, role } = input;
    assertCan(viewer, 'member.manage', organisationId);
    return this.database.inTransaction(async (transaction) => {
      await lockPeopleOf(transaction, organisationId);
      const [open] = await transaction.rows<{ count: number }>(
        sql`SELECT count(*) AS count FROM invitation i WHERE i.organisation_id = ${organisationId} AND ${OPEN}`,
      );
      if (open!.count >= MOST_OPEN) {
        throw refuse(
          UserErrorCode.INVALID,
          `${MOST_OPEN} invitations are open, and more cannot be: revoke those that nobody is going to accept.`,
          ['organisationId'],
        );
      }
      const { token, hash } = makeToken();
      const invitation = await insertInvitation(transaction, { organisationId, email, role, tokenHash: hash });
      await audit(transaction, viewer, {
        action: 'member.manage',
        organisationId,
        targetId: invitation.id,
        details: { invited: role },
      });
      return { invitation, token };
    });
  }

  /**
   * Ends an invitation; again, or after it ended by itself, this changes nothing that matters.
   *
   * @throws DomainError NOT_FOUND, also for those of organisations whose people the viewer does not look after;
   *   INVALID_TRANSITION when it was accepted
   */
  async revoke(viewer: Viewer, input: { readonly id: string }): Promise<Invitation> {
    assertCan(viewer, 'member.manage');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const [invitation] = await transaction.rows<Invitation>(
        sql`SELECT ${INVITATION_COLUMNS} FROM invitation i WHERE i.id = ${input.id} FOR UPDATE`,
      );
      if (invitation === undefined || !can(viewer, 'member.manage', invitation.organisationId)) {
        throw refuse(UserErrorCode.NOT_FOUND, `You have no invitation with the id ${input.id}.`, ['id']);
      }
      if (invitation.acceptedAt !== null) {
        throw refuse(
          UserErrorCode.INVALID_TRANSITION,
          'The invitation was accepted: remove the member, if that is what you want.',
          ['id'],
        );
      }
      if (invitation.revokedAt !== null) return invitation;
      const [revoked] = await transaction.rows<Invitation>(
        sql`UPDATE invitation i SET revoked_at = now() WHERE i.id = ${input.id} RETURNING ${INVITATION_COLUMNS}`,
      );
      await audit(transaction, viewer, {
        action: 'member.manage',
        organisationId: invitation.organisationId,
        targetId: invitation.id,
        details: { invitation: 'REVOKED' },
      });
      return revoked!;
    });
  }

  /**
   * The invitations of an organisation, newest first.
   *
   * @throws FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID
   */
  list(
    { database, viewer }: ReadScope,
    organisationId: string,
    page: ConnectionArguments,
  ): Promise<Connection<Invitation>> {
    requireOrganisationId(organisationId);
    assertCan(viewer, 'member.read', organisationId);
    return readConnection<Invitation>(database, page, {
      columns: INVITATION_COLUMNS,
      from: sql`FROM invitation i WHERE i.organisation_id = ${organisationId}`,
      order: {
        name: 'invitations',
        expression: raw('i.created_at'),
        type: 'timestamptz',
        id: raw('i.id'),
        direction: OrderDirection.DESC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ id }) => id,
      },
    });
  }
}

/** Condition on a row of `invitation i`: it can be accepted. */
export const OPEN = raw('i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()');

/** Writes an open invitation. Who may, and how many, is for the caller to know. */
export async function insertInvitation(
  transaction: Transaction,
  { organisationId, email, role, tokenHash }: NewInvitation & { readonly tokenHash: Buffer },
): Promise<Invitation> {
  const [invitation] = await transaction.rows<Invitation>(
    sql`INSERT INTO invitation AS i (id, organisation_id, email, role, token_hash, created_at, expires_at)
      VALUES (${uuid()}, ${organisationId}, ${storedAddress(email)}, ${role}, ${tokenHash}, now(),
        now() + ${VALID_DAYS} * interval '1 day')
      RETURNING ${INVITATION_COLUMNS}`,
  );
  return invitation!;
}
