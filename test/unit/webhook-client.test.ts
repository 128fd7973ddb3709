/** One request, whatever its receiver does. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebhookClient } from '../../src/modules/webhooks/webhook-client.js';
import { type HostAddress, WebhookTargets } from '../../src/modules/webhooks/webhook-target.js';
import { CERTIFICATE } from '../helpers/certificate.js';
import { startReceiver, type WebhookReceiver } from '../helpers/webhook-receiver.js';

const LOCAL = { address: '127.0.0.1', family: 4 };

let closers: (() => Promise<unknown>)[];
beforeEach(() => (closers = []));
afterEach(async () => {
  for (const close of closers) await close();
});

async function receiver(options: Parameters<typeof startReceiver>[0] = {}): Promise<WebhookReceiver> {
  const started = await startReceiver(options);
  closers.push(started.close);
  return started;
}

/** A server that speaks whatever the test makes it say. */
async function rawServer(connected: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function client({
  resolve = async (): Promise<HostAddress[]> => [LOCAL],
  timeoutMilliseconds = 10_000,
  certificateAuthorities = CERTIFICATE,
  allowedNetworks = ['127.0.0.0/8'],
} = {}): WebhookClient {
  const targets = new WebhookTargets({ allowedNetworks, resolve });
  return new WebhookClient({ targets, timeoutMilliseconds, certificateAuthorities });
}

describe('a request', () => {
  it('has the headers and the body that it is given, and answers what came', async () => {
    const { url, messages } = await receiver({ answer: (response) => void response.writeHead(202).end('taken') });
    const answer = await client().send(`${url}?a=b`, { 'webhook-id': '1' }, 'é');
    expect(answer).toMatchObject({ statusCode: 202, body: 'taken', error: null, retryAfterMilliseconds: null });
    expect(messages).toMatchObject([
      { url: '/hook?a=b', body: 'é', headers: { 'webhook-id': '1', 'content-length': '2' } },
    ]);
  });

  it('goes to the address that was checked, with the name in TLS and Host', async () => {
    const { url, port, messages } = await receiver({ tls: true });
    let asked = 0;
    // As a name server does that wants to be believed and then lead elsewhere.
    const resolve = async () => [asked++ === 0 ? LOCAL : { address: '10.0.0.1', family: 4 }];
    const rebinding = client({ resolve });
    expect(await rebinding.send(url, {}, '')).toMatchObject({ statusCode: 204, error: null });
    expect(asked).toBe(1);
    expect(messages).toMatchObject([{ servername: 'hooks.test', headers: { host: `hooks.test:${port}` } }]);
    expect(await rebinding.send(url, {}, '')).toMatchObject({
      statusCode: null,
      error: expect.stringMatching('must not'),
    });
    expect(messages).toHaveLength(1);
  });

  it('goes nowhere when one of the addresses is private', async () => {
    const { url, messages } = await receiver({ tls: true });
    const answer = await client({ allowedNetworks: [] }).send(url, {}, '');
    expect(answer).toMatchObject({ statusCode: null, body: null, error: expect.stringMatching('must not send') });
    expect(messages).toHaveLength(0);
  });

  it('trusts no certificate but those of the authorities', async () => {
    const { url, messages } = await receiver({ tls: true });
    const targets = new WebhookTargets({ allowedNetworks: ['127.0.0.0/8'], resolve: async () => [LOCAL] });
    const answer = await new WebhookClient({ targets }).send(url, {}, '');
    expect(answer).toMatchObject({ statusCode: null, error: expect.stringMatching('CERT') });
    const other = await client().send(url.replace('hooks.test', 'other.test'), {}, '');
    expect(other).toMatchObject({ statusCode: null, error: expect.stringMatching('ERR_TLS_CERT_ALTNAME_INVALID') });
    expect(messages).toHaveLength(0);
  });

  it('follows no redirect', async () => {
    const { url: elsewhere, messages } = await receiver();
    const { url } = await receiver({
      answer: (response) => void response.writeHead(307, { location: elsewhere }).end(),
    });
    expect(await client().send(url, {}, '')).toMatchObject({ statusCode: 307, error: null });
    expect(messages).toHaveLength(0);
  });

  it('says what Retry-After asks for', async () => {
    const { url } = await receiver({
      answer: (response) => void response.writeHead(503, { 'retry-after': '30' }).end(),
    });
    expect(await client().send(url, {}, '')).toMatchObject({ statusCode: 503, retryAfterMilliseconds: 30_000 });
  });
});

describe('an answer', () => {
  it('is read to 64 KB, kept to 4 KB, and counts', async () => {
    let closed!: () => void;
    const over = new Promise<void>((resolve) => (closed = resolve));
    const { url } = await receiver({
      answer: (response) => {
        response.on('close', closed);
        response.writeHead(200);
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(16 * 1024)));
        };
        response.on('drain', more);
        more();
      },
    });
    const answer = await client().send(url, {}, '');
    expect(answer).toMatchObject({ statusCode: 200, error: null });
    expect(answer.body).toBe('x'.repeat(4096));
    // The endless answer is at its end.
    await over;
  });

  it('is kept as text without control characters', async () => {
    const { url } = await receiver({
      answer: (response) =>
        void response.writeHead(500).end(Buffer.from([0x61, 0, 0x1b, 0x5b, 0x62, 0xff, 0x0a, 0xc3])),
    });
    expect(await client().send(url, {}, '')).toMatchObject({ statusCode: 500, body: 'a[b\ufffd\n\ufffd' });
  });

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['that never comes', () => undefined, /within 0.3 seconds/],
    ['that comes byte by byte', (socket) => drip(socket), /within 0.3 seconds/],
    ['whose head never ends', (socket) => socket.write('HTTP/1.1 200 OK\r\nx: '), /within 0.3 seconds/],
    ['of another protocol', (socket) => socket.end('220 mail.example ESMTP\r\n'), /HPE_/],
    ['with a head beyond all measure', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`), /HPE_/],
    ['that is cut off', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'), /connection/],
    ['that is reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), /ECONNRESET/],
    ['that is none', (socket) => socket.once('data', () => socket.end()), /connection/],
    [
      'that switches protocols',
      (socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n')),
      /./,
    ],
  ])('%s is an error', async (_what, connected, error) => {
    const url = await rawServer(connected);
    const answer = await client({ timeoutMilliseconds: 300 }).send(url, {}, '{}');
    expect(answer.error).toMatch(error);
    expect(answer.error).not.toContain('127.0.0.1');
    expect(answer.milliseconds).toBeLessThan(5_000);
  });

  it('is not waited for where nobody listens, or the host cannot be looked up in time', async () => {
    const { url, close } = await receiver();
    await close();
    expect((await client().send(url, {}, '')).error).toMatch('ECONNREFUSED');
    const stuck = client({ resolve: () => new Promise(() => undefined), timeoutMilliseconds: 50 });
    expect((await stuck.send('https://hooks.test/', {}, '')).error).toMatch('within 0.05 seconds');
    const unknown = client({
      resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
    });
    expect((await unknown.send('https://hooks.test/', {}, '')).error).toMatch('ENOTFOUND');
  });
});

function drip(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write('x'), 20);
  socket.on('close', () => clearInterval(timer));
}
