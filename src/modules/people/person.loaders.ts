/** Reads of people. Nobody finds a person who is not its colleague. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { defineLoader } from '../../platform/auth/context.js';
import { can, organisationsWith } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { isAmong, manyEach, oneEach } from '../../platform/database/batch.js';
import type { ApiKey } from './api-key.entity.js';
import type { Membership, Person } from './person.entity.js';

export const PERSON_COLUMNS = raw(
  'p.id, p.name, p.email, p.named_publicly AS "namedPublicly", p.created_at AS "createdAt", p.erased_at AS "erasedAt"',
);
export const MEMBERSHIP_COLUMNS = raw(
  `m.person_id AS "personId", m.organisation_id AS "organisationId", m.role, m.origin, m.created_at AS "createdAt"`,
);
export const API_KEY_COLUMNS = raw(
  `k.id, k.person_id AS "personId", k.organisation_id AS "organisationId", k.name, k.prefix, k.scopes,
  k.made_by AS "madeBy", k.created_at AS "createdAt", k.expires_at AS "expiresAt", k.last_used_at AS "lastUsedAt",
  k.revoked_at AS "revokedAt"`,
);
export const INVITATION_COLUMNS = raw(
  `i.id, i.organisation_id AS "organisationId", i.email, i.role, i.created_at AS "createdAt",
  i.expires_at AS "expiresAt", i.accepted_at AS "acceptedAt", i.revoked_at AS "revokedAt"`,
);
export const ACCESS_REQUEST_COLUMNS = raw(
  `a.id, a.organisation_id AS "organisationId", a.new_organisation AS "newOrganisation", a.name, a.email, a.reason,
  a.status, a.comment, a.created_at AS "createdAt", a.decided_at AS "decidedAt"`,
);

/** Condition on a row of `person`: it is the viewer itself, or one of those whom the viewer looks after. */
export function visiblePerson(viewer: Viewer, alias: string): Sql {
  const organisations = organisationsWith(viewer, 'member.read');
  if (organisations === 'ALL') return raw('TRUE');
  return sql`(${raw(alias)}.id = ${viewer.personId}::uuid OR EXISTS (SELECT FROM membership colleague
    WHERE colleague.person_id = ${raw(alias)}.id AND colleague.organisation_id = ANY(${[...organisations]}::uuid[])))`;
}

export const personById = defineLoader<string, Person | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<Person>(
    sql`SELECT ${PERSON_COLUMNS} FROM person p WHERE ${isAmong('p.id', 'uuid', ids)} AND ${visiblePerson(viewer, 'p')}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** All places of the viewer's own person. */
export const membershipsOfPerson = defineLoader<string, Membership[]>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<Membership>(
    sql`SELECT ${MEMBERSHIP_COLUMNS} FROM membership m
      WHERE ${isAmong('m.person_id', 'uuid', ids)} AND m.person_id = ${viewer.personId}::uuid
      ORDER BY m.person_id, m.organisation_id`,
  );
  return manyEach(ids, rows, (row) => row.personId);
});

/** Condition on a row of `api_key`: it is the viewer's own, or of an organisation whose keys the viewer looks after. */
export function visibleApiKey(viewer: Viewer, alias: string): Sql {
  const organisations = organisationsWith(viewer, 'key.manage');
  if (organisations === 'ALL') return raw('TRUE');
  const personId = can(viewer, 'key.manage-own') ? viewer.personId : null;
  return sql`(${raw(alias)}.person_id = ${personId}::uuid
    OR ${raw(alias)}.organisation_id = ANY(${[...organisations]}::uuid[]))`;
}

export const apiKeyById = defineLoader<string, ApiKey | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<ApiKey>(
    sql`SELECT ${API_KEY_COLUMNS} FROM api_key k
      WHERE ${isAmong('k.id', 'uuid', ids)} AND ${visibleApiKey(viewer, 'k')}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** The key that the viewer came with. */
export const ownApiKey = defineLoader<string, ApiKey | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<ApiKey>(
    sql`SELECT ${API_KEY_COLUMNS} FROM api_key k
      WHERE ${isAmong('k.id', 'uuid', ids)} AND k.id = ${viewer.apiKeyId}::uuid`,
  );
  return oneEach(ids, rows, (row) => row.id);
});
