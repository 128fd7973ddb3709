import type { GraphQLObjectType } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServerOptions } from '../../src/platform/server/server.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { ADMIN_KEY, type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { openConnection, send } from '../helpers/raw-request.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const HELD_MILLISECONDS = 500;
const RATE = { points: 100_000, restoreRate: 500 };
const KEY = { authorization: `Bearer ${ADMIN_KEY}` };
const BUSY = {
  message: 'The server is busy, and you have used much lately. Try again in a second.',
  extensions: { code: 'RATE_LIMITED', retryAfter: 1, cost: expect.objectContaining({ requestedQueryCost: null }) },
};

let server: PlatformServer;
const sockets: SocketClient[] = [];
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await server.close();
});

/** A server whose shares are what the test says, and whose `slow` is a large operation of the test's own. */
async function start(slow: () => unknown = () => 'done', options: Partial<ServerOptions> = {}) {
  const { schema } = createPlatformSchema();
  const field = (schema.getType('Query') as GraphQLObjectType).getFields()['slow']!;
  field.resolve = slow;
  field.extensions = { cost: 1_000 };
  const pressure = { share: 1 };
  server = await startPlatformServer({ schema, addressRate: RATE, credentialRate: RATE, pressure, ...options });
  return pressure;
}
const post = async (query: string, headers: Record<string, string> = {}) => {
  const response = await server.post({ query }, { accept: 'application/graphql-response+json', ...headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
};
/** A thousand points, which is two hundred each second. */
const useMuch = async () =>
  expect((await post('{ items(first: 999) { nodes { id } } }', KEY)).body.errors).toBeUndefined();
const socket = async (payload: object) => {
  const client = await connectSocketClient(server.url, {}, payload);
  sockets.push(client);
  return client;
};

describe('while the server is busy', () => {
  it('who used much lately is refused, and who used little is answered', async () => {
    const pressure = await start();
    await useMuch();
    expect((await post('{ hello }', KEY)).status).toBe(200);
    pressure.share = 0.1;
    const refused = await post('{ hello }', KEY);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(refused.body.errors).toEqual([BUSY]);
    const stream = await send(`${server.url}/graphql/stream?query=%7Bhello%7D`, { headers: KEY });
    expect([stream.status, JSON.parse(stream.body).errors]).toEqual([429, [BUSY]]);
    expect((await post('{ hello }')).body.data).toEqual({ hello: 'Hello world' });
    pressure.share = 1;
    expect((await post('{ hello }', KEY)).status).toBe(200);
  });

  it('the same goes for operations over a WebSocket', async () => {
    const pressure = await start();
    const [greedy, modest] = [await socket(KEY), await socket({})];
    await useMuch();
    pressure.share = 0.1;
    expect(await greedy.ask('1', '{ hello }')).toEqual([BUSY]);
    expect((await modest.ask('1', '{ hello }')).data).toEqual({ hello: 'Hello world' });
    pressure.share = 1;
    expect((await greedy.ask('2', '{ hello }')).data).toEqual({ hello: 'Hello world' });
  });

  it('shares grow, and the use of late is forgotten', async () => {
    const pressure = await start();
    await useMuch();
    pressure.share = 0.12;
    expect((await post('{ hello }', KEY)).status).toBe(429);
    pressure.share = 0.3;
    expect((await post('{ hello }', KEY)).status).toBe(200);
    pressure.share = 0.12;
    const isAnsweredAgain = async () => expect((await post('{ hello }', KEY)).status).toBe(200);
    await until(isAnsweredAgain);
  });

  it('the refusal is held back, so that asking again at once gains nothing', async () => {
    const pressure = await start();
    const client = await socket(KEY);
    await useMuch();
    pressure.share = 0.1;
    const ask = async (how: () => Promise<unknown>) => {
      const before = performance.now();
      await how();
      return performance.now() - before;
    };
    expect(await ask(() => post('{ hello }', KEY))).toBeGreaterThan(HELD_MILLISECONDS - 20);
    expect(await ask(() => client.ask('1', '{ hello }'))).toBeGreaterThan(HELD_MILLISECONDS - 20);
  });

  it('an upgrade that is held back may be given up', async () => {
    const pressure = await start();
    await post('{ items(first: 999) { nodes { id } } }');
    pressure.share = 0.1;
    const upgrade = ['GET /graphql HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    const given = await openConnection(server.url);
    const other = await openConnection(server.url);
    given.socket.write(`${upgrade.join('\r\n')}\r\n\r\n`);
    other.socket.write(`${upgrade.join('\r\n')}\r\n\r\n`);
    const before = performance.now();
    // Answered once the two are looked at.
    await send(`${server.url}/healthz`);
    given.socket.resetAndDestroy();
    // Were the first one's error not heard of, there would be nobody to answer the second.
    await other.closed;
    expect(other.received()).toMatch(/^HTTP\/1\.1 429 /);
    expect(performance.now() - before).toBeGreaterThan(HELD_MILLISECONDS / 2);
  });

  it('which it finds by itself', async () => {
    const block = () => {
      const end = performance.now() + 300;
      while (performance.now() < end);
      return 'done';
    };
    await start(block, { pressure: undefined });
    await useMuch();
    expect((await post('{ slow }', KEY)).body.data).toEqual({ slow: 'done' });
    await until(async () => expect((await post('{ hello }', KEY)).body.errors).toEqual([BUSY]));
    expect((await post('{ hello }')).body.data).toEqual({ hello: 'Hello world' });
  });
});

describe('large operations', () => {
  /** Ends of those that run, in the order in which they began. */
  const running: (() => void)[] = [];
  let begun = 0;
  const slow = () => {
    begun += 1;
    return new Promise((resolve) => running.push(() => resolve('done')));
  };
  afterEach(() => {
    begun = 0;
    running.length = 0;
  });
  const begin = (count: number) => until(() => expect(begun).toBe(count));

  it('run two at a time, with small ones between them', async () => {
    await start(slow);
    const answers = [1, 2, 3, 4].map(() => post('{ slow }'));
    await begin(2);
    for (let time = 0; time < 5; time += 1) expect((await post('{ hello }')).status).toBe(200);
    expect(begun).toBe(2);
    for (const count of [3, 4, 4, 4]) {
      running.shift()!();
      await begin(count);
    }
    for (const answer of answers) expect((await answer).body.data).toEqual({ slow: 'done' });
  });

  it('are paid for as they come: they have their turn also when their caller has nothing left by then', async () => {
    await start(slow, { addressRate: { points: 4_000, restoreRate: 0.001 } });
    const answers = [1, 2, 3].map(() => post('{ slow }'));
    await begin(2);
    const left = async () => (await post('{ hello }')).body.extensions.cost.throttleStatus.currentlyAvailable;
    await until(async () => expect(await left()).toBeLessThan(4_000 - 3 * 1_000));
    await server.post('x'.repeat(1024 * 1024));
    expect((await post('{ hello }')).status).toBe(429);
    for (const count of [3, 3, 3]) {
      running.shift()!();
      await begin(count);
    }
    for (const answer of answers) expect((await answer).body).toMatchObject({ data: { slow: 'done' } });
  });

  it('whose caller has used much meanwhile do not run when it is their turn', async () => {
    const pressure = await start(slow);
    const [greedy, modest] = [await socket(KEY), await socket({})];
    const answers = ['1', '2', '3'].map((id) => greedy.ask(id, '{ slow }'));
    await begin(2);
    const answer = modest.ask('1', '{ slow }');
    // What came before these is paid for then, and waits.
    for (const client of [greedy, modest]) await client.ask('small', '{ hello }');
    pressure.share = 0.3;
    for (const end of running.splice(0)) end();
    await begin(3);
    for (const end of running.splice(0)) end();
    expect((await answer).data).toEqual({ slow: 'done' });
    const told = (await Promise.all(answers)).map(({ data, errors }) => data?.slow ?? errors[0].message);
    expect(told).toEqual(['done', 'done', BUSY.message]);
    expect(begun).toBe(3);
  });
});
