/** A server that stops sends its clients elsewhere, but not all in one moment. */
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

/** Eight slices, which takes some 700 milliseconds. */
const SOCKETS = 750;
const STREAMS = 250;
const LINE = 'subscription { line { text } }';

let server: PlatformServer;
const clients: SocketClient[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

async function streams(count: number): Promise<Response[]> {
  const address = `${server.url}/graphql/stream?${new URLSearchParams({ query: LINE })}`;
  return Promise.all(Array.from({ length: count }, () => fetch(address, { headers: { accept: 'text/event-stream' } })));
}

const statusOf = async (path: string) => (await fetch(`${server.url}${path}`)).status;

it('closes sockets with 1012 over some time, during which it takes no others and says that it is not ready', async () => {
  server = await startPlatformServer();
  for (let n = 0; n < SOCKETS; n += 50) {
    clients.push(...(await Promise.all(Array.from({ length: 50 }, () => connectSocketClient(server.url)))));
  }
  clients.at(-1)!.start('line', LINE);
  await until(() => expect(server.state.line.waiting.size).toBe(1));
  expect(await statusOf('/readyz')).toBe(200);
  const closedAt: number[] = [];
  const closed = clients.map(async (client) => {
    const [code] = await client.closed;
    closedAt.push(performance.now());
    return code;
  });
  const started = performance.now();
  const closing = server.close();
  server.state.line.send('while it stops');
  const upgrade = new WebSocket(server.socketUrl, 'graphql-transport-ws');
  const refusal = new Promise<Error>((resolve) => upgrade.on('error', resolve));
  const [ready, [stream], { message }] = await Promise.all([statusOf('/readyz'), streams(1), refusal]);
  expect([ready, stream!.status, message]).toEqual([503, 503, 'Unexpected server response: 503']);
  expect(await stream!.json()).toMatchObject({ errors: [{ message: 'The server stops. Try again.' }] });
  expect(server.logged.filter((line) => line.includes('An operation failed'))).toEqual([]);
  await closing;
  // Who was still there was still served.
  expect(clients.at(-1)!.messages.at(-1)).toMatchObject({ payload: { data: { line: { text: 'while it stops' } } } });
  expect(new Set(await Promise.all(closed))).toEqual(new Set([1012]));
  expect(closedAt.filter((at) => at < closedAt[0]! + 40).length).toBeLessThan(SOCKETS);
  expect(closedAt.at(-1)! - closedAt[0]!).toBeGreaterThan(300);
  expect(closedAt.at(-1)! - started).toBeLessThan(10_000);
  expect(server.state.line.open.size).toBe(0);
});

it('ends streams without "complete" over some time', async () => {
  server = await startPlatformServer();
  const responses = await streams(STREAMS);
  await until(() => expect(server.state.line.waiting.size).toBe(1));
  const endedAt: number[] = [];
  const texts = responses.map(async (response) => {
    const text = await response.text();
    endedAt.push(performance.now());
    return text;
  });
  await server.close();
  for (const text of await Promise.all(texts)) expect(text).not.toContain('complete');
  expect(endedAt.at(-1)! - endedAt[0]!).toBeGreaterThan(40);
  expect(server.state.line.open.size).toBe(0);
});

it('cuts off sockets that do not answer, and stops all the same', async () => {
  server = await startPlatformServer();
  const client = await connectSocketClient(server.url);
  clients.push(client);
  client.start('line', LINE);
  await until(() => expect(server.state.line.waiting.size).toBe(1));
  client.socket.pause();
  const started = performance.now();
  await server.close();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(server.state.line.open.size).toBe(0);
});
