import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { send } from '../helpers/raw-request.js';

const FRIEND = 'https://bibliotek.example';
const STRANGER = 'https://bibliotek.example.elsewhere.example';

let server: PlatformServer;
afterEach(() => server.close());
const start = async (...allowedOrigins: string[]) => {
  server = await startPlatformServer({ allowedOrigins });
};

const query = (origin?: string) =>
  send(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(origin && { origin }) },
    body: '{"query":"{ hello }"}',
  });
const preflight = (origin: string, path = '/graphql', method = 'POST') =>
  send(`${server.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  });
/** The status with which the handshake of a WebSocket is answered. */
const handshake = (origin: string) =>
  new Promise<number>((resolve, reject) => {
    const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws', { headers: { origin } });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.on('error', reject);
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
  });

describe('a page of an origin that is allowed', () => {
  it('may read the answers, which caches keep apart by origin', async () => {
    await start(FRIEND, 'https://another.example');
    const { status, headers, body } = await query(FRIEND);
    expect([status, JSON.parse(body).data]).toEqual([200, { hello: 'Hello world' }]);
    expect(headers).toMatchObject({
      'access-control-allow-origin': FRIEND,
      'access-control-expose-headers': 'retry-after, x-request-id, etag, content-range, knowledge-cursor',
      vary: 'origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['/schema.graphql', '/readyz', '/healthz', '/nowhere'])('may read %s', async (path) => {
    await start(FRIEND);
    const { headers } = await send(`${server.url}${path}`, { headers: { origin: FRIEND } });
    expect(headers).toMatchObject({ 'access-control-allow-origin': FRIEND, vary: 'origin' });
  });

  it('may read why it was refused, and when to come again', async () => {
    await start(FRIEND);
    const { status, headers } = await send(`${server.url}/graphql`, {
      method: 'POST',
      headers: { origin: FRIEND, 'content-type': 'application/json', authorization: 'Bearer wrong' },
      body: '{}',
    });
    expect([status, headers['access-control-allow-origin']]).toEqual([401, FRIEND]);
  });

  it.each(['/graphql', '/graphql/stream', '/schema.graphql'])('may ask beforehand at %s', async (path) => {
    await start(FRIEND);
    const { status, headers, body } = await preflight(FRIEND, path);
    expect([status, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': FRIEND,
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': '7200',
      vary: 'origin',
    });
    expect(headers['access-control-allow-headers']?.split(', ')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'x-query-cost',
        'last-event-id',
        'apollo-require-preflight',
      ]),
    );
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('may open a WebSocket and a stream', async () => {
    await start(FRIEND);
    expect(await handshake(FRIEND)).toBe(101);
    const stream = await send(`${server.url}/graphql/stream?query=%7Bhello%7D`, { headers: { origin: FRIEND } });
    expect([stream.status, stream.headers['access-control-allow-origin']]).toEqual([200, FRIEND]);
  });

  it('may be of any origin where all are allowed', async () => {
    await start('*');
    const { headers } = await query(STRANGER);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('vary');
    expect((await preflight('null')).status).toBe(204);
    expect(await handshake(STRANGER)).toBe(101);
    expect(await handshake('null')).toBe(101);
  });
});

describe('a page of another origin', () => {
  it.each<[string, string[]]>([
    ['where none is allowed', []],
    ['where others are', [FRIEND]],
  ])('is told nothing %s', async (_name, allowed) => {
    await start(...allowed);
    const answer = await query(STRANGER);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
    // A cache must not give it what it has of another's answer, nor the other way round.
    expect(answer.headers.vary).toBe(allowed.length > 0 ? 'origin' : undefined);
    expect((await query()).headers.vary).toBe(answer.headers.vary);
    const refused = await preflight(STRANGER);
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, POST']);
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await handshake(STRANGER)).toBe(403);
    expect(await handshake('null')).toBe(403);
    expect(await handshake(FRIEND)).toBe(allowed.length > 0 ? 101 : 403);
  });
});

describe('the server’s own pages', () => {
  it.each<[string, string[]]>([
    ['where none is allowed', []],
    ['where others are', [FRIEND]],
  ])('need no leave %s', async (_name, allowed) => {
    await start(...allowed);
    expect((await query(server.url)).status).toBe(200);
    expect(await handshake(server.url)).toBe(101);
  });
});

it('OPTIONS that asks for nothing is answered as ever', async () => {
  await start(FRIEND);
  const { status, headers } = await send(`${server.url}/graphql`, { method: 'OPTIONS', headers: { origin: FRIEND } });
  expect([status, headers.allow]).toEqual([405, 'GET, POST']);
});
