/** The PostgreSQL that a server without a DATABASE_URL brings along: started in DATA_DIR, watched, stopped. */
import { mkdir, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { cannotConnectNow, connectAdministrator, findLockHolder, takeClusterLock } from './cluster-lock.js';
import { findPostgresBinaries } from './postgres-binaries.js';
import {
  applicationName,
  createCluster,
  describeCluster,
  findSocketDirectory,
  type PostgresCluster,
  postgresPort,
  prepareSocketDirectory,
  removeSocketDirectory,
  removeUnfinishedClusters,
} from './postgres-cluster.js';
import {
  endPostmaster,
  findPostmaster,
  launchPostmaster,
  type Postmaster,
  type PostgresSettings,
} from './postmaster.js';

export interface EmbeddedPostgresOptions {
  /** DATA_DIR; made when absent. The data lie in its folder `postgres`, PostgreSQL's own log in `postgres.log`. */
  dataDirectory: string;
  /** Takes one line for a person to read. */
  log: (line: string) => void;
  /** Hears that PostgreSQL is gone although nobody stopped it: it ended by itself, or another server took it over. */
  onLost?: ((error: Error) => void) | undefined;
  /** PostgreSQL settings beside the usual ones; without effect on a PostgreSQL that is found running. */
  settings?: PostgresSettings;
}

/** A running PostgreSQL that this process alone uses. */
export interface EmbeddedPostgres {
  /**
   * For `pg` and TypeORM alike; `host` is the folder of the Unix socket. The user owns the database and nothing else.
   */
  connection: { host: string; port: number; user: string; database: typeof applicationName };
  /** Ends PostgreSQL in good order, and harder when that takes too long. May be called more than once. */
  stop(): Promise<void>;
}

interface ReachedPostmaster {
  postmaster: Postmaster;
  socketDirectory: string;
  client: pg.Client;
}

/** How long, in milliseconds, a PostgreSQL may run without any answer. One that recovers from a crash does answer. */
const answerPatience = 30_000;

/** How long, in milliseconds, the connections of a server that was killed may take to vanish. */
const releasePatience = 1_000;

/** How long, in milliseconds, the busy backends of a PostgreSQL that was killed may take to vanish. */
const backendPatience = 10_000;

/**
 * Starts PostgreSQL in DATA_DIR, or takes over the one that a killed server left running there.
 *
 * @throws Error of one clear line: another server uses this DATA_DIR; there is no PostgreSQL for this system (the
 *   message names DATABASE_URL); or PostgreSQL does not start, with the last it said.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  const dataDirectory = await realpath(options.dataDirectory);
  const cluster = await describeCluster(dataDirectory);
  const reached = await reachPostmaster(cluster, dataDirectory, options);
  const { postmaster, socketDirectory, client } = reached;
  try {
    if (!(await takeClusterLock(client, releasePatience))) {
      const holder = (await findLockHolder(client)) ?? 'a process that is just ending';
      throw new Error(
        `Another server (${holder}) uses ${dataDirectory}: stop it, or set another DATA_DIR for this one.`,
      );
    }
    await removeUnfinishedClusters(cluster);
    await createDatabase(client);
  } catch (error) {
    await client.end();
    throw error;
  }
  const origin = postmaster.launched ? 'started' : 'left running by an earlier server, was taken over';
  options.log(`PostgreSQL (process ${postmaster.pid}, ${cluster.directory}) ${origin}.`);

  const watch = watchPostmaster(reached, (line) => {
    options.log(line);
    options.onLost?.(new Error(line));
  });
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    if (!watch.end()) return;
    await endPostmaster(postmaster);
    await removeSocketDirectory(cluster, socketDirectory);
  };
  return {
    connection: connectionIn(socketDirectory),
    stop: () => (stopped ??= stop()),
  };
}

/**
 * Where the PostgreSQL is that a running server uses in DATA_DIR, for a command that works beside that server. Whoever
 * joins stops nothing, and loses its connections when the server stops.
 *
 * @returns undefined when no server runs there, so that {@link startEmbeddedPostgres} is the way in.
 * @throws Error when PostgreSQL runs there out of this process's sight, or is not to be reached by this user.
 */
export async function joinEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres['connection'] | undefined> {
  const dataDirectory = await realpath(folder).catch(() => undefined);
  if (dataDirectory === undefined) return undefined;
  const cluster = await describeCluster(dataDirectory);
  const socketDirectory = await findSocketDirectory(cluster);
  if ((await findPostmaster(cluster, socketDirectory)) === undefined) return undefined;
  const client = await connectAdministrator(socketDirectory).catch((error: NodeJS.ErrnoException) => {
    // It starts or stops at this moment: whoever starts one waits for that, and is told if it is in use.
    if (error.code === cannotConnectNow || error.code === 'ECONNREFUSED' || error.code === 'ENOENT') return undefined;
    throw error;
  });
  try {
    const holder = client && (await findLockHolder(client));
    return holder === undefined ? undefined : connectionIn(socketDirectory);
  } finally {
    await client?.end();
  }
}

function connectionIn(socketDirectory: string): EmbeddedPostgres['connection'] {
  return { host: socketDirectory, port: postgresPort, user: applicationName, database: applicationName };
}

/** Finds or launches PostgreSQL and waits until it accepts connections. */
async function reachPostmaster(
  cluster: PostgresCluster,
  dataDirectory: string,
  { log, settings = {} }: EmbeddedPostgresOptions,
): Promise<ReachedPostmaster> {
  const deadline = Date.now() + backendPatience;
  for (;;) {
    let socketDirectory = await findSocketDirectory(cluster);
    let postmaster = await findPostmaster(cluster, socketDirectory);
    if (postmaster === undefined) {
      const binaries = await findPostgresBinaries(dataDirectory, cluster.user);
      await createCluster(cluster, binaries, settings.fsync !== 'off');
      socketDirectory = await prepareSocketDirectory(cluster);
      postmaster = await launchPostmaster(cluster, binaries, socketDirectory, settings);
    }
    const client = await connectWhileAlive(postmaster, socketDirectory, log);
    if (client) return { postmaster, socketDirectory, client };

    // One that was found has finished its shutdown meanwhile, or one that was launched has met another server's,
    // launched at the same moment: look again.
    if (!postmaster.launched || (await findPostmaster(cluster, await findSocketDirectory(cluster)))) continue;
    const lastWords = await postmaster.lastWords();
    // After a `kill -9` of PostgreSQL its backends still end what they were at.
    if (!lastWords.includes('pre-existing shared memory block') || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start in ${cluster.directory}: ${lastWords}`);
    }
    await delay(100);
  }
}

/** @returns undefined when PostgreSQL ends before it accepts connections. */
async function connectWhileAlive(
  postmaster: Postmaster,
  socketDirectory: string,
  log: (line: string) => void,
): Promise<pg.Client | undefined> {
  let answered = Date.now();
  let reported = answered;
  while (await postmaster.isAlive()) {
    try {
      return await connectAdministrator(socketDirectory);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const now = Date.now();
      if (code === cannotConnectNow) answered = now;
      if (now - answered > answerPatience) {
        throw new Error(
          `PostgreSQL (process ${postmaster.pid}) runs but does not answer in ${socketDirectory} (${message}): ` +
            `end that process with SIGINT and start again.`,
        );
      }
      if (now - reported > 10_000) {
        log(`Waiting for PostgreSQL (process ${postmaster.pid}): ${message}`);
        reported = now;
      }
    }
    await delay(20);
  }
  return undefined;
}

/**
 * The server's own role and database. The role is no superuser: it can do what the role in a DATABASE_URL can, and a
 * hole in the server opens neither the machine's files nor its programs.
 */
async function createDatabase(client: pg.Client): Promise<void> {
  const role = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [applicationName]);
  if (role.rowCount === 0) await client.query(`CREATE ROLE ${applicationName} LOGIN`);
  const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [applicationName]);
  if (database.rowCount === 0) await client.query(`CREATE DATABASE ${applicationName} OWNER ${applicationName}`);
}

/**
 * Keeps the lock and reports when PostgreSQL ends by itself. All its connections close when it ends, but also when one
 * of its processes crashed and it begins anew; the lock is then taken again.
 *
 * @returns `end`, which ends the watch and tells whether PostgreSQL is still this server's to stop.
 */
function watchPostmaster(
  { postmaster, socketDirectory, client }: ReachedPostmaster,
  onLost: (line: string) => void,
): { end(): boolean } {
  let ended = false;
  let owned = true;
  const hold = (holder: pg.Client) => holder.once('end', () => void (ended || regain()));
  const regain = async () => {
    while (!ended && owned && (await postmaster.isAlive())) {
      const holder = await connectAdministrator(socketDirectory).catch(() => undefined);
      if (holder) {
        const taken = await takeClusterLock(holder, 0).catch(() => undefined);
        if (taken) return void hold(holder);
        owned = taken === undefined;
        await holder.end();
      }
      await delay(100);
    }
    if (ended) return;
    if (owned) onLost(`PostgreSQL (process ${postmaster.pid}) ended unexpectedly: ${await postmaster.lastWords()}`);
    else onLost(`Another server has taken over PostgreSQL (process ${postmaster.pid}).`);
  };
  hold(client);
  return {
    end: () => {
      ended = true;
      return owned;
    },
  };
}
