/** What an export is made from, and what makes the bytes of one. */
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { DocumentRow } from '../documents/record-document.loaders.js';
import type { RecordKind } from '../records/record.entity.js';

/** What is left of a record that is to be removed from copies. */
export interface Tombstone {
  readonly id: string;
  readonly recordKind: RecordKind;
  readonly slug: string;
  /** Its persistent address, which answers that it is gone. */
  readonly url: string;
  readonly deleted: true;
  /**
   * ISO 8601 in UTC with milliseconds; null when the record is published still, and only no longer among what was asked
   * for.
   */
  readonly retractedAt: string | null;
}

/** Who publishes the knowledge, and what may be done with it. */
export interface ExportPublication {
  /** The address of the licence. */
  readonly license: string;
  /** A name. */
  readonly publisher: string;
}

/** One state of the knowledge: whatever is read through it is of the same moment. */
export interface ExportSource {
  /** The address of the server as clients know it, without a slash at the end. */
  readonly base: string;
  /** Cursor of the knowledge log: what happens after it is not in this state. Who asks for what changed since it misses nothing. */
  readonly cursor: string;
  /** When the state was read. No format writes it: the same state always gives the same bytes. */
  readonly takenAt: Date;
  readonly publication: ExportPublication;
  readonly reads: Pick<Reads, 'rows'>;
  /** What is gone since the cursor that was asked for, in the order of ids; none when no cursor was. */
  readonly tombstones: readonly Tombstone[];
}

/** Batches of records in the order of their ids. They may be read several times, each time from the first. */
export type ExportRecords = AsyncIterable<readonly DocumentRow[]>;

/** A format: the same state of the database gives the same bytes. */
export interface ExportFormat {
  /** As in its address, such as `records.ndjson`. */
  readonly name: string;
  readonly mediaType: string;
  /** Whether its bytes are compressed already. */
  readonly compressed: boolean;
  /** Makes it piece by piece as it is taken. */
  write(records: ExportRecords, source: ExportSource): AsyncIterable<string | Uint8Array>;
}
