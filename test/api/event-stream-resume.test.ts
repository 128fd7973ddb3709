/** Event streams name the place behind each event, and go on from where a client says that it was. */
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { type LogProcess, startLogProcess } from '../helpers/log-process.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const QUERY = 'subscription ($after: String) { knowledgeEvents(after: $after) { type } }';
const WITH_CURSOR = 'subscription ($after: String) { knowledgeEvents(after: $after) { id cursor } }';

let server: TestServer;
let log: LogProcess;
const leaving: AbortController[] = [];

beforeAll(async () => {
  server = await startTestServer();
  log = await startLogProcess(server.database);
});

afterEach(() => {
  for (const leave of leaving.splice(0)) leave.abort();
});

afterAll(async () => {
  await log.stop();
  await server.close();
});

interface Listener {
  text(): string;
  /** The ids of those events that have data. */
  ids(): string[];
  /** What an EventSource would send as `Last-Event-ID`. */
  lastId(): string;
  leave(): void;
}

/** Reads a stream as its bytes come. */
async function listen(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Listener> {
  const leave = new AbortController();
  leaving.push(leave);
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: leave.signal,
  });
  expect(response.status).toBe(200);
  let text = '';
  const read = async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  };
  read().catch(() => undefined);
  return {
    text: () => text,
    ids: () => [...text.matchAll(/^id: (.*)\nevent: next\ndata: .+\n\n/gm)].map(([, id]) => id!),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '',
    leave: () => leave.abort(),
  };
}

const cursor = async () => (await server.query('{ knowledgeCursor }')).data.knowledgeCursor as string;

async function publish(count: number): Promise<string[]> {
  const ids = [];
  for (let n = 0; n < count; n += 1) ids.push(await log.publish());
  return ids;
}

async function cursorsAfter(after: string): Promise<string[]> {
  const { data } = await server.query(
    'query ($after: String) { knowledgeEvents(after: $after, first: 1000) { edges { cursor } } }',
    { after },
  );
  return data.knowledgeEvents.edges.map((edge: { cursor: string }) => edge.cursor);
}

describe('the id of an event in a stream', () => {
  it("is the event's cursor, whatever was selected, and the stream begins with the one to come back with", async () => {
    const start = await cursor();
    const listener = await listen(QUERY);
    await until(() => expect(listener.lastId()).toBe(start));
    expect(listener.ids()).toEqual([]);
    await publish(3);
    await until(() => expect(listener.ids()).toHaveLength(3));
    expect(listener.ids()).toEqual(await cursorsAfter(start));
    expect(listener.text()).not.toContain('cursor');
  });

  it('is one that the query, and a subscription over either transport, goes on from', async () => {
    const start = await cursor();
    const listener = await listen(WITH_CURSOR, { after: start });
    const ids = await publish(4);
    await until(() => expect(listener.ids()).toHaveLength(4));
    const [, second] = listener.ids();
    const resumed = await listen(WITH_CURSOR, { after: second });
    await until(() => expect(resumed.ids()).toEqual(listener.ids().slice(2)));
    for (const id of ids.slice(2)) expect(resumed.text()).toContain(id);
  });
});

describe('Last-Event-ID', () => {
  it('goes on right behind it, and wins over `after`', async () => {
    const start = await cursor();
    await publish(5);
    const all = await cursorsAfter(start);
    for (let seen = 0; seen < all.length; seen += 1) {
      const listener = await listen(QUERY, { after: start }, { 'last-event-id': [start, ...all][seen]! });
      await until(() => expect(listener.ids()).toEqual(all.slice(seen)));
      listener.leave();
    }
  });

  it('of a client that has heard of no event yet misses none', async () => {
    const first = await listen(QUERY);
    await until(() => expect(first.lastId()).not.toBe(''));
    first.leave();
    const [id] = await publish(1);
    const second = await listen(WITH_CURSOR, {}, { 'last-event-id': first.lastId() });
    await until(() => expect(second.text()).toContain(id));
  });

  it('brings a client through any number of cuts with each event once and in order', async () => {
    const start = await cursor();
    const seen: string[] = [];
    let last = start;
    let writing = true;
    const written = (async () => {
      await publish(150);
      writing = false;
    })();
    for (;;) {
      const listener = await listen(QUERY, {}, { 'last-event-id': last });
      await until(() => expect(listener.ids().length >= 10 || !writing).toBe(true));
      const isOver = !writing;
      if (isOver) await until(async () => expect(listener.lastId()).toBe(await cursor()));
      listener.leave();
      seen.push(...listener.ids());
      last = listener.lastId();
      if (isOver) break;
    }
    await written;
    expect(seen).toEqual(await cursorsAfter(start));
    expect(seen).toHaveLength(150);
  }, 30_000);

  it.each([
    ['is no cursor', async () => 'nonsense'],
    ['is of another history', async () => encodeCursor({ epoch: 'ffffffff', position: 1 })],
    ['is ahead of the log', async () => encodeCursor({ ...(await log.log.end()), position: 1_000_000 })],
  ])('that %s is CURSOR_INVALID', async (_what, id) => {
    const listener = await listen(QUERY, { after: await cursor() }, { 'last-event-id': await id() });
    await until(() => expect(listener.text()).toContain('event: complete'));
    expect(listener.text()).toContain('"code":"CURSOR_INVALID"');
    expect(listener.text()).not.toContain('id: ');
  });

  it('that is empty is none', async () => {
    const listener = await listen(QUERY, {}, { 'last-event-id': '' });
    await until(() => expect(listener.lastId()).not.toBe(''));
  });

  it('means nothing to a query', async () => {
    const listener = await listen('{ knowledgeCursor }', {}, { 'last-event-id': 'nonsense' });
    await until(() => expect(listener.text()).toContain('event: complete'));
    expect(listener.text()).toContain(await cursor());
    expect(listener.text()).not.toContain('id: ');
  });
});

it("graphql-sse's client takes no notice of ids", async () => {
  const client = createClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
  const received: unknown[] = [];
  const errors: unknown[] = [];
  client.subscribe<any>(
    { query: WITH_CURSOR, variables: { after: await cursor() } },
    {
      next: ({ data }) => received.push(data.knowledgeEvents.id),
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  const ids = await publish(3);
  await until(() => expect(received).toEqual(ids));
  expect(errors).toEqual([]);
  client.dispose();
});
