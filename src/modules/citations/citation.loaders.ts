/** Reads of the records that are cited. */
import sql from 'sql-template-tag';
import { defineFieldLoader } from '../../platform/auth/context.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import type { RecordDocument } from '../documents/record-document.js';
import { readDocuments } from '../documents/record-document.loaders.js';

/** Records as they are published, by id, told from the server's address; null for those that are not. */
export const publishedDocument = defineFieldLoader<{ readonly base: string }, RecordDocument | null>(
  async ({ database }, ids, { base }) => {
    const rows = await readDocuments(
      database,
      { condition: sql`${isAmong('d.id', 'uuid', ids)}`, base },
      null,
      ids.length,
    );
    return oneEach(ids, rows, ({ id }) => id).map((row) => row && (JSON.parse(row.document) as RecordDocument));
  },
);
