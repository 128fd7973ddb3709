/** The time that one operation may take, whichever way it comes, and its end when its client leaves. */
import { createClient as createEventClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createLesson, libraryId, publish, type Reference } from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const QUERY = 'query Titles { lessons(first: 5) { nodes { title } totalCount } }';
const TOO_LONG = { extensions: { code: 'QUERY_TOO_EXPENSIVE' } };

let server: TestServer;
let lesson: Reference;
let cursor: string;
let locker: pg.Client;
let observer: pg.Client;

async function start(environment: Record<string, string>): Promise<void> {
  server = await startTestServer({ environment });
  cursor = (await server.query('{ knowledgeCursor }')).data.knowledgeCursor;
  lesson = await publish(server, await createLesson(server, { title: 'Give it time' }));
  locker = new pg.Client({ connectionString: server.database.url, application_name: 'locker' });
  observer = new pg.Client({ connectionString: server.database.url, application_name: 'observer' });
  await Promise.all([locker.connect(), observer.connect()]);
}

async function stop(): Promise<void> {
  await Promise.all([locker.end(), observer.end()]);
  await server.close();
}

/** From here until {@link unlock}, whoever reads or writes records waits. */
const lock = () => locker.query('BEGIN; LOCK TABLE record IN ACCESS EXCLUSIVE MODE');
const unlock = () => locker.query('COMMIT');

