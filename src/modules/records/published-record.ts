/** The published records as a table: as they are, or as they were at a time. What exports, harvests and statistics read. */
import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * An item for FROM, with the columns `id`, `kind`, `slug`, `version`, `content` (jsonb, see {@link Revision.content}),
 * `published_at` (the first time) and `revised_at` (when this version was published).
 *
 * What was retracted is not in it, whatever the time asked for: it was taken back for then, too.
 *
 * @param at the time; null for now
 * @param alias how the statement calls it; never text from outside
 */
export function publishedRecord(at: Date | null, alias: string): Sql {
  const then = at === null ? raw('TRUE') : sql`v.created_at <= ${at}`;
  return sql`(SELECT r.id, r.kind, r.slug, latest.version, latest.content, r.published_at, latest.created_at AS revised_at
    FROM record r CROSS JOIN LATERAL (
      SELECT v.version, v.content, v.created_at FROM revision v
      WHERE v.record_id = r.id AND v.status = 'PUBLISHED' AND ${then}
      ORDER BY v.version DESC LIMIT 1) latest
    WHERE r.status = 'PUBLISHED') AS ${raw(alias)}`;
}

/**
 * Expression: the path of a record's own address, which never changes: `/records/` and its slug, or its id where an older
 * record of another kind has the same slug.
 *
 * @param alias a table or item with the columns `id`, `kind` and `slug` of a record; never text from outside
 */
export function recordPath(alias: string): Sql {
  return raw(`'/records/' || CASE WHEN EXISTS (
      SELECT FROM record older WHERE older.slug = ${alias}.slug AND older.kind IN ('CASE_STUDY', 'EXPERIENCE', 'LESSON')
        AND older.kind <> ${alias}.kind AND older.working_copy_of IS NULL AND older.id < ${alias}.id)
    THEN ${alias}.id::text ELSE ${alias}.slug END`);
}
