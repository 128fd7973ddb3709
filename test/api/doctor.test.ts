/** The doctor beside servers and without any: each thing that is wrong is found, nothing is changed, no secret is told. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { runDoctor } from '../../src/cli/doctor.js';
import { readConfig } from '../../src/config.js';
import { examine } from '../../src/doctor/checks.js';
import type { Finding } from '../../src/doctor/finding.js';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { fastSettings } from '../helpers/cluster.js';
import { startCommand } from '../helpers/command.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { MailServer } from '../helpers/mail-server.js';
import { startOidcIssuer } from '../helpers/oidc-issuer.js';
import { ordinaryUser, ordinaryUserCanRun } from '../helpers/ordinary-user.js';
import { startTestServer } from '../helpers/server.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder: string;
let database: TestDatabase;
let administrator: pg.Client;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-doctor-'));
  await chmod(folder, 0o755);
  database = await createTestDatabase();
  administrator = await connectAs('postgres', database.connection.url);
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await administrator.end();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function connectAs(user: string, address: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: address.replace(/^postgres:\/\/\w+@/, `postgres://${user}@`) });
  await client.connect();
  return client;
}

/** Settings with which all is well. */
const settings = () => ({ PORT: '0', DATABASE_URL: database.connection.url, DATA_DIR: path.join(folder, 'data') });

async function findings(environment: Record<string, string> = {}): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of examine(readConfig({ ...settings(), ...environment }))) found.push(finding);
  for (const { status, advice } of found) expect(advice === undefined).toBe(status === 'ok');
  return found;
}

