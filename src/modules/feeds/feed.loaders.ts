/** Reads of what feeds tell of records and themes. */
import sql, { raw } from 'sql-template-tag';
import { defineLoader } from '../../platform/auth/context.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import type { Language } from '../../common/language.js';
import type { Theme } from '../framework/framework.entity.js';
import { THEME_COLUMNS } from '../framework/framework.loaders.js';
import type { Provenance } from '../records/record.entity.js';
import { SUMMARY_LENGTH } from './feed-wording.js';

/** A record as feeds tell of it; of one that was taken back nothing but when that was. */
export interface FeedRecord {
  readonly id: string;
  readonly changedAt: Date;
  /** Null once it is taken back. */
  readonly published: {
    readonly title: string;
    readonly language: Language;
    readonly provenance: Provenance;
    /** The beginning of what it says, a little more than is shown. */
    readonly text: string;
  } | null;
}

// What a record says first of all: the case's summary, what was lived through, the advice.
const TEXT = raw(`left(coalesce(
  nullif(r.summary, ''), nullif(r.experienced, ''), nullif(r.gain, ''), nullif(r.purpose, ''),
  nullif(r.advice, ''), nullif(r.context, ''), nullif(r.cause, ''), ''), ${SUMMARY_LENGTH + 1})`);

/** Records that were ever published, by id. What they say is read of those alone that still are, whoever asks. */
export const feedRecordById = defineLoader<string, FeedRecord | null>(async ({ database }, ids) => {
  const rows = await database.rows<FeedRecord>(
    sql`SELECT r.id, r.updated_at AS "changedAt",
        CASE WHEN r.status = 'PUBLISHED' THEN json_build_object('title', r.title, 'language', r.language,
          'provenance', r.provenance, 'text', ${TEXT}) END AS published
      FROM record r WHERE ${isAmong('r.id', 'uuid', ids)} AND r.published_at IS NOT NULL`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

export const themeBySlug = defineLoader<string, Theme | null>(async ({ database }, slugs) => {
  const rows = await database.rows<Theme>(
    sql`SELECT ${THEME_COLUMNS} FROM theme t WHERE ${isAmong('t.slug', 'text', slugs)}`,
  );
  return oneEach(slugs, rows, (row) => row.slug);
});
