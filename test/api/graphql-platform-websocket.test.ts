import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { MAXIMUM_SOCKET_OPERATIONS } from '../../src/platform/server/socket-connection.js';
import { ADMIN_KEY, startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;
const clients: Client[] = [];
const sockets: WebSocket[] = [];

beforeEach(async () => {
  server = await startPlatformServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.close();
});

function newClient(options: Partial<ClientOptions> = {}): Client {
  const client = createClient({ url: server.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
  clients.push(client);
  return client;
}

async function once(client: Client, query: string, variables?: Record<string, unknown>): Promise<any> {
  for await (const result of client.iterate({ query, variables })) return result;
}

/** A subscription whose results gather in a list. */
function collect(client: Client, query: string, variables?: Record<string, unknown>) {
  const results: any[] = [];
  let end: unknown;
  const stop = client.subscribe(
    { query, variables },
    { next: (result) => results.push(result), error: (error) => (end = error), complete: () => (end ??= 'complete') },
  );
  return { results, stop, end: () => end };
}

function openSocket(
  headers: Record<string, string> = {},
  protocol: string | string[] = 'graphql-transport-ws',
  path = '',
) {
  const socket = new WebSocket(server.socketUrl + path, protocol, { headers });
  sockets.push(socket);
  const messages: any[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { socket, messages, closed, opened, send: (message: unknown) => socket.send(JSON.stringify(message)) };
}

async function acknowledged() {
  const connection = openSocket();
  await connection.opened;
  connection.send({ type: 'connection_init' });
  await until(() => expect(connection.messages).toEqual([{ type: 'connection_ack' }]));
  return connection;
}

describe('by WebSocket', () => {
  it('queries, mutations and subscriptions run', async () => {
    const client = newClient();
    expect(await once(client, '{ hello items(first: 1) { nodes { id } } }')).toMatchObject({
      data: { hello: 'Hello world', items: { nodes: [{ id: '1' }] } },
    });
    expect(await once(client, 'mutation { touch }')).toMatchObject({ data: { touch: 1 } });
    const { results } = collect(client, 'subscription { events { id text } }');
    await until(() => expect(server.state.events.listeners).toBe(1));
    server.state.events.send({ eventId: '1', text: 'one' });
    server.state.events.send({ eventId: '2', text: 'two' });
    await until(() => expect(results).toHaveLength(2));
    expect(results.map(({ data }) => data.events)).toEqual([
      { id: '1', text: 'one' },
      { id: '2', text: 'two' },
    ]);
  });

  it.each([
    ['GRAPHQL_PARSE_FAILED', '{'],
    ['GRAPHQL_PARSE_FAILED', `{ ${'hello '.repeat(5_000)} }`],
    ['GRAPHQL_VALIDATION_FAILED', '{ nothing }'],
    ['GRAPHQL_VALIDATION_FAILED', 'subscription { events { id } broken(how: "fault") { id } }'],
    ['BAD_USER_INPUT', 'query ($n: Int!) { items(first: $n) { totalCount } }'],
    ['QUERY_TOO_DEEP', `{ item { ${'lazy { '.repeat(20)}id${' }'.repeat(20)} } }`],
    ['QUERY_TOO_EXPENSIVE', '{ items(first: 50000) { nodes { id } } }'],
  ])('the same is refused as elsewhere: %s', async (code, query) => {
    const failed = await once(newClient(), query).then(
      () => null,
      (errors) => errors,
    );
    expect(failed[0].extensions.code).toBe(code);
  });

  it('faults are masked, and those in which subscriptions start make clients come again', async () => {
    const client = newClient();
    const { errors } = await once(client, '{ fail(how: "fault") }');
    expect(errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    await expect(once(newClient(), 'subscription { broken(how: "fault") { id } }')).rejects.toMatchObject({
      code: 1013,
    });
    const refused = await once(client, 'subscription { broken(how: "cursor") { id } }');
    expect(refused.errors[0].extensions.code).toBe('CURSOR_EXPIRED');
    expect(JSON.stringify(errors)).not.toContain('secret');
    expect(server.logged.join()).toContain('a-secret-of-the-server');
  });
});

describe('the key in connection_init', () => {
  const role = async (authorization?: unknown) =>
    (
      await once(
        newClient({ connectionParams: authorization === undefined ? {} : { authorization } }),
        '{ viewer { role } }',
      )
    ).data.viewer.role;

  it('says who asks', async () => {
    expect(await role()).toBe('ANONYMOUS');
    expect(await role(`Bearer ${ADMIN_KEY}`)).toBe('ADMIN');
  });

  it.each(['Bearer wrong', 'nonsense', 5])('closes for good when it is %s', async (authorization) => {
    await expect(role(authorization)).rejects.toMatchObject({ code: 4401 });
  });

  it('that cannot be looked up makes the client come again', async () => {
    let attempts = 0;
    await server.close();
    server = await startPlatformServer({
      authenticate: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('a-secret-of-the-server');
        return ANONYMOUS;
      },
    });
    const codes: unknown[] = [];
    const client = newClient({
      connectionParams: { authorization: 'Bearer of-somebody' },
      retryAttempts: 2,
      retryWait: async () => undefined,
      on: { closed: (event) => codes.push((event as { code: number }).code) },
    });
    expect(await once(client, '{ hello }')).toMatchObject({ data: { hello: 'Hello world' } });
    expect(codes[0]).toBe(1013);
    expect(attempts).toBe(2);
  });
});

describe('a subscription', () => {
  const watch = 'subscription { events { id text } }';

  it('ends at its source when its client leaves it, goes, or dies, also before the first event', async () => {
    const { stop } = collect(newClient(), watch);
    await until(() => expect(server.state.events.listeners).toBe(1));
    stop();
    await until(() => expect(server.state.events.listeners).toBe(0));

    const connection = await acknowledged();
    connection.send({ type: 'subscribe', id: 'a', payload: { query: watch } });
    connection.send({ type: 'subscribe', id: 'b', payload: { query: watch } });
    await until(() => expect(server.state.events.listeners).toBe(2));
    connection.socket.terminate();
    await until(() => expect(server.state.events.listeners).toBe(0));
  });

  it('works each event of a line out once for all who see the same', async () => {
    const client = newClient();
    const admin = newClient({ connectionParams: { authorization: `Bearer ${ADMIN_KEY}` } });
    const query =
      'subscription ($after: String, $upper: Boolean) { line(after: $after) { id text(upper: $upper) viewer } }';
    const same = [
      collect(client, query, { after: 'c0', upper: false }),
      collect(newClient(), query, { after: null, upper: false }),
      collect(client, 'subscription($after:String $upper:Boolean){line(after:$after){id text(upper:$upper) viewer}}', {
        upper: false,
      }),
    ];
    const other = [collect(client, query, { upper: true }), collect(admin, query, { upper: false })];
    // One for each appearance: those of the subscriptions themselves are not kept.
    await until(() => expect(server.state.line.waiting.size).toBe(3));
    server.state.line.send('one');
    await until(() => expect([...same, ...other].map(({ results }) => results.length)).toEqual([1, 1, 1, 1, 1]));
    for (const { results } of same)
      expect(results[0].data.line).toEqual({ id: 'e1', text: 'one', viewer: 'anonymous' });
    expect(other.map(({ results }) => results[0].data.line)).toEqual([
      { id: 'e1', text: 'ONE', viewer: 'anonymous' },
      { id: 'e1', text: 'one', viewer: 'admin' },
    ]);
    expect(server.state.executions).toBe(3);
  });

  it('gives nobody the events of a source that is not a line but its own subscriber', async () => {
    const subscribers = [collect(newClient(), watch), collect(newClient(), watch)];
    await until(() => expect(server.state.events.listeners).toBe(2));
    server.state.events.send({ eventId: '1', text: 'mine' });
    await until(() => expect(subscribers.map(({ results }) => results.length)).toEqual([1, 1]));
    expect(server.state.executions).toBe(2);
  });

  it('whose source breaks makes its client come again, unless the client has to know', async () => {
    const faulty = await acknowledged();
    faulty.send({
      type: 'subscribe',
      id: 'a',
      payload: { query: 'subscription { broken(how: "later fault") { id } }' },
    });
    expect(await faulty.closed).toBe(1013);
    expect(JSON.stringify(faulty.messages)).not.toContain('secret');

    const { end } = collect(newClient(), 'subscription { broken(how: "later cursor") { id } }');
    await until(() => expect(end()).toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]));
  });
});

describe('a socket', () => {
  it.each([
    ['no origin', undefined, true],
    ['its own origin', () => server.url, true],
    ['another origin', () => 'https://elsewhere.example', false],
    ['no proper origin', () => 'null', false],
  ])('with %s', async (_name, origin, welcome) => {
    const { opened } = openSocket(origin ? { origin: origin() } : {});
    if (welcome) await opened;
    else await expect(opened).rejects.toThrow('403');
  });

  it('is opened at /graphql and nowhere else', async () => {
    await expect(openSocket({}, 'graphql-transport-ws', '/stream').opened).rejects.toThrow('404');
    await openSocket({}, 'graphql-transport-ws', '?a=b').opened;
  });

  it('is closed when it speaks another protocol, or does not make itself known', async () => {
    expect(await openSocket({}, []).closed).toBe(4406);
    const silent = openSocket();
    await silent.opened;
    expect(await silent.closed).toBe(4408);
  });

  it('is closed when a message is too large or no message', async () => {
    const large = await acknowledged();
    large.send({ type: 'ping', payload: { filler: 'x'.repeat(1024 * 1024) } });
    expect(await large.closed).toBe(1009);
    const odd = await acknowledged();
    odd.socket.send('what?');
    expect(await odd.closed).toBe(4400);
  });

  it('has a bounded number of operations', async () => {
    const connection = await acknowledged();
    const payload = { query: 'subscription { events { id } }' };
    for (let id = 0; id < MAXIMUM_SOCKET_OPERATIONS; id += 1)
      connection.send({ type: 'subscribe', id: String(id), payload });
    await until(() => expect(server.state.events.listeners).toBe(MAXIMUM_SOCKET_OPERATIONS));
    connection.send({ type: 'subscribe', id: 'more', payload });
    await until(() => expect(connection.messages).toHaveLength(2));
    expect(connection.messages[1]).toMatchObject({
      id: 'more',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    connection.send({ type: 'complete', id: '0' });
    await until(() => expect(server.state.events.listeners).toBe(MAXIMUM_SOCKET_OPERATIONS - 1));
    connection.send({ type: 'subscribe', id: 'more', payload });
    await until(() => expect(server.state.events.listeners).toBe(MAXIMUM_SOCKET_OPERATIONS));
  });

  it('that answers no pings is cut, one that does stays', async () => {
    await server.close();
    server = await startPlatformServer({ keepAliveMilliseconds: 20 });
    const alive = await acknowledged();
    const dead = await acknowledged();
    dead.socket.pong = () => undefined;
    let pings = 0;
    alive.socket.on('ping', () => (pings += 1));
    expect(await dead.closed).toBe(1006);
    await until(() => expect(pings).toBeGreaterThan(5));
    expect(alive.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('is told to come again when the server stops', async () => {
    const connection = await acknowledged();
    connection.send({ type: 'subscribe', id: 'a', payload: { query: 'subscription { events { id } }' } });
    await until(() => expect(server.state.events.listeners).toBe(1));
    const started = performance.now();
    await server.close();
    expect(await connection.closed).toBe(1012);
    expect(server.state.events.listeners).toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
