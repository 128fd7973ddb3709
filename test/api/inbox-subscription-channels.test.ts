/** An inbox live over WebSocket and server-sent events: the same items, and the same way to go on after a cut. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { follow, inboxOf, type TestItem } from '../helpers/inbox.js';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const SUBSCRIPTION =
  'subscription ($after: String) { inboxItems(after: $after) { id cursor event { id record { title } } } }';

interface Heard {
  readonly id: string;
  readonly cursor: string;
  readonly event: { readonly id: string; readonly record: { readonly title: string } | null };
}

interface Listener {
  readonly items: readonly Heard[];
  /** With what a client comes back. */
  readonly last: () => string;
  leave(): void;
}

type Listen = (key: string, start?: { readonly after?: string; readonly lastEventId?: string }) => Listener;

let server: TestServer;
let odense: string;
const leaving: (() => void)[] = [];

beforeAll(async () => {
  server = await startTestServer();
  odense = await libraryId(server, 'DK-746100');
});

afterEach(() => {
  for (const leave of leaving.splice(0)) leave();
});

afterAll(() => server.close());

const byWebSocket: Listen = (key, { after } = {}) => {
  const items: Heard[] = [];
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
  client.subscribe<{ inboxItems: Heard }>(
    { query: SUBSCRIPTION, variables: { after } },
    { next: ({ data }) => void items.push(data!.inboxItems), error: () => undefined, complete: () => undefined },
  );
  const leave = () => client.terminate();
  leaving.push(leave);
  return { items, last: () => items.at(-1)?.cursor ?? after!, leave };
};

const bySse: Listen = (key, { after, lastEventId } = {}) => {
  const controller = new AbortController();
  const items: Heard[] = [];
  let text = '';
  const read = async () => {
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      body: JSON.stringify({ query: SUBSCRIPTION, variables: { after } }),
      signal: controller.signal,
    });
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = [...text.matchAll(/^event: next\ndata: (.+)\n\n/gm)];
      items.push(...events.slice(items.length).map(([, data]) => JSON.parse(data!).data.inboxItems as Heard));
    }
  };
  read().catch(() => undefined);
  const leave = () => controller.abort();
  leaving.push(leave);
  // Of what came as a whole, as a browser has it: the id of an event goes before its data.
  const whole = () => text.slice(0, text.lastIndexOf('\n\n') + 1);
  return { items, last: () => [...whole().matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '', leave };
};

async function happen(recommendation: number, count = 1): Promise<void> {
  for (let n = 0; n < count; n++)
    await publish(server, await createLesson(server, { recommendations: [recommendation] }));
}

const member = (): Promise<TestPerson> => memberOf(server, odense, 'CONTRIBUTOR');
const idsOf = (items: readonly Pick<Heard | TestItem, 'id'>[]) => items.map(({ id }) => id);

it.each([
  ['WebSocket', byWebSocket],
  ['server-sent events', bySse],
])('%s tells what came since, goes over into live, and tells nothing twice', async (_channel, listen) => {
  const person = await member();
  const { since } = await follow(person.query, { recommendations: [2] });
  await happen(2, 2);
  const listener = listen(person.key, { after: since });
  await until(() => expect(listener.items).toHaveLength(2));
  await happen(2, 2);
  await until(() => expect(listener.items).toHaveLength(4));
  const { items } = await inboxOf(person.query);
  expect(idsOf(listener.items)).toEqual(idsOf(items));
  expect(listener.items.map(({ cursor }) => cursor)).toEqual(items.map(({ cursor }) => cursor));
  expect(listener.items.every(({ event }) => event.record !== null)).toBe(true);
});

it.each([
  ['WebSocket with `after`', byWebSocket, (last: string) => ({ after: last })],
  // An EventSource comes back with the header, and with the `after` that it began with.
  [
    'server-sent events with Last-Event-ID',
    bySse,
    (last: string, first: string) => ({ after: first, lastEventId: last }),
  ],
] as const)('%s brings a client through any number of cuts', async (_channel, listen, back) => {
  const person = await member();
  const { since } = await follow(person.query, { recommendations: [3] });
  const heard: Heard[] = [];
  let writing = true;
  const written = happen(3, 30).finally(() => (writing = false));
  let last = since;
  const all = async () => (await inboxOf(person.query)).items;
  while (writing || heard.length < 30) {
    const listener = listen(person.key, back(last, since));
    await until(() => expect(listener.items.length).toBeGreaterThan(0));
    listener.leave();
    heard.push(...listener.items);
    last = listener.last();
  }
  await written;
  expect(idsOf(heard)).toEqual(idsOf(await all()));
});

it('a client that was cut before it heard anything comes back to where its stream began', async () => {
  const person = await member();
  await follow(person.query, { recommendations: [4] });
  const first = bySse(person.key);
  await until(() => expect(first.last()).not.toBe(''));
  first.leave();
  await happen(4);
  const second = bySse(person.key, { lastEventId: first.last() });
  await until(() => expect(second.items).toHaveLength(1));
});

it('shares nothing between inboxes: who hears of the same event by the same document has an item of their own', async () => {
  const people = [await member(), await member(), await member()];
  for (const { query } of people) await follow(query, { recommendations: [5] });
  const { data } = await server.query('{ knowledgeCursor }');
  const listeners = people.flatMap(({ key }) =>
    [byWebSocket, bySse].map((listen) => listen(key, { after: data.knowledgeCursor })),
  );
  await happen(5, 3);
  await until(() => {
    for (const { items } of listeners) expect(items).toHaveLength(3);
  });
  const events = listeners.map(({ items }) => items.map(({ event }) => event.id).join());
  expect(new Set(events).size).toBe(1);
  for (const [number, { query }] of people.entries()) {
    const own = idsOf((await inboxOf(query)).items);
    expect(idsOf(listeners[2 * number]!.items)).toEqual(own);
    expect(idsOf(listeners[2 * number + 1]!.items)).toEqual(own);
  }
});
