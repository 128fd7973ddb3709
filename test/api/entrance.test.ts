import { afterEach, describe, expect, it } from 'vitest';
import { requestError } from '../../src/common/errors.js';
import { ADMIN } from '../../src/platform/auth/viewer.js';
import type { ServerOptions } from '../../src/platform/server/server.js';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { openConnection, send } from '../helpers/raw-request.js';
import { connectSocketClient, openSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const POINTS = 3_000;
const QUERY = '{ hello }';
/** What the query costs, which is the least that any does. */
const QUERY_POINTS = 5;

let server: PlatformServer;
const sockets: SocketClient[] = [];
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await server.close();
});

async function start(options: Partial<ServerOptions> = {}): Promise<void> {
  server = await startPlatformServer({
    // So few that come back that none does while a test runs.
    addressRate: { points: POINTS, restoreRate: 0.001 },
    pressure: { share: 1 },
    ...options,
  });
}

const keep = async (opening: Promise<SocketClient>) => {
  const client = await opening;
  sockets.push(client);
  return client;
};
const ask = async (headers: Record<string, string> = {}) => {
  const response = await server.post({ query: QUERY }, { accept: 'application/graphql-response+json', ...headers });
  return { status: response.status, body: (await response.json()) as any };
};
const pointsLeft = async (headers?: Record<string, string>): Promise<number> =>
  (await ask(headers)).body.extensions.cost.throttleStatus.currentlyAvailable;
/** What something costs. The query was read before, and is not paid for again. */
async function costOf(something: () => Promise<unknown>, headers?: Record<string, string>): Promise<number> {
  await pointsLeft(headers);
  const before = await pointsLeft(headers);
  await something();
  return before - (await pointsLeft(headers)) - QUERY_POINTS;
}
const post = (body: string, headers: Record<string, string> = {}) =>
  send(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
/** Sends so much that nothing is left at all, not even for a body. */
async function useUp(): Promise<void> {
  const body = 'x'.repeat(1024 * 1024);
  for (let time = 0; time <= POINTS / 1024 + 1; time += 1) if ((await post(body)).status === 429) return;
  throw new Error('There is always something left.');
}
const HEAD = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('what is sent is charged for, whatever it is', () => {
  const padded = (kibibytes: number) => JSON.stringify({ query: QUERY }) + ' '.repeat(kibibytes * 1024);

  it('by the size of the body', async () => {
    await start();
    expect(await costOf(() => post(padded(0)))).toBe(QUERY_POINTS);
    expect(await costOf(() => post(padded(300)))).toBe(300 + QUERY_POINTS);
    expect(await costOf(() => post('x'.repeat(300 * 1024)))).toBe(300);
    expect(await costOf(() => post('x'.repeat(1023)))).toBe(0);
  });

  it('as the largest when its size is not told, or larger than that', async () => {
    await start();
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await costOf(() => post(padded(0), chunked))).toBe(1024 + QUERY_POINTS);
    const tooLarge = async () => expect((await post(padded(1025))).status).toBe(413);
    expect(await costOf(tooLarge)).toBe(1024);
  });

  it('from the points of the credential', async () => {
    await start({
      credentialRate: { points: 2_000, restoreRate: 0.001 },
      authenticate: async () => ADMIN,
    });
    const authorization = { authorization: 'a key' };
    const large = () => post(padded(300), authorization);
    expect(await costOf(large)).toBe(0);
    expect(await costOf(large, authorization)).toBe(300 + QUERY_POINTS);
  });

  it('also what comes over a WebSocket, from 4 KiB on', async () => {
    await start();
    const client = await keep(connectSocketClient(server.url));
    const answered = async (id: string, padding: number) => {
      const message = JSON.stringify({ id, type: 'subscribe', payload: { query: QUERY } });
      client.socket.send(message + ' '.repeat(padding - message.length));
      await until(() => expect(client.messages).toContainEqual(expect.objectContaining({ id, type: 'next' })));
    };
    expect(await costOf(() => answered('small', 4_095))).toBe(QUERY_POINTS);
    expect(await costOf(() => answered('large', 4_096))).toBe(4 + QUERY_POINTS);
    expect(await costOf(() => answered('larger', 300 * 1024))).toBe(300 + QUERY_POINTS);
  });

  it('also a WebSocket itself', async () => {
    await start();
    expect(await costOf(() => keep(openSocketClient(server.url)))).toBe(5);
  });
});

