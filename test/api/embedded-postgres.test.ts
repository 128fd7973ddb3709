import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { cloneDatabase, dropDatabase, fastSettings, startTestCluster } from '../helpers/cluster.js';
import { end, install, platformPackage, run, type Runner } from '../helpers/embedded-postgres-process.js';
import { until } from '../helpers/until.js';

const asRoot = process.geteuid?.() === 0;
const nobody = asRoot ? { uid: Number(idOf('-u')), gid: Number(idOf('-g')) } : undefined;
const systemCache = '/var/cache/medspil';

let installation: string;
let root: string;
let logs: string[];
const started: EmbeddedPostgres[] = [];
const runners: Runner[] = [];

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

beforeAll(async () => {
  installation = await openFolder();
  await install(installation);
});

afterAll(() => rm(installation, { recursive: true, force: true }));

beforeEach(async () => {
  root = await openFolder();
  logs = [];
});

afterEach(async () => {
  for (const runner of runners.splice(0)) await end(runner, 'SIGTERM');
  for (const postgres of started.splice(0)) await postgres.stop();
  await rm(root, { recursive: true, force: true });
});

describe('starting and stopping', () => {
  it('makes a database of its own that speaks Danish, closed to everybody else', async () => {
    const postgres = await start(root);
    expect(postgres.connection).toMatchObject({ user: 'medspil', database: 'medspil' });
    const [row] = await query(
      postgres,
      `SELECT current_setting('server_encoding') AS encoding, current_setting('listen_addresses') AS addresses,
              (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
              lower('ÆØÅ') AS lower, to_tsvector('danish', 'Økonomien')::text AS words,
              (SELECT string_agg(x, ' ' ORDER BY x COLLATE "da-x-icu")
                 FROM unnest(ARRAY['å', 'z', 'Ø', 'æ', 'Aarhus']) AS x) AS sorted`,
    );
    expect(row).toEqual({
      encoding: 'UTF8',
      addresses: '',
      superuser: false,
      lower: 'æøå',
      words: "'økonomi':1",
      sorted: 'z æ Ø å Aarhus',
    });
    await query(postgres, 'CREATE EXTENSION pg_trgm');
    expect(
      await query(postgres, `SELECT similarity('økonomi', 'Økonomien') > similarity('konomi', 'Økonomien') AS yes`),
    ).toEqual([{ yes: true }]);
    expect((await stat(path.join(root, 'postgres'))).mode & 0o077).toBe(0);
  });

  it('keeps its data over a restart, and stops once however often it is asked', async () => {
    const first = await start(root);
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS value');
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    await expect(query(first, 'SELECT 1')).rejects.toThrow();
    expect(await query(await start(root), 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });

  it('starts where an earlier first start was cut short', async () => {
    for (const name of ['postgres-new-left', 'postgres-new-under-way']) {
      await mkdir(path.join(root, name, 'base'), { recursive: true });
    }
    await utimes(path.join(root, 'postgres-new-left'), 0, 0);
    await start(root);
    expect(await readdir(root)).not.toContain('postgres-new-left');
    expect(await readdir(root)).toContain('postgres-new-under-way');
  });

  it('lets pg and TypeORM connect by its parts and by a URL', async () => {
    const cluster = await startTestCluster();
    try {
      const url = await cloneDatabase(cluster.url, 'medspil', 'of its own');
      const { hostname, port, username } = new URL(url);
      const parts = { host: decodeURIComponent(hostname), port: Number(port), database: 'of its own' };
      for (const options of [{ connectionString: url }, { ...parts, user: username }]) {
        const client = new pg.Client(options);
        await client.connect();
        expect((await client.query('SELECT current_database()')).rows).toEqual([{ current_database: 'of its own' }]);
        await client.end();
      }
      for (const options of [{ url }, { ...parts, username }]) {
        const dataSource = await new DataSource({ type: 'postgres', ...options }).initialize();
        expect(await dataSource.query('SELECT current_database()')).toEqual([{ current_database: 'of its own' }]);
        await dataSource.destroy();
      }
      await dropDatabase(cluster.url, 'of its own');
      await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow('does not exist');
    } finally {
      await cluster.stop();
    }
  });

  it('ends the test clusters of runs that were killed, and leaves those in use', async () => {
    const [left, used] = [await mkdtemp(testFolder('left')), await mkdtemp(testFolder('used'))];
    try {
      await end((await runOn(left)).runner, 'SIGKILL');
      const pid = await postmasterPid(left);
      const inUse = await start(used);
      for (const folder of [left, used]) await utimes(folder, 0, 0);
      await (await startTestCluster()).stop();
      await expect(stat(left)).rejects.toThrow('ENOENT');
      expect(await programOf(pid)).not.toContain('medspil');
      expect(await query(inUse, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
      await inUse.stop();
    } finally {
      for (const folder of [left, used]) await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what PostgreSQL said when it does not start', async () => {
    await expect(start(root, { shared_buffers: 'plenty' })).rejects.toThrow(/did not start .*shared_buffers.*plenty/);
  });

  it('says to set DATABASE_URL where there are no programs for the system', async () => {
    const { arch } = process;
    Object.defineProperty(process, 'arch', { value: 'mips' });
    try {
      await expect(start(root)).rejects.toThrow(
        /^There is no embedded PostgreSQL .*linux-mips.* Set DATABASE_URL [^\n]*$/,
      );
    } finally {
      Object.defineProperty(process, 'arch', { value: arch });
    }
  });
});

describe('one server alone', () => {
  it('refuses a second server in one line that names the first', async () => {
    const first = await start(root);
    await expect(start(root)).rejects.toThrow(
      new RegExp(`^Another server \\(process ${process.pid}\\) uses [^\\n]*DATA_DIR[^\\n]*$`),
    );
    expect(await query(first, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('lets one of three servers through that start at once for the first time', async () => {
    const attempts = await Promise.allSettled([start(root), start(root), start(root)]);
    expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(String(attempt.reason)).toMatch(/Another server \(process \d+\) uses/);
    }
    expect(await query(started[0]!, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('stays alone when PostgreSQL begins anew after a crash of one of its processes', async () => {
    const first = await start(root);
    const client = new pg.Client(first.connection);
    const lost = new Promise((resolve) => client.once('error', resolve));
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    process.kill(rows[0]!.pid, 'SIGKILL');
    await lost;
    const administration = { connection: { ...first.connection, user: 'postgres' } };
    const locks = `SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'`;
    await until(async () => expect(await query(administration, locks)).toEqual([{ n: 1 }]));
    await expect(start(root)).rejects.toThrow('Another server');
    await first.stop();
    expect(logs.join()).not.toContain('unexpectedly');
  });

  it('refuses a PostgreSQL that runs on its data out of its sight', async () => {
    const first = await start(root);
    const pidFile = path.join(root, 'postgres', 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await writeFile(pidFile, content.replace(/^\d+/, String(await endedProcess())));
    await expect(start(root)).rejects.toThrow(/^Another PostgreSQL[^\n]*container[^\n]*$/);
    await writeFile(pidFile, content);
    expect(await query(first, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('reports in one line when PostgreSQL ends by itself', async () => {
    const first = await start(root);
    process.kill(await postmasterPid(root), 'SIGINT');
    await until(() => expect(logs.at(-1)).toMatch(/ended unexpectedly: .*database system is shut down/));
    expect(logs.join('')).not.toContain('\n');
    await first.stop();
  });
});

describe('after a kill -9', () => {
  it('of the server, takes over its PostgreSQL and stops it in the end', async () => {
    const killed = await runOn(root);
    await query({ connection: killed.connection }, 'CREATE TABLE kept AS SELECT 1 AS value');
    const pid = await postmasterPid(root);
    await end(killed.runner, 'SIGKILL');

    const second = await start(root);
    expect(await postmasterPid(root)).toBe(pid);
    expect(logs.at(-1)).toContain('taken over');
    expect(await query(second, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
    await expect(start(root)).rejects.toThrow('Another server');
    await second.stop();
    expect(await programOf(pid)).not.toContain('medspil');
  });

  it('of the server, reports the end of the PostgreSQL that was taken over', async () => {
    const killed = await runOn(root);
    await end(killed.runner, 'SIGKILL');
    await start(root);
    process.kill(await postmasterPid(root), 'SIGINT');
    await until(() => expect(logs.at(-1)).toContain('ended unexpectedly'));
  });

  it('of both, recovers what was committed, also while a query of before still runs', async () => {
    const killed = await runOn(root);
    await query({ connection: killed.connection }, 'CREATE TABLE kept AS SELECT 1 AS value');
    const busy = query(
      { connection: killed.connection },
      `SELECT sum(length(repeat('x', 100))) FROM generate_series(1, 2e7)`,
    );
    busy.catch(() => undefined);
    const pid = await postmasterPid(root);
    await until(async () => {
      const active = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE 'SELECT sum%' AND state = 'active'`;
      expect(await query({ connection: killed.connection }, active)).toEqual([{ n: 1 }]);
    });
    process.kill(pid, 'SIGKILL');
    await end(killed.runner, 'SIGKILL');
    expect(await query(await start(root), 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
    await busy.catch(() => undefined);
  });

  it('of both, is not misled by a process that has got the old id', async () => {
    const first = await start(root);
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS value');
    const pidFile = path.join(root, 'postgres', 'postmaster.pid');
    const content = await readFile(pidFile, 'utf8');
    await first.stop();
    // PostgreSQL itself is misled by a process of its own user.
    const other = spawn('sleep', ['60'], { ...nobody, stdio: 'ignore' });
    try {
      await writeFile(pidFile, content.replace(/^\d+/, String(other.pid)));
      if (nobody) await chown(pidFile, nobody.uid, nobody.gid);
      expect(await query(await start(root), 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
      expect(other.exitCode).toBeNull();
    } finally {
      other.kill();
    }
  });
});

describe('places', () => {
  it('runs in folders with spaces, commas and quotes', async () => {
    const dataDirectory = path.join(root, `bøger, "film" og  'musik'`);
    const first = await start(dataDirectory);
    expect(first.connection.host).toBe(path.join(dataDirectory, 'postgres'));
    await first.stop();
    expect(await query(await start(dataDirectory), 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
  });

  it('runs in a folder too deep for a socket, with the socket in a private one', async () => {
    const dataDirectory = path.join(root, 'deep folder '.repeat(12));
    const first = await start(dataDirectory);
    const { host } = first.connection;
    expect(Buffer.byteLength(host)).toBeLessThan(90);
    expect((await lstat(host)).mode & 0o777).toBe(0o700);
    await expect(start(dataDirectory)).rejects.toThrow('Another server');
    await first.stop();
    await expect(lstat(host)).rejects.toThrow('ENOENT');
  });

  it('finds the PostgreSQL of a killed server again in a folder too deep for a socket', async () => {
    const dataDirectory = path.join(root, 'deep folder '.repeat(12));
    const killed = await runOn(dataDirectory);
    await end(killed.runner, 'SIGKILL');
    const second = await start(dataDirectory);
    expect(second.connection.host).toBe(killed.connection.host);
    await second.stop();
  });

  it('uses no socket folder that somebody else may have made', async () => {
    const dataDirectory = path.join(root, 'deep folder '.repeat(12));
    const link = path.join(dataDirectory, 'postgres-socket');
    await mkdir(dataDirectory);
    const open = path.join(root, 'open to all');
    await mkdir(open);
    await chmod(open, 0o777);
    if (nobody) await chown(open, nobody.uid, nobody.gid);
    // An ordinary user cannot make a folder of somebody else's, but knows one.
    const foreign = asRoot ? path.join(root, 'foreign') : '/';
    if (asRoot) await mkdir(foreign, { mode: 0o700 });
    for (const trap of [open, foreign]) {
      await symlink(trap, link);
      const { connection, stop } = await start(dataDirectory);
      expect(connection.host).not.toBe(trap);
      expect(await readlink(link)).toBe(connection.host);
      await stop();
    }
  });
});

describe.runIf(asRoot)('as root', () => {
  it('runs PostgreSQL under nobody, with the data in a folder closed to everybody but root', async () => {
    const home = path.join(root, 'home');
    await mkdir(home, { mode: 0o700 });
    const dataDirectory = path.join(home, 'project', 'data');
    const first = await start(dataDirectory);
    expect(await ownerOf(await postmasterPid(dataDirectory))).toBe(nobody!.uid);
    await query(first, 'CREATE TABLE kept AS SELECT 1 AS value');
    await first.stop();
    expect(await query(await start(dataDirectory), 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });

  it('copies the programs out of a project closed to everybody but root', async () => {
    const cacheExisted = await stat(systemCache).then(
      () => true,
      () => false,
    );
    try {
      const home = path.join(root, 'home');
      await mkdir(home, { mode: 0o700 });
      await install(home);
      const server = await runOn(path.join(home, 'data'), { folder: home });
      expect(await programOf(await postmasterPid(path.join(home, 'data')))).toMatch(/^\/var\/cache\/medspil\//);
      expect(await query(server, 'SELECT 1 AS value')).toEqual([{ value: 1 }]);
    } finally {
      for (const runner of runners.splice(0)) await end(runner, 'SIGTERM');
      if (!cacheExisted) await rm(systemCache, { recursive: true, force: true });
    }
  });

  it('leaves a DATA_DIR of somebody else theirs, and takes one that was restored as root', async () => {
    const dataDirectory = path.join(root, 'data');
    await mkdir(dataDirectory);
    await chown(dataDirectory, nobody!.uid, nobody!.gid);
    const theirs = await runOn(dataDirectory, { user: nobody });
    await query(theirs, 'CREATE TABLE kept AS SELECT 1 AS value');
    await end(theirs.runner, 'SIGTERM');
    await (await start(dataDirectory)).stop();
    await end((await runOn(dataDirectory, { user: nobody })).runner, 'SIGTERM');

    execFileSync('chown', ['-R', '0:0', dataDirectory]);
    expect(await query(await start(dataDirectory), 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
  });
});

describe('as an ordinary user', () => {
  it('runs from a home closed to others, and copies programs whose library links it cannot create', async () => {
    const home = path.join(root, 'home');
    const dataDirectory = path.join(home, 'my, data');
    await mkdir(dataDirectory, { recursive: true });
    await chmod(home, 0o700);
    if (nobody) for (const folder of [home, dataDirectory]) await chown(folder, nobody.uid, nobody.gid);
    const folder = path.join(root, 'installation');
    await install(folder);
    const libraries = path.join(folder, 'node_modules', platformPackage, 'native', 'lib');
    await chmod(libraries, 0o555);
    try {
      const first = await runOn(dataDirectory, { folder, user: nobody });
      await query(first, 'CREATE TABLE kept AS SELECT 1 AS value');
      const pid = await postmasterPid(dataDirectory);
      expect(await programOf(pid)).toContain('/my, data/postgres-binaries/');
      if (nobody) expect(await ownerOf(pid)).toBe(nobody.uid);
      await end(first.runner, 'SIGKILL');
      const second = await runOn(dataDirectory, { folder, user: nobody });
      expect(second.runner.logs.join()).toContain('taken over');
      expect(await query(second, 'SELECT value FROM kept')).toEqual([{ value: 1 }]);
      await end(second.runner, 'SIGTERM');
      expect(await programOf(pid)).not.toContain('medspil');
    } finally {
      await chmod(libraries, 0o755);
    }
  });
});

async function start(dataDirectory: string, settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    log: (line) => logs.push(line),
    settings: { ...fastSettings, ...settings },
  });
  started.push(postgres);
  return postgres;
}

/** Starts a server in a process of its own. */
async function runOn(
  dataDirectory: string,
  { folder = installation, user }: { folder?: string; user?: { uid: number; gid: number } } = {},
): Promise<{ runner: Runner; connection: EmbeddedPostgres['connection'] }> {
  const runner = run(folder, dataDirectory, { user, node: user ? await nodeFor(user) : process.execPath });
  runners.push(runner);
  const outcome = await runner.outcome;
  if (typeof outcome === 'string') throw new Error(outcome);
  return { runner, connection: outcome };
}

/** Node itself may lie in root's home, out of another user's reach. */
async function nodeFor(user: { uid: number; gid: number }): Promise<string> {
  try {
    execFileSync(process.execPath, ['--version'], user);
    return process.execPath;
  } catch {
    const copy = path.join(installation, 'node');
    await copyFile(process.execPath, copy);
    return copy;
  }
}

async function query({ connection }: Pick<EmbeddedPostgres, 'connection'>, text: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(dataDirectory: string): Promise<number> {
  return Number.parseInt(await readFile(path.join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

async function ownerOf(pid: number): Promise<number> {
  if (process.platform === 'linux') return (await stat(`/proc/${pid}`)).uid;
  return Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }));
}

/** The command line of a process; empty, or the bare name, once it has ended, whether or not it has been reaped. */
async function programOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}

async function endedProcess(): Promise<number> {
  const child = spawn('true', { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid!;
}

function testFolder(name: string): string {
  return path.join(os.tmpdir(), `medspil-test-${name}-`);
}

/** A new folder that every user may enter. */
async function openFolder(): Promise<string> {
  const folder = await mkdtemp('/tmp/medspil-embedded-');
  await chmod(folder, 0o755);
  return folder;
}

function idOf(option: string): string {
  return execFileSync('id', [option, 'nobody'], { encoding: 'utf8' });
}
