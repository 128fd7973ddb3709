/** `medspil pull --snapshot`: a dated snapshot, checked, cut off and gone on with, and one that is withdrawn. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Proxy } from '../faults/proxy.js';
import { startCommand } from '../helpers/command.js';
import { createLesson, mutate, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let proxy: Proxy;
let folder: string;
let url: string;
let lesson: Reference;
let name: string;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
  proxy = await Proxy.start({ target: () => ({ host: '127.0.0.1', port: Number(new URL(server.url).port) }) });
  url = `http://127.0.0.1:${proxy.port}`;
  lesson = await publish(server, await createLesson(server));
  name = (await mutate(server, 'takeSnapshot', 'snapshot { name }', {})).snapshot.name;
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

const pull = (...words: string[]) => startCommand(['pull', ...words], { folder }).ended;
const stored = async (file: string) =>
  Buffer.from(await (await fetch(`${server.url}/snapshots/${name}/${file}`)).arrayBuffer());

it.each([
  ['ndjson', 'records.ndjson', 'latest'],
  ['tables', 'tables.zip', ''],
])('brings %s of a snapshot', async (format, file, which) => {
  const { code, stderr } = await pull('--url', url, '--snapshot', which || name, '--format', format);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+\.\d MB in /)]);
  expect((await readFile(path.join(folder, file))).equals(await stored(file))).toBe(true);
});

it('leaves the place from which what changed since can be had', async () => {
  expect((await pull('--url', url, '--snapshot', name)).code).toBe(0);
  const added = await publish(server, await createLesson(server, { title: 'Later than the snapshot' }));
  expect((await pull('--url', url, '--since', 'last')).code).toBe(0);
  const changes = (await readFile(path.join(folder, 'records.changes.ndjson'))).toString().trim().split('\n');
  expect(changes.map((line) => JSON.parse(line).id)).toEqual([added.id]);
});

it('goes on where it was cut off', async () => {
  const content = await stored('records.ndjson');
  // The description before it is cut off as well.
  proxy.truncate(20_000);
  const { code, stderr } = await pull('--url', url, '--snapshot', name);
  expect([code, stderr]).toEqual([0, expect.stringContaining('going on after')]);
  expect((await readFile(path.join(folder, 'records.ndjson'))).equals(content)).toBe(true);
});

it('keeps nothing under its name that is not what the snapshot has', async () => {
  const sha256 = createHash('sha256').update('right').digest('hex');
  const liar = createServer((request, response) => {
    const version = '2010-01-31';
    const resources = [{ name: 'x', path: 'records.ndjson', hash: `sha256:${sha256}` }];
    response.end(request.url!.endsWith('.json') ? JSON.stringify({ version, resources }) : 'wrong');
  });
  await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = liar.address() as AddressInfo;
    const { code, stderr } = await pull('--url', `http://127.0.0.1:${port}`, '--snapshot', '2010-01-31');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`not ${sha256}: pull it again.`)]);
    expect(await readdir(folder)).not.toContain('records.ndjson');
  } finally {
    liar.close();
  }
});

it('says that there is none', async () => {
  const { code, stderr } = await pull('--url', url, '--snapshot', '2001-01-01');
  expect([code, stderr]).toEqual([
    1,
    `${url}/snapshots/2001-01-01/datapackage.json answered 404: There is nothing here.\n`,
  ]);
});

it('says that it was withdrawn, and why', async () => {
  await mutate(server, 'retract', 'record { id }', { id: lesson.id, version: lesson.version, reason: 'It was wrong.' });
  const { code, stderr } = await pull('--url', url, '--snapshot', name);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/ answered 410: The snapshot \S+ was withdrawn on \S+: a record in it was retracted\. /),
  ]);
  expect(await readdir(folder)).toEqual([]);
});
