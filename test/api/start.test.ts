/** `npm start` as its user meets it: the first minutes, the ways it ends, and what is there the next time. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createLesson, publish } from '../helpers/records.js';
import type { TestServer } from '../helpers/server.js';
import {
  areAlive,
  ask,
  endServerProcesses,
  expectGone,
  postmasterOf,
  processTree,
  type ServerProcess,
  startServerProcess,
} from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const patience = { timeout: 30_000, interval: 10 };

const SEEDED_CASES = '{ caseStudies(filter: { provenances: [DOCUMENTED] }) { nodes { title } totalCount } }';
const COUNTS = `{
  caseStudies { totalCount } experiences { totalCount } lessons { totalCount } organisations { totalCount }
  knowledgeEvents(first: 1) { totalCount } knowledgeCursor
}`;
const EVENTS = `subscription ($after: String) {
  knowledgeEvents(after: $after) { cursor type record { id } }
}`;

let folders: string[] = [];

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-start-'));
  folders.push(folder);
  return folder;
}

async function cleanUp(): Promise<void> {
  for (const folder of folders) {
    await endServerProcesses(folder);
    await rm(folder, { recursive: true, force: true });
  }
  folders = [];
}

const npmStart = (settings: Record<string, string>) => startServerProcess(settings, { by: 'npm' });
const keyIn = async (folder: string) => (await readFile(path.join(folder, 'admin.key'), 'utf8')).trim();

describe('npm start', () => {
  let folder: string;
  let server: ServerProcess;
  let url: string;
  let key: string;

  beforeAll(async () => {
    folder = await openFolder();
    server = await npmStart({ DATA_DIR: folder });
    url = await server.ready;
    key = await keyIn(folder);
  });

  afterAll(cleanUp);

  it('says where it is, where the explorer is, and where the admin key lies', async () => {
    const said = server.stdout.split('\n');
    expect(said).toContain(`Explorer:  ${url}/graphiql`);
    expect(said).toContain(`Admin key: in ${folder}/admin.key`);
    expect((await stat(path.join(folder, 'admin.key'))).mode & 0o777).toBe(0o600);

    const explorer = await fetch(`${url}/graphiql`);
    expect(explorer.status).toBe(200);
    expect(await explorer.text()).toMatch(/<html/i);
    expect((await ask(url, '{ viewer { __typename } }', {}, key)).errors).toBeUndefined();
    expect((await ask(url, '{ viewer { __typename } }', {}, `${key}x`)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('answers the first query with the cases of 2010', async () => {
    const { data, errors } = await ask(url, SEEDED_CASES);
    expect(errors).toBeUndefined();
    const titles = data.caseStudies.nodes.map(({ title }: { title: string }) => title).join('\n');
    for (const name of ['Karrierebiblioteket', 'Ramasjang', 'Limboland']) expect(titles).toContain(name);
  });

  it('tells a subscriber what is published, and once what it missed while its connection was cut', async () => {
    const writer = {
      query: (query: string, variables?: object) => ask(url, query, variables),
      admin: (query: string, variables?: object) => ask(url, query, variables, key),
    } as TestServer;
    const { data } = await ask(url, '{ knowledgeCursor }');
    const heard: { cursor: string; type: string; record: { id: string } }[] = [];
    const failures: unknown[] = [];
    let socket: WebSocket | undefined;
    let mayReturn = Promise.resolve();
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 5,
      shouldRetry: () => true,
      retryWait: () => mayReturn,
      on: { opened: (opened) => void (socket = opened as WebSocket), closed: () => void (socket = undefined) },
    });
    const payload = { query: EVENTS, variables: { after: data.knowledgeCursor as string } };
    client.subscribe<{ knowledgeEvents: (typeof heard)[number] }>(payload, {
      next: ({ data, errors }) => {
        failures.push(...(errors ?? []));
        heard.push(data!.knowledgeEvents);
        payload.variables.after = data!.knowledgeEvents.cursor;
      },
      error: (error) => void failures.push(error),
      complete: () => undefined,
    });
    const hear = (count: number) => until(() => expect([heard.length, failures]).toEqual([count, []]), patience);

    const first = await publish(writer, await createLesson(writer, { title: 'Say it while they listen' }));
    await hear(1);

    let letReturn!: () => void;
    mayReturn = new Promise((resolve) => (letReturn = resolve));
    socket!.terminate();
    await until(() => expect(socket).toBeUndefined(), patience);
    const second = await publish(writer, await createLesson(writer, { title: 'Said while nobody listened' }));
    const third = await publish(writer, await createLesson(writer, { title: 'Said right after it' }));
    letReturn();
    await hear(3);

    const fourth = await publish(writer, await createLesson(writer, { title: 'Said to the one that came back' }));
    await hear(4);
    await client.dispose();
    expect(heard.map(({ type, record }) => [type, record.id])).toEqual(
      [first, second, third, fourth].map(({ id }) => ['PUBLISHED', id]),
    );
  });

  it('lets no second server have the same DATA_DIR', async () => {
    const second = await npmStart({ DATA_DIR: folder });
    expect((await second.ended).code).toBe(1);
    expect(second.stderr.match(/^Medspil .*/gm)).toEqual([
      expect.stringMatching(
        `^Medspil cannot start: Another server \\(process \\d+\\) uses ${folder}: stop it, or set another DATA_DIR`,
      ),
    ]);
    expect((await ask(url, SEEDED_CASES)).errors).toBeUndefined();
  });

  it.each([
    ['SIGTERM', 'process'],
    ['SIGTERM', 'group'],
    ['SIGINT', 'group'],
    ['SIGHUP', 'group'],
  ] as const)(
    'ends with %s to the %s and leaves nothing running, and the next start finds all as it was',
    async (...how) => {
      const [signal, target] = how;
      const { data: before } = await ask(url, COUNTS);
      const processes = await processTree(server.pid);
      // npm, the server, and PostgreSQL with its own.
      expect(processes).toContain(await postmasterOf(folder));
      expect(processes.length).toBeGreaterThan(4);

      const ending = await server.stop(signal, target);
      // npm itself does not wait when its terminal closes.
      if (signal !== 'SIGHUP') {
        expect(ending).toEqual({ code: 0, signal: null });
        expect(await areAlive(processes)).toEqual([]);
      }
      await expectGone(processes);
      expect(server.stdout).toContain(`${signal}: stopping`);
      expect(server.stdout + server.stderr).not.toContain(key);

      server = await npmStart({ DATA_DIR: folder });
      url = await server.ready;
      expect((await ask(url, COUNTS)).data).toEqual(before);
      expect(await keyIn(folder)).toBe(key);
    },
  );
});

