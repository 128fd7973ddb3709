/** What the server does with large downloads, whatever is in them: parts, compression, conditions, limits. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it, vi } from 'vitest';
import type { OpenDownload } from '../../src/platform/server/downloads.js';
import type { ServerOptions } from '../../src/platform/server/server.js';
import { type PlatformServer, startPlatformServer } from '../helpers/platform-server.js';
import { send } from '../helpers/raw-request.js';
import { until } from '../helpers/until.js';

const CHUNKS = ['one æ\n', '', Buffer.from('two\n'), 'x'.repeat(200_000), '\nend 📚\n'];
const WHOLE = Buffer.concat(CHUNKS.map((chunk) => Buffer.from(chunk)));

interface Source {
  name: string;
  write: () => AsyncIterable<string | Uint8Array>;
  readonly opened: number;
  readonly closed: number;
}

let server: PlatformServer;
afterEach(() => server.close());

async function* chunks() {
  yield* CHUNKS;
}

/** A server with something to download, of which the test says what it is. */
async function start(options: Partial<ServerOptions> = {}, compressed = false): Promise<Source> {
  const source = {
    name: 'first state',
    write: chunks as () => AsyncIterable<string | Uint8Array>,
    opened: 0,
    closed: 0,
  };
  const open = async (): Promise<OpenDownload> => {
    source.opened += 1;
    let isClosed = false;
    return {
      name: source.name,
      headers: { 'x-of-the-state': source.name },
      write: () => source.write(),
      close: async () => {
        if (!isClosed) source.closed += 1;
        isClosed = true;
      },
    };
  };
  const route = { path: '/big.txt', fileName: 'big.txt', mediaType: 'text/plain; charset=utf-8', compressed, open };
  server = await startPlatformServer({ downloads: [route], ...options });
  return source;
}

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}/big.txt`, { method, headers: { 'accept-encoding': 'identity', ...headers } });

/** Asks, and reads nothing of the answer but its head until told. */
async function ask(): Promise<IncomingMessage> {
  const asked = request(`${server.url}/big.txt`, { agent: false });
  asked.on('error', () => undefined);
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.pause();
  return response;
}

/** Reads what is left. */
async function isBrokenOff(response: IncomingMessage): Promise<boolean> {
  response.on('error', () => undefined).resume();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  return !response.complete;
}

/** More than all buffers between hold, and never at an end. */
async function* endless() {
  for (;;) yield 'y'.repeat(100_000);
}

it('comes whole, and lets go of its state', async () => {
  const source = await start();
  const response = await get();
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-disposition': 'attachment; filename="big.txt"',
    'cache-control': 'no-cache',
    'accept-ranges': 'bytes',
    'x-of-the-state': 'first state',
    vary: 'accept-encoding',
  });
  expect(response.headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
  expect(response.headers.get('content-length')).toBeNull();
  expect(Buffer.from(await response.arrayBuffer())).toEqual(WHOLE);
  await until(() => expect(source.closed).toBe(1));
  // It is known by now.
  expect((await get({}, 'HEAD')).headers.get('content-length')).toBe(String(WHOLE.length));
  const again = await get();
  expect(again.headers.get('content-length')).toBe(String(WHOLE.length));
  await again.arrayBuffer();
  await until(() => expect([source.opened, source.closed]).toEqual([3, 3]));
});

it('is asked for its head without being made', async () => {
  const source = await start();
  source.write = vi.fn(chunks);
  const { status, headers, body } = await send(`${server.url}/big.txt`, { method: 'HEAD' });
  expect([status, headers['content-length'], headers['etag']?.length, body]).toEqual([200, undefined, 45, '']);
  expect(source.write).not.toHaveBeenCalled();
  await until(() => expect(source.closed).toBe(1));
});

it.each([
  ['bytes=0-', 0, WHOLE.length],
  ['bytes=7-', 7, WHOLE.length],
  ['bytes=3-9', 3, 10],
  ['bytes=100000-100000', 100_000, 100_001],
  [`bytes=${WHOLE.length - 1}-`, WHOLE.length - 1, WHOLE.length],
  ['bytes=200000-999999999', 200_000, WHOLE.length],
  ['bytes=-6', WHOLE.length - 6, WHOLE.length],
  ['bytes=-99999999', 0, WHOLE.length],
  ['BYTES=5-', 5, WHOLE.length],
])('comes in part for %s', async (range, first, end) => {
  await start();
  const response = await get({ range });
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes ${first}-${end - 1}/${WHOLE.length}`);
  expect(response.headers.get('content-length')).toBe(String(end - first));
  expect(Buffer.from(await response.arrayBuffer())).toEqual(WHOLE.subarray(first, end));
});

