import type { Database } from '../../platform/database/database.js';

/** Advisory lock keys share one number space per database; see {@link Database}. */
const SNAPSHOT_LOCK = 7_301_401;

/**
 * Takes the right to make a snapshot, which one server has at a time: as long as its connection is there, so that the
 * death of a server gives it back.
 *
 * @returns gives it back; null when another has it
 */
export async function holdLock(database: Pick<Database, 'client'>): Promise<(() => Promise<void>) | null> {
  const client = database.client();
  // Whoever has lost it finds what it writes discarded.
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client
    .query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [SNAPSHOT_LOCK])
    .catch(async (error: unknown) => {
      await client.end();
      throw error;
    });
  if (rows[0]!.mine) return () => client.end();
  await client.end();
  return null;
}
