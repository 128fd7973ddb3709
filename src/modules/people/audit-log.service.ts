/** Reads of the log of who did what. It is written by `platform/auth/audit-log`, in the transaction of what was done. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { requestError } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan, RULES } from '../../platform/auth/permissions.js';
import { anyOf } from '../../platform/database/conditions.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import type { AuditEntry } from './audit-entry.entity.js';

const COLUMNS = raw(
  `a.id, a.occurred_at AS "occurredAt", a.action, a.actor, a.person_id AS "personId", a.api_key_id AS "apiKeyId",
  a.organisation_id AS "organisationId", a.target_id AS "targetId", a.details`,
);

const NEWEST_FIRST: KeysetOrder<AuditEntry> = {
  name: 'occurred',
  expression: raw('a.occurred_at'),
  type: 'timestamptz',
  id: raw('a.id'),
  direction: OrderDirection.DESC,
  keyOf: (entry) => entry.occurredAt,
  idOf: (entry) => entry.id,
};

/** Which entries are wanted; what is left out narrows nothing. */
export interface AuditLogFilter {
  readonly organisationId?: string | null;
  readonly personId?: string | null;
  readonly actions?: readonly string[] | null;
  /** Inclusive. */
  readonly since?: Date | null;
  /** Exclusive. */
  readonly until?: Date | null;
}

export class AuditLogService {
  /**
   * One page of the log of an organisation or, for the operator alone, of everything.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT (an id or action that is none), CURSOR_INVALID
   */
  async list(
    { database, viewer }: ReadScope,
    page: ConnectionArguments,
    filter: AuditLogFilter,
  ): Promise<Connection<AuditEntry>> {
    const { organisationId, actions } = filter;
    assertCan(viewer, 'audit-log.read', organisationId ?? undefined);
    if (organisationId == null && viewer.kind !== 'ADMIN') {
      throw requestError(
        'FORBIDDEN',
        'Only the operator reads the whole log: name your organisation (audit-log.read).',
      );
    }
    const unknown = actions?.find((action) => !Object.hasOwn(RULES, action));
    if (unknown !== undefined) {
      throw requestError('BAD_USER_INPUT', `"${unknown.slice(0, 100)}" is no action of the table of permissions.`);
    }
    return readConnection<AuditEntry>(database, page, {
      columns: COLUMNS,
      from: sql`FROM audit_log a WHERE TRUE${ofId('organisationId', 'a.organisation_id', organisationId)}${ofId(
        'personId',
        'a.person_id',
        filter.personId,
      )}${anyOf('a.action', 'text', actions)}${between(filter)}`,
      order: NEWEST_FIRST,
    });
  }
}

function ofId(name: string, column: string, id: string | null | undefined): Sql {
  if (id == null) return empty;
  if (!isId(id)) throw requestError('BAD_USER_INPUT', `\`${name}\` must be an id that this API gave.`);
  return sql` AND ${raw(column)} = ${id}::uuid`;
}

function between({ since, until }: AuditLogFilter): Sql {
  const from = since == null ? empty : sql` AND a.occurred_at >= ${since}`;
  return until == null ? from : sql`${from} AND a.occurred_at < ${until}`;
}
