/** Reads of what connects records: links and adoptions. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { visible } from '../../platform/auth/visibility.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { anyOf } from '../../platform/database/conditions.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import type { Adoption } from './adoption.entity.js';
import type { Link, LinkRelation } from './link.entity.js';

const LINK_COLUMNS = raw(
  `'Link' AS "__typename", l.id, l.from_id AS "fromId", l.to_id AS "toId", l.relation, l.note, l.created_at AS "createdAt"`,
);
const ADOPTION_COLUMNS =
  raw(`'Adoption' AS "__typename", a.id, a.record_id AS "recordId", a.organisation_id AS "organisationId",
  a.taken, a.adaptation, a.outcome, a.result, a.adopted_on AS "adoptedOn", a.created_at AS "createdAt"`);

/** Both ends must be visible: a link would tell of the record at its other end. */
function visibleLink(viewer: Viewer): Sql {
  return sql`EXISTS (SELECT FROM record r WHERE r.id = l.from_id AND ${visible(viewer, 'r')})
    AND EXISTS (SELECT FROM record r WHERE r.id = l.to_id AND ${visible(viewer, 'r')})`;
}

function visibleAdoption(viewer: Viewer): Sql {
  return sql`EXISTS (SELECT FROM record r WHERE r.id = a.record_id AND ${visible(viewer, 'r')})`;
}

export const linkById = defineLoader<string, Link | null>(async ({ database, viewer }, ids) =>
  oneEach(
    ids,
    await database.rows<Link>(
      sql`SELECT ${LINK_COLUMNS} FROM link l WHERE ${isAmong('l.id', 'uuid', ids)} AND ${visibleLink(viewer)}`,
    ),
    (row) => row.id,
  ),
);

export const adoptionById = defineLoader<string, Adoption | null>(async ({ database, viewer }, ids) =>
  oneEach(
    ids,
    await database.rows<Adoption>(
      sql`SELECT ${ADOPTION_COLUMNS} FROM adoption a WHERE ${isAmong('a.id', 'uuid', ids)} AND ${visibleAdoption(viewer)}`,
    ),
    (row) => row.id,
  ),
);

export interface LinkArguments extends ConnectionArguments {
  relations?: LinkRelation[] | null;
}

/** Pages of the links at a record, whichever end it is, newest first. */
export const linksOfRecord = defineFieldLoader(
  ({ database, viewer }, recordIds, { relations, ...page }: LinkArguments) =>
    readConnections<Link>(database, recordIds, page, {
      columns: LINK_COLUMNS,
      from: sql`FROM link l WHERE (l.from_id = parent.id OR l.to_id = parent.id) AND ${visibleLink(viewer)}${anyOf('l.relation', 'text', relations)}`,
      order: newestFirst('link', 'l'),
    }),
);

/** Pages of the adoptions of a record, newest first. */
export const adoptionsOfRecord = defineFieldLoader(({ database, viewer }, recordIds, page: ConnectionArguments) =>
  readConnections<Adoption>(database, recordIds, page, {
    columns: ADOPTION_COLUMNS,
    from: sql`FROM adoption a WHERE a.record_id = parent.id AND ${visibleAdoption(viewer)}`,
    order: newestFirst('adoption', 'a'),
  }),
);

function newestFirst<Row extends { id: string; createdAt: Date }>(name: string, alias: string): KeysetOrder<Row> {
  return {
    name,
    expression: raw(`${alias}.created_at`),
    type: 'timestamptz',
    id: raw(`${alias}.id`),
    direction: OrderDirection.DESC,
    keyOf: (row) => row.createdAt,
    idOf: (row) => row.id,
  };
}
