import { createHash, randomBytes } from 'node:crypto';
import { type GraphQLObjectType } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MAXIMUM_SOCKET_MESSAGES } from '../../src/platform/server/socket-connection.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { openConnection, send } from '../helpers/raw-request.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  server = await startPlatformServer();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await server.close();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const HELLO = Buffer.from('{"query":"{ hello(name: \\"Åse 😀\\") }"}');
const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE, path = '/graphql') =>
  send(`${server.url}${path}`, { method: 'POST', headers, body });
const get = (search: string, path = '/graphql') =>
  send(`${server.url}${path}?${search}`, { headers: { 'apollo-require-preflight': 'yes' } });
const errorOf = ({ body }: { body: string }) => JSON.parse(body).errors[0];

describe('a body', () => {
  it('is read as UTF-8, also behind a byte order mark and in pieces', async () => {
    expect((await post(HELLO)).body).toContain('{"data":{"hello":"Hello Åse 😀"}');
    expect((await post(Buffer.concat([Buffer.from('\ufeff'), HELLO]))).status).toBe(200);
    const { socket, received } = await openConnection(server.url);
    socket.setNoDelay(true);
    socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n');
    socket.write(`Connection: close\r\nContent-Length: ${HELLO.length}\r\n\r\n`);
    for (const byte of HELLO) await new Promise((resolve) => socket.write(Buffer.from([byte]), resolve));
    await until(() => expect(received()).toContain('Hello Åse 😀'));
  });

  it.each<[string, Buffer]>([
    ['Latin-1', Buffer.from('{"query":"{ hello(name: \\"Åse\\") }"}', 'latin1')],
    ['half a character', Buffer.concat([Buffer.from('{"query":"{ hello(name: \\"'), Buffer.from([0xf0, 0x9f, 0x22])])],
    ['a surrogate of its own', Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xed, 0xa0, 0x80])])],
    ['an overlong form', Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xc0, 0xaf])])],
    ['UTF-16', Buffer.from('{"query":"{ hello }"}Å', 'utf16le').subarray(0, -1)],
  ])('of %s is refused', async (_name, body) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const response = await post(body, JSON_TYPE, path);
      expect(response.status).toBe(400);
      expect(errorOf(response)).toMatchObject({
        message: 'The body is not valid UTF-8: encode its text as UTF-8.',
        extensions: { code: 'BAD_USER_INPUT' },
      });
    }
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8',
  ])('may be %s', async (type) => {
    expect((await post(HELLO, { 'content-type': type })).status).toBe(200);
  });

  it.each([
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset="latin1"',
    'application/json; charset=utf-8; charset=utf-16',
    'application/json; charset=utf-8;charset=utf-8',
    'application/json; charset=',
    'text/plain',
    'application/x-www-form-urlencoded',
  ])('may not be %s', async (type) => {
    const response = await post(HELLO, { 'content-type': type });
    expect(response.status).toBe(415);
    expect(errorOf(response).extensions.code).toBe('BAD_USER_INPUT');
    expect(errorOf(response).message).toContain('application/json');
  });

  it('may not be compressed', async () => {
    const response = await post(HELLO, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    expect([response.status, response.headers['accept-encoding']]).toEqual([415, 'identity']);
    expect((await post(HELLO, { ...JSON_TYPE, 'content-encoding': 'identity' })).status).toBe(200);
  });

  it.each([
    '{"query":"{ hello }","__proto__":{"a":1}}',
    '{"query":"{ hello }","variables":{"constructor":{"prototype":{}}}}',
  ])('may give no object another prototype: %s', async (body) => {
    const response = await post(body);
    expect([response.status, errorOf(response).extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it.each(['', '{', '{"query":"{ hello }"} more'])('that is no JSON is refused: %s', async (body) => {
    const response = await post(body);
    expect([response.status, errorOf(response).extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('the parameters of a GET', () => {
  it('are percent-encoded UTF-8', async () => {
    const query = encodeURIComponent('{ hello(name: "Åse 100 % 😀") }').replaceAll('%20', '+');
    expect((await get(`query=${query}`)).body).toContain('{"data":{"hello":"Hello Åse 100 % 😀"}');
  });

  it.each(['%C5se', '%ED%A0%80', '%C0%AF', '%', '%zz', '%F0%9F'])('are refused with %s', async (name) => {
    for (const path of ['/graphql', '/graphql/stream']) {
      const response = await get(`query=%7Bhello(name:%22${name}%22)%7D`, path);
      expect([response.status, errorOf(response).extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
      expect(errorOf(response).message).toContain('UTF-8');
    }
  });

  it('are refused as bytes', async () => {
    const { socket, received, closed } = await openConnection(server.url);
    socket.write('GET /graphql?query={hello(name:"Å")} HTTP/1.1\r\nHost: localhost\r\n');
    socket.end('Apollo-Require-Preflight: yes\r\nConnection: close\r\n\r\n');
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
  });
});

function openSocket() {
  const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws');
  sockets.push(socket);
  const messages: any[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  socket.on('error', () => undefined);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return { socket, messages, closed, send: (message: unknown) => socket.send(JSON.stringify(message)) };
}

async function acknowledged() {
  const connection = openSocket();
  await new Promise((resolve) => connection.socket.once('open', resolve));
  connection.send({ type: 'connection_init' });
  await until(() => expect(connection.messages).toEqual([{ type: 'connection_ack' }]));
  connection.messages.length = 0;
  return connection;
}

describe('a socket is closed', () => {
  it('by a binary message, before anything is made of it', async () => {
    const { socket, messages, closed } = await acknowledged();
    socket.send(Buffer.from('{"type":"ping"}'));
    expect(await closed).toBe(1003);
    expect(messages).toEqual([]);
  });

  it('by a text that is no UTF-8', async () => {
    const { socket, closed } = await acknowledged();
    socket.send(Buffer.from([0x22, 0xc5, 0x22]), { binary: false });
    expect(await closed).toBe(1007);
  });

  it('by a message of more than 1 MiB, also in pieces', async () => {
    const { socket, closed } = await acknowledged();
    for (let piece = 0; piece < 11; piece += 1) socket.send('x'.repeat(100_000), { fin: piece === 10 });
    expect(await closed).toBe(1009);
  });

  it('by pings that nobody hears the answers of', async () => {
    const { socket, received, closed } = await openConnection(server.url);
    socket.write(
      'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    await until(() => expect(received()).toContain('101 Switching Protocols'));
    // The time for connection_init is over before this is.
    socket.write(frame(0x1, '{"type":"connection_init"}'));
    await until(() => expect(received()).toContain('connection_ack'));
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 1_000 }, () => frame(0x9, 'p'.repeat(125))));
    let sent = 0;
    const more = () => {
      // More than any buffer between the two holds.
      while (sent < 64 * 1024 * 1024 && !socket.destroyed) {
        sent += pings.length;
        if (!socket.write(pings)) return;
      }
    };
    socket.on('drain', more);
    more();
    await closed;
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('a flood of messages', () => {
  const AT_A_TIME = 40;

  /** A socket whose client leaves its mutations again, each of which goes on until the gate opens. */
  async function flood() {
    await server.close();
    const { schema } = createPlatformSchema();
    const state = { started: 0, running: 0 };
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    (schema.getType('Mutation') as GraphQLObjectType).getFields()['touch']!.resolve = async () => {
      state.started += 1;
      state.running += 1;
      await gate;
      state.running -= 1;
      return 1;
    };
    server = await startPlatformServer({ schema });
    const connection = await acknowledged();
    let id = 0;
    const begin = () => {
      for (let count = 0; count < AT_A_TIME; count += 1, id += 1)
        connection.send({ type: 'subscribe', id: String(id), payload: { query: 'mutation { touch }' } });
    };
    for (const rounds of [1, 2]) {
      begin();
      await until(() => expect(state.started).toBe(rounds * AT_A_TIME));
      for (let left = id - AT_A_TIME; left < id; left += 1) connection.send({ type: 'complete', id: String(left) });
    }
    begin();
    connection.send({ type: 'ping' });
    await until(() => expect(state.started).toBe(MAXIMUM_SOCKET_MESSAGES));
    return { ...connection, state, open };
  }

  it('waits at its sender, and none of them is lost', async () => {
    const { socket, messages, state, open } = await flood();
    const neighbour = await acknowledged();
    await until(() => expect(socket.bufferedAmount).toBe(0));
    neighbour.send({ type: 'ping' });
    await until(() => expect(neighbour.messages).toEqual([{ type: 'pong' }]));
    expect(state.started).toBe(MAXIMUM_SOCKET_MESSAGES);
    expect(messages).toEqual([]);
    open();
    await until(() => expect(messages).toContainEqual({ type: 'pong' }));
    expect(state.started).toBe(3 * AT_A_TIME);
    await until(() => expect(state.running).toBe(0));
  });

  it('ends with its sender', async () => {
    const { socket, closed, state, open } = await flood();
    socket.terminate();
    await closed;
    await server.close();
    open();
    await until(() => expect(state.running).toBe(0));
    expect(state.started).toBe(MAXIMUM_SOCKET_MESSAGES);
  });
});

/** A frame as a client sends it, masked. */
function frame(opcode: number, payload: string): Buffer {
  const mask = createHash('md5').update(payload).digest().subarray(0, 4);
  const masked = Buffer.from(payload).map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}
