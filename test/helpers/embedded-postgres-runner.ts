/** A process that owns an embedded PostgreSQL, for tests that kill it. Arguments: DATA_DIR. Writes JSON lines. */
import { startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';

const report = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const postgres = await startEmbeddedPostgres({
    dataDirectory: process.argv[2]!,
    log: (log) => report({ log }),
    // A kill loses nothing that was handed to the system, so commits survive it without fsync.
    settings: { fsync: 'off' },
  });
  process.once('SIGTERM', () => void postgres.stop());
  report({ connection: postgres.connection });
} catch (error) {
  report({ error: (error as Error).message });
}
