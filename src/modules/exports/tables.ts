/** Tables as CSV in one archive, with what tells of them. */
import { stringify } from 'csv-stringify/sync';
import type { RecordDocument } from '../documents/record-document.js';
import { csvwMetadata } from './csvw.js';
import type { ExportFormat, ExportRecords, Tombstone } from './export-format.js';
import { KIND_TABLES } from './kind-tables.js';
import { RECORD_TABLES } from './record-tables.js';
import { address, cellsOf, optionalDateTime, type Row, type Table, type TableDescription, text } from './table.js';
import { Spool } from './spool.js';
import { writeZip, type ZipEntry } from './zip.js';

const TOMBSTONES: TableDescription = {
  name: 'tombstones',
  description: 'What is to be removed from copies; empty unless what changed since a cursor was asked for.',
  columns: [
    text('id', 'The id of the record.'),
    text('recordKind', 'CASE_STUDY, EXPERIENCE or LESSON.'),
    text('slug', 'Its name in addresses.'),
    address('url', 'Its address, which tells that it is gone.'),
    optionalDateTime(
      'retractedAt',
      'When it was taken back; empty when it is only no longer among what was asked for.',
    ),
  ],
  primaryKey: ['id'],
  references: [],
};

const DOCUMENT_TABLES: readonly Table[] = [...RECORD_TABLES, ...KIND_TABLES];

/** What the archive holds, besides the metadata that tells the same. */
export const EXPORT_TABLES: readonly TableDescription[] = [...DOCUMENT_TABLES, TOMBSTONES];

export const CSVW_FILE = 'csv-metadata.json';

export const TABLES: ExportFormat = {
  name: 'tables.zip',
  mediaType: 'application/zip',
  compressed: true,
  async *write(records, source) {
    const spool = await Spool.open();
    const [first, ...others] = DOCUMENT_TABLES;
    const metadata = `${JSON.stringify(csvwMetadata(EXPORT_TABLES, source), undefined, 2)}\n`;
    try {
      yield* writeZip([
        { name: CSVW_FILE, content: () => once(metadata) },
        // Documents are read once: while the first table is sent, the others are put aside.
        { name: fileOf(first!), content: () => writeTables(first!, others, records, spool) },
        ...others.map((table): ZipEntry => ({ name: fileOf(table), content: () => readTable(table, spool) })),
        { name: fileOf(TOMBSTONES), content: () => once(writeTombstones(source.tombstones)) },
      ]);
    } finally {
      await spool.remove();
    }
  },
};

const fileOf = ({ name }: TableDescription) => `${name}.csv`;

async function* once(content: string) {
  yield content;
}

async function* writeTables(first: Table, others: readonly Table[], records: ExportRecords, spool: Spool) {
  const readFirst = readerOf(first);
  const readers = others.map((table) => ({ table, read: readerOf(table) }));
  yield writeHead(first);
  for await (const batch of records) {
    const documents = batch.map(({ document }) => JSON.parse(document) as RecordDocument);
    for (const { table, read } of readers) {
      const rows = documents.flatMap(read);
      if (rows.length > 0) await spool.append(table.name, writeRows(table, rows));
    }
    yield writeRows(first, documents.flatMap(readFirst));
  }
}

async function* readTable(table: Table, spool: Spool) {
  yield writeHead(table);
  yield* spool.read(table.name);
}

function readerOf({ kind, reader }: Table): (document: RecordDocument) => readonly Row[] {
  const read = reader() as (document: RecordDocument) => readonly Row[];
  return (document) => (kind === null || kind === document.recordKind ? read(document) : []);
}

function writeTombstones(tombstones: readonly Tombstone[]): string {
  const rows = tombstones.map((tombstone) => ({ ...tombstone }));
  return writeHead(TOMBSTONES) + writeRows(TOMBSTONES, rows);
}

function writeHead({ columns }: TableDescription): string {
  return write([columns.map(({ name }) => name)]);
}

function writeRows(table: TableDescription, rows: readonly Row[]): string {
  return write(rows.map((row) => cellsOf(table, row)));
}

/** As in RFC 4180. */
function write(rows: readonly unknown[][]): string {
  return stringify(rows as unknown[][], { record_delimiter: 'windows' });
}
