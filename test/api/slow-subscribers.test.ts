/** A subscriber is a place and not a queue: what one cannot take at the moment delays nobody, is kept nowhere, and is not lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient as createSseClient } from 'graphql-sse';
import type { GraphQLObjectType } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const LINE = 'subscription { line(after: "c0") { text } }';
const MEGABYTE = 2 ** 20;

let server: PlatformServer;
const clients: SocketClient[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

async function connect(): Promise<SocketClient> {
  const client = await connectSocketClient(server.url);
  clients.push(client);
  return client;
}

let operations = 0;

async function follow(client: SocketClient): Promise<() => string[]> {
  operations += 1;
  // Of one length, and of each its own: bytes of one that wait to be sent must not become another's.
  const operation = `operation-${String(operations).padStart(6, '0')}`;
  client.start(operation, LINE);
  return () =>
    client.messages
      .filter(({ id, type }) => id === operation && type === 'next')
      .map(({ payload }) => payload.data.line.text);
}

const following = (channels: number) => until(() => expect(server.state.line.waiting.size).toBe(channels));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that this process still needs. */
function memoryInUse(): number {
  // What the first finds unused may be freed beside it; the second waits for that.
  collectGarbage();
  collectGarbage();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}

const textOf = (n: number) => `${n} ${'x'.repeat(50_000)}`;

describe('a client that does not read', () => {
  it('costs little memory and delays nobody, and gets everything in order when it reads', async () => {
    server = await startPlatformServer();
    const slow = await Promise.all(Array.from({ length: 10 }, connect));
    const received = await Promise.all(slow.map(follow));
    const fast = await follow(await connect());
    await following(1);
    for (const { socket } of slow) socket.pause();
    const events = 600;
    const before = memoryInUse();
    let sent = 0;
    for (; sent < events; sent += 1) {
      server.state.line.send(textOf(sent));
      // No more than what the others keep up with.
      if (sent % 10 === 9) await until(() => expect(fast()).toHaveLength(sent + 1));
    }
    const after = memoryInUse();
    // What is held are the events, with the line and with the client that reads; each of the ten others would be as much.
    expect(after - before).toBeLessThan(3 * events * textOf(0).length);
    expect(Math.max(...received.map((texts) => texts().length))).toBeLessThan(events / 2);
    for (const { socket } of slow) socket.resume();
    await until(() => expect(received.map((texts) => texts().length)).toEqual(slow.map(() => events)));
    const numbers = Array.from({ length: events }, (_, n) => n);
    for (const texts of received) expect(texts().map((text) => Number(text.split(' ')[0]))).toEqual(numbers);
    // They are with the others again.
    const { executions } = server.state;
    server.state.line.send('last');
    await until(() => expect(received.map((texts) => texts().at(-1))).toEqual(slow.map(() => 'last')));
    expect(server.state.executions - executions).toBeLessThanOrEqual(1);
  }, 60_000);

  it('does not get the bytes of another, which wait beside its own', async () => {
    server = await startPlatformServer();
    const slow = await Promise.all(Array.from({ length: 4 }, connect));
    const received = await Promise.all(slow.map(follow));
    await following(1);
    for (const { socket } of slow) socket.pause();
    // Small ones, of which several wait whole before a socket takes no more.
    const events = 4_000;
    for (let n = 0; n < events; n += 1) {
      server.state.line.send(`${n} ${'x'.repeat(5_000)}`);
      if (n % 50 === 0) await delay(1);
    }
    for (const { socket } of slow) socket.resume();
    await until(() => expect(received.map((texts) => texts().length)).toEqual(slow.map(() => events)));
  }, 60_000);

  it('is cut when it answers no pings, and leaves nothing', async () => {
    server = await startPlatformServer({ keepAliveMilliseconds: 50 });
    const dead = await connect();
    await follow(dead);
    await following(1);
    dead.socket.pause();
    for (let n = 0; n < 400; n += 1) server.state.line.send(textOf(n));
    await until(() => expect(server.state.line.open.size).toBe(0));
    expect(server.state.line.waiting.size).toBe(0);
    dead.socket.resume();
    expect((await dead.closed)[0]).toBe(1006);
  });

  it('but does so slowly is not cut, however late its answers to pings are', async () => {
    server = await startPlatformServer({ keepAliveMilliseconds: 300 });
    const slow = await connect();
    const received = await follow(slow);
    await following(1);
    for (let n = 0; n < 300; n += 1) server.state.line.send(textOf(n));
    while (received().length < 300) {
      slow.socket.pause();
      await delay(20);
      slow.socket.resume();
      await delay(2);
    }
    expect(slow.socket.readyState).toBe(slow.socket.OPEN);
  }, 30_000);
});

