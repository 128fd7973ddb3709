import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerOptions } from '../../src/platform/server/server.js';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { openConnection, send } from '../helpers/raw-request.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;
const cleanUp: (() => void)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0)) end();
  await server.close();
});
const start = async (options: Partial<ServerOptions>) => {
  server = await startPlatformServer(options);
};

const hello = () => send(`${server.url}/graphql?query=%7Bhello%7D`, { headers: { 'apollo-require-preflight': 'yes' } });
const connection = async () => {
  const opened = await openConnection(server.url);
  cleanUp.push(() => opened.socket.destroy());
  return opened;
};
/** A connection that the server has seen, because it answered there. */
const answeredConnection = async () => {
  const opened = await connection();
  opened.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => expect(opened.received()).toContain('"live"'));
  return opened;
};

/** Opens a subscription's stream, and resolves when its answer begins. */
async function openStream(forwardedFor?: string): Promise<{ response: IncomingMessage; close: () => void }> {
  const query = encodeURIComponent('subscription { events { id } }');
  const headers = { accept: 'text/event-stream', ...(forwardedFor && { 'x-forwarded-for': forwardedFor }) };
  const sent = request(`${server.url}/graphql/stream?query=${query}`, { headers, agent: false });
  sent.on('error', () => undefined);
  sent.end();
  cleanUp.push(() => sent.destroy());
  const response = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
  response.on('error', () => undefined);
  return { response, close: () => sent.destroy() };
}
const streamStatus = async (forwardedFor?: string) => (await openStream(forwardedFor)).response.statusCode;

/** The answer to the handshake of a WebSocket, which stays open if it was one. */
const handshake = (forwardedFor?: string) =>
  new Promise<{ status: number; retryAfter?: string | undefined; socket: WebSocket }>((resolve) => {
    const headers: Record<string, string> = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws', { headers });
    cleanUp.push(() => socket.terminate());
    socket.on('error', () => undefined);
    socket.on('open', () => resolve({ status: 101, socket }));
    socket.on('unexpected-response', (_request, { statusCode, headers }) =>
      resolve({ status: statusCode!, retryAfter: headers['retry-after'], socket }),
    );
  });

describe('one connection more than', () => {
  it('an address may have is closed, until one of the others is', async () => {
    await start({ connectionsPerAddress: 2 });
    const [first] = [await answeredConnection(), await answeredConnection()];
    const third = await connection();
    await third.closed;
    expect(third.received()).toBe('');
    expect(server.logged.filter((line) => line.includes('connections were refused'))).toHaveLength(1);
    first.socket.destroy();
    await until(async () => expect((await hello()).status).toBe(200));
  });

  it('all together may have is closed, also when it comes from a proxy', async () => {
    await start({ connections: 2, connectionsPerAddress: 1, trustedProxies: ['127.0.0.1'] });
    const [first] = [await answeredConnection(), await answeredConnection()];
    await (
      await connection()
    ).closed;
    expect(server.logged.filter((line) => line.includes('connections were refused'))).toHaveLength(1);
    first.socket.destroy();
    await until(async () => expect((await hello()).status).toBe(200));
  });
});

describe('behind a trusted proxy', () => {
  const behindProxy = { connectionsPerAddress: 2, trustedProxies: ['10.0.0.0/8', '127.0.0.1'] };

  it('sockets and streams are counted by the client, together', async () => {
    await start(behindProxy);
    const stream = await openStream('192.0.2.1');
    expect((await handshake('192.0.2.1')).status).toBe(101);
    const refused = await openStream('192.0.2.1');
    expect([refused.response.statusCode, refused.response.headers['retry-after']]).toEqual([429, '10']);
    const [body] = await refused.response.toArray();
    expect(JSON.parse(String(body)).errors[0].extensions.code).toBe('RATE_LIMITED');
    expect(await handshake('192.0.2.1')).toMatchObject({ status: 429, retryAfter: '10' });
    expect(await streamStatus('192.0.2.2')).toBe(200);
    expect((await hello()).status).toBe(200);
    stream.close();
    await until(async () => expect((await handshake('192.0.2.1')).status).toBe(101));
  });

  it('a client is who the last proxy says it is, whatever stands before', async () => {
    await start(behindProxy);
    expect(await streamStatus('198.51.100.1, 192.0.2.1')).toBe(200);
    expect(await streamStatus('198.51.100.2, 192.0.2.1, 10.1.2.3')).toBe(200);
    expect(await streamStatus('192.0.2.1')).toBe(429);
    expect(await streamStatus('198.51.100.1')).toBe(200);
  });

  it('what is no address stands for the proxy', async () => {
    await start(behindProxy);
    expect(await streamStatus('unknown')).toBe(200);
    expect(await streamStatus('192.0.2.1, 192.0.2.1:80')).toBe(200);
    expect(await streamStatus()).toBe(429);
  });

  it('all addresses of an IPv6 network are one', async () => {
    await start(behindProxy);
    expect(await streamStatus('2001:db8::1')).toBe(200);
    expect(await streamStatus('2001:DB8:0:0:ffff::2')).toBe(200);
    expect(await streamStatus('2001:db8::3')).toBe(429);
    expect(await streamStatus('2001:db8:0:1::1')).toBe(200);
  });
});

it('nobody else can choose an address', async () => {
  await start({ connectionsPerAddress: 2, trustedProxies: ['10.0.0.0/8'] });
  expect(await streamStatus('192.0.2.1')).toBe(200);
  expect(await streamStatus('192.0.2.2')).toBe(200);
  await (
    await connection()
  ).closed;
});

describe('a connection that keeps the server waiting is closed', () => {
  const impatient = { timeouts: { headersMilliseconds: 100, requestMilliseconds: 200 } };

  it('without a word', async () => {
    await start(impatient);
    await (
      await connection()
    ).closed;
  });

  it('in the middle of the headers, however often something comes', async () => {
    await start(impatient);
    const { socket, received, closed } = await connection();
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\n');
    await dribble(socket, 'X-More: and more\r\n', closed);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('in the middle of the body, however often something comes', async () => {
    await start(impatient);
    const { socket, received, closed } = await connection();
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
    socket.write('Content-Length: 100000\r\n\r\n{');
    await dribble(socket, ' ', closed);
    expect(received()).not.toContain('200 OK');
  });

  it('when it does not take its answers', async () => {
    await start({ connections: 1, timeouts: { stalledMilliseconds: 200 } });
    const { socket } = await connection();
    socket.pause();
    const query = encodeURIComponent('{ items(first: 1000) { nodes { id name __typename } } }');
    const ask = `GET /graphql?query=${query} HTTP/1.1\r\nHost: localhost\r\nApollo-Require-Preflight: yes\r\n\r\n`;
    // More than the buffers between the two hold.
    socket.write(ask.repeat(300));
    await until(async () => expect((await hello()).status).toBe(200));
  });
});

it('a stream whose signs of life are taken is not', async () => {
  await start({ keepAliveMilliseconds: 20, timeouts: { stalledMilliseconds: 200 } });
  const { response } = await openStream();
  let pings = 0;
  response.on('data', (chunk: Buffer) => (pings += String(chunk).split(':\n\n').length - 1));
  await until(() => expect(pings).toBeGreaterThan(30));
  expect(response.destroyed).toBe(false);
});

/** Sends a little now and then, until the connection is closed. */
async function dribble(socket: Socket, text: string, closed: Promise<void>): Promise<void> {
  const timer = setInterval(() => socket.write(text), 20);
  await closed.finally(() => clearInterval(timer));
}
