/** The people of an organisation, who are looked after by its managers. */
import sql, { raw } from 'sql-template-tag';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { lockPeopleOf, requireAnotherManager } from './last-manager.service.js';
import { type Membership, MembershipOrigin, type Person, Role } from './person.entity.js';
import { MEMBERSHIP_COLUMNS, PERSON_COLUMNS } from './person.loaders.js';
import { requireOrganisationId } from './person-rules.js';

export interface MemberReference {
  readonly organisationId: string;
  readonly personId: string;
}

/** A place with who has it, or had it. */
export interface Member {
  readonly membership: Membership;
  readonly person: Person;
}

export class MemberService {
  constructor(private readonly database: Database) {}

  /**
   * The people of an organisation, those who came first before the others.
   *
   * @throws FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID
   */
  list(
    { database, viewer }: ReadScope,
    organisationId: string,
    page: ConnectionArguments,
  ): Promise<Connection<Membership>> {
    requireOrganisationId(organisationId);
    assertCan(viewer, 'member.read', organisationId);
    return readConnection<Membership>(database, page, {
      columns: MEMBERSHIP_COLUMNS,
      from: sql`FROM membership m WHERE m.organisation_id = ${organisationId}`,
      order: {
        name: 'members',
        expression: raw('m.created_at'),
        type: 'timestamptz',
        id: raw('m.person_id'),
        direction: OrderDirection.ASC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ personId }) => personId,
      },
    });
  }

  /**
   * Gives a member another role.
   *
   * @throws DomainError NOT_FOUND; INVALID for the last manager, and for a place that an issuer of tokens gives
   */
  async changeRole(viewer: Viewer, input: MemberReference & { readonly role: Role }): Promise<Member> {
    assertCan(viewer, 'member.manage');
    checkInput(input);
    const { organisationId, personId, role } = input;
    assertCan(viewer, 'member.manage', organisationId);
    return this.database.inTransaction(async (transaction) => {
      const member = await lockMember(transaction, input);
      const before = member.membership.role;
      if (before === role) return member;
      if (member.membership.origin === MembershipOrigin.CLAIMS) {
        throw refuse(
          UserErrorCode.INVALID,
          'This place comes with the person’s tokens, and so would the old role with the next one: change it where the tokens are made.',
          ['personId'],
        );
      }
      if (before === Role.MANAGER) await requireAnotherManager(transaction, viewer, personId, organisationId);
      await transaction.rows(
        sql`UPDATE membership SET role = ${role} WHERE person_id = ${personId} AND organisation_id = ${organisationId}`,
      );
      await audit(transaction, viewer, {
        action: 'member.manage',
        organisationId,
        targetId: personId,
        details: { before, role },
      });
      return { ...member, membership: { ...member.membership, role } };
    });
  }

  /**
   * Takes a person out of an organisation. Anybody may leave by itself. What the person wrote stays. A place that an issuer of
   * tokens gives can be taken, too: who gets no tokens any more keeps it, and with it the reach of their keys.
   *
   * @throws DomainError NOT_FOUND; INVALID for the last manager
   */
  async remove(viewer: Viewer, input: MemberReference): Promise<Member> {
    const leaves = viewer.personId !== null && input.personId === viewer.personId;
    assertCan(viewer, leaves ? 'person.manage-own' : 'member.manage');
    checkInput(input);
    const { organisationId, personId } = input;
    if (!leaves) assertCan(viewer, 'member.manage', organisationId);
    return this.database.inTransaction(async (transaction) => {
      const member = await lockMember(transaction, input);
      await requireAnotherManager(transaction, viewer, personId, organisationId);
      await transaction.rows(
        sql`DELETE FROM membership WHERE person_id = ${personId} AND organisation_id = ${organisationId}`,
      );
      await audit(transaction, viewer, {
        action: leaves ? 'person.manage-own' : 'member.manage',
        organisationId,
        targetId: personId,
        details: { before: member.membership.role, role: null },
      });
      return member;
    });
  }
}

/** A member of an organisation whose people nobody else changes before the transaction ends. */
async function lockMember(transaction: Transaction, { organisationId, personId }: MemberReference): Promise<Member> {
  await lockPeopleOf(transaction, organisationId);
  const [membership] = await transaction.rows<Membership>(
    sql`SELECT ${MEMBERSHIP_COLUMNS} FROM membership m
      WHERE m.person_id = ${personId} AND m.organisation_id = ${organisationId} FOR UPDATE`,
  );
  if (membership === undefined) {
    throw refuse(UserErrorCode.NOT_FOUND, `No member of this organisation has the id ${personId}.`, ['personId']);
  }
  const [person] = await transaction.rows<Person>(sql`SELECT ${PERSON_COLUMNS} FROM person p WHERE p.id = ${personId}`);
  return { membership, person: person! };
}
