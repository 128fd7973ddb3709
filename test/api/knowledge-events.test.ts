/** What happened to the shared knowledge: by query, by WebSocket and by server-sent events, one and the same. */
import { createClient } from 'graphql-sse';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { EVENT_FIELDS, subscribe, type Subscriber } from '../helpers/subscriber.js';
import { until } from '../helpers/until.js';

let server: TestServer;
const subscribers: Pick<Subscriber<unknown>, 'close'>[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const subscriber of subscribers.splice(0)) await subscriber.close();
});
afterAll(() => server.close());

const SUBSCRIPTION = `subscription ($after: String, $filter: KnowledgeEventFilter) { knowledgeEvents(after: $after, filter: $filter) { ${EVENT_FIELDS} } }`;
const QUERY = `query ($after: String, $filter: KnowledgeEventFilter) { knowledgeEvents(first: 1000, after: $after, filter: $filter) { totalCount nodes { ${EVENT_FIELDS} } edges { cursor } } }`;

const cursor = async () => (await server.query('{ knowledgeCursor }')).data.knowledgeCursor as string;

function overWebSocket(variables: Record<string, unknown>): Subscriber<any> {
  const subscriber = subscribe(server.url, SUBSCRIPTION, variables);
  subscribers.push(subscriber);
  return subscriber;
}

function overEventStream(variables: Record<string, unknown>): Pick<Subscriber<any>, 'received' | 'errors'> {
  const client = createClient({ url: `${server.url}/graphql/stream`, retryAttempts: 0 });
  const received: any[] = [];
  const errors: unknown[] = [];
  client.subscribe<any>(
    { query: SUBSCRIPTION, variables },
    {
      next: ({ data, errors: failures }) => {
        if (failures) errors.push(...failures);
        if (data) received.push(data['knowledgeEvents']);
      },
      error: (error) => void errors.push(error),
      complete: () => undefined,
    },
  );
  subscribers.push({ close: async () => client.dispose() });
  return { received, errors };
}

describe('a subscription', () => {
  it('with `after` gets everything since, then what happens live, on both transports as by query', async () => {
    const start = await cursor();
    const before = await publish(server, await createLesson(server, { title: 'Before anybody listened' }));
    const webSocket = overWebSocket({ after: start });
    const eventStream = overEventStream({ after: start });
    await until(() => expect(webSocket.received).toHaveLength(1));
    await until(() => expect(eventStream.received).toHaveLength(1));
    const after = await publish(server, await createLesson(server, { title: 'While they listened' }));
    await mutate(server, 'link', 'link { id }', { fromId: after.id, toId: before.id, relation: 'CONTINUES' });
    await mutate(server, 'retract', 'record { id }', { id: after.id, version: after.version, reason: 'Enough.' });
    await until(() => expect(webSocket.received).toHaveLength(4));
    await until(() => expect(eventStream.received).toHaveLength(4));
    const { data } = await server.query(QUERY, { after: start });
    const facts = ({ id, cursor: place, type, recordId }: any) => ({ id, cursor: place, type, recordId });
    expect(webSocket.received.map(facts)).toEqual(data.knowledgeEvents.nodes.map(facts));
    expect(eventStream.received.map(facts)).toEqual(data.knowledgeEvents.nodes.map(facts));
    expect(data.knowledgeEvents.edges.map((edge: any) => edge.cursor)).toEqual(
      data.knowledgeEvents.nodes.map((node: any) => node.cursor),
    );
    expect(webSocket.received.map((event) => event.type)).toEqual(['PUBLISHED', 'PUBLISHED', 'LINKED', 'RETRACTED']);
    expect(webSocket.received[0].record).toEqual({ title: 'Before anybody listened', status: 'PUBLISHED' });
    expect(webSocket.received.at(-1).record).toBeNull();
    expect([...webSocket.errors, ...eventStream.errors]).toEqual([]);
  });

  it('without `after` gets only what happens from then on', async () => {
    await publish(server, await createLesson(server, { title: 'In the past' }));
    const subscriber = overWebSocket({});
    await subscriber.started;
    // The subscription is in place once a later one, sent over the same server, has answered.
    const probe = overWebSocket({ after: await cursor() });
    await until(async () => {
      await publish(server, await createLesson(server, { title: 'In the future' }));
      expect(probe.received.length).toBeGreaterThan(0);
      expect(subscriber.received.length).toBeGreaterThan(0);
    });
    expect(subscriber.received.every((event) => event.record.title === 'In the future')).toBe(true);
  });

  it('picks up behind any event, exactly', async () => {
    const start = await cursor();
    for (let index = 0; index < 5; index++)
      await publish(server, await createLesson(server, { title: `Event ${index}` }));
    const { data } = await server.query(QUERY, { after: start });
    const { nodes } = data.knowledgeEvents;
    for (const [index, event] of nodes.entries()) {
      const subscriber = overWebSocket({ after: event.cursor });
      const rest = nodes.slice(index + 1).map((node: any) => node.id);
      await until(() => expect(subscriber.received.map((received) => received.id)).toEqual(rest));
    }
  });

  it.each([
    ['garbage', 'x'],
    ['of another history', Buffer.from('00000000.5').toString('base64url')],
  ])('refuses a cursor that is %s', async (_name, after) => {
    const subscriber = overWebSocket({ after });
    await until(() => expect(subscriber.errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]));
    const { errors } = await server.query(QUERY, { after });
    expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
  });
});

