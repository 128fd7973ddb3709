/** Reads of records, and of what the content of every record has. */
import sql from 'sql-template-tag';
import { type Context, defineFieldLoader, defineLoader, type ReadScope } from '../../platform/auth/context.js';
import { concerned, primary, visible } from '../../platform/auth/visibility.js';
import { isAmong, manyEach, oneEach } from '../../platform/database/batch.js';
import type { Theme } from '../framework/framework.entity.js';
import type { Source } from './content.entity.js';
import { type PersonalDataWarning, WARNING_COLUMNS, type WarningRow, warningsOf } from './personal-data-warning.js';
import { type RecordColumns, recordColumns } from './record.columns.js';
import type { KnowledgeRecord, RecordKind } from './record.entity.js';

/** Records by id: the record itself, never the working copy of it. Null where there is none that the viewer may see. */
export const recordById = defineLoader<string, KnowledgeRecord | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<KnowledgeRecord>(
    sql`SELECT ${recordColumns()} FROM record r WHERE ${isAmong('r.id', 'uuid', ids)} AND ${primary('r')} AND ${visible(viewer, 'r')}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** As {@link recordById}, but nobody sees what is not, or no longer, published: for readers of the log. */
export const publishedRecordById = defineLoader<string, KnowledgeRecord | null>(async ({ database }, ids) => {
  const rows = await database.rows<KnowledgeRecord>(
    sql`SELECT ${recordColumns()} FROM record r WHERE ${isAmong('r.id', 'uuid', ids)} AND r.status = 'PUBLISHED'`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** Rows by their own id, working copies included: what a write answers with. */
export const recordByRow = defineLoader<string, KnowledgeRecord | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<KnowledgeRecord>(
    sql`SELECT ${recordColumns()} FROM record r WHERE ${isAmong('r.id', 'uuid', ids)} AND ${visible(viewer, 'r')}`,
  );
  return oneEach(ids, rows, (row) => row.rowId);
});

/** The row that a write changed, as it is now. */
export function writtenRecord(context: Context, rowId: string): Promise<KnowledgeRecord | null> {
  context.forget();
  return context.loader(recordByRow).load(rowId);
}

/** The edit in progress of a published record, for those who may see it. */
export const workingCopyByRecord = defineLoader<string, KnowledgeRecord | null>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<KnowledgeRecord>(
    sql`SELECT ${recordColumns()} FROM record r WHERE ${isAmong('r.working_copy_of', 'uuid', ids)} AND ${visible(viewer, 'r')}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

/** As {@link recordById}, read with no more columns than the query asks for. */
export const recordWithColumns = defineFieldLoader<ColumnArguments, KnowledgeRecord | null>(
  async ({ database, viewer }, ids, { columns }) => {
    const rows = await database.rows<KnowledgeRecord & { key: string }>(
      sql`SELECT r.id AS key, ${recordColumns(columns)} FROM record r
        WHERE ${isAmong('r.id', 'uuid', ids)} AND ${primary('r')} AND ${visible(viewer, 'r')}`,
    );
    return oneEach(ids, rows, (row) => row.key);
  },
);

/** One record by kind and slug; null where there is none that the viewer may see. A look-up from the root needs no batch. */
export async function readRecordBySlug<Kind extends KnowledgeRecord>(
  { database, viewer }: ReadScope,
  kind: RecordKind,
  slug: string,
  columns: RecordColumns,
): Promise<Kind | null> {
  const row = await database.row<Kind>(
    sql`SELECT ${recordColumns(columns)} FROM record r
      WHERE r.kind = ${kind} AND r.slug = ${slug} AND ${primary('r')} AND ${visible(viewer, 'r')}`,
  );
  return row ?? null;
}

export interface ColumnArguments {
  readonly columns: RecordColumns;
}

export const sourcesByRow = defineLoader<string, Source[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<Source>(
    sql`SELECT record_id AS "recordId", title, publisher, year, url, page FROM source
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, ordinal`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

export const themesByRow = defineLoader<string, Theme[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<Theme & { recordId: string }>(
    sql`SELECT r.record_id AS "recordId", t.slug, t.danish_label AS "danishLabel", t.english_label AS "englishLabel"
      FROM record_theme r JOIN theme t ON t.slug = r.theme
      WHERE ${isAmong('r.record_id', 'uuid', rowIds)} ORDER BY r.record_id, t.slug`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

/** The numbers of the recommendations that a row bears on, in order. */
export const recommendationNumbersByRow = defineLoader<string, number[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<{ recordId: string; number: number }>(
    sql`SELECT record_id AS "recordId", number FROM record_recommendation
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, number`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId).map((found) => found.map((row) => row.number));
});

/** What in a row looks like personal data, for those who may see drafts of the record. */
export const warningsByRow = defineLoader<string, PersonalDataWarning[]>(async ({ database, viewer }, rowIds) => {
  const rows = await database.rows<WarningRow>(
    sql`SELECT ${WARNING_COLUMNS} FROM record r
      WHERE ${isAmong('r.id', 'uuid', rowIds)} AND ${concerned(viewer, 'coalesce(r.working_copy_of, r.id)')}`,
  );
  return oneEach(rowIds, rows, (row) => row.rowId).map((row) => (row === null ? [] : warningsOf(row)));
});
