/** `medspil pull`, as a researcher runs it: whole, cut off, gone on with, and only what changed. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Proxy } from '../faults/proxy.js';
import { type Command, startCommand } from '../helpers/command.js';
import { createLesson, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const LESSONS = 60;

let server: TestServer;
let proxy: Proxy;
let folder: string;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ seed: true, environment: { PUBLIC_URL: 'https://medspil.example.org' } });
  // Enough for some of it to arrive before it is cut.
  const advice = 'Write down who decides what, and when you will look at it again. '.repeat(150);
  for (let n = 1; n <= LESSONS; n++)
    await publish(server, await createLesson(server, { title: `Long lesson ${n}`, advice }));
  proxy = await Proxy.start({ target: () => ({ host: '127.0.0.1', port: Number(new URL(server.url).port) }) });
  url = `http://127.0.0.1:${proxy.port}`;
}, 60_000);
afterAll(async () => {
  await proxy?.close();
  await server?.close();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-pull-'));
});
afterEach(async () => {
  proxy.heal();
  await rm(folder, { recursive: true, force: true });
});

const pull = (...words: string[]): Command => startCommand(['pull', ...words], { folder });
const whole = async (name = 'records.ndjson') =>
  Buffer.from(await (await fetch(`${server.url}/export/${name}`)).arrayBuffer());
const read = (name: string) => readFile(path.join(folder, name));

describe('everything', () => {
  it.each([
    ['ndjson', 'records.ndjson'],
    ['jsonld', 'records.jsonld'],
    ['ttl', 'records.ttl'],
    ['graphml', 'graph.graphml'],
    ['tables', 'tables.zip'],
  ])('comes as %s, whole', async (format, name) => {
    const { code, stderr } = await pull('--url', url, '--format', format).ended;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+\.\d MB in /)]);
    expect((await read(name)).equals(await whole(name))).toBe(true);
    expect(await readdir(folder)).toEqual([name, `${name}.cursor`].sort());
  });

  it('comes on standard output, and nothing else does', async () => {
    const { code, stdout } = await pull('--url', url, '--out', '-').ended;
    expect(code).toBe(0);
    expect(stdout).toBe((await whole()).toString());
    expect(await readdir(folder)).toEqual([]);
  });

  it('is told to programs in lines of JSON', async () => {
    const { code, stdout } = await pull('--url', url, '--json').ended;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const content = await read('records.ndjson');
    expect(lines[0]).toMatchObject({ progress: { bytes: 0 } });
    expect(lines.at(-1)).toEqual({
      summary: {
        file: 'records.ndjson',
        bytes: content.length,
        cursor: (await read('records.ndjson.cursor')).toString().trim(),
        sha256: createHash('sha256').update(content).digest('hex'),
        seconds: expect.any(Number),
      },
    });
  });

  it('can be a part of it', async () => {
    const { code } = await pull('--url', url, '--filter', 'kinds=LESSON', '--out', 'lessons.ndjson').ended;
    expect(code).toBe(0);
    const kinds = (await read('lessons.ndjson'))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).recordKind);
    expect(new Set(kinds)).toEqual(new Set(['LESSON']));
    // Whoever went on from there would miss what the part did not have.
    expect(await readdir(folder)).toEqual(['lessons.ndjson']);
  });
});

describe('what is cut off', () => {
  it('is gone on with by itself, and is the same to the byte', async () => {
    const expected = await whole();
    proxy.truncate(Math.ceil(expected.length / 3));
    const { code, stderr } = await pull('--url', url).ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('again in')]);
    expect(stderr).toContain('going on after');
    expect((await read('records.ndjson')).equals(expected)).toBe(true);
  });

  it('is gone on with by another run', async () => {
    const expected = await whole();
    proxy.truncate(Math.ceil(expected.length / 2));
    const first = pull('--url', url);
    await until(() => expect(first.stderr).toContain('again in'));
    await first.stop('SIGKILL');
    expect(await readdir(folder)).toEqual(['records.ndjson.part', 'records.ndjson.part.json']);
    const kept = (await read('records.ndjson.part')).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(expected.length);
    proxy.heal();
    const second = await pull('--url', url).ended;
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('going on after')]);
    expect((await read('records.ndjson')).equals(expected)).toBe(true);
    expect(await readdir(folder)).toEqual(['records.ndjson', 'records.ndjson.cursor']);
  });

  it('is begun anew when it has changed since', async () => {
    proxy.truncate(300_000);
    const first = pull('--url', url);
    await until(() => expect(first.stderr).toContain('again in'));
    await first.stop('SIGKILL');
    proxy.heal();
    await publish(server, await createLesson(server, { title: 'What changed the export' }));
    const second = await pull('--url', url).ended;
    expect([second.code, second.stderr]).toEqual([0, expect.stringContaining('has changed since')]);
    expect((await read('records.ndjson')).equals(await whole())).toBe(true);
  });

  it('stays for another run when the user stops it', async () => {
    proxy.truncate(300_000);
    const first = pull('--url', url);
    await until(() => expect(first.stderr).toContain('again in'));
    const { code, stderr } = await first.stop('SIGINT');
    expect([code, stderr]).toEqual([130, expect.stringContaining('the same command goes on with it')]);
    expect(await readdir(folder)).toContain('records.ndjson.part');
  });

  it('goes on to standard output without a byte twice', async () => {
    const expected = await whole();
    proxy.truncate(Math.ceil(expected.length / 2) + 1_000);
    const { code, stdout } = await pull('--url', url, '--out', '-').ended;
    expect(code).toBe(0);
    expect(stdout).toBe(expected.toString());
  });
});

describe('what changed', () => {
  it('comes alone, with what was retracted, and each time from there', async () => {
    const kept = await publish(server, await createLesson(server, { title: 'To be retracted' }));
    expect((await pull('--url', url).ended).code).toBe(0);
    const added = await publish(server, await createLesson(server, { title: 'Only this one' }));
    await mutate(server, 'retract', 'record { id }', { id: kept.id, version: kept.version, reason: 'It was wrong.' });
    expect((await pull('--url', url, '--since', 'last').ended).code).toBe(0);
    const changes = () =>
      read('records.changes.ndjson').then((text) =>
        text
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
    const found = (await changes()).map(({ id, deleted }) => [id, deleted ?? false]);
    expect(found).toEqual(
      expect.arrayContaining([
        [kept.id, true],
        [added.id, false],
      ]),
    );
    expect(found.length).toBeLessThan(LESSONS);
    const cursor = await read('records.ndjson.cursor');
    await publish(server, await createLesson(server, { title: 'And then this one' }));
    expect((await pull('--url', url, '--since', 'last').ended).code).toBe(0);
    expect((await changes()).map(({ title }) => title)).toContain('And then this one');
    expect((await read('records.ndjson.cursor')).equals(cursor)).toBe(false);
  });

  it('needs to know since when', async () => {
    const { code, stderr } = await pull('--url', url, '--since', 'last').ended;
    expect([code, stderr]).toEqual([
      1,
      'There is no records.ndjson.cursor from a pull before: pull everything first, or name a cursor.\n',
    ]);
    const foreign = await pull('--url', url, '--since', 'abc').ended;
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toMatch(/answered 400: .*\n$/);
  });
});

describe('a server that', () => {
  let answers: ((request: number) => [number, Record<string, string>, string]) | undefined;
  let requests = 0;
  const fake = createServer((_request, response) => {
    const [status, headers, body] = answers!(++requests);
    response.writeHead(status, headers).end(body);
  });
  let fakeUrl: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
    fakeUrl = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    requests = 0;
  });

  it('asks to wait is asked again when it says', async () => {
    answers = (request) => (request === 1 ? [503, { 'retry-after': '1' }, 'Too many downloads.\n'] : [200, {}, '{}\n']);
    const { code, stderr } = await pull('--url', fakeUrl).ended;
    expect([code, requests, stderr]).toEqual([0, 2, expect.stringContaining('Too many downloads.; again in 1.0 s')]);
  });

  it('fails is asked again', async () => {
    answers = (request) => (request === 1 ? [500, {}, ''] : [200, {}, '{}\n']);
    expect((await pull('--url', fakeUrl).ended).code).toBe(0);
    expect(requests).toBe(2);
  });

  it('refuses is not', async () => {
    answers = () => [410, {}, 'Withdrawn.\n'];
    const { code, stderr } = await pull('--url', fakeUrl).ended;
    expect([code, requests, stderr]).toEqual([1, 1, `${fakeUrl}/export/records.ndjson answered 410: Withdrawn.\n`]);
  });

  it('sends another part than was asked for is not believed', async () => {
    await writeFile(path.join(folder, 'records.ndjson.part'), 'abc');
    await writeFile(
      path.join(folder, 'records.ndjson.part.json'),
      JSON.stringify({ url: `${fakeUrl}/export/records.ndjson`, etag: '"a"' }),
    );
    answers = () => [206, { 'content-range': 'bytes 1-5/6' }, 'bcdef'];
    const { code, stderr } = await pull('--url', fakeUrl).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('another part')]);
  });

  it('has nothing more to send has sent all', async () => {
    await writeFile(path.join(folder, 'records.ndjson.part'), 'abc');
    await writeFile(
      path.join(folder, 'records.ndjson.part.json'),
      JSON.stringify({ url: `${fakeUrl}/export/records.ndjson`, etag: '"a"' }),
    );
    answers = () => [416, { 'content-range': 'bytes */3' }, ''];
    expect((await pull('--url', fakeUrl).ended).code).toBe(0);
    expect((await read('records.ndjson')).toString()).toBe('abc');
  });
});

it.each([
  [['--format', 'xlsx'], 'There is no format "xlsx"'],
  [['--url', 'medspil'], '"medspil" is no address'],
  [['--filter', 'kinds'], '"kinds" is no filter'],
  [['--snapshot', 'latest', '--since', 'last'], 'A snapshot is pulled as a whole'],
  [['--nonsense'], '--nonsense'],
])('says what is wrong with %j', async (words, message) => {
  const { code, stderr } = await pull(...words).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

it('says that a folder cannot be written to', async () => {
  const { code, stderr } = await pull('--url', url, '--out', 'no/such/file').ended;
  expect([code, stderr]).toEqual([
    1,
    'no/such/file cannot be written (ENOENT): name a file in a folder that you may write to.\n',
  ]);
});

it('draws a bar with the time to go where somebody watches it', async () => {
  // The second time the server knows how long it is.
  await whole();
  const { code, stderr } = await startCommand(['pull', '--url', url], { folder, terminal: true }).ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/% \| .* to go \| .* MB\/s/);
});
