/** A line of JSON for each record, then one for each tombstone. */
import type { ExportFormat } from './export-format.js';

export const NDJSON: ExportFormat = {
  name: 'records.ndjson',
  mediaType: 'application/x-ndjson; charset=utf-8',
  compressed: false,
  async *write(records, { tombstones }) {
    for await (const batch of records) yield batch.map(({ document }) => `${document}\n`).join('');
    for (const tombstone of tombstones) yield `${JSON.stringify(tombstone)}\n`;
  },
};
