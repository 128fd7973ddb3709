/** A server that is told to stop answers what has reached it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { endServerProcesses, startServerProcess } from '../helpers/server-process.js';

const CLIENTS = 4;
const BODY = '{"query":"{ __typename }"}';

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-stopping-'));
  database = await createTestDatabase();
}, 60_000);

afterAll(async () => {
  await endServerProcesses();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const startServer = () =>
  startServerProcess({
    PORT: '0',
    DATA_DIR: folder,
    DATABASE_URL: database.connection.url,
    SEED: 'false',
    RATE_LIMIT_ADDRESS: 'off',
  });

/** Sends requests one after the other until one is refused; what became of each. */
async function keepAsking(url: string, agent: Agent): Promise<string[]> {
  const outcomes: string[] = [];
  while (outcomes.at(-1) !== 'ECONNREFUSED') outcomes.push(await post(url, agent));
  agent.destroy();
  return outcomes;
}

function post(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    request(`${url}/graphql`, { method: 'POST', agent, headers }, (response) => {
      response.on('error', ({ message }) => resolve(message));
      response.on('end', () => resolve(String(response.statusCode))).resume();
    })
      .on('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message))
      .end(BODY);
  });
}

it.each([
  // Who is accepted by the system in the very moment in which the server stops to listen is reset, by the system.
  ['a connection of its own', { keepAlive: false, resets: 1 }],
  ['one connection', { keepAlive: true, resets: 0 }],
])(
  'answers clients who send each request on %s until they are refused',
  async (_name, { keepAlive, resets }) => {
    const server = await startServer();
    const url = await server.ready;
    const asking = Array.from({ length: CLIENTS }, () => keepAsking(url, new Agent({ keepAlive, maxSockets: 1 })));
    await delay(300);
    expect(await server.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    const outcomes = (await Promise.all(asking)).flat();
    const unanswered = outcomes.filter((outcome) => !['200', 'ECONNREFUSED'].includes(outcome));
    expect(unanswered.length, unanswered.join()).toBeLessThanOrEqual(resets);
    expect(outcomes.filter((outcome) => outcome === '200').length).toBeGreaterThan(CLIENTS);
  },
  60_000,
);

it('answers a request that came in time, also when it was itself held up', async () => {
  const server = await startServer();
  const { hostname, port } = new URL(await server.ready);
  const client = await openSocket(hostname, Number(port));
  client.write(`GET /readyz HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  expect(await nextText(client)).toMatch(/^HTTP\/1\.1 200 /);
  const stopped = server.stop('SIGTERM');
  const probe = async () => (await openSocket(hostname, Number(port))).destroy();
  await vi.waitFor(() => expect(probe()).rejects.toThrow(/ECONNREFUSED/), { interval: 1 });
  process.kill(server.pid, 'SIGSTOP');
  const headers = `host: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}`;
  client.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n${BODY}`);
  // Longer than a connection may be idle then.
  await delay(500);
  process.kill(server.pid, 'SIGCONT');
  expect(await nextText(client)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await stopped).toEqual({ code: 0, signal: null });
}, 60_000);

async function openSocket(host: string, port: number): Promise<Socket> {
  const socket = connect(port, host);
  // What becomes of it is for those who wait for what comes on it.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function nextText(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}
