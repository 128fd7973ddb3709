/** An inbox live: each event once, in order, whatever happens to the connection, and only for those whose it is. */
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { follow, inboxOf, ITEM, type TestItem } from '../helpers/inbox.js';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId, mutate, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const SUBSCRIPTION = `subscription ($organisationId: ID, $after: String) {
  inboxItems(organisationId: $organisationId, after: $after) { ${ITEM} event { record { title } } }
}`;

let server: TestServer;
let odense: string;
let person: TestPerson;
const opened: (() => void)[] = [];

beforeAll(async () => {
  server = await startTestServer();
  odense = await libraryId(server, 'DK-746100');
  person = await memberOf(server, odense, 'CONTRIBUTOR');
});

afterAll(async () => {
  for (const close of opened) close();
  await server.close();
});

interface Following {
  readonly items: (TestItem & { event: { record: { title: string } | null } })[];
  readonly errors: any[];
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows over server-sent events, as the key's holder. */
function listen(key: string | null, variables: object = {}, url = server.url): Following {
  const items: Following['items'] = [];
  const errors: any[] = [];
  const client = createClient({
    url: `${url}/graphql/stream`,
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    retryAttempts: 0,
  });
  const ended = new Promise<void>((resolve) => {
    client.subscribe<{ inboxItems: Following['items'][number] }>(
      { query: SUBSCRIPTION, variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors: failures }) => {
          if (failures) errors.push(...failures);
          if (data) items.push(data.inboxItems);
        },
        error: () => resolve(),
        complete: () => resolve(),
      },
    );
  });
  const close = () => client.dispose();
  opened.push(close);
  return { items, errors, ended, close };
}

async function lesson(input: object = {}): Promise<Reference> {
  return publish(server, await createLesson(server, { recommendations: [2], ...input }));
}

const idsOf = (following: Pick<Following, 'items'>) => following.items.map(({ event }) => event.id);

it('tells what comes, in order and once, and goes on from a cursor on another server', async () => {
  const sibling = await server.sibling();
  try {
    const { since } = await follow(person.query, { recommendations: [2] });
    const live = listen(person.key, { after: since });
    const first = [await lesson(), await lesson(), await lesson()];
    await until(() => expect(live.items.map(({ event }) => event.recordId)).toEqual(first.map(({ id }) => id)));
    live.close();
    await lesson();
    await lesson({ recommendations: [3] });
    const resumed = listen(person.key, { after: live.items[1]!.cursor }, sibling.url);
    await lesson();
    await until(() => expect(resumed.items).toHaveLength(3));
    const { items } = await inboxOf(person.query);
    expect([...idsOf(live).slice(0, 2), ...idsOf(resumed)]).toEqual(items.map(({ event }) => event.id));
    expect([...live.errors, ...resumed.errors]).toEqual([]);
    resumed.close();
  } finally {
    await sibling.close();
  }
});

it('tells each of many events once while two servers deal them out, and misses none from its start on', async () => {
  const sibling = await server.sibling();
  try {
    const other = await memberOf(server, odense, 'CONTRIBUTOR');
    const drafts: Reference[] = [];
    for (let count = 0; count < 12; count++) drafts.push(await createLesson(server, { recommendations: [4] }));
    let position = 0;
    const publishing = Promise.all(
      [server, sibling].map(async (one) => {
        for (let draft = drafts[position++]; draft !== undefined; draft = drafts[position++]) await publish(one, draft);
      }),
    );
    // Somewhere in the middle.
    await until(() => expect(position).toBeGreaterThan(3));
    const { since } = await follow(other.query, { recommendations: [4] });
    const listeners = [server, sibling].map(({ url }) => listen(other.key, { after: since }, url));
    await publishing;
    const { data } = await server.query(
      'query ($after: String) { knowledgeEvents(after: $after, first: 100, filter: { recommendations: [4] }) { nodes { id } } }',
      { after: since },
    );
    const expected = data.knowledgeEvents.nodes.map(({ id }: { id: string }) => id);
    expect(expected.length).toBeGreaterThan(0);
    for (const listener of listeners) {
      await until(() => expect(idsOf(listener)).toEqual(expected));
      listener.close();
    }
  } finally {
    await sibling.close();
  }
});

it('tells no text of what was retracted meanwhile', async () => {
  const follower = await memberOf(server, odense, 'CONTRIBUTOR');
  const { since } = await follow(follower.query, { recommendations: [5] });
  const { id, version } = await lesson({ recommendations: [5] });
  await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  const late = listen(follower.key, { after: since });
  await until(() => expect(late.items).toHaveLength(2));
  expect(late.items.map(({ event }) => [event.type, event.record])).toEqual([
    ['PUBLISHED', null],
    ['RETRACTED', null],
  ]);
});

it('is for those whose inbox it is', async () => {
  const stranger = await memberOf(server, await libraryId(server, 'DK-775100'), 'MANAGER');
  const weak = await memberOf(server, odense, 'MANAGER', ['READ_DRAFTS']);
  const codeOf = async (key: string | null, variables: object) => {
    const { ended, errors } = listen(key, variables);
    await ended;
    return errors[0].extensions.code;
  };
  expect(await codeOf(null, {})).toBe('UNAUTHENTICATED');
  expect(await codeOf(null, { organisationId: odense })).toBe('UNAUTHENTICATED');
  expect(await codeOf(stranger.key, { organisationId: odense })).toBe('FORBIDDEN');
  expect(await codeOf(weak.key, { organisationId: odense })).toBe('FORBIDDEN');
  expect(await codeOf(person.key, { after: 'x' })).toBe('CURSOR_INVALID');
  const member = listen(person.key, { organisationId: odense });
  const { since } = await follow(person.query, { recommendations: [6] }, { organisationId: odense });
  expect(since).toBeTruthy();
  const { id } = await lesson({ recommendations: [6] });
  await until(() => expect(member.items.map(({ event }) => event.recordId)).toEqual([id]));
});

it('ends within a second for somebody who is no member any more', async () => {
  await follow(person.query, { recommendations: [7] }, { organisationId: odense });
  const leaver = await memberOf(server, odense, 'CONTRIBUTOR');
  const { data } = await server.query('{ knowledgeCursor }');
  const following = listen(leaver.key, { organisationId: odense, after: data.knowledgeCursor });
  await lesson({ recommendations: [7] });
  await until(() => expect(following.items).toHaveLength(1));
  await mutate(server, 'removeMember', 'membership { role }', { organisationId: odense, personId: leaver.personId });
  await following.ended;
  await lesson({ recommendations: [7] });
  expect(following.items).toHaveLength(1);
});

it('goes on elsewhere when its server stops', async () => {
  const sibling = await server.sibling();
  const follower = await memberOf(server, odense, 'CONTRIBUTOR');
  const { since } = await follow(follower.query, { recommendations: [8] });
  const following = listen(follower.key, { after: since }, sibling.url);
  const { id: first } = await lesson({ recommendations: [8] });
  await until(() => expect(following.items).toHaveLength(1));
  await sibling.close();
  await following.ended;
  const { id: second } = await lesson({ recommendations: [8] });
  const resumed = listen(follower.key, { after: following.items[0]!.cursor });
  await until(() => expect(resumed.items).toHaveLength(1));
  expect([...following.items, ...resumed.items].map(({ event }) => event.recordId)).toEqual([first, second]);
});
