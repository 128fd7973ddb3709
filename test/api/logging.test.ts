/** What gets into the log: enough to find one request again, and nothing that anybody has to keep to himself. */
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createLogger } from '../../src/platform/telemetry/logger.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, openSocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a request', () => {
  let server: PlatformServer;
  beforeAll(async () => {
    server = await startPlatformServer();
  });
  afterEach(() => {
    server.logged.length = 0;
  });
  afterAll(() => server.close());

  const lines = () => server.logged.map((line) => JSON.parse(line) as Record<string, any>);

  it('has an id of its own, which its answer names', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await fetch(`${server.url}/healthz`)).headers.get('x-request-id')),
    );
    expect(ids[0]).toMatch(UUID);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it('keeps the id that it came with', async () => {
    const response = await server.post({ query: '{ hello }' }, { 'x-request-id': 'proxy-7.b:1' });
    expect(response.headers.get('x-request-id')).toBe('proxy-7.b:1');
  });

  it.each(['', ' ', 'a b', 'x'.repeat(129), 'a"b', 'a{b}', '-a', 'ø', 'a,b'])('gets another for %j', async (given) => {
    const response = await fetch(`${server.url}/healthz`, {
      headers: {
        'x-request-id':
          encodeURI(given) === given || given.length > 100 ? given : Buffer.from(given).toString('latin1'),
      },
    });
    expect(response.headers.get('x-request-id')).toMatch(UUID);
  });

  it('is told of in lines that all have its id: the operation, the fault, and the request', async () => {
    const response = await server.post({ query: '{ fail(how: "fault") }' }, { 'x-request-id': 'one-of-many' });
    const { errors } = (await response.json()) as any;
    await until(() => expect(lines().length).toBe(3));
    expect(lines()).toMatchObject([
      { requestId: 'one-of-many', errorId: errors[0].extensions.id, msg: 'An operation failed', level: 50 },
      {
        requestId: 'one-of-many',
        operation: 'query fail',
        outcome: 'INTERNAL_SERVER_ERROR',
        msg: 'operation',
        level: 20,
      },
      { requestId: 'one-of-many', method: 'POST', route: '/graphql', status: 200, msg: 'request', level: 20 },
    ]);
  });

  it('on a WebSocket is known by its connection and the id that its client gave it', async () => {
    const client = await connectSocketClient(server.url);
    await client.ask('first', '{ fail(how: "fault") }');
    await client.ask('second', '{ hello }');
    client.socket.close();
    await until(() => expect(lines().filter(({ msg }) => msg === 'operation')).toHaveLength(2));
    const [fault] = lines().filter(({ errorId }) => errorId !== undefined);
    const [first, second] = lines().filter(({ msg }) => msg === 'operation');
    expect(fault!['connectionId']).toMatch(UUID);
    expect([fault!['connectionId'], second!['connectionId']]).toEqual(Array(2).fill(first!['connectionId']));
    expect([fault!['operationId'], first!['operationId'], second!['operationId']]).toEqual([
      'first',
      'first',
      'second',
    ]);
  });

  it('on an event stream has its id, too', async () => {
    const query = encodeURIComponent('{ fail(how: "fault") }');
    await fetch(`${server.url}/graphql/stream?query=${query}`, { headers: { 'x-request-id': 'streamed' } }).then((r) =>
      r.text(),
    );
    await until(() => expect(lines()).toHaveLength(3));
    expect(lines().map(({ requestId }) => requestId)).toEqual(Array(3).fill('streamed'));
  });

  it('is told of by its route, whatever its address was', async () => {
    await fetch(`${server.url}/some/secret/path?token=abc`);
    await until(() => expect(lines()).toHaveLength(1));
    expect(lines()[0]).toMatchObject({ route: 'none', status: 404 });
    expect(server.logged.join()).not.toContain('secret');
  });
});

describe('at the level info', () => {
  it('a request that goes well is no line', async () => {
    const logged: string[] = [];
    const server = await startPlatformServer({ logger: createLogger('info', { write: (line) => logged.push(line) }) });
    await server.post({ query: '{ hello }' });
    await server.post({ query: '{ nothing }' });
    await server.post({ query: '{ fail(how: "fault") }' });
    await server.close();
    expect(logged.filter((line) => !line.includes('listening'))).toHaveLength(1);
  });
});