describe('a filter', () => {
  it('gives the same events by query and by subscription', async () => {
    const start = await cursor();
    const organisationId = await libraryId(server, 'DK-746100');
    const caseStudy = await publish(
      server,
      await createCaseStudy(server, { municipalityCode: '0461', recommendations: [3], themes: ['reading'] }),
    );
    const experience = await publish(
      server,
      await createExperience(server, caseStudy.id, { organisationId, recommendations: [7] }),
    );
    const lesson = await publish(server, await createLesson(server, { recommendations: [3, 7] }));
    await mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId: lesson.id,
      experienceId: experience.id,
      stance: 'SUPPORTS',
    });
    await mutate(server, 'recordAdoption', 'adoption { id }', { recordId: lesson.id, organisationId, taken: 'All.' });
    const wanted: [object, string[]][] = [
      [{}, ['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
      [{ kinds: ['LESSON'] }, ['PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
      [{ types: ['ADOPTED', 'EVIDENCE_ADDED'] }, ['EVIDENCE_ADDED', 'ADOPTED']],
      [{ records: [experience.id] }, ['PUBLISHED', 'EVIDENCE_ADDED']],
      [{ organisations: [organisationId] }, ['PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
      [{ municipalities: ['0461'] }, ['PUBLISHED', 'PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
      [{ recommendations: [7] }, ['PUBLISHED', 'PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
      [{ themes: ['reading'] }, ['PUBLISHED']],
      [{ kinds: ['CASE_STUDY'], types: ['ADOPTED'] }, []],
      [{ kinds: [], types: null }, ['PUBLISHED', 'PUBLISHED', 'PUBLISHED', 'EVIDENCE_ADDED', 'ADOPTED']],
    ];
    const listening = wanted.map(([filter]) => overWebSocket({ after: start, filter }));
    const whole = listening[0]!;
    await until(() => expect(whole.received).toHaveLength(5));
    for (const [index, [filter, types]] of wanted.entries()) {
      const { data } = await server.query(QUERY, { after: start, filter });
      expect(
        data.knowledgeEvents.nodes.map((node: any) => node.type),
        JSON.stringify(filter),
      ).toEqual(types);
      await until(() =>
        expect(listening[index]!.received.map((event) => event.id)).toEqual(
          data.knowledgeEvents.nodes.map((node: any) => node.id),
        ),
      );
    }
  });
});

describe('`knowledgeCursor`', () => {
  it('read together with a page leaves no event between the two', async () => {
    // Many writers at once: whatever is not on the page must come behind the cursor.
    const titles = Array.from({ length: 20 }, (_, index) => `Racing ${index}`);
    const writing = Promise.all(titles.map(async (title) => publish(server, await createLesson(server, { title }))));
    const looks = [];
    for (let index = 0; index < 10; index++) {
      const { data } = await server.query('{ lessons(first: 1000) { nodes { title } } knowledgeCursor }');
      looks.push(data);
    }
    await writing;
    for (const look of looks) {
      const { data } = await server.query(QUERY, { after: look.knowledgeCursor, filter: { types: ['PUBLISHED'] } });
      const known = new Set(
        [...look.lessons.nodes, ...data.knowledgeEvents.nodes.map((node: any) => node.record)].map(
          (node: any) => node.title,
        ),
      );
      expect(titles.filter((title) => !known.has(title))).toEqual([]);
    }
  });

  it('is read first also under an alias and within a fragment', async () => {
    const { data, errors } = await server.query(
      'query { ...End } fragment End on Query { end: knowledgeCursor ... on Query { knowledgeCursor } }',
    );
    expect(errors).toBeUndefined();
    expect(data.end).toBe(data.knowledgeCursor);
  });
});
