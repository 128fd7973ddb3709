/** One event to many subscribers: each gets what its document, filter and rights say, from wherever it begins. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startLogProcess, type LogProcess } from '../helpers/log-process.js';
import { memberOf } from '../helpers/people.js';
import { createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let process: LogProcess;
const clients: SocketClient[] = [];

beforeAll(async () => {
  server = await startTestServer();
  process = await startLogProcess(server.database);
});

afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.terminate();
});

afterAll(async () => {
  await process.stop();
  await server.close();
});

async function connect(key?: string): Promise<SocketClient> {
  const client = await connectSocketClient(server.url, {}, key === undefined ? {} : { authorization: `Bearer ${key}` });
  clients.push(client);
  return client;
}

async function cursor(): Promise<string> {
  return (await server.query('{ knowledgeCursor }')).data.knowledgeCursor;
}

/** A subscription, which has begun when it was told of what came first. */
async function follow(client: SocketClient, id: string, query: string, variables: object = {}): Promise<() => any[]> {
  client.send({ id, type: 'subscribe', payload: { query, variables } });
  return () =>
    client.messages
      .filter((message) => message.id === id && message.type === 'next')
      .map(({ payload }) => payload.data);
}

describe('one event', () => {
  it('looks as each document, its variables and the rights of its viewer say, and passes each filter', async () => {
    const organisationId = await libraryId(server);
    const editor = await memberOf(server, organisationId, 'EDITOR');
    const keyWithoutDrafts = (await memberOf(server, organisationId, 'EDITOR', ['WRITE'])).key;
    const other = await memberOf(server, await libraryId(server, 'DK-710100'), 'EDITOR');
    const lesson = await publish(server, await createLesson(server, { title: 'Before', recommendations: [2] }));
    const edit = await mutate(server, 'updateLesson', 'lesson { id }', {
      id: lesson.id,
      version: lesson.version,
      title: 'Not for everybody',
    });
    expect(edit.errors).toEqual([]);

    const after = await cursor();
    const full =
      'subscription ($after: String, $filter: KnowledgeEventFilter) { knowledgeEvents(after: $after, filter: $filter) { type record { title workingCopy { title } } } }';
    const optional =
      'subscription ($after: String, $titled: Boolean!) { e: knowledgeEvents(after: $after) { type record @include(if: $titled) { title } } }';
    const one = await connect();
    const subscribers = {
      public: await follow(one, 'a', full, { after }),
      samePlace: await follow(one, 'b', full),
      titled: await follow(one, 'c', optional, { after, titled: true }),
      untitled: await follow(one, 'd', optional, { after, titled: false }),
      filtered: await follow(await connect(), 'e', full, { after, filter: { recommendations: [2], types: [] } }),
      elsewhere: await follow(await connect(), 'f', full, { after, filter: { recommendations: [3] } }),
      editor: await follow(await connect(editor.key), 'g', full, { after }),
      withoutDrafts: await follow(await connect(keyWithoutDrafts), 'h', full, { after }),
      otherEditor: await follow(await connect(other.key), 'i', full, { after }),
      operator: await follow(await connect(ADMIN_KEY), 'j', full, { after }),
    };
    // Those without a cursor have begun once they hear of something.
    await until(async () => {
      await process.publish({ recommendations: [9] });
      expect(subscribers.samePlace().length).toBeGreaterThan(0);
    });
    const { errors } = await mutate(server, 'recordAdoption', 'adoption { id }', {
      recordId: lesson.id,
      organisationId: await libraryId(server, 'DK-710100'),
      taken: 'All of it.',
    });
    expect(errors).toEqual([]);
    const shown = (record: object) => ({ knowledgeEvents: { type: 'ADOPTED', record } });
    const forAll = shown({ title: 'Before', workingCopy: null });
    const forReaders = shown({ title: 'Before', workingCopy: { title: 'Not for everybody' } });
    await until(() => {
      const last = Object.fromEntries(Object.entries(subscribers).map(([name, received]) => [name, received().at(-1)]));
      expect(last).toEqual({
        public: forAll,
        samePlace: forAll,
        titled: { e: { type: 'ADOPTED', record: { title: 'Before' } } },
        untitled: { e: { type: 'ADOPTED' } },
        filtered: forAll,
        elsewhere: undefined,
        editor: forReaders,
        withoutDrafts: forAll,
        otherEditor: forAll,
        operator: forReaders,
      });
    });
    expect(subscribers.filtered()).toHaveLength(1);
  });

  it('shows nothing of a record that was retracted meanwhile to who comes to it later', async () => {
    const query =
      'subscription ($after: String) { knowledgeEvents(after: $after) { type recordId record { title } relatedRecord { title } } }';
    const after = await cursor();
    const live = await follow(await connect(), '1', query, { after });
    const lesson = await publish(server, await createLesson(server, { title: 'A canary in a lesson' }));
    await until(() =>
      expect(live().at(-1)?.knowledgeEvents).toMatchObject({
        type: 'PUBLISHED',
        record: { title: 'A canary in a lesson' },
      }),
    );
    // Well within the second for which a result may be given to others.
    await mutate(server, 'retract', 'record { id }', { id: lesson.id, version: lesson.version, reason: 'Wrong.' });
    await until(() => expect(live().at(-1)?.knowledgeEvents).toMatchObject({ type: 'RETRACTED', record: null }));
    const late = await follow(await connect(), '1', query, { after });
    await until(() =>
      expect(late().map(({ knowledgeEvents }) => knowledgeEvents.type)).toEqual(['PUBLISHED', 'RETRACTED']),
    );
    expect(JSON.stringify(late())).not.toContain('canary');
  });
});

