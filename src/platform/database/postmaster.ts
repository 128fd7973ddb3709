/** The main process of the embedded PostgreSQL: found again, launched, ended. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cannotConnectNow, connectAdministrator } from './cluster-lock.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { lastLines, type PostgresCluster, postgresPort } from './postgres-cluster.js';
import { processExists, processHasArgument, programEnvironment, withFolders } from './postgres-process.js';

/** One run of PostgreSQL on the cluster. */
export interface Postmaster {
  pid: number;
  /** Whether this process launched it, rather than found it. */
  launched: boolean;
  isAlive(): Promise<boolean>;
  /** The last of what this run wrote to the log, as one line. */
  lastWords(): Promise<string>;
}

/** PostgreSQL settings by name, as on its command line. */
export type PostgresSettings = Record<string, string>;

/** For one small server with the machine to share. Durability settings stay as PostgreSQL has them. */
const defaultSettings: PostgresSettings = {
  // The default of 4 is for spinning disks: with it the planner reads whole tables for a few keys.
  random_page_cost: '1.1',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  shared_buffers: '128MB',
  max_connections: '100',
  // Frees the locks of a server that stopped in the middle of a transaction but kept its connection.
  idle_in_transaction_session_timeout: '60s',
  timezone: 'UTC',
  // Only PostgreSQL's own state. Failing statements are the server's to report, hold its users' text, and would let
  // clients fill the disk.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/**
 * How long each way of ending PostgreSQL gets, in milliseconds. A fast shutdown writes all changed pages to the disk.
 */
const endings: [NodeJS.Signals, number][] = [
  ['SIGINT', 30_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
];

/** A log that has grown past this many bytes is begun anew at the next launch. */
const longestLog = 1_000_000;

/**
 * The PostgreSQL that already runs on this cluster, left by a server that was killed or used by one that lives.
 *
 * `postmaster.pid` alone does not tell: after a crash its process id may have gone to any other process. PostgreSQL
 * itself then refuses to start when that process has the same user, so such a file is removed here.
 *
 * @throws Error when PostgreSQL runs on this cluster out of this process's sight: in another container, or started
 *   before the folder was moved here.
 */
export async function findPostmaster(
  cluster: PostgresCluster,
  socketDirectory: string,
): Promise<Postmaster | undefined> {
  const pidFile = path.join(cluster.directory, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!(pid > 0)) return undefined;
  const isAlive = () => processHasArgument(pid, identity(cluster));
  if (await isAlive()) return { pid, launched: false, isAlive, lastWords: () => readLog(cluster, 0) };
  if (await answers(socketDirectory)) {
    throw new Error(
      `Another PostgreSQL, not started from here, runs on ${cluster.directory}: ` +
        'stop the server that uses this DATA_DIR from another container or by another path, or give this one its own.',
    );
  }
  if (processExists(pid)) await rm(pidFile, { force: true });
  return undefined;
}

/**
 * Launches PostgreSQL; it does not yet accept connections.
 *
 * It gets a session of its own: Ctrl-C in a terminal goes to every process of the foreground session, and PostgreSQL
 * would be gone before the server has answered its last requests.
 */
export async function launchPostmaster(
  cluster: PostgresCluster,
  binaries: PostgresBinaries,
  socketDirectory: string,
  settings: PostgresSettings,
): Promise<Postmaster> {
  const log = await open(cluster.logFile, 'a', 0o600);
  try {
    if (cluster.user) await log.chown(cluster.user.uid, cluster.user.gid);
    if ((await log.stat()).size > longestLog) await log.truncate();
    const logStart = (await log.stat()).size;
    const folders = [cluster.directory, socketDirectory];
    const child = await withFolders(folders, cluster.user, async ([data, socket], descriptors) => {
      const all = {
        ...defaultSettings,
        ...settings,
        port: String(postgresPort),
        unix_socket_directories: quote(socket!),
      };
      const options = Object.entries(all).map(([name, value]) => `${name}=${value}`);
      const child = spawn(
        binaries.postgres,
        ['-D', data!, ...[...options, identity(cluster)].flatMap((option) => ['-c', option])],
        {
          ...cluster.user,
          cwd: '/',
          detached: true,
          env: programEnvironment,
          stdio: ['ignore', log.fd, log.fd, ...descriptors],
        },
      );
      await once(child, 'spawn');
      return child;
    });
    child.unref();
    const isAlive = () => Promise.resolve(child.exitCode === null && child.signalCode === null);
    return { pid: child.pid!, launched: true, isAlive, lastWords: () => readLog(cluster, logStart) };
  } finally {
    await log.close();
  }
}

/** Ends PostgreSQL: at first so that it finishes its work, then harder. Resolves when the process is gone. */
export async function endPostmaster(postmaster: Postmaster): Promise<void> {
  for (const [signal, patience] of endings) {
    if (!(await postmaster.isAlive())) return;
    try {
      process.kill(postmaster.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline && (await postmaster.isAlive())) await delay(20);
  }
  if (await postmaster.isAlive()) throw new Error(`PostgreSQL (process ${postmaster.pid}) does not end.`);
}

/** A setting that PostgreSQL ignores, by which its process is known again; it also tells people in `ps` whose it is. */
function identity(cluster: PostgresCluster): string {
  return `medspil.cluster=${cluster.directory}`;
}

/** The setting is a list, in which a folder's name may hold commas only in quotes. */
function quote(folder: string): string {
  return `"${folder.replaceAll('"', '""')}"`;
}

/**
 * A mere connection to the socket would not tell: that of a PostgreSQL that was just killed still takes connections.
 */
async function answers(socketDirectory: string): Promise<boolean> {
  try {
    await (await connectAdministrator(socketDirectory)).end();
    return true;
  } catch (error) {
    return (error as { code?: string }).code === cannotConnectNow;
  }
}

async function readLog({ logFile }: PostgresCluster, start: number): Promise<string> {
  const log = await readFile(logFile).catch(() => Buffer.alloc(0));
  return lastLines(log.subarray(start).toString());
}
