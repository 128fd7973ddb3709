/** The triples of all records, with the prefixes once. */
import type { RecordDocument } from '../documents/record-document.js';
import { recordTurtle, turtlePrefixes } from '../linked-data/record-turtle.js';
import type { ExportFormat } from './export-format.js';
import { tombstoneTurtle } from './tombstone-node.js';

export const TURTLE: ExportFormat = {
  name: 'records.ttl',
  mediaType: 'text/turtle; charset=utf-8',
  compressed: false,
  async *write(records, { base, publication, tombstones }) {
    yield `${turtlePrefixes(base)}\n`;
    for await (const batch of records) {
      // One at a time: the triples of a whole batch would be held together.
      for (const { document } of batch) yield recordTurtle(JSON.parse(document) as RecordDocument, base, publication);
    }
    for (const tombstone of tombstones) yield tombstoneTurtle(tombstone);
  },
};
