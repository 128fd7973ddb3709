/** What the operator sets: what is wrong is refused in one clear line, and what is right is obeyed. */
import { randomUUID } from 'node:crypto';
import { access, chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectAdministrator } from '../../src/platform/database/cluster-lock.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { fastSettings } from '../helpers/cluster.js';
import { ask, endServerProcesses, type StartOptions, startServerProcess } from '../helpers/server-process.js';
import { ordinaryUser, ordinaryUserCanRun } from '../helpers/ordinary-user.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PASSWORD = 'correct-horse-battery';
const WRONG_PASSWORD = 'incorrect-horse-battery';

let root: string;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'medspil-settings-'));
  await chmod(root, 0o755);
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(root, 'data-'));
});

afterEach(() => endServerProcesses(folder));

/** Starts a server that is to refuse; gives the only thing that it says. */
async function refusal(settings: Record<string, string>, options: StartOptions = {}): Promise<string> {
  const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false', ...settings }, options);
  expect(await server.ended).toEqual({ code: 1, signal: null });
  const lines = server.stderr.split('\n');
  expect(lines).toEqual([expect.stringMatching(/^Medspil cannot start: ./), '']);
  expect(server.stdout).not.toContain('Medspil is ready');
  for (const secret of [PASSWORD, WRONG_PASSWORD]) expect(server.stdout + server.stderr).not.toContain(secret);
  return lines[0]!.replace('Medspil cannot start: ', '');
}

async function listenTcp(onConnection: (socket: net.Socket) => void): Promise<net.Server> {
  const server = net.createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: net.Server) => (server.address() as net.AddressInfo).port;

describe('a setting without a meaning', () => {
  it('is refused before anything is made, and a URL is not repeated', async () => {
    const notWhole = 'write a whole number from 0 to 65535 (0 picks a free port).';
    const noUrl = expect.stringMatching(/^DATABASE_URL is no PostgreSQL URL: write .* percent-encoded/);
    const refused: [string, string, string][] = [
      ['PORT', 'abc', `PORT is "abc": ${notWhole}`],
      ['PORT', '70000', `PORT is "70000": ${notWhole}`],
      ['PORT', '-1', `PORT is "-1": ${notWhole}`],
      ['SEED', 'maybe', 'SEED is "maybe": write true or false.'],
      ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud": write one of fatal, error, warn, info, debug, trace, silent.'],
      [
        'ADMIN_API_KEY',
        'short',
        'ADMIN_API_KEY is too weak: write 16 to 512 printable ASCII characters without spaces.',
      ],
      ['DATABASE_URL', `mysql://root:${PASSWORD}@localhost/medspil`, noUrl],
      ['DATABASE_URL', 'localhost', noUrl],
      ['DATABASE_URL', `postgres://operator:a#${PASSWORD}@localhost/medspil`, noUrl],
    ];
    const said = await Promise.all(refused.map(([name, value]) => refusal({ [name]: value })));
    expect(said).toEqual(refused.map(([, , message]) => message));
    expect(await readdir(folder)).toEqual([]);
  });

  it('one that is empty or blank counts as left out', async () => {
    const settings = { HOST: ' ', LOG_LEVEL: '', DATABASE_URL: '', ADMIN_API_KEY: ' ' };
    const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false', ...settings });
    expect(await server.ready).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['admin.key', 'postgres']));
  });
});

describe('an address or a folder that cannot be had', () => {
  it('a port in use', async () => {
    const other = await listenTcp((socket) => socket.destroy());
    const port = portOf(other);
    expect(await refusal({ PORT: String(port) })).toBe(
      `port ${port} of 127.0.0.1 is in use. Set PORT to another, or to 0 for any that is free.`,
    );
    other.close();
  });

  it('a HOST that is not of this machine', async () => {
    // An address for documentation, which no machine has.
    expect(await refusal({ HOST: '192.0.2.1' })).toBe(
      'HOST is "192.0.2.1", which is no address of this machine. Leave it out for 127.0.0.1.',
    );
    expect(await refusal({ HOST: 'no-such-host.invalid' })).toMatch(/^HOST is "no-such-host.invalid"/);
  });

  it('a DATA_DIR that is a file, or lies in one', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    for (const place of [file, path.join(file, 'data')]) {
      expect(await refusal({ DATA_DIR: place })).toMatch(
        new RegExp(`'${place}'\\. Set DATA_DIR to a folder that this user may write to\\.$`),
      );
    }
  });

  it.skipIf(!ordinaryUserCanRun)('a DATA_DIR that this user may not write to', async () => {
    await chmod(folder, 0o555);
    expect(await refusal({}, { user: ordinaryUser })).toMatch(
      /^EACCES: permission denied, .*\. Set DATA_DIR to a folder that this user may write to\.$/,
    );
    await chmod(folder, 0o755);
  });
});

