/** Two servers on one database, restarted one after the other under those who write and those who follow. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { follow, type Follower, type FollowTransport } from '../helpers/follower.js';
import { keepPublishing, publishLesson } from '../helpers/publisher.js';
import { ask, endServerProcesses, type ServerProcess, startServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const patience = { timeout: 60_000, interval: 20 };
const KEY = 'the-key-of-both-servers';
const SERVICE_RESTART = 1012;
const TRANSPORTS: readonly FollowTransport[] = ['websocket', 'sse'];

let folder: string;
let database: TestDatabase;
let servers: ServerProcess[];
let urls: string[];
let followers: Follower[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-rolling-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @param port the one it had before; 0 for any */
const start = (port = '0') =>
  startServerProcess({
    PORT: port,
    DATA_DIR: folder,
    DATABASE_URL: database.connection.url,
    ADMIN_API_KEY: KEY,
    SEED: 'false',
    RATE_LIMIT_ADDRESS: 'off',
    RATE_LIMIT_CREDENTIAL: 'off',
  });

const restart = async (index: number) => {
  servers[index] = await start(new URL(urls[index]!).port);
  await servers[index].ready;
};

beforeEach(async () => {
  database = await createTestDatabase();
  servers = await Promise.all([start(), start()]);
  urls = await Promise.all(servers.map(({ ready }) => ready));
  followers = await Promise.all(
    urls.flatMap((url) => TRANSPORTS.map((transport) => follow(transport, url, { key: KEY }))),
  );
  await begun(followers);
});

afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await endServerProcesses();
  await database.drop();
});

const begun = (those: readonly Follower[]) =>
  until(() => expect(those.map(({ beginnings }) => beginnings.length)).toEqual(those.map(() => 1)), patience);

/** All events since the followers began, as the log has them. */
async function log(): Promise<{ id: string; recordId: string }[]> {
  const events: { id: string; recordId: string }[] = [];
  for (let after = followers[0]!.beginnings[0]!.cursor; ;) {
    const query = `query ($after: String) {
      knowledgeEvents(after: $after, first: 1000) { nodes { id recordId } pageInfo { endCursor hasNextPage } } }`;
    const { data } = await ask(urls[0]!, query, { after });
    events.push(...data.knowledgeEvents.nodes);
    if (!data.knowledgeEvents.pageInfo.hasNextPage) return events;
    after = data.knowledgeEvents.pageInfo.endCursor;
  }
}

async function expectAllHeard(acknowledged: readonly string[]): Promise<void> {
  const written = await log();
  const published = written.map(({ recordId }) => recordId);
  expect(new Set(published).size, 'a lesson was published twice').toBe(published.length);
  expect(
    acknowledged.filter((id) => !published.includes(id)),
    'acknowledged, and lost',
  ).toEqual([]);
  const ids = written.map(({ id }) => id);
  for (const { events } of followers) {
    await until(() => expect(events.map(({ id }) => id)).toEqual(ids), patience);
  }
}

describe('followers of two servers on one database', () => {
  it('get each event once and in order while both servers are restarted, one after the other', async () => {
    const publisher = keepPublishing(urls, KEY);
    const heardMore = (count: number) => {
      const before = publisher.acknowledged.length;
      return until(() => expect(publisher.acknowledged.length).toBeGreaterThan(before + count), patience);
    };
    await heardMore(10);
    for (const index of [0, 1]) {
      expect(await servers[index]!.stop('SIGTERM')).toEqual({ code: 0, signal: null });
      await heardMore(5);
      await restart(index);
      await heardMore(5);
    }
    await publisher.stop();

    await expectAllHeard(publisher.acknowledged);
    for (const [index, { cuts, beginnings }] of followers.entries()) {
      expect(beginnings).toHaveLength(1);
      expect(cuts.length).toBeGreaterThan(0);
      // The first of them is the server's own doing, those after it are of a server that is not there yet.
      if (index % 2 === 0) expect(cuts[0]!.code).toBe(SERVICE_RESTART);
    }
  });

  it('get each event once and in order when a server is killed in the middle of it', async () => {
    const publisher = keepPublishing(urls, KEY);
    await until(() => expect(publisher.acknowledged.length).toBeGreaterThan(10), patience);
    await servers[0]!.stop('SIGKILL');
    const before = publisher.acknowledged.length;
    await until(() => expect(publisher.acknowledged.length).toBeGreaterThan(before + 5), patience);
    await restart(0);
    await publisher.stop();

    await expectAllHeard(publisher.acknowledged);
    expect(followers[2]!.cuts.concat(followers[3]!.cuts), 'of the server that was not killed').toEqual([]);
  });

  it('go on from a kept cursor on another server', async () => {
    const [first, second] = [
      await publishLesson(urls[0]!, KEY, 'Before they left'),
      await publishLesson(urls[1]!, KEY, 'While they were away'),
    ];
    await until(() => expect(followers[0]!.events).toHaveLength(2), patience);
    expect(followers[0]!.events.map(({ recordId }) => recordId)).toEqual([first, second]);
    for (const transport of TRANSPORTS) {
      const again = await follow(transport, urls[1]!, { cursor: followers[0]!.events[0]!.cursor });
      followers.push(again);
      await until(() => expect(again.events.map(({ recordId }) => recordId)).toEqual([second]), patience);
      expect(again.beginnings).toEqual([]);
    }
  });
});