describe('a server that was cut short', () => {
  afterEach(cleanUp);

  it('was killed: the next one takes over its PostgreSQL with all that was written', async () => {
    const folder = await openFolder();
    const killed = await startServerProcess({ DATA_DIR: folder });
    const { data } = await ask(await killed.ready, COUNTS);
    const postmaster = (await postmasterOf(folder))!;
    expect(await killed.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await areAlive([postmaster])).toEqual([postmaster]);

    const next = await startServerProcess({ DATA_DIR: folder });
    expect((await ask(await next.ready, COUNTS)).data).toEqual(data);
    expect(await postmasterOf(folder)).toBe(postmaster);
    expect(await next.stop()).toEqual({ code: 0, signal: null });
    expect(await areAlive([postmaster])).toEqual([]);
  });

  it.each([
    ['SIGTERM', 'process', 'makes its database'],
    ['SIGINT', 'group', 'makes its database'],
    ['SIGTERM', 'process', 'fills it'],
  ] as const)('was told to stop, by %s to the %s, while it %s', async (signal, target, moment) => {
    const folder = await openFolder();
    const cut = await npmStart({ DATA_DIR: folder });
    await until(async () => {
      if (moment === 'fills it') expect(cut.stdout).toMatch(/PostgreSQL .* started/);
      else expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^postgres-new-/));
    }, patience);
    const processes = await processTree(cut.pid);

    expect((await cut.stop(signal, target)).code).toBe(0);
    expect(cut.stdout).not.toContain('Medspil is ready');
    expect(cut.stderr).not.toContain('cannot start');
    await expectGone(processes);
    expect(await postmasterOf(folder)).toBeUndefined();
    expect((await readdir(folder)).filter((name) => name.startsWith('postgres-new-'))).toEqual([]);

    const next = await startServerProcess({ DATA_DIR: folder });
    expect((await ask(await next.ready, SEEDED_CASES)).data.caseStudies.totalCount).toBeGreaterThanOrEqual(3);
  });

  it('lost its PostgreSQL: it says so in its log, and reports failure for a supervisor to start it anew', async () => {
    const folder = await openFolder();
    const robbed = await startServerProcess({ DATA_DIR: folder, SEED: 'false' });
    await robbed.ready;
    process.kill((await postmasterOf(folder))!, 'SIGKILL');
    expect(await robbed.ended).toEqual({ code: 1, signal: null });
    expect(robbed.stdout).toMatch(/"level":60,.*ended unexpectedly/);

    const next = await startServerProcess({ DATA_DIR: folder, SEED: 'false' });
    expect((await ask(await next.ready, COUNTS)).errors).toBeUndefined();
  });

  it('met an error that nobody handles: it says so in its log, stops PostgreSQL and reports failure', async () => {
    const folder = await openFolder();
    const fault = 'process.on("SIGUSR2", () => void Promise.reject(new Error("out of the blue")))';
    const faulty = await startServerProcess({
      DATA_DIR: folder,
      SEED: 'false',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
    });
    await faulty.ready;
    const processes = await processTree(faulty.pid);
    expect(await faulty.stop('SIGUSR2')).toEqual({ code: 1, signal: null });
    expect(await areAlive(processes)).toEqual([]);
    expect(faulty.stdout).toMatch(/"level":60,.*"message":"out of the blue"/);
  });
});

