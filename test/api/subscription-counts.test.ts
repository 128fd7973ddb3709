import type { GraphQLObjectType } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlatformSchema, type PlatformState } from '../helpers/platform-schema.js';
import { ADMIN_KEY, type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const MAXIMUM = 3;
const EVENTS = 'subscription { events { id } }';
const KEY = { authorization: `Bearer ${ADMIN_KEY}` };

let server: PlatformServer;
let state: PlatformState;
/** What a subscription of `broken` hears, told by its argument. */
const sources: Record<string, () => unknown> = {
  none: () => 7,
  late: () => new Promise((resolve) => starting.push(() => resolve(state.events.listen()))),
  empty: async function* () {},
  failing: async function* () {
    throw new Error('The source broke.');
  },
};
const starting: (() => void)[] = [];
const ends: (() => void)[] = [];

beforeEach(async () => {
  const platform = createPlatformSchema();
  state = platform.state;
  const { broken } = (platform.schema.getType('Subscription') as GraphQLObjectType).getFields();
  const refuse = broken!.subscribe as (...args: unknown[]) => unknown;
  broken!.subscribe = (...args: unknown[]) => (sources[(args[1] as { how: string }).how] ?? refuse)(...args);
  const { schema } = platform;
  server = await startPlatformServer({ schema, connectionsPerAddress: MAXIMUM, trustedProxies: ['127.0.0.1'] });
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await server.close();
});

let clients = 0;
/** Everybody comes from an address of his own, so that sockets and streams themselves are not bounded. */
const newAddress = () => ({ 'x-forwarded-for': `192.0.2.${(clients += 1) % 250}` });

async function connect(headers = newAddress(), payload: object = {}): Promise<SocketClient> {
  const client = await connectSocketClient(server.url, headers, payload);
  ends.push(() => client.socket.terminate());
  return client;
}
const codeOf = (messages: any[], id: string) =>
  messages.find((message) => message.id === id && message.type !== 'complete')?.payload.errors?.[0].extensions.code;

/** Opens a stream over SSE with the key, and gives the first result's code when it has one. */
async function openStream() {
  const leave = new AbortController();
  ends.push(() => leave.abort());
  const response = await fetch(`${server.url}/graphql/stream?query=${encodeURIComponent(EVENTS)}`, {
    headers: { accept: 'text/event-stream', ...KEY, ...newAddress() },
    signal: leave.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
  })().catch(() => undefined);
  return { status: response.status, text: () => text, reading, leave: () => leave.abort() };
}
const listeners = (count: number) => until(() => expect(state.events.listeners).toBe(count));

async function fill(client: SocketClient): Promise<void> {
  const before = state.events.listeners;
  for (let n = 1; n <= MAXIMUM; n += 1) client.start(`held ${n}`, EVENTS);
  await listeners(before + MAXIMUM);
}

describe('subscriptions of one caller', () => {
  it('are so many and no more over WebSocket, until one of them is completed', async () => {
    const client = await connect();
    await fill(client);
    const refused = await client.ask('one more', EVENTS);
    expect(refused.errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(`${MAXIMUM} subscriptions`),
        extensions: { code: 'RATE_LIMITED' },
      }),
    ]);
    expect(state.events.listeners).toBe(MAXIMUM);
    client.send({ id: 'held 2', type: 'complete' });
    await listeners(MAXIMUM - 1);
    client.start('in its place', EVENTS);
    await listeners(MAXIMUM);
    expect((await client.ask('and one more', EVENTS)).errors[0].extensions.code).toBe('RATE_LIMITED');
    // Queries are no subscriptions, and others are not concerned.
    expect((await client.ask('query', '{ hello }')).data).toEqual({ hello: 'Hello world' });
    await fill(await connect());
  });

  it('are given up with the socket that they came by', async () => {
    const address = newAddress();
    const first = await connect(address);
    await fill(first);
    first.socket.terminate();
    await listeners(0);
    await fill(await connect(address));
  });

  it('are given up by a client that left before they had started', async () => {
    const query = 'subscription { broken(how: "late") { id } }';
    const leave = new AbortController();
    const streams = Array.from({ length: MAXIMUM }, () =>
      fetch(`${server.url}/graphql/stream?query=${encodeURIComponent(query)}`, {
        headers: { accept: 'text/event-stream', ...KEY, ...newAddress() },
        signal: leave.signal,
      }).catch(() => 'left'),
    );
    await until(() => expect(starting).toHaveLength(MAXIMUM));
    leave.abort();
    await Promise.all(streams);
    for (const start of starting.splice(0)) start();
    const client = await connect(newAddress(), KEY);
    await listeners(0);
    for (let n = 1; n <= MAXIMUM; n += 1) client.start(`late ${n}`, query);
    await until(() => expect(starting).toHaveLength(MAXIMUM));
    client.socket.terminate();
    await client.closed;
    const other = await connect(newAddress(), KEY);
    for (const start of starting.splice(0)) start();
    await listeners(0);
    await fill(other);
  });

  it('are so many and no more over SSE, until one of them is left', async () => {
    const streams = [];
    for (let n = 1; n <= MAXIMUM; n += 1) streams.push(await openStream());
    await listeners(MAXIMUM);
    const refused = await openStream();
    await refused.reading;
    expect(refused.status).toBe(200);
    expect(refused.text()).toMatch(/event: next\ndata: .*"code":"RATE_LIMITED".*\n\nevent: complete\n/);
    streams[0]!.leave();
    await listeners(MAXIMUM - 1);
    await openStream();
    await listeners(MAXIMUM);
  });

  it('are counted together, however and from wherever they come with one key', async () => {
    const client = await connect(newAddress(), KEY);
    await fill(client);
    const refused = await openStream();
    await refused.reading;
    expect(refused.text()).toContain('RATE_LIMITED');
    const other = await connect(newAddress(), KEY);
    expect((await other.ask('one more', EVENTS)).errors[0].extensions.code).toBe('RATE_LIMITED');
  });

  it.each([
    ['could not start', 'forbidden'],
    ['ended by themselves', 'empty'],
  ])('that %s are not counted', async (_what, how) => {
    const client = await connect();
    for (let n = 1; n <= 2 * MAXIMUM; n += 1) {
      client.start(`broken ${n}`, `subscription { broken(how: "${how}") { id } }`);
      await until(() => expect(client.messages.some(({ id }) => id === `broken ${n}`)).toBe(true));
      expect(codeOf(client.messages, `broken ${n}`)).not.toBe('RATE_LIMITED');
    }
    await fill(client);
  });

  it.each([
    ['no source at all', 'none'],
    ['a fault as they started', 'fault'],
    ['a source that fails', 'failing'],
  ])('that have %s are not counted', async (_what, how) => {
    const address = newAddress();
    for (let n = 1; n <= 2 * MAXIMUM; n += 1) {
      const client = await connect(address);
      client.start('broken', `subscription { broken(how: "${how}") { id } }`);
      // Our own fault: the client is to come again.
      expect((await client.closed)[0]).toBe(1013);
    }
    await fill(await connect(address));
  });
});
