/** Everything that is looked at, one thing after the other. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import type { Config } from '../config.js';
import type { Reads } from '../platform/database/cancellable-reads.js';
import { DatabaseUnavailableError, describeConnection } from '../platform/database/connection-failure.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { joinEmbeddedPostgres } from '../platform/database/embedded-postgres.js';
import { broken, checkClock, checkLog, checkMigrations, checkRights, checkServer } from './database-checks.js';
import { type Finding, Report } from './finding.js';
import { checkAdminKey, checkDisk, checkFolder, checkPort } from './host-checks.js';
import {
  checkMail,
  checkPublicUrl,
  checkTokenIssuer,
  checkTraceReceiver,
  checkTrustedDocuments,
} from './service-checks.js';
import { checkWebhooks } from './webhook-checks.js';

const CONNECT_MILLISECONDS = 5_000;
const STATEMENT_MILLISECONDS = 10_000;

/** Looks at everything; changes nothing, starts nothing, sends no mail. Findings come as they are made. */
export async function* examine(config: Config): AsyncGenerator<Finding> {
  for (const check of [checkPort, checkFolder, checkDisk, checkAdminKey]) yield* (await check(config)).findings;
  yield* examineDatabase(config);
  for (const check of [checkPublicUrl, checkMail, checkTokenIssuer, checkTraceReceiver, checkTrustedDocuments]) {
    const report = await check(config);
    if (report !== undefined) yield* report.findings;
  }
}

async function* examineDatabase(config: Config): AsyncGenerator<Finding> {
  const report = new Report('database');
  let connection: DatabaseConnection | undefined;
  try {
    connection =
      config.databaseUrl === undefined ? await joinEmbeddedPostgres(config.dataDirectory) : { url: config.databaseUrl };
  } catch (error) {
    report.failed((error as Error).message, 'Run this as the user that the server runs as, and on its machine.');
  }
  if (connection === undefined) {
    if (report.findings.length === 0) await describeResting(report, config.dataDirectory);
    return yield* report.findings;
  }
  const client = new pg.Client({
    ...('url' in connection ? { connectionString: connection.url } : connection),
    application_name: 'medspil-doctor',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    statement_timeout: STATEMENT_MILLISECONDS,
    query_timeout: STATEMENT_MILLISECONDS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SET default_transaction_read_only = on');
  } catch (error) {
    report.failed(new DatabaseUnavailableError(connection, error).message, 'Compare DATABASE_URL.');
    await client.end().catch(() => undefined);
    return yield* report.findings;
  }
  try {
    report.ok(`${describeConnection(connection)} answers.`);
    yield* report.findings;
    yield* inDatabase(client, config);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function* inDatabase(client: pg.Client, config: Config): AsyncGenerator<Finding> {
  const reads = readsOf(client);
  const look = (check: string, run: () => Promise<Report>) => run().catch((error: unknown) => broken(check, error));
  yield* (await look('database server', () => checkServer(client))).findings;
  yield* (await look('rights', () => checkRights(client))).findings;
  const migrations: Report & { isComplete?: boolean } = await look('migrations', () => checkMigrations(client));
  yield* migrations.findings;
  yield* (await look('clock', () => checkClock(client))).findings;
  if (migrations.isComplete !== true) return;
  yield* (await look('knowledge log', () => checkLog(client, reads))).findings;
  yield* (await look('webhooks', () => checkWebhooks(reads, config))).findings;
}

/** The embedded database when no server runs: it is not started to be looked at. */
async function describeResting(report: Report, dataDirectory: string): Promise<void> {
  const version = await readFile(path.join(dataDirectory, 'postgres', 'PG_VERSION'), 'utf8').catch(() => undefined);
  try {
    createRequire(import.meta.url).resolve('embedded-postgres');
  } catch {
    const advice = 'Set DATABASE_URL to a PostgreSQL 15 or later, or install with the embedded one.';
    report.failed('DATABASE_URL is not set, and no embedded PostgreSQL is installed.', advice);
    return;
  }
  report.ok(
    version === undefined
      ? `The first start will make the embedded database in ${dataDirectory}.`
      : `The embedded database (PostgreSQL ${version.trim()}) rests in ${dataDirectory}: start the server to have it looked at.`,
  );
}

function readsOf(client: pg.Client): Reads {
  // Counts as numbers, as the server reads them.
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
  };
  const rows = async <Row>({ text, values }: Sql) =>
    (await client.query({ text, values, types } as pg.QueryConfig)).rows as Row[];
  return { rows, row: async <Row>(statement: Sql) => (await rows<Row>(statement))[0] };
}
