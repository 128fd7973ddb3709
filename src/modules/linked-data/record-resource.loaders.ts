/** Reads one record by its address, with what its page tells besides: one statement. */
import sql, { type Sql } from 'sql-template-tag';
import type { Language } from '../../common/language.js';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { RecordReference } from '../documents/record-document.js';
import { selectDocuments } from '../documents/record-document.loaders.js';
import type { Theme } from '../framework/framework.entity.js';
import { recordPath } from '../records/published-record.js';
import type { RecordKind } from '../records/record.entity.js';
import type { RecordVersion } from './record-json-ld.js';

export interface FoundRecord {
  readonly id: string;
  readonly recordKind: RecordKind;
  /** Its persistent address. */
  readonly url: string;
  /** When it was taken back, ISO 8601 in UTC; null for what is published. */
  readonly retractedAt: string | null;
  /** A `RecordDocument` as the text of its JSON; null once it is taken back. */
  readonly document: string | null;
  readonly themes: readonly Theme[];
  readonly recommendations: readonly {
    readonly number: number;
    readonly danishLabel: string;
    readonly englishLabel: string;
  }[];
  /** Oldest first. */
  readonly versions: readonly RecordVersion[];
  /** The experiences of a case and the lessons that rest on an experience, newest first. */
  readonly related: readonly (RecordReference & { readonly language: Language })[];
}

/** Of the records that rest on one; a page is for reading, and the API has them all. */
const RELATED = 100;

/**
 * The record that an address names: by its id, or by its slug the oldest that has it.
 *
 * @param name the part of the address behind `/records/`
 * @param base the address of the server as clients know it, without a slash at the end
 * @returns null for what was never published, which nobody hears of here, and where there is nothing
 */
export async function findRecord(reads: Reads, name: string, base: string): Promise<FoundRecord | null> {
  const condition = conditionOf(name);
  if (condition === null) return null;
  const found = await reads.row<FoundRecord>(sql`
    WITH target AS MATERIALIZED (
      SELECT r.id, r.kind, r.slug, r.status FROM record r
      WHERE r.working_copy_of IS NULL AND ${condition} ORDER BY r.id LIMIT 1)
    SELECT t.id, t.kind AS "recordKind", ${base}::text || ${recordPath('t')} AS url,
      CASE WHEN t.status = 'RETRACTED' THEN (
        SELECT to_char(v.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM revision v
        WHERE v.record_id = t.id AND v.status = 'RETRACTED' ORDER BY v.version DESC LIMIT 1) END AS "retractedAt",
      (SELECT p.document FROM (
        ${selectDocuments({ base, condition: sql`d.id = (SELECT id FROM target)` }, null, 1)}) AS p) AS document,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('slug', h.slug, 'danishLabel', h.danish_label,
          'englishLabel', h.english_label) ORDER BY h.slug), '[]')
        FROM record_theme x JOIN theme h ON h.slug = x.theme WHERE x.record_id = t.id) AS themes,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('number', e.number, 'danishLabel', e.danish_label,
          'englishLabel', e.english_label) ORDER BY e.number), '[]')
        FROM record_recommendation x JOIN framework_element e ON e.kind = 'RECOMMENDATION' AND e.number = x.number
        WHERE x.record_id = t.id) AS recommendations,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'publishedAt',
          to_char(v.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) ORDER BY v.version), '[]')
        FROM revision v WHERE v.record_id = t.id AND v.status = 'PUBLISHED') AS versions,
      ${related(base)} AS related
    FROM target t WHERE t.status IN ('PUBLISHED', 'RETRACTED')`);
  return found ?? null;
}

function conditionOf(name: string): Sql | null {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) return sql`r.id = ${name}::uuid`;
  // By the index, which begins with the kind.
  const bySlug = sql`r.slug = ${name} AND r.kind IN ('CASE_STUDY', 'EXPERIENCE', 'LESSON')`;
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) ? bySlug : null;
}

function related(base: string): Sql {
  return sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'recordKind', x.kind, 'slug', x.slug,
        'title', x.title, 'language', x.language, 'url', ${base}::text || ${recordPath('x')})
        ORDER BY x.published_at DESC, x.id), '[]')
      FROM (SELECT r.id, r.kind, r.slug, r.title, r.language, r.published_at FROM record r
        WHERE r.status = 'PUBLISHED' AND r.working_copy_of IS NULL
          AND r.id IN (SELECT e.id FROM record e WHERE e.case_study_id = t.id AND e.working_copy_of IS NULL
            UNION ALL SELECT v.lesson_id FROM evidence v WHERE v.experience_id = t.id)
        ORDER BY r.published_at DESC, r.id LIMIT ${RELATED}) AS x)`;
}
