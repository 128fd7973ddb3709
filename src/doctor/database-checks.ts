/** The database as a server will find it. Nothing is changed: the session is read-only. */
import type pg from 'pg';
import { MIGRATIONS } from '../entities.js';
import { readStoredState } from '../monitoring/stored-state.js';
import type { Reads } from '../platform/database/cancellable-reads.js';
import { codeOf, Report } from './finding.js';

const OLDEST_VERSION = 15;
/** Searching and sorting name them in migrations. */
const COLLATIONS = ['und-x-icu', 'da-x-icu'];
/** What one server takes: its pool, one that listens, and a few for a moment. */
const CONNECTIONS_OF_A_SERVER = 25;
/** Leases and retries are told by the database's clock, tokens and cursors by the server's. */
const CLOCK_WARNING_SECONDS = 2;
const CLOCK_FAILED_SECONDS = 30;
/** Stamping takes milliseconds, and any server sweeps each second. */
const UNSTAMPED_SECONDS = 15;

export async function checkServer(client: pg.Client): Promise<Report> {
  const report = new Report('database server');
  const { rows } = await client.query<{ version: number; name: string; encoding: string; collations: string[] }>(
    `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS name,
      current_setting('server_encoding') AS encoding,
      ARRAY(SELECT collname::text FROM pg_collation WHERE collname = ANY($1)) AS collations`,
    [COLLATIONS],
  );
  const { version, name, encoding, collations } = rows[0]!;
  const missing = COLLATIONS.filter((collation) => !collations.includes(collation));
  if (version < OLDEST_VERSION * 10_000) {
    report.failed(`It is PostgreSQL ${name}.`, `Move it to PostgreSQL ${OLDEST_VERSION} or later.`);
  }
  if (encoding !== 'UTF8') report.failed(`Its encoding is ${encoding}.`, "Create it with ENCODING 'UTF8'.");
  if (missing.length > 0) {
    report.failed(`It has no collation ${missing.join(', ')}.`, 'Take a PostgreSQL that is built with ICU.');
  }
  if (report.findings.length === 0) report.ok(`PostgreSQL ${name}, ${encoding}, with ICU.`);
  return report;
}

export async function checkRights(client: pg.Client): Promise<Report> {
  const report = new Report('rights');
  const { rows } = await client.query<{
    name: string;
    isSuperuser: boolean;
    schema: string | null;
    mayCreate: boolean | null;
    foreign: string[];
    free: number;
    most: number;
  }>(
    `SELECT current_user AS name, current_setting('is_superuser') = 'on' AS "isSuperuser", current_schema() AS schema,
      has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
      ARRAY(SELECT c.relname::text FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
          AND NOT pg_has_role(c.relowner, 'USAGE') LIMIT 5) AS foreign,
      current_setting('max_connections')::integer AS most,
      current_setting('max_connections')::integer
        - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::integer AS free`,
  );
  const { name, isSuperuser, schema, mayCreate, foreign, free, most } = rows[0]!;
  if (mayCreate !== true) {
    const what = schema === null ? 'has no schema to work in' : `may not create tables in the schema ${schema}`;
    report.failed(
      `The user ${name} ${what}.`,
      `Make ${name} the owner of the database, or grant CREATE on the schema.`,
    );
  }
  if (foreign.length > 0) {
    const advice = `Change their owner to ${name}: migrations alter them.`;
    report.failed(`Tables belong to somebody else (${foreign.join(', ')}).`, advice);
  }
  if (isSuperuser) {
    report.warning(`The user ${name} is a superuser.`, 'Take one that owns the database and nothing else.');
  }
  if (free < CONNECTIONS_OF_A_SERVER) {
    const advice = `One server takes up to ${CONNECTIONS_OF_A_SERVER}: raise max_connections where another is to be started.`;
    report.warning(`${free} of ${most} connections are free.`, advice);
  }
  if (report.findings.length === 0) report.ok(`The user ${name} may do what is needed; ${free} connections are free.`);
  return report;
}