describe('DATABASE_URL', () => {
  const cluster: { folder: string; postgres?: EmbeddedPostgres; administrator?: pg.Client; proxy?: net.Server } = {
    folder: '',
  };
  let address: string;

  /** A database of its own, owned by `owner`, with what `statements` put into it. */
  async function createDatabase(owner: string, statements: string[] = []): Promise<string> {
    const name = `d_${randomUUID().replaceAll('-', '')}`;
    await cluster.administrator!.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    const { host, port } = cluster.postgres!.connection;
    const client = new pg.Client({ host, port, user: 'postgres', database: name });
    await client.connect();
    for (const statement of statements) await client.query(statement.replaceAll('$database', name));
    await client.end();
    return name;
  }

  beforeAll(async () => {
    cluster.folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-settings-postgres-'));
    cluster.postgres = await startEmbeddedPostgres({
      dataDirectory: cluster.folder,
      log: () => undefined,
      settings: fastSettings,
    });
    const { host, port } = cluster.postgres.connection;
    cluster.administrator = await connectAdministrator(host);
    await cluster.administrator.query(`CREATE ROLE operator LOGIN PASSWORD '${PASSWORD}'`);
    const rules = path.join(cluster.folder, 'postgres', 'pg_hba.conf');
    await writeFile(rules, 'local all operator scram-sha-256\nlocal all all trust\n');
    await cluster.administrator.query('SELECT pg_reload_conf()');
    // The embedded PostgreSQL has no TCP port: this is one.
    cluster.proxy = await listenTcp((client) => {
      const server = net.connect(`${host}/.s.PGSQL.${port}`);
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => void (client.destroy(), server.destroy()));
    });
    address = `127.0.0.1:${portOf(cluster.proxy)}`;
  });

  afterAll(async () => {
    cluster.proxy?.close();
    await cluster.administrator?.end();
    await cluster.postgres?.stop();
    await rm(cluster.folder, { recursive: true, force: true });
  });

  it('leads by TCP, with a password, to the database that is served; no other is made', async () => {
    const database = await createDatabase('operator');
    const url = `postgres://operator:${PASSWORD}@${address}/${database}`;
    const server = await startServerProcess({ DATA_DIR: folder, DATABASE_URL: url, LOG_LEVEL: 'trace' });
    const { data } = await ask(await server.ready, '{ caseStudies { totalCount } }');
    expect(await readdir(folder)).toEqual(['admin.key']);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.stdout + server.stderr).not.toContain(PASSWORD);

    // By the socket, with the same data.
    const socket = encodeURIComponent(cluster.postgres!.connection.host);
    const again = await startServerProcess({
      DATA_DIR: folder,
      DATABASE_URL: `postgres://postgres@${socket}/${database}`,
    });
    expect((await ask(await again.ready, '{ caseStudies { totalCount } }')).data).toEqual(data);
    expect(data.caseStudies.totalCount).toBeGreaterThan(0);
  });

  it('with ADMIN_API_KEY nothing at all is written to DATA_DIR', async () => {
    const database = await createDatabase('operator');
    const key = 'a-key-that-the-operator-chose';
    const unused = path.join(folder, 'unused');
    const server = await startServerProcess({
      DATA_DIR: unused,
      DATABASE_URL: `postgres://operator:${PASSWORD}@${address}/${database}`,
      ADMIN_API_KEY: key,
      SEED: 'false',
    });
    const url = await server.ready;
    expect(server.stdout).toContain('\nAdmin key: as given in ADMIN_API_KEY\n');
    expect((await ask(url, '{ viewer { __typename } }', {}, key)).errors).toBeUndefined();
    await server.stop();
    expect(server.stdout + server.stderr).not.toContain(key);
    await expect(access(unused)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['user or password is wrong.', () => `postgres://operator:${WRONG_PASSWORD}@${address}/postgres`],
    ['there is no such database: create it first.', () => `postgres://operator:${PASSWORD}@${address}/nowhere`],
    [
      'nothing listens there: is PostgreSQL running, and are host and port right?',
      () => `postgres://operator:${PASSWORD}@127.0.0.1:1/postgres`,
    ],
    [
      'there is no host of that name: is it spelt right?',
      () => `postgres://operator:${PASSWORD}@no-such-host.invalid/postgres`,
    ],
  ])('is refused without its password: %s', async (reason, url) => {
    const shown = url().replace(/:[^:@]*@/, ':***@');
    expect(await refusal({ DATABASE_URL: url() })).toBe(`The database ${shown} cannot be used: ${reason}`);
  });

  it('is refused without the password that stands in its parameters', async () => {
    expect(await refusal({ DATABASE_URL: `postgres://operator@${address}/x?password=${WRONG_PASSWORD}` })).toMatch(
      /user or password is wrong\.$/,
    );
  });

  it('is refused when the server is older than PostgreSQL 15', async () => {
    // Looks older than it is: this function is found before PostgreSQL's own.
    const database = await createDatabase('operator', [
      'CREATE SCHEMA older AUTHORIZATION operator',
      `CREATE FUNCTION older.current_setting(name text) RETURNS text LANGUAGE sql AS
         $$ SELECT CASE name WHEN 'server_version_num' THEN '140011' ELSE pg_catalog.current_setting(name) END $$`,
      'ALTER DATABASE $database SET search_path = older, pg_catalog',
    ]);
    expect(await refusal({ DATABASE_URL: `postgres://operator:${PASSWORD}@${address}/${database}` })).toBe(
      `The database postgres://operator:***@${address}/${database} cannot be used: it is PostgreSQL 14; 15 or later is needed.`,
    );
  });

  it('is refused when its user may not make tables there', async () => {
    const database = await createDatabase('postgres');
    expect(await refusal({ DATABASE_URL: `postgres://operator:${PASSWORD}@${address}/${database}` })).toMatch(
      /permission denied for schema public/,
    );
  });
});
