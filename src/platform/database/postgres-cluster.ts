/** The embedded database's folders: made once, found again at every start. */
import { lchown, lstat, mkdtemp, open, readFile, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { databaseUrlAdvice, type PostgresBinaries } from './postgres-binaries.js';
import { type DatabaseUser, runProgram, withFolders } from './postgres-process.js';

/** Only part of the socket's file name: no TCP port is opened. */
export const postgresPort = 5432;

/**
 * The cluster's administrator. The server itself works as {@link applicationName}, as it would on a database of others.
 */
export const superuser = 'postgres';

/** Name of both the database and the role that owns it. */
export const applicationName = 'medspil';

const newClusterPrefix = 'postgres-new-';

/** The age in milliseconds from which an unfinished cluster is nobody's. Making one takes a second. */
const leftBehindAfter = 60 * 60 * 1000;

/** Longest socket path in bytes that Linux (107) and macOS (103) both take. */
const longestSocketPath = 103;

/** Where one embedded database lives. */
export interface PostgresCluster {
  /** The folder of the data, for PostgreSQL alone. */
  directory: string;
  /** The user that PostgreSQL runs under, when that is not the user of this process. */
  user: DatabaseUser | undefined;
  /** What PostgreSQL says; a file, since PostgreSQL may outlive this process and would then write to nobody. */
  logFile: string;
}

/** The cluster in this DATA_DIR, which need not exist yet. */
export async function describeCluster(dataDirectory: string): Promise<PostgresCluster> {
  const directory = path.join(dataDirectory, 'postgres');
  return { directory, user: await chooseUser(directory), logFile: path.join(dataDirectory, 'postgres.log') };
}

/**
 * PostgreSQL refuses to run as root. An existing cluster's owner comes first, so that `sudo npm start` on somebody's
 * own DATA_DIR works and leaves it theirs.
 */
async function chooseUser(directory: string): Promise<DatabaseUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const owner = await stat(directory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, uid = 65534, gid = 65534] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(users) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Creates the cluster where there is none. It is made beside its place and renamed, so that a start that is cut short
 * leaves no half cluster behind.
 *
 * @throws Error with what `initdb` said.
 */
export async function createCluster(
  { directory, user }: PostgresCluster,
  binaries: PostgresBinaries,
  durable: boolean,
): Promise<void> {
  if (await isCluster(directory)) {
    // A backup that root restored belongs to root, whom PostgreSQL does not take for an owner.
    if (user && (await stat(directory)).uid === 0) await giveTree(directory, user);
    return;
  }
  const unfinished = await mkdtemp(path.join(path.dirname(directory), newClusterPrefix));
  try {
    if (user) await lchown(unfinished, user.uid, user.gid);
    await initialise(unfinished, user, binaries, durable);
    await rename(unfinished, directory);
    if (durable) await syncFolder(path.dirname(directory));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Of two servers that start at once for the first time, the slower one takes the quicker one's cluster.
    if (!(await isCluster(directory))) throw error;
  }
}

/** Removes what starts that were cut short have left; what is young may belong to one that is under way. */
export async function removeUnfinishedClusters({ directory }: PostgresCluster): Promise<void> {
  const dataDirectory = path.dirname(directory);
  for (const name of await readdir(dataDirectory)) {
    if (!name.startsWith(newClusterPrefix)) continue;
    const left = path.join(dataDirectory, name);
    const found = await stat(left).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leftBehindAfter) await rm(left, { recursive: true, force: true });
  }
}

async function isCluster(directory: string): Promise<boolean> {
  const version = await stat(path.join(directory, 'PG_VERSION')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EACCES') return undefined;
    throw new Error(`${directory} belongs to another user: start this server as that user.`);
  });
  return version !== undefined;
}