describe('subscribers that come while things happen', () => {
  const query = 'subscription ($after: String) { knowledgeEvents(after: $after) { id cursor } }';
  const EVENTS = 1_200;
  const CLIENTS = 40;

  it('get each event once and in order, with a cursor all since, without one all from some moment on', async () => {
    const start = await cursor();
    const random = generator(20_261);
    let written = 0;
    const write = async () => {
      while (written < EVENTS) {
        written += 1;
        await process.publish();
      }
    };
    const writing = Promise.all([write(), write(), write()]);
    const whole: (() => any[])[] = [];
    const some: (() => any[])[] = [];
    const reading: { pause: () => void; resume: () => void }[] = [];
    while (written < EVENTS && whole.length < CLIENTS) {
      const client = await connect();
      reading.push(client.socket);
      whole.push(await follow(client, 'all', query, { after: start }));
      some.push(await follow(client, 'some', query));
      // Some read nothing for a while.
      const paused = reading[Math.floor(random() * reading.length)]!;
      if (random() < 0.5) paused.pause();
      else paused.resume();
      await new Promise((resolve) => setTimeout(resolve, random() * 40));
    }
    await writing;
    for (const socket of reading) socket.resume();
    expect(whole.length).toBeGreaterThan(5);
    const { data } = await server.query(
      'query ($after: String) { knowledgeEvents(after: $after, first: 1000) { nodes { id } pageInfo { endCursor } } }',
      { after: start },
    );
    const rest = await server.query(
      'query ($after: String) { knowledgeEvents(after: $after, first: 1000) { nodes { id } } }',
      {
        after: data.knowledgeEvents.pageInfo.endCursor,
      },
    );
    const log: string[] = [...data.knowledgeEvents.nodes, ...rest.data.knowledgeEvents.nodes].map(({ id }: any) => id);
    expect(log.length).toBeGreaterThanOrEqual(EVENTS);
    const ids = (received: () => any[]) => received().map(({ knowledgeEvents }) => knowledgeEvents.id);
    await until(() => expect(whole.map((received) => received().length)).toEqual(whole.map(() => log.length)));
    for (const received of whole) expect(ids(received)).toEqual(log);
    for (const received of some) {
      const part = ids(received);
      expect(part).toEqual(part.length === 0 ? [] : log.slice(-part.length));
    }
  }, 60_000);
});

/** Numbers that look random, the same for each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
