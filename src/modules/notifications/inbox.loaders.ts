/** Batched reads about inboxes. */
import sql from 'sql-template-tag';
import { defineLoader } from '../../platform/auth/context.js';
import { concerned } from '../../platform/auth/visibility.js';

/** How many unread items an inbox has, by its id. */
export const unreadCountOfInbox = defineLoader<string, number>(async ({ database }, inboxIds) => {
  const rows = await database.rows<{ inboxId: string; count: number }>(
    sql`SELECT inbox_id AS "inboxId", count(*) AS count FROM inbox_item
      WHERE inbox_id = ANY(${[...inboxIds]}::uuid[]) AND read_at IS NULL GROUP BY inbox_id`,
  );
  const counts = new Map(rows.map(({ inboxId, count }) => [inboxId, count]));
  return inboxIds.map((id) => counts.get(id) ?? 0);
});

/** How many inboxes were told of a record, by its id; null where that does not concern the viewer. */
export const toldCountOfRecord = defineLoader<string, number | null>(async ({ database, viewer }, recordIds) => {
  const rows = await database.rows<{ recordId: string; count: number }>(
    sql`SELECT told.id AS "recordId", (
          SELECT count(DISTINCT i.inbox_id) FROM knowledge_log AS entry JOIN inbox_item i ON i.position = entry.position
          WHERE entry.record_id = told.id) AS count
      FROM unnest(${[...recordIds]}::uuid[]) AS told(id) WHERE ${concerned(viewer, 'told.id')}`,
  );
  const counts = new Map(rows.map(({ recordId, count }) => [recordId, count]));
  return recordIds.map((id) => counts.get(id) ?? null);
});