/**
 * Whoever reaches the socket may connect as anybody (`trust`): the socket lies in a folder of mode 0700, and who passes
 * that is the cluster's owner or root, both of whom could read the data's files without asking PostgreSQL.
 *
 * Text compares by code point, which is the fastest, is the same on every system and does not change when the ICU
 * library does; queries that sort for people name a collation. Characters are classified by the system's C library
 * (PostgreSQL 18 asks that one for trigrams and for words), where plain `C` would not take Danish letters for letters.
 */
async function initialise(
  directory: string,
  user: DatabaseUser | undefined,
  { initdb }: PostgresBinaries,
  durable: boolean,
): Promise<void> {
  let result = { succeeded: false, output: '' };
  for (const locale of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    result = await withFolders([directory], user, ([name], descriptors) => {
      const options = [`--username=${superuser}`, '--auth=trust', '--encoding=UTF8', `--locale=${locale}`];
      options.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions');
      if (!durable) options.push('--no-sync');
      return runProgram(initdb, [...options, '-D', name!], user, descriptors);
    });
    if (result.succeeded) return;
    if (!result.output.includes('invalid locale name')) break;
  }
  throw new Error(`initdb could not make ${directory}: ${lastLines(result.output)}. ${databaseUrlAdvice}`);
}

/**
 * The folder of the socket as clients reach it: the cluster's own, or, where that path is too long for a socket, a
 * private one in the system's temporary folder, which a link in DATA_DIR remembers. Where none is remembered, nothing
 * can be listening, and it is the cluster's own again.
 */
export async function findSocketDirectory({ directory, user }: PostgresCluster): Promise<string> {
  if (socketFits(directory)) return directory;
  const remembered = await readlink(socketLink(directory)).catch(() => undefined);
  // After a restart of the machine the folder is gone, and somebody else may have made one of that name.
  return remembered !== undefined && (await isPrivate(remembered, user)) ? remembered : directory;
}

/** The folder for the socket of a PostgreSQL that is to be launched. */
export async function prepareSocketDirectory(cluster: PostgresCluster): Promise<string> {
  const found = await findSocketDirectory(cluster);
  if (socketFits(found)) return found;
  const parent = socketFits(path.join(os.tmpdir(), 'medspil-XXXXXX')) ? os.tmpdir() : '/tmp';
  const created = await mkdtemp(path.join(parent, 'medspil-'));
  if (cluster.user) await lchown(created, cluster.user.uid, cluster.user.gid);
  const link = socketLink(cluster.directory);
  await rm(link, { force: true });
  await symlink(created, link);
  return created;
}

/** Removes the folder that {@link prepareSocketDirectory} made outside DATA_DIR, once PostgreSQL has stopped. */
export async function removeSocketDirectory({ directory }: PostgresCluster, socketDirectory: string): Promise<void> {
  if (socketDirectory === directory) return;
  await rm(socketDirectory, { recursive: true, force: true });
  await rm(socketLink(directory), { force: true });
}

function socketLink(directory: string): string {
  return `${directory}-socket`;
}

function socketFits(directory: string): boolean {
  return Buffer.byteLength(path.join(directory, `.s.PGSQL.${postgresPort}`)) <= longestSocketPath;
}

async function isPrivate(directory: string, user: DatabaseUser | undefined): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined);
  const owner = user?.uid ?? process.geteuid?.();
  return found !== undefined && found.isDirectory() && found.uid === owner && (found.mode & 0o077) === 0;
}

/** The last lines of a program's output as one line. */
export function lastLines(output: string): string {
  return output
    .trim()
    .split(/\s*\n\s*/)
    .slice(-8)
    .join(' | ');
}

async function giveTree(place: string, user: DatabaseUser): Promise<void> {
  await lchown(place, user.uid, user.gid);
  if (!(await lstat(place)).isDirectory()) return;
  for (const name of await readdir(place)) await giveTree(path.join(place, name), user);
}

/** Makes a rename last over a power cut; otherwise the next start could find no cluster, and make an empty one. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync();
  await handle.close();
}
