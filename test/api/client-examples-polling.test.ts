/** From client-examples/hub-poll to client-examples/resume, as the README for developers of library systems says. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { endRuns, EXAMPLES, run, runToEnd, shellBlocks } from '../helpers/example.js';
import { createLesson, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const FOLDER = path.join(EXAMPLES, 'library-developer');

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-polling-'));
});
afterEach(endRuns);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('a subscription goes on where the poller stood, and misses nothing', async () => {
  const share = (title: string) =>
    createLesson(server, { title, themes: ['children'] }).then((draft) => publish(server, draft));
  const blocks = await shellBlocks(path.join(FOLDER, 'README.md'));
  const { commands } = blocks.find(({ heading }) => heading === 'From polling to a subscription')!;
  const [poll, take, follow] = commands
    .replaceAll('http://localhost:4000', server.url)
    .replaceAll(/\.\.\/\S+/g, (program) => `'${path.join(FOLDER, program)}'`)
    .trim()
    .split('\n');

  const polled = await share('Polled');
  expect(await runToEnd('bash', ['-c', poll!], { folder })).toBe('1 changed, 1 copies\n');
  const { copies } = JSON.parse(await readFile(path.join(folder, 'copies.json'), 'utf8'));
  expect(Object.keys(copies)).toEqual([polled.id]);

  // Between the last poll and the subscription.
  await mutate(server, 'retract', 'record { id }', { id: polled.id, version: polled.version, reason: 'Not true.' });
  await share('Missed by the poller');
  await runToEnd('bash', ['-c', take!], { folder });
  const live = run('bash', ['-c', `exec ${follow}`], { folder });
  await until(() =>
    expect(live.output()).toBe('RETRACTED LESSON: (taken back)\nPUBLISHED LESSON: Missed by the poller\n'),
  );
  await share('Live');
  await until(() => expect(live.output()).toMatch(/PUBLISHED LESSON: Live\n$/));
});

it.each(['library-developer', 'research'])('what the README in %s names is there', async (name) => {
  const readme = path.join(EXAMPLES, name, 'README.md');
  const links = [...(await readFile(readme, 'utf8')).matchAll(/\]\((?!http)([^)]+)\)/g)].map(([, link]) => link!);
  const blocks = (await shellBlocks(readme)).map(({ commands }) => commands).join('');
  const programs = [...blocks.matchAll(/\b(?:node|python3|Rscript) (?!-)(\S+)/g)].map(([, program]) => program!);
  expect(links.length).toBeGreaterThan(3);
  expect(programs.length).toBeGreaterThan(3);
  const typed = programs.filter((program) => /^build\/|^write-/.test(program));
  const places = [...links, ...programs.filter((program) => !typed.includes(program)), ...typed.map(sourceOf)];
  for (const place of places) await readFile(path.join(EXAMPLES, name, place));
});

function sourceOf(program: string): string {
  return program.startsWith('build/') ? program.replace('build/', 'typed/').replace(/js$/, 'ts') : `typed/${program}`;
}