/** Those of operations: the lock may also keep the inboxes from being told of the lesson, which waits as long as it likes. */
async function waitingStatements(): Promise<number> {
  const { rows } = await observer.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'medspil' AND state <> 'idle'
        AND query NOT LIKE '%fill_inboxes%'`,
  );
  return rows[0]!.n;
}

const allWait = (count: number) => until(async () => expect(await waitingStatements()).toBe(count));
const noneWaits = () => until(async () => expect(await waitingStatements()).toBe(0));

function post(query: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
    ...init,
  });
}

function newSocketClient() {
  return createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 100,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  });
}

async function bySocket(query: string): Promise<any> {
  const client = newSocketClient();
  for await (const result of client.iterate({ query })) {
    await client.dispose();
    return result;
  }
}

async function byEvents(query: string): Promise<any> {
  const client = createEventClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
  for await (const result of client.iterate({ query })) {
    client.dispose();
    return result;
  }
}

describe('an operation that takes longer than it may', () => {
  beforeAll(() => start({ OPERATION_SECONDS: '1' }));
  afterAll(stop);
  beforeEach(lock);
  afterEach(unlock);

  it.each([
    ['HTTP', async () => (await post(QUERY)).json()],
    ['WebSocket', () => bySocket(QUERY)],
    ['server-sent events', () => byEvents(QUERY)],
  ])('is refused in time, and leaves nothing running: by %s', async (_name, send) => {
    // Three times: it is run by graphql-js first, and compiled from then on.
    for (let time = 1; time <= 3; time += 1) {
      const started = performance.now();
      const result = await send();
      const taken = performance.now() - started;
      expect(result).toMatchObject({ errors: [TOO_LONG] });
      expect(result).not.toHaveProperty('data');
      expect(result.errors[0].message).toContain('longer than 1 s');
      expect(taken).toBeGreaterThan(950);
      expect(taken).toBeLessThan(5_000);
      await noneWaits();
    }
  });

  it('gets the status that says so', async () => {
    expect((await post(QUERY)).status).toBe(400);
  });

  it('leaves the pool to the others, however many there are', async () => {
    const free = '{ framework { recommendations { number } } }';
    for (let time = 1; time <= 2; time += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => server.query(QUERY)));
      for (const { errors } of answers) expect(errors).toMatchObject([TOO_LONG]);
      await noneWaits();
      expect((await server.query(free)).errors).toBeUndefined();
    }
    await unlock();
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.query(QUERY)));
    for (const { data } of answers) expect(data.lessons.totalCount).toBe(1);
    await lock();
  });

  it('is undone as a whole when it is a change, and begins nothing more', async () => {
    await unlock();
    const organisationId = await libraryId(server);
    await lock();
    const create = (title: string) =>
      `createLesson(input: { title: "${title}", language: EN, organisationId: "${organisationId}", advice: "Wait." }) { lesson { id } errors { message } }`;
    const answer = await server.admin(`mutation { one: ${create('The first')} two: ${create('The second')} }`);
    expect(answer).toMatchObject({ data: null, errors: [{ ...TOO_LONG, path: ['one'] }] });
    await noneWaits();
    await unlock();
    const { data } = await server.admin('{ lessons(filter: { statuses: [DRAFT] }) { totalCount } }');
    expect(data.lessons.totalCount).toBe(0);
    await lock();
  });
});

describe('an event that takes longer than it may', () => {
  const subscription =
    'subscription ($after: String) { knowledgeEvents(after: $after) { cursor record { slug title } } }';

  beforeAll(() => start({ OPERATION_SECONDS: '1' }));
  afterAll(stop);

  it('is not passed over: a WebSocket is closed, and its client goes on where it was', async () => {
    await lock();
    const variables = { after: cursor };
    const closes: number[] = [];
    const received: any[] = [];
    const client = newSocketClient();
    client.on('closed', (event) => closes.push((event as { code: number }).code));
    client.subscribe<any>(
      { query: subscription, variables },
      {
        next: ({ data, errors }) => {
          received.push(errors ?? data.knowledgeEvents.record.slug);
          if (data) variables.after = data.knowledgeEvents.cursor;
        },
        error: (error) => void received.push(error),
        complete: () => undefined,
      },
    );
    await until(() => expect(closes).toEqual([1013]));
    await unlock();
    await until(() => expect(received).toEqual([lesson.slug]));
    await client.dispose();
    await noneWaits();
  });

  it('is not passed over: a stream breaks off, without an end', async () => {
    await lock();
    // Another document, for what the last one gives is remembered for a second.
    const query = subscription.replace('knowledgeEvents(', 'event: knowledgeEvents(');
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables: { after: cursor } }),
    });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toThrow();
    expect(text).not.toMatch(/event:/);
    await unlock();
    await noneWaits();
  });
});

describe('an operation whose client leaves', () => {
  beforeAll(() => start({ OPERATION_SECONDS: '60' }));
  afterAll(stop);
  beforeEach(lock);
  afterEach(unlock);

  it('ends with an HTTP connection', async () => {
    const leaving = new AbortController();
    const answer = post(QUERY, { signal: leaving.signal });
    await allWait(1);
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await noneWaits();
  });

  it('ends when a WebSocket completes it, and the others on that socket do not', async () => {
    const client = newSocketClient();
    const results: unknown[] = [];
    const sink = {
      next: (result: unknown) => void results.push(result),
      error: () => undefined,
      complete: () => undefined,
    };
    const leave = client.subscribe({ query: QUERY }, sink);
    const stay = client.subscribe({ query: QUERY }, sink);
    await allWait(2);
    leave();
    await until(async () => expect(await waitingStatements()).toBe(1));
    await unlock();
    await until(() => expect(results).toMatchObject([{ data: { lessons: { totalCount: 1 } } }]));
    stay();
    await client.dispose();
    await lock();
  });

  it('ends with a WebSocket', async () => {
    const sockets: WebSocket[] = [];
    const client = newSocketClient();
    client.on('opened', (socket) => sockets.push(socket as WebSocket));
    client.subscribe({ query: QUERY }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    await allWait(1);
    const gone = client.dispose();
    sockets[0]!.terminate();
    await noneWaits();
    await gone;
  });

  it('ends with a stream', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${server.url}/graphql/stream?query=${encodeURIComponent(QUERY)}`, {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    await allWait(1);
    leaving.abort();
    await noneWaits();
  });

  it('goes on when it is a change', async () => {
    await unlock();
    const organisationId = await libraryId(server);
    await lock();
    const leaving = new AbortController();
    const create = (title: string) =>
      `createLesson(input: { title: "${title}", language: EN, organisationId: "${organisationId}", advice: "Go." }) { lesson { id } }`;
    const answer = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ query: `mutation { one: ${create('Left alone')} two: ${create('Left alone, too')} }` }),
      signal: leaving.signal,
    });
    await allWait(1);
    leaving.abort();
    await expect(answer).rejects.toThrow();
    await unlock();
    await until(async () => {
      const { data } = await server.admin('{ lessons(filter: { statuses: [DRAFT] }) { totalCount } }');
      expect(data.lessons.totalCount).toBe(2);
    });
    await lock();
  });
});
