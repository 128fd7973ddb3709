/** Reads of what is harvested. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { selectDocuments } from '../documents/record-document.loaders.js';
import type { RecordDocument } from '../documents/record-document.js';
import type { DateRange } from './datestamp.js';

export interface HarvestItem {
  /** The record's. */
  readonly id: string;
  readonly changedAt: Date;
  /** Names of sets, with those that these lie in. */
  readonly sets: readonly string[];
  /** Whether the record was taken back. */
  readonly deleted: boolean;
  /** Null of what is deleted, and where documents are not asked for. */
  readonly document: RecordDocument | null;
}

export interface ItemSelection extends DateRange {
  /** The name of a set. */
  readonly set: string | undefined;
}

export interface ItemReading {
  /** The address of the server, for documents; null to read none. */
  readonly base: string | null;
}

/** The items that follow `after`, in an order that no change of a record changes. */
export function readItems(
  reads: Reads,
  selection: ItemSelection,
  reading: ItemReading,
  after: string | null,
  length: number,
): Promise<HarvestItem[]> {
  const following = after === null ? raw('TRUE') : sql`h.record_id > ${after}::uuid`;
  return readListed(reads, sql`${selected(selection)} AND ${following}`, reading, length);
}

export async function readItem(reads: Reads, id: string, reading: ItemReading): Promise<HarvestItem | null> {
  const [item] = await readListed(reads, sql`h.record_id = ${id}::uuid`, reading, 1);
  return item ?? null;
}

export async function countItems(reads: Reads, selection: ItemSelection): Promise<number> {
  const row = await reads.row<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM harvest_item h WHERE ${selected(selection)}`,
  );
  return row!.count;
}

/** A time before which nothing changed that is told; undefined when there is nothing. */
export async function readEarliest(reads: Reads): Promise<Date | undefined> {
  const row = await reads.row<{ earliest: Date | null }>(sql`SELECT min(changed_at) AS earliest FROM harvest_item`);
  return row!.earliest ?? undefined;
}

function selected({ start, end, set }: ItemSelection): Sql {
  const criteria = [
    ...(start === null ? [] : [sql`h.changed_at >= ${start}`]),
    ...(end === null ? [] : [sql`h.changed_at <= ${end}`]),
    ...(set === undefined ? [] : [sql`h.sets @> ARRAY[${set}::text]`]),
  ];
  return criteria.length === 0 ? raw('TRUE') : join(criteria, ' AND ');
}

// In one statement: between two, a record could be taken back.
async function readListed(reads: Reads, condition: Sql, { base }: ItemReading, length: number): Promise<HarvestItem[]> {
  const documents =
    base === null
      ? raw('SELECT NULL::uuid AS id, NULL AS document')
      : selectDocuments({ condition: raw('d.id = ANY(ARRAY(SELECT id FROM listed))'), base }, null, length);
  const rows = await reads.rows<Omit<HarvestItem, 'document'> & { document: string | null }>(
    sql`WITH listed AS MATERIALIZED (
        SELECT h.record_id AS id, h.changed_at, h.sets FROM harvest_item h WHERE ${condition}
        ORDER BY h.record_id LIMIT ${length}),
      -- Materialized as well: else each would be made again for each item.
      document AS MATERIALIZED (${documents})
      SELECT l.id, l.changed_at AS "changedAt", l.sets, r.status <> 'PUBLISHED' AS deleted, x.document
      FROM listed l JOIN record r ON r.id = l.id LEFT JOIN document x ON x.id = l.id
      ORDER BY l.id`,
  );
  return rows.map((row) => ({ ...row, document: row.document === null ? null : JSON.parse(row.document) }));
}

/** What something is called. */
export interface Labels {
  readonly danish: string;
  readonly english: string;
}

/** The names of the sets that come from tables, by the sets' own. */
export async function readLabels(reads: Reads): Promise<ReadonlyMap<string, Labels>> {
  const rows = await reads.rows<Labels & { set: string }>(
    sql`SELECT 'theme:' || slug AS set, danish_label AS danish, english_label AS english FROM theme
      UNION ALL SELECT 'recommendation:' || number, danish_label, english_label FROM framework_element
        WHERE kind = 'RECOMMENDATION'
      UNION ALL SELECT 'region:' || code, name, english_name FROM region
      UNION ALL SELECT 'region:' || region_code || ':' || code, name, english_name FROM municipality`,
  );
  return new Map(rows.map(({ set, ...labels }) => [set, labels]));
}
