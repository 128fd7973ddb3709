/** Reads of what was said of records, for those concerned with them and nobody else. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { concerned } from '../../platform/auth/visibility.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import { type Author, AUTHOR_KIND, AUTHOR_NAME, authorJoins } from './author.js';
import type { ReviewComment } from './review-comment.entity.js';

export const REVIEW_COMMENT_COLUMNS = raw(
  `c.id, c.record_id AS "recordId", c.version, c.path, c.text, c.person_id AS "personId", c.api_key_id AS "apiKeyId",
  c.created_at AS "createdAt", c.resolved_at AS "resolvedAt"`,
);

/** Condition on a row of `review_comment c`: the viewer may see it. */
export function concernedComment(viewer: Viewer): Sql {
  return concerned(viewer, 'c.record_id');
}

export interface ReviewCommentArguments extends ConnectionArguments {
  open?: boolean | null;
}

/** Pages of the comments on a record, in the order in which they were made. */
export const reviewCommentsOfRecord = defineFieldLoader(
  ({ database, viewer }, recordIds, { open, ...page }: ReviewCommentArguments) =>
    readConnections<ReviewComment>(database, recordIds, page, {
      columns: REVIEW_COMMENT_COLUMNS,
      from: sql`FROM review_comment c WHERE c.record_id = parent.id AND ${concernedComment(viewer)}${isOpen(open)}`,
      order: OLDEST_FIRST,
    }),
);

/** Who made a comment, by its id. */
export const authorOfComment = defineLoader<string, Author | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<Author & { id: string }>(
    sql`SELECT c.id, ${AUTHOR_KIND}, ${AUTHOR_NAME}, api_key.name AS "apiKeyName"
      FROM review_comment c ${authorJoins('c')} WHERE ${isAmong('c.id', 'uuid', ids)} AND ${concernedComment(viewer)}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

function isOpen(open: boolean | null | undefined): Sql {
  if (open == null) return empty;
  return raw(` AND c.resolved_at IS ${open ? '' : 'NOT '}NULL`);
}

const OLDEST_FIRST: KeysetOrder<ReviewComment> = {
  name: 'review-comment',
  expression: raw('c.created_at'),
  type: 'timestamptz',
  id: raw('c.id'),
  direction: OrderDirection.ASC,
  keyOf: (row) => row.createdAt,
  idOf: (row) => row.id,
};
