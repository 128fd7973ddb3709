/** The right to a cluster: one server alone may use it. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { postgresPort, superuser } from './postgres-cluster.js';

/** The error code of a PostgreSQL that starts, recovers or shuts down. */
export const cannotConnectNow = '57P03';

/** The lock's key; the maintenance database that it is taken in holds no other lock. */
const lockKey = 1;

/** How long, in milliseconds, a single connection attempt may take. */
const connectionPatience = 5_000;

/**
 * A connection of the cluster's administrator to the maintenance database. An `error` event is left to its `end` event.
 */
export async function connectAdministrator(socketDirectory: string): Promise<pg.Client> {
  const client = new pg.Client({
    host: socketDirectory,
    port: postgresPort,
    user: superuser,
    database: 'postgres',
    application_name: `process ${process.pid}`,
    connectionTimeoutMillis: connectionPatience,
    // Else PGSSLMODE in the environment would ask for TLS on the Unix socket.
    ssl: false,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/**
 * Tries for `patience` milliseconds to take the lock, which then lives as long as this connection.
 *
 * It is an advisory lock in the database, rather than a file with a process id: the kernel closes the connection with
 * its process, whichever way that dies, so a lock never outlives its server, and no process id is there that could
 * meanwhile be another's. A PostgreSQL that runs with nobody holding its lock is one that was left behind.
 */
export async function takeClusterLock(client: pg.Client, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [lockKey]);
    if (rows[0]!.taken) return true;
    if (Date.now() >= deadline) return false;
    await delay(50);
  }
}

/** Who holds the lock, in words for a person; undefined when nobody does. */
export async function findLockHolder(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT activity.application_name AS name
       FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
      WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objid = $1
        AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [lockKey],
  );
  return rows[0]?.name;
}
