/** Where records have their address. */
import sql from 'sql-template-tag';
import { defineLoader } from '../../platform/auth/context.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { recordPath } from './published-record.js';

/** The path of a record's persistent address, by its id; of records that whoever asks may see. */
export const recordPathById = defineLoader<string, string>(async ({ database }, ids) => {
  const rows = await database.rows<{ id: string; path: string }>(
    sql`SELECT r.id, ${recordPath('r')} AS path FROM record r WHERE ${isAmong('r.id', 'uuid', ids)}`,
  );
  return oneEach(ids, rows, ({ id }) => id).map((row, place) => row?.path ?? `/records/${ids[place]}`);
});