/** @returns also whether all tables are there, so that they can be looked at */
export async function checkMigrations(client: pg.Client): Promise<Report & { isComplete?: boolean }> {
  const report: Report & { isComplete?: boolean } = new Report('migrations');
  const table = await client.query<{ exists: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS exists`);
  if (!table.rows[0]!.exists) {
    report.ok('The database is empty: the first start makes its tables.');
    return report;
  }
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const run = new Set(rows.map(({ name }) => name));
  const known = MIGRATIONS.map(({ name }) => name);
  const unknown = [...run].filter((name) => !known.includes(name));
  const outstanding = known.filter((name) => !run.has(name));
  if (unknown.length > 0) {
    const advice = 'Start the newer version that ran them, or restore a backup from before it.';
    report.failed(`The database has migrations that this version does not know (${unknown.join(', ')}).`, advice);
  }
  if (outstanding.length > 0) {
    const advice = 'The next start runs them. Make a backup before.';
    report.warning(`Migrations are outstanding (${outstanding.join(', ')}).`, advice);
  }
  if (report.findings.length === 0) report.ok(`All ${known.length} are there.`);
  report.isComplete = outstanding.length === 0;
  return report;
}

export async function checkClock(client: pg.Client): Promise<Report> {
  const report = new Report('clock');
  const before = Date.now();
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const after = Date.now();
  // Nobody knows when on its way the question was answered.
  const there = rows[0]!.now.getTime();
  judgeClock(report, (there < before ? there - before : Math.max(0, there - after)) / 1_000);
  return report;
}

/** @param seconds that the database's clock is ahead of this machine's */
export function judgeClock(report: Report, seconds: number): void {
  const difference = Math.abs(seconds);
  const message = `The database's clock is ${difference.toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} this machine's.`;
  const advice = 'Let both machines set their clocks by NTP.';
  if (difference >= CLOCK_FAILED_SECONDS) report.failed(message, advice);
  else if (difference >= CLOCK_WARNING_SECONDS) report.warning(message, advice);
  else report.ok('The database and this machine have the same time.');
}

/** Whether what is committed gets its position, and those who read the log keep up. */
export async function checkLog(client: pg.Client, reads: Reads): Promise<Report> {
  const report = new Report('knowledge log');
  const { position, unstamped, unstampedSeconds, webhooksDisabled, webhooksFailing } = await readStoredState(reads);
  if (unstampedSeconds >= UNSTAMPED_SECONDS) {
    const message = `${unstamped} entries wait for their position, the first for ${Math.round(unstampedSeconds)} s.`;
    const holder = await stampingLockHolder(client);
    if (holder !== undefined) {
      const advice = `The process ${holder} of PostgreSQL holds the lock of stamping: end it with pg_terminate_backend(${holder}).`;
      report.failed(message, advice);
    } else if (await hasServers(client)) {
      report.failed(message, 'Servers run and do not stamp: look into their logs, and restart them.');
    } else {
      report.warning(message, 'No server runs: the next one that starts gives them out.');
    }
  } else {
    report.ok(`It ends at ${position}, and nothing waits.`);
  }
  if (webhooksDisabled + webhooksFailing > 0) {
    const advice = 'Their owners see why in the deliveries of each webhook.';
    report.warning(`Webhooks: ${webhooksFailing} fail, ${webhooksDisabled} are disabled.`, advice);
  }
  return report;
}

/** As `stamp_knowledge_log` takes it: see the migration. */
const STAMPING_LOCK = 7_301_002;

async function stampingLockHolder(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [STAMPING_LOCK],
  );
  return rows[0]?.pid;
}

async function hasServers(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'medspil' LIMIT 1`,
  );
  return (rowCount ?? 0) > 0;
}

/** For a look that could not be taken to its end. */
export function broken(check: string, error: unknown): Report {
  const report = new Report(check);
  report.failed(`It could not be looked at (${codeOf(error)}).`, 'Look into the log of PostgreSQL.');
  return report;
}