/** Those of one check, as text. */
async function look(check: string, environment: Record<string, string> = {}): Promise<string> {
  const found = (await findings(environment)).filter((finding) => finding.check === check);
  return found.map(({ status, message }) => `${status}: ${message}`).join('\n');
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('where all is well', () => {
  it('finds nothing', async () => {
    expect((await findings()).filter(({ status }) => status !== 'ok')).toEqual([]);
  });

  it('finds nothing beside a server either, and knows it', async () => {
    const server = await startTestServer({ seed: true });
    closers.push(() => server.close());
    const { port } = new URL(server.url);
    const found = await findings({ PORT: port, DATABASE_URL: server.database.url, PUBLIC_URL: server.url });
    expect(found.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(found.map(({ message }) => message)).toEqual(
      expect.arrayContaining([`A server runs at port ${port} of 127.0.0.1.`, `A server answers at ${server.url}.`]),
    );
  });

  it('leaves everything as it was', async () => {
    await findings();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the machine', () => {
  it('whose port another program has', async () => {
    const PORT = String(await listen(http.createServer((_request, response) => response.end('else'))));
    expect(await look('port', { PORT })).toMatch(/^failed: Another program uses port/);
  });

  it('that has not the address to listen on', async () => {
    expect(await look('port', { HOST: '192.0.2.1' })).toMatch(/^failed: HOST is "192.0.2.1".*EADDRNOTAVAIL/);
  });

  it('where DATA_DIR is a file, or below one', async () => {
    const DATA_DIR = path.join(folder, 'file');
    await writeFile(DATA_DIR, '');
    closers.push(() => rm(DATA_DIR));
    expect(await look('data folder', { DATA_DIR })).toMatch(/^failed: .* is no folder/);
    expect(await look('data folder', { DATA_DIR: path.join(DATA_DIR, 'below') })).toMatch(/^failed: .* is no folder/);
  });

  it.skipIf(!ordinaryUserCanRun)('where DATA_DIR cannot be written to', async () => {
    const DATA_DIR = path.join(folder, 'closed');
    await mkdir(DATA_DIR, { mode: 0o555 });
    closers.push(() => rm(DATA_DIR, { recursive: true }));
    const options = { folder, environment: { ...settings(), DATA_DIR }, user: ordinaryUser };
    const { code, stdout } = await startCommand(['doctor'], options).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed +data folder: .*EACCES/m);
  });

  it('whose admin key others can read, or that is empty', async () => {
    const DATA_DIR = path.join(folder, 'keys');
    const file = path.join(DATA_DIR, 'admin.key');
    await mkdir(DATA_DIR);
    closers.push(() => rm(DATA_DIR, { recursive: true }));
    await writeFile(file, 'canary-key\n', { mode: 0o600 });
    expect(await look('admin key', { DATA_DIR })).toMatch(/^ok: /);
    await chmod(file, 0o640);
    expect(await look('admin key', { DATA_DIR })).toMatch(/^failed: Others can read .*mode 640/);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    await writeFile(file, '');
    expect(await look('admin key', { DATA_DIR })).toMatch(/^failed: .* is empty/);
    expect(await look('admin key', { DATA_DIR, ADMIN_API_KEY: 'given-by-hand-0123' })).toMatch(/^ok: .*ADMIN_API_KEY/);
  });
});

describe('the database', () => {
  it('that is not there, without its password', async () => {
    const DATABASE_URL = `postgres://medspil:canary-password@127.0.0.1:${await closedPort()}/medspil`;
    const found = JSON.stringify(await findings({ DATABASE_URL }));
    expect(found).toMatch(/cannot be used: nothing listens there/);
    expect(found).not.toContain('canary');
  });

  it('of another name', async () => {
    const DATABASE_URL = database.connection.url.replace(/[^/]*$/, 'no_such_thing');
    expect(await look('database', { DATABASE_URL })).toMatch(/^failed: .*no such database/);
  });

  it('in another encoding, and with nothing in it yet', async () => {
    const name = `latin_${randomUUID().replaceAll('-', '')}`;
    const url = inject('adminUrl').replace(/[^/]*$/, name);
    const root = await connectAs('postgres', inject('adminUrl'));
    closers.push(() => root.end());
    await root.query(`CREATE DATABASE ${name} OWNER medspil TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    closers.push(() => root.query(`DROP DATABASE ${name} WITH (FORCE)`));
    expect(await look('database server', { DATABASE_URL: url })).toMatch(/^failed: Its encoding is LATIN1/);
    expect(await look('migrations', { DATABASE_URL: url })).toMatch(/^ok: The database is empty/);
    expect(await look('knowledge log', { DATABASE_URL: url })).toBe('');
  });

  it('whose user may not do what migrations do', async () => {
    const DATABASE_URL = database.connection.url;
    await administrator.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC, pg_database_owner');
    closers.push(() => administrator.query('GRANT CREATE ON SCHEMA public TO pg_database_owner'));
    await administrator.query('ALTER TABLE theme OWNER TO postgres');
    closers.push(() => administrator.query('ALTER TABLE theme OWNER TO medspil'));
    const found = await look('rights', { DATABASE_URL });
    expect(found).toMatch(/^failed: The user medspil may not create tables/);
    expect(found).toMatch(/^failed: Tables belong to somebody else \(theme\)/m);
  });

  it('whose user may do everything', async () => {
    const DATABASE_URL = database.connection.url.replace(/^postgres:\/\/\w+@/, 'postgres://postgres@');
    expect(await look('rights', { DATABASE_URL })).toMatch(/^warning: The user postgres is a superuser/);
  });

  it('with migrations outstanding, and with some that are not known', async () => {
    const { rows } = await administrator.query(
      'SELECT name, timestamp FROM migrations ORDER BY timestamp DESC LIMIT 1',
    );
    const [{ name, timestamp }] = rows;
    await administrator.query('DELETE FROM migrations WHERE name = $1', [name]);
    closers.push(() =>
      administrator.query('INSERT INTO migrations (name, timestamp) VALUES ($1, $2)', [name, timestamp]),
    );
    expect(await look('migrations')).toMatch(new RegExp(`^warning: Migrations are outstanding \\(${name}\\)`));
    await administrator.query("INSERT INTO migrations (name, timestamp) VALUES ('Newer9', 9)");
    closers.push(() => administrator.query("DELETE FROM migrations WHERE name = 'Newer9'"));
    expect(await look('migrations')).toMatch(/^failed: .*does not know \(Newer9\)/);
  });

  it('whose log nobody stamps: no server, servers that do not, one that holds the lock', async () => {
    await administrator.query(
      `INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
        municipalities, recommendations, themes)
      VALUES (gen_random_uuid(), 'PUBLISHED', now() - interval '1 minute', gen_random_uuid(), 'LESSON', 1,
        gen_random_uuid(), '{}', '{}', '{}')`,
    );
    closers.push(() => administrator.query('SELECT stamp_knowledge_log(10)'));
    expect(await look('knowledge log')).toMatch(/^warning: 1 entries wait for their position, the first for 6\d s/);

    const server = new pg.Client({ connectionString: database.connection.url, application_name: 'medspil' });
    await server.connect();
    closers.push(() => server.end());
    expect(await findings()).toContainEqual(
      expect.objectContaining({
        check: 'knowledge log',
        status: 'failed',
        advice: expect.stringMatching(/do not stamp/),
      }),
    );

    await server.query('BEGIN');
    const { rows } = await server.query('SELECT pg_advisory_xact_lock(7301002), pg_backend_pid() AS pid');
    expect(await findings()).toContainEqual(
      expect.objectContaining({
        check: 'knowledge log',
        advice: expect.stringContaining(`pg_terminate_backend(${rows[0].pid})`),
      }),
    );
  });

  it('with webhooks to hosts that have no address, and to some that are not to be sent to', async () => {
    await administrator.query(`INSERT INTO organisation (id, kind, name, country, sector, version, created_at, updated_at)
      VALUES (gen_random_uuid(), 'PARTNER', 'Of webhooks', 'DK', 'PUBLIC', 1, now(), now())`);
    await administrator.query(
      `INSERT INTO webhook_endpoint (id, organisation_id, url, description, filter, status, disabled_because, version,
        secret, position, failures, created_at)
      SELECT gen_random_uuid(), organisation.id, target.url, '', '{}', target.status, target.because, 1,
        decode(repeat('00', 24), 'hex'), 0, 0, now()
      FROM (SELECT id FROM organisation LIMIT 1) AS organisation, (VALUES
        ('https://nowhere.invalid/canary-path', 'ENABLED', NULL), ('https://127.0.0.1/canary-path', 'ENABLED', NULL),
        ('https://gone.invalid/', 'DISABLED', 'GONE')) AS target (url, status, because)`,
    );
    closers.push(() => administrator.query('DELETE FROM webhook_endpoint'));
    const found = await look('webhooks');
    expect(found).toMatch(/^warning: nowhere\.invalid cannot be looked up/m);
    expect(found).toMatch(/^warning: 127\.0\.0\.1 has an address that nothing is sent to/m);
    expect(found).not.toMatch(/gone|canary/);
    expect(await look('knowledge log')).toMatch(/^warning: Webhooks: 0 fail, 1 are disabled/m);
  });
});

describe('the embedded database', () => {
  it('rests, runs, and is not started to be looked at', async () => {
    const DATA_DIR = path.join(folder, 'embedded');
    const environment = { DATABASE_URL: '', DATA_DIR };
    expect(await look('database', environment)).toMatch(/^ok: The first start will make/);
    const postgres = await startEmbeddedPostgres({
      dataDirectory: DATA_DIR,
      log: () => undefined,
      settings: fastSettings,
    });
    try {
      expect(await look('database', environment)).toMatch(/^ok: PostgreSQL in .* answers/);
      expect(await look('migrations', environment)).toMatch(/^ok: The database is empty/);
    } finally {
      await postgres.stop();
    }
    expect(await look('database', environment)).toMatch(/^ok: .*PostgreSQL 18\) rests in/);
    expect(await readdir(path.join(DATA_DIR, 'postgres'))).not.toContain('postmaster.pid');
    await rm(DATA_DIR, { recursive: true });
  });
});

describe('what the server needs of others', () => {
  it('a public address where nothing answers, something else does, or links would name this machine', async () => {
    const closed = `http://127.0.0.1:${await closedPort()}`;
    expect(await look('public address', { PUBLIC_URL: closed })).toMatch(/^failed: Nothing answers .*ECONNREFUSED/);
    const other = await listen(http.createServer((_request, response) => response.end('else')));
    const PUBLIC_URL = `http://127.0.0.1:${other}`;
    expect(await look('public address', { PUBLIC_URL })).toMatch(/^failed: What answers .* is no server of Medspil/);
    expect(await look('public address', { HOST: '0.0.0.0' })).toMatch(/^warning: PUBLIC_URL is not set/);
  });

  it('a mail server that is not there, or that lets nobody in, and no mail on any of these ways', async () => {
    const MAIL_FROM = 'Medspil <medspil@example.org>';
    const closed = `smtp://127.0.0.1:${await closedPort()}`;
    expect(await look('mail', { SMTP_URL: closed, MAIL_FROM })).toMatch(/^failed: 127\.0\.0\.1:\d+ does not take mail/);

    const server = new MailServer({
      disabledCommands: [],
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, callback) =>
        password === 'right' ? callback(null, { user: 'u' }) : callback(new Error('no')),
    });
    await server.start();
    closers.push(() => server.stop());
    const url = (password: string) => server.url.replace('//', `//user:${password}@`);
    expect(await look('mail', { SMTP_URL: url('right'), MAIL_FROM })).toMatch(/^ok: /);
    const refused = await look('mail', { SMTP_URL: url('canary-password'), MAIL_FROM });
    expect(refused).toMatch(/^failed: .*EAUTH/);
    expect(refused).not.toContain('canary');
    const encrypted = url('right').replace('smtp:', 'smtps:');
    expect(await look('mail', { SMTP_URL: encrypted, MAIL_FROM })).toMatch(/^failed: /);
    expect([server.mails, server.recipients]).toEqual([[], []]);
  });

  it('an issuer of tokens that is away, calls itself otherwise, or has no keys', async () => {
    const issuer = await startOidcIssuer();
    const environment = { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: 'https://medspil.example.org' };
    const answer = (body: object) =>
      issuer.answer('/.well-known/openid-configuration', (_request, response) => response.end(JSON.stringify(body)));
    expect(await look('issuer of tokens', environment)).toMatch(/^ok: .* has 1 keys/);
    answer({ issuer: 'https://else.example.org' });
    expect(await look('issuer of tokens', environment)).toMatch(/^failed: .*calls itself differently/);
    answer({ issuer: issuer.url, jwks_uri: `${issuer.url}/none` });
    expect(await look('issuer of tokens', environment)).toMatch(/^failed: .*status 404/);
    await issuer.stop();
    expect(await look('issuer of tokens', environment)).toMatch(/^failed: .*ECONNREFUSED/);
  });

  it('a receiver of traces that is not there', async () => {
    const port = await closedPort();
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:canary@127.0.0.1:${port}` };
    expect(await look('traces', endpoint)).toBe(`warning: Nothing takes traces at 127.0.0.1:${port} (ECONNREFUSED).`);
    const there = await listen(net.createServer((socket) => socket.destroy()));
    expect(await look('traces', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${there}` })).toMatch(/^ok: /);
  });

  it('a file of documents that is not there', async () => {
    const TRUSTED_DOCUMENTS = path.join(folder, 'none.json');
    expect(await look('trusted documents', { TRUSTED_DOCUMENTS })).toMatch(/^failed: .*ENOENT/);
  });
});

