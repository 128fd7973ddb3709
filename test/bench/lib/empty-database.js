import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmpty } from './database.js';

/** Runs `work` with the URL of a migrated database that is there for it alone, and gone afterwards. */
export async function withEmptyDatabase(log, work) {
  const directory = await mkdtemp(join(tmpdir(), 'medspil-bench-'));
  let database;
  const remove = async () => {
    await database?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  // PostgreSQL would outlive this process.
  const end = () => void remove().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  try {
    database = await openEmpty(directory, log);
    return await work(database.url);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, end);
    await remove();
  }
}
