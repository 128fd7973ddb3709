/** One document of JSON-LD. Its context stands in it, so that it can be read without this server. */
import type { RecordDocument } from '../documents/record-document.js';
import { context } from '../linked-data/context.js';
import { recordJsonLd } from '../linked-data/record-json-ld.js';
import type { ExportFormat } from './export-format.js';
import { tombstoneJsonLd } from './tombstone-node.js';

export const JSON_LD: ExportFormat = {
  name: 'records.jsonld',
  mediaType: 'application/ld+json; charset=utf-8',
  compressed: false,
  async *write(records, { base, publication, tombstones }) {
    yield `{"@context":${JSON.stringify(context(base))},"@graph":[`;
    let separator = '\n';
    const write = (node: object) => {
      const text = separator + JSON.stringify(node);
      separator = ',\n';
      return text;
    };
    for await (const batch of records) {
      yield batch
        .map(({ document }) => write(recordJsonLd(JSON.parse(document) as RecordDocument, base, publication)))
        .join('');
    }
    for (const tombstone of tombstones) yield write(tombstoneJsonLd(tombstone));
    yield '\n]}\n';
  },
};