describe('a log that nobody takes', () => {
  afterEach(cleanUp);

  it('is lost when its reader has gone; the server answers and stops as ever', async () => {
    const folder = await openFolder();
    const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false', LOG_LEVEL: 'debug' });
    const url = await server.ready;
    const processes = await processTree(server.pid);
    server.closeOutput();
    for (let i = 0; i < 3; i++) expect((await ask(url, SEEDED_CASES)).errors).toBeUndefined();
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await areAlive(processes)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is lost when the disk is full; the server stops as ever', async () => {
    const folder = await openFolder();
    const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false' }, { outputFile: '/dev/full' });
    await until(async () => expect(await postmasterOf(folder)).toBeDefined(), patience);
    const processes = await processTree(server.pid);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(await areAlive(processes)).toEqual([]);
  });
});

describe('settings of a start', () => {
  afterEach(cleanUp);

  it('SEED=false leaves out the records; directory and framework are there', async () => {
    const server = await startServerProcess({ DATA_DIR: await openFolder(), SEED: 'false' });
    const { data } = await ask(
      await server.ready,
      `{ caseStudies { totalCount } experiences { totalCount } lessons { totalCount }
         knowledgeEvents(first: 1) { totalCount }
         framework { recommendations { number } } library(isil: "DK-785100") { municipality { name } } }`,
    );
    const none = { totalCount: 0 };
    expect(data).toMatchObject({ caseStudies: none, experiences: none, lessons: none, knowledgeEvents: none });
    expect(data.framework.recommendations).toHaveLength(10);
    expect(data.library.municipality.name).toBe('Aalborg');
  });

  it('LOG_LEVEL=silent leaves only what a person needs to begin', async () => {
    const folder = await openFolder();
    const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false', LOG_LEVEL: 'silent' });
    const url = await server.ready;
    await server.stop();
    expect(server.stdout.split('\n')).toEqual([
      `Medspil is ready at ${url}/graphql`,
      `Explorer:  ${url}/graphiql`,
      `Admin key: in ${folder}/admin.key`,
      '',
    ]);
    expect(server.stderr).toBe('');
  });

  it('LOG_LEVEL=trace writes JSON lines to standard output, and no key', async () => {
    const folder = await openFolder();
    const server = await startServerProcess({ DATA_DIR: folder, SEED: 'false', LOG_LEVEL: 'trace' });
    const url = await server.ready;
    const key = await keyIn(folder);
    await ask(url, '{ viewer { __typename } }', {}, key);
    await ask(url, '{ nonsense }', {}, key);
    await ask(url, 'mutation { publish(input: { id: "x", version: 1 }) { errors { code } } }', {}, key);
    await server.stop();

    const plain = server.stdout.split('\n').filter((line) => !line.startsWith('{'));
    expect(plain).toHaveLength(4);
    const logged = server.stdout.split('\n').filter((line) => line.startsWith('{'));
    expect(logged.map((line) => JSON.parse(line).msg)).toContain('request');
    expect(server.stdout + server.stderr).not.toContain(key);
    expect(server.stderr).toBe('');
  });
});