describe('the command', () => {
  async function run(words: readonly string[], environment: Record<string, string>) {
    for (const [name, value] of Object.entries({ ...settings(), ...environment })) vi.stubEnv(name, value);
    let output = '';
    const write = (text: unknown) => ((output += String(text)), true);
    vi.spyOn(process.stdout, 'write').mockImplementation(write);
    vi.spyOn(process.stderr, 'write').mockImplementation(write);
    const code = await runDoctor(words);
    vi.restoreAllMocks();
    return { code, output };
  }

  it('ends with 0 where nothing failed, also with warnings', async () => {
    const { code, output } = await run([], { HOST: '0.0.0.0' });
    expect(code).toBe(0);
    expect(output).toMatch(/^ok {6}configuration: /);
    expect(output).toMatch(/^warning public address: .*\n {8}Set PUBLIC_URL/m);
  });

  it('ends with 1 where something failed, and tells it as JSON, too', async () => {
    const { code, output } = await run(['--json'], { TRUSTED_DOCUMENTS: '/none' });
    expect(code).toBe(1);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);
    expect(lines.filter(({ status }) => status === 'failed')).toMatchObject([{ check: 'trusted documents' }]);
  });

  it('names the setting that means nothing, without what may be a secret in it', async () => {
    const { code, output } = await run([], { PORT: 'abc' });
    expect([code, output]).toEqual([1, expect.stringMatching(/^failed {2}configuration: PORT is "abc"\.\n {8}write/)]);
    for (const name of ['DATABASE_URL', 'SMTP_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OIDC_ISSUER']) {
      const wrong = await run([], { PORT: '0', [name]: 'ftp://user:canary-password@host' });
      expect(wrong.code, name).toBe(1);
      expect(wrong.output, name).toContain(name);
      expect(wrong.output, name).not.toContain('canary');
      vi.unstubAllEnvs();
    }
  });

  it('ends with 2 for words that mean nothing', async () => {
    expect(await run(['--what'], {})).toEqual({ code: 2, output: expect.stringMatching(/^Usage: medspil doctor/) });
    expect((await run(['--help'], {})).code).toBe(0);
  });
});
