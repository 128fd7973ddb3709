/** Events go out as frames that are made once for many sockets: every byte of them must be what the protocol says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const LINE = 'subscription ($after: String) { line(after: $after) { text } }';

let server: PlatformServer;
const clients: SocketClient[] = [];

beforeEach(async () => {
  server = await startPlatformServer();
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

async function connect(): Promise<SocketClient> {
  const client = await connectSocketClient(server.url);
  clients.push(client);
  return client;
}

function follow(client: SocketClient, id: string, after?: string): () => string[] {
  client.send({ id, type: 'subscribe', payload: { query: LINE, variables: { after } } });
  return () =>
    client.messages.flatMap((message) =>
      message.id === id && message.type === 'next' ? [message.payload.data.line.text] : [],
    );
}

const listening = (channels: number) => until(() => expect(server.state.line.waiting.size).toBe(channels));

describe('frames of events', () => {
  it('are whole for each length, below and above what the lengths of frames are written in', async () => {
    const client = await connect();
    const received = follow(client, 'id', 'c0');
    await listening(1);
    const overhead = JSON.stringify({ id: 'id', type: 'next', payload: { data: { line: { text: '' } } } }).length;
    const lengths = [124, 125, 126, 127, 128, 65_534, 65_535, 65_536, 65_537, 200_000];
    const texts = [...lengths.map((length) => 'x'.repeat(length - overhead)), 'æøå 👩‍🔬 " \\ \n \u2028', ''];
    for (const text of texts) server.state.line.send(text);
    await until(() => expect(received()).toHaveLength(texts.length));
    expect(received()).toEqual(texts);
  });

  it('bear the id of each operation, whatever it is', async () => {
    const ids = ['1', '2', '22', 'ø', '👩‍🔬', '"', '\\', 'a\nb', ' ', 'x'.repeat(256), '\u0000', '{"id":"1"}'];
    const client = await connect();
    const received = ids.map((id) => follow(client, id));
    const other = follow(await connect(), '1');
    // Whoever has not begun yet hears of a later one.
    await until(() => {
      server.state.line.send('again');
      expect([...received, other].every((texts) => texts().length > 0)).toBe(true);
    });
    expect(client.messages.filter(({ type }) => type !== 'next')).toEqual([{ type: 'connection_ack' }]);
  });

  it('come of one operation alone when an id is used anew while its first operation is still starting', async () => {
    const { schema, state } = createPlatformSchema();
    const line = schema.getSubscriptionType()!.getFields()['line']!;
    const { subscribe } = line;
    const starts: (() => void)[] = [];
    line.subscribe = async (...parameters) => {
      await new Promise<void>((resolve) => starts.push(resolve));
      return subscribe!(...parameters);
    };
    await server.close();
    server = { ...(await startPlatformServer({ schema })), state };
    const client = await connect();
    client.start('again', 'subscription { line(after: "c0") { text } }');
    await until(() => expect(starts).toHaveLength(1));
    client.send({ id: 'again', type: 'complete' });
    client.start('again', 'subscription { line(after: "c0") { text } }');
    await client.ask('question', '{ hello }');
    for (const start of starts) start();
    await until(() => expect(state.line.open.size).toBe(0));
    expect(client.messages.find(({ type }) => type === 'error')).toMatchObject({
      id: 'again',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    client.start('again', 'subscription { line(after: "c0") { text } }');
    await until(() => expect(starts).toHaveLength(2));
    starts[1]!();
    state.line.send('one');
    await until(() => expect(client.messages.filter(({ type }) => type === 'next')).toHaveLength(2));
  });

  it('stop when their operation is completed, and come again when its id is used anew', async () => {
    const client = await connect();
    const kept = follow(client, 'kept', 'c0');
    const first = follow(client, 'again', 'c0');
    await listening(1);
    server.state.line.send('one');
    await until(() => expect([kept(), first()]).toEqual([['one'], ['one']]));
    client.send({ id: 'again', type: 'complete' });
    // What is asked after it is answered after it.
    await client.ask('question', '{ hello }');
    server.state.line.send('two');
    await until(() => expect(kept()).toEqual(['one', 'two']));
    expect(first()).toEqual(['one']);
    follow(client, 'again', 'c1');
    await until(() => expect(first()).toEqual(['one', 'two']));
    server.state.line.send('three');
    await until(() =>
      expect([kept(), first()]).toEqual([
        ['one', 'two', 'three'],
        ['one', 'two', 'three'],
      ]),
    );
    client.send({ id: 'again', type: 'complete' });
    client.send({ id: 'kept', type: 'complete' });
    await listening(0);
    expect(server.state.line.open.size).toBe(0);
  });

  it('go between the answers to other operations of their socket', async () => {
    const client = await connect();
    const received = follow(client, 'line', 'c0');
    await listening(1);
    for (let n = 0; n < 40; n += 1) {
      client.start(`q${n}`, '{ items(first: 50) { nodes { id name } } }');
      server.state.line.send(String(n));
    }
    await until(() => expect(client.messages.filter(({ type }) => type === 'complete')).toHaveLength(40));
    await until(() => expect(received()).toHaveLength(40));
    expect(received()).toEqual(Array.from({ length: 40 }, (_, n) => String(n)));
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('are no more sent to a socket that is closing', async () => {
    const client = await connect();
    follow(client, 'line', 'c0');
    await listening(1);
    client.socket.close(1000);
    for (let n = 0; n < 100; n += 1) server.state.line.send('x'.repeat(10_000));
    expect((await client.closed)[0]).toBe(1000);
    await listening(0);
  });
});