it.each([[`bytes=${WHOLE.length}-`], ['bytes=999999999-'], ['bytes=-0']])('says that there is no %s', async (range) => {
  await start();
  const response = await get({ range });
  expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${WHOLE.length}`]);
  expect(await response.text()).toBe(`There are ${WHOLE.length} bytes.\n`);
});

it.each([['bytes=0-1,3-4'], ['lines=1-2'], ['bytes=9-3'], ['bytes=-'], ['bytes=a-']])(
  'comes whole for %s',
  async (range) => {
    await start();
    const response = await get({ range });
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, WHOLE.length]);
  },
);

it('goes on only with what it is still', async () => {
  const source = await start();
  const etag = (await get()).headers.get('etag')!;
  const from = (condition: string) => get({ range: 'bytes=7-', 'if-range': condition });
  expect((await from(etag)).status).toBe(206);
  // Weak tags and times say nothing of bytes.
  for (const condition of [`W/${etag}`, '"another"', new Date().toUTCString()]) {
    expect((await from(condition)).status).toBe(200);
  }
  source.name = 'second state';
  const changed = await from(etag);
  expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
  expect(Buffer.from(await changed.arrayBuffer())).toEqual(WHOLE);
});

it('is compressed for whoever likes that, by another tag, and then is the same', async () => {
  await start();
  const url = `${server.url}/big.txt`;
  const identity = (await get()).headers.get('etag')!;
  for (const coding of ['gzip', 'br, gzip;q=0.5', '*', 'gzip, deflate']) {
    const response = await get({ 'accept-encoding': coding });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(response.headers.get('etag')).toBe(`${identity.slice(0, -1)}-gzip"`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(WHOLE);
  }
  const { headers } = await send(url, { headers: { 'accept-encoding': 'gzip' } });
  expect([headers['content-length'], headers.vary]).toEqual([undefined, 'accept-encoding']);
  for (const coding of ['identity', 'br', 'gzip;q=0', 'identity, gzip;q=0.5']) {
    expect((await get({ 'accept-encoding': coding })).headers.get('content-encoding')).toBeNull();
  }
  // Parts are of the bytes that are not compressed.
  const part = await get({ 'accept-encoding': 'gzip', range: 'bytes=7-', 'if-range': identity });
  expect([part.status, part.headers.get('content-encoding'), part.headers.get('etag')]).toEqual([206, null, identity]);
  expect(
    (await get({ 'accept-encoding': 'gzip', range: 'bytes=7-', 'if-range': `${identity.slice(0, -1)}-gzip"` })).status,
  ).toBe(200);
});

it('is compressed the same each time', async () => {
  await start();
  const raw = () =>
    new Promise<Buffer>((resolve, reject) => {
      request(`${server.url}/big.txt`, { agent: false, headers: { 'accept-encoding': 'gzip' } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve(Buffer.concat(parts)));
      })
        .on('error', reject)
        .end();
    });
  const first = await raw();
  expect(gunzipSync(first)).toEqual(WHOLE);
  expect(await raw()).toEqual(first);
});

it('is not compressed twice', async () => {
  await start({}, true);
  const response = await get({ 'accept-encoding': 'gzip' });
  expect([response.headers.get('content-encoding'), response.headers.get('vary')]).toEqual([null, null]);
});

it('is not sent again to who has it, nor to who has something else and wants that alone', async () => {
  const source = await start();
  const tag = (await get()).headers.get('etag')!;
  const gzipTag = `${tag.slice(0, -1)}-gzip"`;
  const statusOf = async (headers: Record<string, string>) => {
    const response = await get(headers);
    await response.arrayBuffer();
    return response.status;
  };
  source.write = vi.fn(chunks);
  for (const value of [tag, `"other", ${tag}`, `W/${tag}`, '*', gzipTag]) {
    expect(await statusOf({ 'if-none-match': value })).toBe(304);
  }
  expect(await statusOf({ 'if-none-match': tag, range: 'bytes=7-' })).toBe(304);
  for (const value of ['"other"', `W/${tag}`]) expect(await statusOf({ 'if-match': value })).toBe(412);
  expect(source.write).not.toHaveBeenCalled();
  for (const value of [tag, '*', gzipTag]) expect(await statusOf({ 'if-match': value })).toBe(200);
  expect(await statusOf({ 'if-none-match': '"other"' })).toBe(200);
  await until(() => expect(source.closed).toBe(source.opened));
});

