/** Two server processes on one database: what one is told, the clients of both hear. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createClient } from 'graphql-sse';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { cloneDatabase, dropDatabase } from '../helpers/cluster.js';
import { createLesson, publish } from '../helpers/records.js';
import type { TestServer } from '../helpers/server.js';
import { ask, endServerProcesses, type ServerProcess, startServerProcess } from '../helpers/server-process.js';
import { subscribe, type Subscriber } from '../helpers/subscriber.js';
import { until } from '../helpers/until.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const KEY = 'the-key-of-both-servers';
const EVENTS = 'subscription ($after: String) { knowledgeEvents(after: $after) { id cursor type recordId } }';

interface Event {
  id: string;
  cursor: string;
  type: string;
  recordId: string;
}

let folder: string;
let databaseUrl: string;

const start = (seed = 'false') =>
  startServerProcess({ DATA_DIR: folder, DATABASE_URL: databaseUrl, ADMIN_API_KEY: KEY, SEED: seed });

const writerTo = (url: string) =>
  ({
    query: (query: string, variables?: object) => ask(url, query, variables),
    admin: (query: string, variables?: object) => ask(url, query, variables, KEY),
  }) as TestServer;

/** A subscriber by server-sent events that, like {@link subscribe}, keeps what it hears. */
function subscribeToStream(
  url: string,
  variables: Record<string, unknown>,
): Pick<Subscriber<Event>, 'received' | 'close'> {
  const received: Event[] = [];
  const client = createClient({ url: `${url}/graphql/stream`, retryAttempts: 0 });
  client.subscribe<{ knowledgeEvents: Event }>(
    { query: EVENTS, variables },
    {
      next: ({ data }) => void received.push(data!.knowledgeEvents),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return { received, close: async () => client.dispose() };
}

async function database<Row>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

const unstamped = (id: string) => database(`SELECT FROM knowledge_log WHERE record_id = '${id}' AND position IS NULL`);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-two-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function createDatabase(): Promise<void> {
  databaseUrl = await cloneDatabase(inject('adminUrl'), 'template0', `test_${randomUUID().replaceAll('-', '')}`);
}

async function cleanUp(): Promise<void> {
  await endServerProcesses();
  await dropDatabase(inject('adminUrl'), new URL(databaseUrl).pathname.slice(1));
}

describe('two servers that start at once on an empty database', () => {
  beforeAll(createDatabase);
  afterAll(cleanUp);

  it('make and fill it once', async () => {
    const counts = `{
      caseStudies { totalCount } lessons { totalCount } organisations { totalCount }
      knowledgeEvents(first: 1) { totalCount } knowledgeCursor
    }`;
    const urls = await Promise.all((await Promise.all([start('true'), start('true')])).map(({ ready }) => ready));
    const [first, second] = await Promise.all(urls.map((url) => ask(url, counts)));
    expect(first!.errors).toBeUndefined();
    expect(second).toEqual(first);
    expect(
      await database(
        'SELECT name FROM migrations GROUP BY name HAVING count(*) > 1 UNION ALL SELECT slug FROM record GROUP BY kind, slug HAVING count(*) > 1',
      ),
    ).toEqual([]);

    // As many as one server alone makes of it.
    await endServerProcesses();
    const [published] = await database<{ count: string }>(
      "SELECT count(*) FROM knowledge_log WHERE type = 'PUBLISHED'",
    );
    const [records] = await database<{ count: string }>('SELECT count(*) FROM record');
    expect(published).toEqual(records);
    expect(Number(records!.count)).toBeGreaterThan(3);
  });
});

describe('two servers', () => {
  let servers: ServerProcess[];
  let urls: string[];
  const subscribers: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    await createDatabase();
    servers = await Promise.all([start(), start()]);
    urls = await Promise.all(servers.map(({ ready }) => ready));
  });

  afterEach(async () => {
    for (const subscriber of subscribers.splice(0)) await subscriber.close();
  });

  afterAll(cleanUp);

  /** One by WebSocket and one by server-sent events, from now on. */
  async function listenAt(url: string): Promise<{ received: Event[] }[]> {
    const { data } = await ask(url, '{ knowledgeCursor }');
    const after = { after: data.knowledgeCursor as string };
    const both = [subscribe<Event>(url, EVENTS, after), subscribeToStream(url, after)];
    subscribers.push(...both);
    return both;
  }

  it('each tell their clients, by WebSocket and by server-sent events, what was published at the other', async () => {
    const listeners = (await Promise.all(urls.map(listenAt))).flat();
    const published: string[] = [];
    for (const url of [urls[0]!, urls[1]!, urls[0]!]) {
      const lesson = await createLesson(writerTo(url), { title: `Told at ${url}, number ${published.length}` });
      published.push((await publish(writerTo(url), lesson)).id);
      // Live, so that none of them is only found again by a later one.
      await until(() =>
        expect(listeners.map(({ received }) => received.length)).toEqual(listeners.map(() => published.length)),
      );
    }
    for (const { received } of listeners) {
      expect(received).toEqual(listeners[0]!.received);
      expect(received.map(({ recordId }) => recordId)).toEqual(published);
    }
  });

  it('find the same cursor good, whichever gave it', async () => {
    const { data } = await ask(urls[0]!, '{ knowledgeEvents(first: 1) { edges { cursor } totalCount } }');
    const rest = await ask(urls[1]!, 'query ($after: String) { knowledgeEvents(after: $after) { nodes { id } } }', {
      after: data.knowledgeEvents.edges[0].cursor,
    });
    expect(rest.data.knowledgeEvents.nodes).toHaveLength(data.knowledgeEvents.totalCount - 1);
  });

  it('deliver what was committed by one that died before the event had its place in the log', async () => {
    const [listener] = await listenAt(urls[1]!);
    const lesson = await createLesson(writerTo(urls[0]!), { title: 'The last words of a server' });
    const { data } = await ask(
      urls[0]!,
      `mutation ($input: RecordTransitionInput!) { submitForReview(input: $input) { record { id version } } }`,
      { input: { id: lesson.id, version: lesson.version } },
      KEY,
    );
    // Nobody is stamped while this lock is held, so the server dies for certain between its commit and the stamp.
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('LOCK TABLE knowledge_log_state IN ACCESS EXCLUSIVE MODE');
    void ask(
      urls[0]!,
      'mutation ($input: RecordTransitionInput!) { publish(input: $input) { record { id } } }',
      { input: data.submitForReview.record },
      KEY,
    ).catch(() => undefined);
    await until(async () => expect(await unstamped(lesson.id)).toHaveLength(1));
    await servers[0]!.stop('SIGKILL');
    // PostgreSQL does not notice that, and would yet do what the dead server had asked for.
    await database(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND query LIKE '%stamp_knowledge_log%' AND pid <> pg_backend_pid()`,
    );
    expect(await unstamped(lesson.id)).toHaveLength(1);
    await holder.query('ROLLBACK');
    await holder.end();

    await until(() => expect(listener!.received).toMatchObject([{ recordId: lesson.id, type: 'PUBLISHED' }]));
  });
});
