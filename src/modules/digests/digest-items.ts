/** What an inbox has to tell, as everybody may see it at this moment. */
import sql from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { entryColumns, type LogEntry } from '../../platform/log/log-entry.js';
import type { Provenance } from '../records/record.entity.js';

/** More would make a mail that nobody reads, and that some servers cut. */
export const MOST_ITEMS = 50;

/** An event in an inbox, with what may be shown of its record. */
export interface DigestItem {
  readonly entry: LogEntry;
  /** Null once it is taken back. */
  readonly record: { readonly title: string; readonly provenance: Provenance } | null;
  /** Who is behind the event. */
  readonly organisation: string;
}

export interface DigestItems {
  /** The first of them, in the log's order. */
  readonly items: readonly DigestItem[];
  /** Of all there are. */
  readonly count: number;
}

/** Those behind one position, up to another and including it. */
export async function readDigestItems(
  database: Reads,
  inboxId: string,
  after: number,
  upTo: number,
): Promise<DigestItems> {
  type Row = LogEntry & Omit<DigestItem, 'entry'> & { readonly count: number };
  const rows = await database.rows<Row>(sql`
    SELECT ${entryColumns}, count(*) OVER () AS count, o.name AS organisation,
      CASE WHEN r.id IS NOT NULL THEN json_build_object('title', r.title, 'provenance', r.provenance) END AS record
    FROM inbox_item i
    JOIN knowledge_log AS entry ON entry.position = i.position
    JOIN organisation o ON o.id = entry.organisation_id
    LEFT JOIN record r ON r.id = entry.record_id AND r.status = 'PUBLISHED'
    CROSS JOIN knowledge_log_state AS state
    WHERE i.inbox_id = ${inboxId} AND i.position > ${after} AND i.position <= ${upTo}
    ORDER BY i.position LIMIT ${MOST_ITEMS}`);
  return {
    count: rows[0]?.count ?? 0,
    items: rows.map(({ count: _, record, organisation, ...entry }) => ({ entry, record, organisation })),
  };
}