describe('secrets at the level trace', () => {
  const PASSWORD = 'canary-database-password';
  const ADMIN = 'canary-admin-key-0123456789';
  const logged: string[] = [];
  let database: TestDatabase;
  let folder: string;
  let app: App;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-logging-'));
    const url = new URL(database.connection.url.replace(/^postgres:\/\/(\w+)@/, `postgres://$1:${PASSWORD}@`));
    app = await startApp(
      readConfig({
        PORT: '0',
        DATABASE_URL: url.href,
        DATA_DIR: folder,
        ADMIN_API_KEY: ADMIN,
        SEED: 'false',
        SMTP_URL: 'smtp://canary-mail-user:canary-mail-password@127.0.0.1:9',
        MAIL_FROM: 'a@example.org',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://canary-trace-user:canary-trace-password@127.0.0.1:9',
      }),
      createLogger('trace', { write: (line) => logged.push(line) }),
    );
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }).then((response) => response.text());

  /** Bytes as they are, of which a server can make nothing. */
  const sendRaw = (text: string) =>
    new Promise<void>((resolve) => {
      const { hostname, port } = new URL(app.url);
      const socket = net.connect(Number(port), hostname, () => socket.write(text));
      socket
        .on('data', () => undefined)
        .on('error', () => undefined)
        .on('close', () => resolve());
    });

  it('are in no line, by whichever way they came', async () => {
    const authorization = 'Bearer canary-authorization';
    const cookie = 'session=canary-cookie';
    const variables = { name: 'canary-variable', token: 'canary-variable-token' };
    const query = 'query ($slug: String!) { caseStudy(slug: $slug) { title } }';
    await post({ query, variables: { slug: 'canary-slug' } }, { authorization, cookie });
    await post({ query, variables: { slug: 'canary-slug\u0000nul' } }, { authorization: `Bearer ${ADMIN}`, cookie });
    await post(
      { query: '{ caseStudy(slug: "canary-literal") { nothing } }' },
      { 'x-forwarded-for': 'canary-forwarded' },
    );
    await post('{"query": "{ canary-broken-json', { authorization, cookie });
    await post({
      query: 'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { secret } }',
      variables: { input: { token: 'canary-invitation-token', name: 'canary-person' } },
    });
    const parameters = new URLSearchParams({
      query,
      variables: JSON.stringify({ slug: 'canary-get-variable', ...variables }),
    });
    await fetch(`${app.url}/graphql?${parameters}`, { headers: { authorization, cookie } });
    await fetch(`${app.url}/graphql/stream?${parameters}`, { headers: { cookie } }).then((response) => response.text());
    for (const method of ['GET', 'POST', 'PUT']) {
      await fetch(`${app.url}/digests/unsubscribe?token=canary-unsubscribe-token`, { method, headers: { cookie } });
      await fetch(`${app.url}/digests/confirm/canary-path-token?token=canary-query-token`, { method });
    }
    await fetch(`${app.url}/%E0%A4%A?token=canary-bad-address`);
    await fetch(`${app.url}/healthz`, {
      headers: { 'x-request-id': 'canary id with spaces', traceparent: 'canary-trace' },
    });
    const client = await openSocketClient(app.url, { cookie, authorization });
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer canary-socket-authorization' } });
    await client.closed;
    const other = await connectSocketClient(app.url);
    await other.ask('1', '{ caseStudy(slug: "canary-socket-literal") { title nothing } }');
    other.socket.send('canary-no-json');
    await other.closed;
    await sendRaw(
      `GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer canary-raw-authorization\r\nbroken header\r\n\r\n`,
    );
    await sendRaw(`GET /graphql?query=canary-raw-query HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`);
    await sendRaw(`GET / HTTP/1.1\r\nHost: a\r\nX-Long: canary-overflow${'x'.repeat(20_000)}\r\n\r\n`);
    await sendRaw(
      `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: canary/type\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{}}`,
    );

    // What was done above is all told of by now.
    await fetch(`${app.url}/readyz`, { headers: { 'x-request-id': 'the-last' } });
    await until(() => expect(logged.join('')).toContain('the-last'));
    expect(logged.length).toBeGreaterThan(15);
    expect(logged.filter((line) => readable(line).includes('canary'))).toEqual([]);
  });
});

/** With the texts that stand in it as bytes, in numbers, hexadecimal or base64. */
function readable(line: string): string {
  const numbers = [...line.matchAll(/\[((?:\d{1,3},)+\d{1,3})\]/g)].map(([, list]) =>
    Buffer.from(list!.split(',').map(Number)),
  );
  const encoded = [...line.matchAll(/[\w+/=-]{12,}/g)].flatMap(([text]) => [
    Buffer.from(text, 'base64'),
    Buffer.from(text, 'hex'),
  ]);
  return [line, ...[...numbers, ...encoded].map((bytes) => bytes.toString('latin1'))].join('\n');
}