describe('an event that was told', () => {
  it('is kept for others a moment and no longer, however large it is', async () => {
    server = await startPlatformServer();
    const events = 150;
    for (let n = 0; n < events; n += 1) server.state.line.send(textOf(n));
    const client = await connect();
    const before = memoryInUse();
    const received = await follow(client);
    await until(() => expect(received()).toHaveLength(events));
    client.messages.splice(0);
    await until(() => expect(memoryInUse() - before).toBeLessThan(4 * MEGABYTE));
  });
});

describe('a caller whose points are used up', () => {
  const start = async (restoreRate: number) => {
    const { schema, state } = createPlatformSchema();
    (schema.getType('Event') as GraphQLObjectType).getFields()['text']!.extensions = { cost: 99 };
    // The points of a credential are its own; those of the address do not matter to it.
    server = { ...(await startPlatformServer({ schema, addressRate: { points: 800, restoreRate } })), state };
  };

  it('waits for each event, in order, while all others go on', async () => {
    await start(1_000);
    const poor = await Promise.all([connect(), connect()]);
    const received = await Promise.all(poor.map(follow));
    const rich = await connectSocketClient(server.url, {}, { authorization: 'Bearer a-key-for-these-tests' });
    clients.push(rich);
    const all = await follow(rich);
    await following(2);
    for (let n = 0; n < 30; n += 1) server.state.line.send(String(n));
    await until(() => expect(all()).toHaveLength(30));
    for (const texts of received) expect(texts().length).toBeLessThan(15);
    await until(() => expect(received.map((texts) => texts().length)).toEqual([30, 30]));
    for (const texts of received) expect(texts()).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
  }, 30_000);

  it('leaves nothing when it goes while it waits', async () => {
    await start(0.001);
    const poor = await connect();
    const received = await follow(poor);
    const client = createSseClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
    const stop = client.subscribe(
      { query: LINE },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await following(1);
    for (let n = 0; n < 30; n += 1) server.state.line.send(String(n));
    await until(() => expect(received().length).toBeGreaterThan(0));
    poor.socket.terminate();
    stop();
    await until(() => expect(server.state.line.open.size).toBe(0));
    expect(server.state.line.waiting.size).toBe(0);
  });
});

describe('a fault', () => {
  it('that passes delays an event and nothing else', async () => {
    const { schema, state } = createPlatformSchema();
    const text = (schema.getType('Event') as GraphQLObjectType).getFields()['text']!;
    const { resolve } = text;
    let away = true;
    text.resolve = (...parameters) => {
      if (away) throw new Error('the database is away');
      return resolve!(...parameters);
    };
    const isReady = async () => !away;
    server = { ...(await startPlatformServer({ schema, isReady })), state };
    const client = await connect();
    const received = await follow(client);
    await following(1);
    state.line.send('one');
    state.line.send('two');
    await delay(100);
    expect(received()).toEqual([]);
    away = false;
    await until(() => expect(received()).toEqual(['one', 'two']));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('of the line makes all who follow it come again, an error of it is told to them', async () => {
    server = await startPlatformServer();
    const faulty = [await connect(), await connect()];
    await Promise.all(faulty.map(follow));
    await following(1);
    server.state.line.fail(new Error('the line broke'));
    expect(await Promise.all(faulty.map(({ closed }) => closed.then(([code]) => code)))).toEqual([1013, 1013]);
    server.state.line.broken = undefined;
    // Who comes next is not told of it.
    const next = await connect();
    const received = await follow(next);
    await following(1);
    server.state.line.send('again');
    await until(() => expect(received()).toEqual(['again']));
  });
});
