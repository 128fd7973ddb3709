/** Archives are the same wherever and whenever they are made. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { Spool } from '../../src/modules/exports/spool.js';
import { writeZip } from '../../src/modules/exports/zip.js';
import { readZip } from '../helpers/export-readers.js';

async function* parts(...texts: string[]) {
  yield* texts;
}

const entries = () => [
  { name: 'a.csv', content: () => parts('x'.repeat(100_000), 'æ') },
  { name: 'b.csv', content: () => parts() },
];

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

it('whatever the time, and the time zone', async () => {
  const first = await collect(writeZip(entries()));
  vi.useFakeTimers({ now: new Date('2031-07-01T12:00:00Z'), toFake: ['Date'] });
  try {
    expect((await collect(writeZip(entries()))).equals(first)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
  const zones = ['Pacific/Kiritimati', 'Pacific/Niue'].map((TZ) =>
    execFileSync(
      process.execPath,
      ['-e', `console.log(JSON.stringify(require('yazl').dateToDosDateTime(new Date(0))))`],
      { env: { ...process.env, TZ }, encoding: 'utf8' },
    ),
  );
  expect(zones[0]).toBe(zones[1]);
  const files = await readZip(first);
  expect([...files].map(([name, content]) => [name, content.length])).toEqual([
    ['a.csv', 100_002],
    ['b.csv', 0],
  ]);
});

it('fails with what is in it', async () => {
  const failing = async function* () {
    yield 'a beginning';
    throw new Error('The rest is lost.');
  };
  await expect(collect(writeZip([{ name: 'a', content: failing }]))).rejects.toThrow('The rest is lost.');
});

it('leaves no temporary files', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'medspil-spool-'));
  vi.stubEnv('TMPDIR', folder);
  const spool = await Spool.open();
  await spool.append('a', 'one ');
  await spool.append('a', 'two');
  const read = async (name: string) => (await collect(spool.read(name))).toString();
  expect([await read('a'), await read('b')]).toEqual(['one two', '']);
  expect(await readdir(folder)).toHaveLength(1);
  await spool.remove();
  expect(await readdir(folder)).toEqual([]);
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});