it('is told by its status when it cannot be made at all, and broken off when it cannot be made to its end', async () => {
  const source = await start();
  source.write = async function* () {
    throw new Error('The database is gone.');
  };
  const failed = await get({ 'accept-encoding': 'gzip' });
  expect(failed.status).toBe(500);
  expect(await failed.text()).toMatch(/^Something went wrong|error/i);
  for (const name of ['etag', 'content-disposition', 'content-encoding']) expect(failed.headers.get(name)).toBeNull();
  source.write = async function* () {
    yield 'a beginning';
    await once(process, 'never', { signal: AbortSignal.timeout(50) }).catch(() => undefined);
    throw new Error('The database is gone.');
  };
  for (const coding of ['identity', 'gzip']) {
    const broken = await get({ 'accept-encoding': coding });
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow();
  }
  await until(() => expect(source.closed).toBe(3));
  // Nothing is learned of a length that was not reached.
  expect((await get({}, 'HEAD')).headers.get('content-length')).toBeNull();
});

it('is not made further for who has left', async () => {
  const source = await start();
  let made = 0;
  let ended = false;
  source.write = async function* () {
    try {
      for await (const chunk of endless()) {
        made += 1;
        yield chunk;
      }
    } finally {
      ended = true;
    }
  };
  const response = await ask();
  await until(() => expect(made).toBeGreaterThan(5));
  response.destroy();
  await until(() => expect([source.closed, ended]).toEqual([1, true]));
});

it('waits for who is slow, with no more than buffers hold, and not for ever', async () => {
  const source = await start({ timeouts: { stalledMilliseconds: 700 } });
  let made = 0;
  source.write = async function* () {
    for await (const chunk of endless()) {
      made += chunk.length;
      yield chunk;
    }
  };
  const response = await ask();
  await until(() => expect(source.closed).toBe(1));
  expect(made).toBeLessThan(20_000_000);
  expect(await isBrokenOff(response)).toBe(true);
});

it('is given its time as a whole, however fast it is read', async () => {
  const source = await start({ downloadLimits: { downloadMilliseconds: 300 } });
  source.write = endless;
  const response = await get();
  await expect(response.arrayBuffer()).rejects.toThrow();
  await until(() => expect(source.closed).toBe(1));
});

it.each([
  ['of all', { downloads: 2, downloadsPerAddress: 5 }],
  ['of an address', { downloads: 5, downloadsPerAddress: 2 }],
])('is refused while there are as many as may be %s', async (_whose, downloadLimits) => {
  const source = await start({ downloadLimits });
  source.write = endless;
  const running = [await ask(), await ask()];
  const refused = await get();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  expect(await refused.text()).toMatch(/^Too many downloads are under way/);
  expect(source.opened).toBe(2);
  running[0]!.destroy();
  await until(async () => {
    const response = await ask();
    response.destroy();
    expect(response.statusCode).toBe(200);
  });
  running[1]!.destroy();
});

it('is paid for, also by who only looks', async () => {
  // The pressure of other tests takes nothing away here.
  const source = await start({ addressRate: { points: 20_150, restoreRate: 0.001 } });
  source.write = endless;
  const running = await ask();
  expect(running.statusCode).toBe(200);
  const refused = await get({ 'accept-encoding': 'gzip' }, 'HEAD');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
  expect(source.opened).toBe(1);
  running.destroy();
});

it('costs what was made of it: little for a small one, and all for a large one that somebody left', async () => {
  const source = await start({ addressRate: { points: 30_000, restoreRate: 0.001 } });
  const small = () => until(async () => expect((await get()).status).toBe(200));
  for (let n = 0; n < 8; n++) await small();

  source.write = endless;
  let response: IncomingMessage;
  await until(async () => {
    response = await ask();
    expect(response.statusCode).toBe(200);
  });
  let bytes = 0;
  for await (const chunk of response!) if ((bytes += (chunk as Buffer).length) > 25_000_000) break;
  response!.destroy();
  await until(() => expect(source.closed).toBe(source.opened));
  source.write = chunks;
  expect((await get()).status).toBe(429);
  expect((await get({}, 'HEAD')).status).toBe(200);
});

it('does not keep the server from stopping', async () => {
  const source = await start();
  source.write = endless;
  const response = await ask();
  const began = performance.now();
  await server.close();
  expect(performance.now() - began).toBeLessThan(15_000);
  await until(() => expect(source.closed).toBe(1));
  expect(await isBrokenOff(response)).toBe(true);
}, 30_000);
