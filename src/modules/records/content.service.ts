/** Writes of the lists that hang on a row of `record`. A list is always written as a whole. */
import sql, { raw } from 'sql-template-tag';
import type { EntityTarget } from 'typeorm';
import { v7 as uuid } from 'uuid';
import type { Transaction } from '../../platform/database/database.js';
import { RecordRecommendation, RecordTheme, Source } from './content.entity.js';

export interface SourceContent {
  title: string;
  publisher?: string | null;
  year?: number | null;
  url?: string | null;
  page?: string | null;
}

/** Replaces the rows of `entity` that belong to a row of `record`; `undefined` leaves them as they are, null empties them. */
export async function replaceList<Entity extends { recordId: string }>(
  transaction: Transaction,
  entity: EntityTarget<Entity> & (new () => Entity),
  rowId: string,
  items: readonly object[] | null | undefined,
): Promise<void> {
  if (items === undefined) return;
  await transaction.manager.delete(entity, { recordId: rowId } as never);
  if (items === null || items.length === 0) return;
  await transaction.manager.insert(entity, items.map((item) => ({ ...item, recordId: rowId })) as never);
}

/** Gives entries of an ordered list their identity and place. */
export function ordered<Item extends object>(items: readonly Item[] | null | undefined) {
  return items?.map((item, ordinal) => ({ ...item, id: uuid(), ordinal })) ?? (items as null | undefined);
}

export async function writeCommonLists(
  transaction: Transaction,
  rowId: string,
  content: { recommendations?: number[] | null; themes?: string[] | null; sources?: SourceContent[] | null },
): Promise<void> {
  await replaceList(transaction, Source, rowId, ordered(content.sources));
  await replaceList(
    transaction,
    RecordRecommendation,
    rowId,
    content.recommendations?.map((number) => ({ number })) ?? (content.recommendations as null | undefined),
  );
  await replaceList(
    transaction,
    RecordTheme,
    rowId,
    content.themes?.map((theme) => ({ theme })) ?? (content.themes as null | undefined),
  );
}

/** The tables that hold the content of a record besides its own row, each with a column `record_id`. */
const CONTENT_TABLES = [
  'source',
  'record_recommendation',
  'record_theme',
  'record_rationale',
  'party',
  'rule_of_play',
  'benefit',
  'funding',
];

/** Copies the lists of one row to another, which has none yet. */
export async function copyLists(transaction: Transaction, from: string, to: string): Promise<void> {
  for (const table of CONTENT_TABLES) {
    // Keys without an `id` among the table's columns are passed over.
    await transaction.rows(
      sql`INSERT INTO ${raw(table)} SELECT (jsonb_populate_record(x, jsonb_build_object('id', gen_random_uuid(), 'record_id', ${to}::uuid))).*
        FROM ${raw(table)} x WHERE x.record_id = ${from}`,
    );
  }
  await transaction.rows(
    sql`INSERT INTO contribution
      SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'party_id', new_party.id))).*
      FROM contribution c JOIN party old_party ON old_party.id = c.party_id
      JOIN party new_party ON new_party.record_id = ${to} AND new_party.organisation_id = old_party.organisation_id
      WHERE old_party.record_id = ${from}`,
  );
}

/** Puts the lists of one row in the place of another's. */
export async function moveLists(transaction: Transaction, from: string, to: string): Promise<void> {
  for (const table of CONTENT_TABLES) {
    await transaction.rows(sql`DELETE FROM ${raw(table)} WHERE record_id = ${to}`);
    await transaction.rows(sql`UPDATE ${raw(table)} SET record_id = ${to} WHERE record_id = ${from}`);
  }
}
