/** What changed since a place in the log: whose documents are not what they were, and what is gone. */
import sql, { type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { recordPath } from '../records/published-record.js';
import type { Tombstone } from './export-format.js';

/**
 * For how long a change of an organisation may have been under way when something that happened after it was told: a
 * change may take five minutes at the most.
 */
const UNDER_WAY = '10 minutes';

/**
 * Statement: the ids of all records whose documents, or whose place among those that a filter lets through, may have
 * changed behind a position. It may give some that did not change, and some that are not published.
 */
export function changedIds(position: number): Sql {
  return sql`WITH entry AS (
      SELECT record_id, related_record_id FROM knowledge_log WHERE position > ${position} OR position IS NULL),
    changed AS MATERIALIZED (
      SELECT record_id AS id FROM entry UNION SELECT related_record_id FROM entry WHERE related_record_id IS NOT NULL),
    organisation_changed AS MATERIALIZED (
      -- The log does not tell of organisations. Where the entry at the position is not kept, nor is it known when that was.
      -- What is new came with the record that names it.
      SELECT id FROM organisation WHERE version > 1 AND updated_at >= coalesce(
        (SELECT occurred_at - ${UNDER_WAY}::interval FROM knowledge_log WHERE position = ${position}), '-infinity'))
    SELECT id FROM changed
    -- Documents name what they refer to by its title, and only as long as it is published.
    UNION SELECT l.to_id FROM link l JOIN changed c ON c.id = l.from_id
    UNION SELECT l.from_id FROM link l JOIN changed c ON c.id = l.to_id
    UNION SELECT v.lesson_id FROM evidence v JOIN changed c ON c.id = v.experience_id
    UNION SELECT e.id FROM record e JOIN changed c ON c.id = e.case_study_id
    -- A lesson belongs to the municipality of the case that it comes from.
    UNION SELECT v.lesson_id FROM evidence v JOIN record e ON e.id = v.experience_id JOIN changed c ON c.id = e.case_study_id
    UNION SELECT r.id FROM record r JOIN organisation_changed o ON o.id = r.organisation_id
    UNION SELECT p.record_id FROM party p JOIN organisation_changed o ON o.id = p.organisation_id
    UNION SELECT a.record_id FROM adoption a JOIN organisation_changed o ON o.id = a.organisation_id`;
}

/**
 * Reads what who holds a copy of before is to remove: what was retracted since, and what a filter does not let through any
 * more. Which of that the copy has is not known: the filter may have been met before.
 *
 * @param options `stays`: what a record is and always was, as a condition on `d`; `condition`: the whole filter
 */
export async function readTombstones(
  reads: Pick<Reads, 'rows'>,
  { position, base, stays, condition }: { position: number; base: string; stays: Sql; condition: Sql },
): Promise<Tombstone[]> {
  const rows = await reads.rows<Omit<Tombstone, 'deleted'>>(
    sql`SELECT d.id, d.kind AS "recordKind", d.slug, ${base}::text || ${recordPath('d')} AS url,
        CASE d.status WHEN 'RETRACTED' THEN to_char((SELECT max(v.created_at) FROM revision v
          WHERE v.record_id = d.id AND v.status = 'RETRACTED') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') END AS "retractedAt"
      FROM record d WHERE d.id IN (${changedIds(position)}) AND ${stays}
        AND (d.status = 'RETRACTED' OR d.status = 'PUBLISHED' AND NOT (${condition}) AND NOT EXISTS (
          SELECT FROM knowledge_log n WHERE n.record_id = d.id AND n.type = 'PUBLISHED'
            AND (n.position > ${position} OR n.position IS NULL)))
      ORDER BY d.id`,
  );
  return rows.map((row) => ({ ...row, deleted: true }));
}
