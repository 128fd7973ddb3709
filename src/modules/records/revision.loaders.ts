/** Reads of the history of records. The public sees what was published; those who see drafts see every version. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { OrderDirection } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { concerned } from '../../platform/auth/visibility.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import { type Author, AUTHOR_KIND, AUTHOR_NAME, authorJoins } from './author.js';
import { changesBetween, type FieldChange, type RevisionContent } from './revision-difference.js';
import type { Revision } from './revision.entity.js';

/**
 * Condition on a row of `revision`: the viewer may see it.
 *
 * @param alias how the statement calls the table; never text from outside
 */
export function visibleRevision(viewer: Viewer, alias: string): Sql {
  return sql`(${raw(alias)}.status = 'PUBLISHED' OR ${concerned(viewer, `${alias}.record_id`)})`;
}

const REVISION_COLUMNS = raw(
  'v.id, v.record_id AS "recordId", v.version, v.status, v.content, v.comment, v.created_at AS "createdAt"',
);

/** Pages of revisions, newest first. */
export const revisionsOfRecord = defineFieldLoader(({ database, viewer }, recordIds, page: object) =>
  readConnections<Revision>(database, recordIds, page, {
    columns: REVISION_COLUMNS,
    from: sql`FROM revision v WHERE v.record_id = parent.id AND ${visibleRevision(viewer, 'v')}`,
    order: REVISION_ORDER,
  }),
);

/** One revision of a record, by its number; null where there is none that the viewer may see. */
export const revisionOfRecord = defineFieldLoader<{ readonly version: number }, Revision | null>(
  async ({ database, viewer }, recordIds, { version }) => {
    const rows = await database.rows<Revision>(
      sql`SELECT ${REVISION_COLUMNS} FROM revision v
        WHERE ${isAmong('v.record_id', 'uuid', recordIds)} AND v.version = ${version} AND ${visibleRevision(viewer, 'v')}`,
    );
    return oneEach(recordIds, rows, (row) => row.recordId);
  },
);

/** Who wrote a revision, by its id. For the public that is nobody but people who agreed to be named. */
export const authorOfRevision = defineLoader<string, Author | null>(async ({ database, viewer }, ids) => {
  const inside = concerned(viewer, 'v.record_id');
  const rows = await database.rows<Author & { id: string }>(
    sql`SELECT v.id, ${AUTHOR_KIND}, ${AUTHOR_NAME}, CASE WHEN ${inside} THEN api_key.name END AS "apiKeyName"
      FROM revision v ${authorJoins('v')}
      WHERE ${isAmong('v.id', 'uuid', ids)} AND (${inside} OR (v.status = 'PUBLISHED' AND author.named_publicly))`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** How a revision, by its id, differs from the one before it that the viewer may see; empty for the first. */
export const changesOfRevision = defineLoader<string, FieldChange[]>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<{ id: string; content: RevisionContent; earlier: RevisionContent }>(
    sql`SELECT v.id, v.content, e.content AS earlier FROM revision v CROSS JOIN LATERAL (
        SELECT w.content FROM revision w
        WHERE w.record_id = v.record_id AND w.version < v.version AND ${visibleRevision(viewer, 'w')}
        ORDER BY w.version DESC LIMIT 1) AS e
      WHERE ${isAmong('v.id', 'uuid', ids)} AND ${visibleRevision(viewer, 'v')}`,
  );
  return oneEach(ids, rows, (row) => row.id).map((row) =>
    row === null ? [] : changesBetween(row.earlier, row.content),
  );
});

export interface VersionArguments {
  readonly from: number;
  readonly to: number;
}

/** How two versions of a record differ; null unless the viewer may see both. */
export const differenceOfRecord = defineFieldLoader<VersionArguments, FieldChange[] | null>(
  async ({ database, viewer }, recordIds, { from, to }) => {
    const rows = await database.rows<{ id: string; earlier: RevisionContent; later: RevisionContent }>(
      sql`SELECT v.record_id AS id, v.content AS earlier, w.content AS later
        FROM revision v JOIN revision w ON w.record_id = v.record_id AND w.version = ${to}
        WHERE ${isAmong('v.record_id', 'uuid', recordIds)} AND v.version = ${from}
          AND ${visibleRevision(viewer, 'v')} AND ${visibleRevision(viewer, 'w')}`,
    );
    return oneEach(recordIds, rows, (row) => row.id).map((row) => row && changesBetween(row.earlier, row.later));
  },
);

const REVISION_ORDER: KeysetOrder<Revision> = {
  name: 'revision',
  expression: raw('v.version'),
  type: 'integer',
  id: raw('v.id'),
  direction: OrderDirection.DESC,
  keyOf: (row) => row.version,
  idOf: (row) => row.id,
};