describe('whoever has used up his points', () => {
  it('is turned away before the body is read', async () => {
    await start();
    await useUp();
    const { socket, received, closed } = await openConnection(server.url);
    socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n`);
    await closed;
    const [head = '', body = ''] = received().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 429 /);
    expect(head).toMatch(/^retry-after: [1-9]\d*$/im);
    expect(head).toMatch(/^connection: close$/im);
    expect(JSON.parse(body)).toMatchObject({
      errors: [
        { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number), cost: { requestedQueryCost: null } } },
      ],
    });
  });

  it('is turned away from event streams as well', async () => {
    await start();
    await useUp();
    const response = await send(`${server.url}/graphql/stream?query=%7Bhello%7D`);
    expect([response.status, Number(response.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  });

  it('gets no WebSocket', async () => {
    await start();
    await useUp();
    const { socket, received, closed } = await openConnection(server.url);
    const upgrade = ['GET /graphql HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=='];
    socket.write(`${[...upgrade, ...key, 'Sec-WebSocket-Protocol: graphql-transport-ws'].join('\r\n')}\r\n\r\n`);
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 429 [^]*\r\nRetry-After: [1-9]/);
  });

  it('loses the WebSocket that he has when a large message comes over it, and not for a small one', async () => {
    await start();
    const client = await keep(connectSocketClient(server.url));
    await useUp();
    expect((await client.ask('small', QUERY))[0].extensions.code).toBe('RATE_LIMITED');
    client.socket.send(' '.repeat(4_096));
    expect(await client.closed).toEqual([1013, 'Your points are used up']);
  });

  it('can still ask what needs no points', async () => {
    await start();
    await useUp();
    for (const path of ['/healthz', '/schema.graphql']) expect((await send(server.url + path)).status).toBe(200);
  });
});

describe('wrong keys', () => {
  /** Keys that are good, and those that were looked up. */
  const good = new Set<string>();
  const lookedUp: string[] = [];
  let isBroken = false;

  async function startWithKeys(): Promise<void> {
    good.clear();
    lookedUp.length = 0;
    isBroken = false;
    await start({
      authenticate: async (key = '') => {
        lookedUp.push(key);
        if (isBroken) throw new Error('The database does not answer.');
        if (good.has(key)) return ADMIN;
        throw requestError('UNAUTHENTICATED', 'Not this one.');
      },
    });
    good.add('used lately').add('never used');
    expect((await ask({ authorization: 'used lately' })).status).toBe(200);
  }
  const statusOf = async (authorization: string) => (await ask({ authorization })).status;
  async function guessUntilTurnedAway(): Promise<void> {
    for (let guess = 0; guess <= POINTS / 10; guess += 1) {
      if ((await statusOf(`guess ${guess}`)) === 429) return;
    }
    throw new Error('Guessing went on and on.');
  }

  it('are paid for by the address', async () => {
    await startWithKeys();
    expect(await costOf(() => statusOf('wrong'))).toBe(10);
    expect(await costOf(() => statusOf('used lately'))).toBe(0);
    const client = await keep(openSocketClient(server.url));
    const guess = async () => {
      client.send({ type: 'connection_init', payload: { authorization: 'wrong' } });
      expect((await client.closed)[0]).toBe(4401);
    };
    expect(await costOf(guess)).toBe(10);
  });

  it('are not looked up any more when nothing is left, nor is any that was not good lately', async () => {
    await startWithKeys();
    await guessUntilTurnedAway();
    const { length } = lookedUp;
    expect(await statusOf('another guess')).toBe(429);
    expect(await statusOf('never used')).toBe(429);
    expect(lookedUp).toHaveLength(length);
    expect((await ask()).status).toBe(429);
    // Nobody is kept out by what others do from the same address.
    expect(await statusOf('used lately')).toBe(200);
    expect(lookedUp.slice(length)).toEqual(['used lately']);
  });

  it('nor over a WebSocket', async () => {
    await startWithKeys();
    const clients = [await keep(openSocketClient(server.url)), await keep(openSocketClient(server.url))] as const;
    await guessUntilTurnedAway();
    const { length } = lookedUp;
    clients[0].send({ type: 'connection_init', payload: { authorization: 'another guess' } });
    expect(await clients[0].closed).toEqual([1013, 'Your points are used up']);
    expect(lookedUp).toHaveLength(length);
    clients[1].send({ type: 'connection_init', payload: { authorization: 'used lately' } });
    await until(() => expect(clients[1].messages).toEqual([{ type: 'connection_ack' }]));
  });

  it('are strangers’ again once they are not good any more', async () => {
    await startWithKeys();
    await guessUntilTurnedAway();
    good.delete('used lately');
    expect(await statusOf('used lately')).toBe(401);
    const { length } = lookedUp;
    expect(await statusOf('used lately')).toBe(429);
    expect(lookedUp).toHaveLength(length);
  });

  it('are not those that could not be looked up', async () => {
    await startWithKeys();
    isBroken = true;
    expect(await costOf(() => statusOf('never used'))).toBe(0);
    expect(await statusOf('used lately')).toBe(500);
    isBroken = false;
    await guessUntilTurnedAway();
    expect(await statusOf('used lately')).toBe(200);
  });
});
