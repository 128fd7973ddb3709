/** What a server process does with the knowledge log, without the server around it. */
import { v7 as uuidv7 } from 'uuid';
import { Database, type DatabaseConnection } from '../../src/platform/database/database.js';
import type { NewLogEntry } from '../../src/platform/log/log-entry.js';
import { KnowledgeLog } from '../../src/platform/log/knowledge-log.js';

export interface LogProcess {
  readonly database: Database;
  readonly log: KnowledgeLog;
  /** What it would have written to its own log. */
  readonly errors: Error[];
  /** Commits one event and gives its id. */
  publish(entry?: Partial<NewLogEntry>): Promise<string>;
  stop(): Promise<void>;
}

export async function startLogProcess(connection: DatabaseConnection, poolSize = 5): Promise<LogProcess> {
  const errors: Error[] = [];
  const database = await Database.open({
    connection,
    poolSize,
    entities: [],
    migrations: [],
    onIdleError: (error) => errors.push(error),
  });
  const log = new KnowledgeLog({ database, onError: (error) => errors.push(error) });
  await log.start();
  return {
    database,
    log,
    errors,
    publish: (entry) => database.inTransaction((transaction) => log.append(transaction, newEntry(entry))),
    stop: async () => {
      await log.stop();
      await database.close();
    },
  };
}

export function newEntry(entry: Partial<NewLogEntry> = {}): NewLogEntry {
  return {
    type: 'PUBLISHED',
    recordId: uuidv7(),
    recordKind: 'LESSON',
    recordVersion: 1,
    relatedRecordId: null,
    organisationId: uuidv7(),
    municipalities: [],
    recommendations: [],
    themes: [],
    ...entry,
  };
}
