/** A server that is told to stop answers what has reached it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
    const server = await startServerProcess({
      PORT: '0',
      DATA_DIR: folder,
      DATABASE_URL: database.connection.url,
      SEED: 'false',
      RATE_LIMIT_ADDRESS: 'off',
    });
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
