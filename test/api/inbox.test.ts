/** Follows, and the inboxes that they fill. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { change, follow, inboxOf, type Send } from '../helpers/inbox.js';
import { memberOf, organisationKey, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId, mutate, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let aarhus: string;
let odense: string;
let reader: TestPerson;
let follower: Send;

beforeAll(async () => {
  server = await startTestServer();
  aarhus = await libraryId(server, 'DK-775100');
  odense = await libraryId(server, 'DK-746100');
});

beforeEach(async () => {
  reader = await memberOf(server, odense, 'CONTRIBUTOR');
  follower = reader.query;
});

afterAll(() => server.close());

const markers = new Set<string>();

async function publishedLesson(input: object = {}): Promise<Reference> {
  return publish(server, await createLesson(server, input));
}

async function revise(lesson: Reference): Promise<Reference> {
  const { lesson: edited } = await mutate(server, 'updateLesson', 'lesson { id slug version }', {
    id: lesson.id,
    version: lesson.version,
    advice: `Write down who takes over what (${lesson.version}).`,
  });
  return publish(server, edited);
}

/** The events that somebody was told of, as soon as a marker has come that was published after them. */
async function told(send: Send, organisationId: string | null = null): Promise<string[]> {
  const marker = await publishedLesson();
  markers.add(marker.id);
  await follow(send, { records: [marker.id] }, { organisationId, name: 'marker' });
  await revise(marker);
  return until(async () => {
    const { items } = await inboxOf(send, organisationId);
    expect(items.at(-1)?.event.recordId).toBe(marker.id);
    return items
      .filter(({ event }) => !markers.has(event.recordId))
      .map(({ event }) => `${event.type} ${event.recordId}`);
  });
}

describe('what a follow brings', () => {
  it('is every event that matches, from then on, once, in order', async () => {
    const before = await publishedLesson({ recommendations: [3] });
    await follow(follower, { recommendations: [3] });
    await follow(follower, { organisations: [aarhus], types: ['PUBLISHED', 'REVISED', 'RETRACTED'] });
    const lesson = await publishedLesson({ recommendations: [3, 4] });
    await publishedLesson({ recommendations: [4], organisationId: odense });
    const revised = await revise(lesson);
    await mutate(server, 'retract', 'record { id }', {
      id: lesson.id,
      version: revised.version,
      reason: 'It was wrong.',
    });
    const events = await told(follower);
    expect(events.filter((event) => event.includes(before.id))).toEqual([]);
    expect(events.filter((event) => event.includes(lesson.id))).toEqual([
      `PUBLISHED ${lesson.id}`,
      `REVISED ${lesson.id}`,
      `RETRACTED ${lesson.id}`,
    ]);
  });

  it('is what its level says: new records, or nothing, also where another follow matches', async () => {
    const muted = await publishedLesson({ recommendations: [5] });
    await follow(follower, { recommendations: [5] }, { level: 'NEW_RECORDS' });
    await follow(follower, { themes: [], recommendations: [6] });
    await follow(follower, { records: [muted.id] }, { level: 'NOTHING' });
    const lesson = await publishedLesson({ recommendations: [5] });
    await revise(lesson);
    const both = await publishedLesson({ recommendations: [5, 6] });
    await revise(both);
    await revise(muted);
    expect(await told(follower)).toEqual([`PUBLISHED ${lesson.id}`, `PUBLISHED ${both.id}`, `REVISED ${both.id}`]);
  });

  it('changes with the follow, and ends with it; what is there stays', async () => {
    const { id } = await follow(follower, { recommendations: [7] });
    const first = await publishedLesson({ recommendations: [7] });
    await told(follower);
    const { follow: changed } = await change(follower, 'changeFollow', 'follow { name level }', {
      id,
      level: 'NEW_RECORDS',
    });
    expect(changed).toEqual({ name: 'What we care for', level: 'NEW_RECORDS' });
    await revise(first);
    const second = await publishedLesson({ recommendations: [7] });
    await told(follower);
    const ended = await change(follower, 'unfollow', 'follow { id }', { id });
    expect(ended).toEqual({ follow: { id }, errors: [] });
    await publishedLesson({ recommendations: [7] });
    expect(await told(follower)).toEqual([`PUBLISHED ${first.id}`, `PUBLISHED ${second.id}`]);
    const again = await change(follower, 'unfollow', 'follow { id }', { id });
    expect(again).toMatchObject({ follow: null, errors: [{ code: 'NOT_FOUND', path: ['id'] }] });
  });
});

describe('a follow', () => {
  it('is one for each filter, however it is written', async () => {
    const one = await follow(follower, { recommendations: [1, 2], themes: [] });
    const same = await follow(follower, { recommendations: [2, 1] }, { name: 'Another name', level: 'NEW_RECORDS' });
    expect(same).toMatchObject({ id: one.id, name: 'Another name', level: 'NEW_RECORDS', since: one.since });
    const { data } = await follower(
      '{ follows { totalCount nodes { id filter { recommendations themes } organisation { id } } } }',
    );
    expect(data.follows).toEqual({
      totalCount: 1,
      nodes: [{ id: one.id, filter: { recommendations: [1, 2], themes: [] }, organisation: null }],
    });
  });

  it('names nothing that is not there', async () => {
    const draft = await createLesson(server);
    const refused = await change(follower, 'follow', 'follow { id }', {
      name: 'Typos',
      filter: {
        themes: ['no-such-theme'],
        municipalities: ['0751', '9999'],
        records: [draft.id],
        organisations: [aarhus],
      },
    });
    expect(refused.follow).toBeNull();
    expect(refused.errors.map(({ code, path }: any) => [code, path.join('.')])).toEqual([
      ['NOT_FOUND', 'filter.records.0'],
      ['NOT_FOUND', 'filter.municipalities.1'],
      ['NOT_FOUND', 'filter.themes.0'],
    ]);
  });

  it.each([
    ['a name that is empty', { name: ' ', filter: {} }, 'REQUIRED', 'name'],
    ['a list with a name twice', { name: 'x', filter: { themes: ['a', 'a'] } }, 'INVALID', 'filter.themes'],
    ['what is no id', { name: 'x', filter: { records: ['1'] } }, 'INVALID', 'filter.records'],
    [
      'a recommendation that there cannot be',
      { name: 'x', filter: { recommendations: [11] } },
      'INVALID',
      'filter.recommendations',
    ],
  ])('is refused with %s', async (_what, input, code, path) => {
    const { follow: made, errors } = await change(follower, 'follow', 'follow { id }', input);
    expect(made).toBeNull();
    expect(errors.map((error: any) => [error.code, error.path.join('.')])).toEqual([[code, path]]);
  });

  it('is among at most 200 of one inbox', async () => {
    const filters = Array.from({ length: 10 }, (_, first) => first + 1).flatMap((one) =>
      Array.from({ length: 10 }, (_, second) => second + 1).flatMap((two) => (two < one ? [[two, one]] : [])),
    );
    const kinds = ['CASE_STUDY', 'EXPERIENCE', 'LESSON'];
    const inputs = kinds.flatMap((kind) => filters.map((recommendations) => ({ kinds: [kind], recommendations })));
    const more = filters.map((recommendations) => ({ types: ['RETRACTED'], recommendations }));
    const all = [...inputs, ...more, ...filters.map((recommendations) => ({ types: ['LINKED'], recommendations }))];
    for (const filter of all.slice(0, 200)) await follow(follower, filter);
    const { errors } = await change(follower, 'follow', 'follow { id }', { name: 'x', filter: { types: ['ADOPTED'] } });
    expect(errors).toMatchObject([{ code: 'INVALID' }]);
    // One that is there can still be changed.
    await follow(follower, all[0]!, { level: 'NOTHING' });
  });
});

describe('an adoption', () => {
  it('reaches the organisation and the people behind the record, whether they follow anything or not', async () => {
    const writer = await memberOf(server, aarhus, 'EDITOR');
    const { data } = await writer.query(
      `mutation ($input: CreateLessonInput!) { createLesson(input: $input) { lesson { id version } errors { code } } }`,
      {
        input: { title: 'A lesson', language: 'EN', organisationId: aarhus, context: 'Here.', advice: 'Do it.' },
      },
    );
    const { id } = await publish(server, data.createLesson.lesson);
    const adopt = (organisationId: string) =>
      mutate(server, 'recordAdoption', 'adoption { id }', { recordId: id, organisationId, taken: 'All of it.' });
    expect((await adopt(odense)).errors).toEqual([]);
    // Its own use of it is no news.
    expect((await adopt(aarhus)).errors).toEqual([]);
    const events = await told(writer.query);
    expect(events).toEqual([`ADOPTED ${id}`]);
    const { items } = await inboxOf(writer.query, aarhus);
    expect(items.filter(({ event }) => event.recordId === id)).toMatchObject([
      { reason: 'ADOPTED', isRead: false, event: { type: 'ADOPTED' } },
    ]);
    expect(await told(follower)).toEqual([]);
  });
});

describe('an inbox', () => {
  const unread = async () => (await inboxOf(follower)).unreadCount;

  it('counts what is unread, and is marked one by one, up to a place, or as a whole', async () => {
    await follow(follower, { recommendations: [8] });
    for (let count = 0; count < 4; count++) await publishedLesson({ recommendations: [8] });
    await until(async () => expect(await unread()).toBe(4));
    const [one, two, three, four] = (await inboxOf(follower)).items;
    const mark = (input: object) =>
      change(
        follower,
        'markInboxItems',
        'inbox { unreadCount items(filter: { isRead: true }) { nodes { id } } }',
        input,
      );
    expect(await mark({ ids: [two!.id], isRead: true })).toEqual({
      inbox: { unreadCount: 3, items: { nodes: [{ id: two!.id }] } },
      errors: [],
    });
    const all = (input: object) => change(follower, 'markInboxRead', 'inbox { unreadCount }', input);
    expect(await all({ through: three!.cursor })).toEqual({ inbox: { unreadCount: 1 }, errors: [] });
    expect((await mark({ ids: [one!.id, two!.id], isRead: false })).inbox.unreadCount).toBe(3);
    expect(await all({})).toEqual({ inbox: { unreadCount: 0 }, errors: [] });
    expect((await inboxOf(follower)).items.map(({ isRead }) => isRead)).toEqual([true, true, true, true]);
    expect((await mark({ ids: [four!.id, reader.personId], isRead: false })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['ids', '1'] },
    ]);
    expect(await unread()).toBe(0);
  });

  it('is read in pages, by what was read and by reason', async () => {
    await follow(follower, { recommendations: [9] });
    for (let count = 0; count < 5; count++) await publishedLesson({ recommendations: [9] });
    await until(async () => expect(await unread()).toBe(5));
    const all = (await inboxOf(follower)).items.map(({ id }) => id).reverse();
    const page = async (rest: string) =>
      (await follower(`{ inbox { items(${rest}) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } } }`))
        .data.inbox.items;
    const first = await page('first: 2');
    const second = await page(`first: 3, after: "${first.pageInfo.endCursor}"`);
    expect([...first.nodes, ...second.nodes].map(({ id }: any) => id)).toEqual(all);
    expect([first.totalCount, first.pageInfo.hasNextPage, second.pageInfo.hasNextPage]).toEqual([5, true, false]);
    expect((await page('filter: { reasons: [ADOPTED] }')).totalCount).toBe(0);
    expect((await page('filter: { reasons: [FOLLOWED], isRead: false }')).totalCount).toBe(5);
  });

  it('of an organisation is used by its members, and by a key of one of its systems', async () => {
    const key = await organisationKey(server, odense, ['WRITE']);
    const system: Send = (query, variables) => server.as(key, query, variables);
    await follow(system, { recommendations: [10] }, { organisationId: odense });
    const lesson = await publishedLesson({ recommendations: [10] });
    expect(await told(system, odense)).toContain(`PUBLISHED ${lesson.id}`);
    const { items } = await inboxOf(follower, odense);
    expect(items.map(({ event }) => event.recordId)).toContain(lesson.id);
    expect((await inboxOf(follower)).items).toEqual([]);
  });

  it('is nobody else’s', async () => {
    const stranger = await memberOf(server, aarhus, 'MANAGER');
    const { id } = await follow(follower, { recommendations: [2] }, { organisationId: odense });
    const own = await follow(follower, { recommendations: [2] });
    await publishedLesson({ recommendations: [2] });
    const item = await until(async () => {
      const [first] = (await inboxOf(follower)).items;
      expect(first).toBeDefined();
      return first!;
    });
    const codes = async (send: Send, query: string) =>
      (await send(query)).errors?.map(({ extensions }) => extensions.code);
    for (const field of [
      `inbox(organisationId: "${odense}") { unreadCount }`,
      `follows(organisationId: "${odense}") { nodes { id } }`,
    ]) {
      expect(await codes(stranger.query, `{ ${field} }`)).toEqual(['FORBIDDEN']);
      expect(await codes(server.query, `{ ${field} }`)).toEqual(['UNAUTHENTICATED']);
    }
    const weak = await memberOf(server, odense, 'MANAGER', ['READ_DRAFTS']);
    expect(await codes(weak.query, `{ inbox(organisationId: "${odense}") { unreadCount } }`)).toEqual(['FORBIDDEN']);
    expect(await codes(weak.query, '{ inbox { unreadCount } }')).toBeUndefined();
    for (const follow of [id, own.id]) {
      expect((await change(stranger.query, 'unfollow', 'follow { id }', { id: follow })).errors).toMatchObject([
        { code: 'NOT_FOUND' },
      ]);
    }
    // Another person of the same organisation shares its inbox, not mine.
    const colleague = await memberOf(server, odense, 'EDITOR');
    expect(
      (await change(colleague.query, 'changeFollow', 'follow { id }', { id: own.id, name: 'x' })).errors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(
      (await change(colleague.query, 'markInboxItems', 'inbox { unreadCount }', { ids: [item.id], isRead: true }))
        .errors,
    ).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect(await codes(server.admin, '{ inbox { unreadCount } }')).toEqual(['BAD_USER_INPUT']);
  });
});

it('an author hears how many were told, and nobody else does', async () => {
  const copenhagen = await libraryId(server, 'DK-710100');
  const lesson = await publishedLesson({ organisationId: copenhagen });
  const others = await Promise.all([memberOf(server, odense, 'EDITOR'), memberOf(server, odense, 'EDITOR')]);
  for (const { query } of others) await follow(query, { records: [lesson.id] });
  await revise(await revise(lesson));
  const count = async (send: Send) =>
    (await send('query ($id: ID!) { node(id: $id) { ... on Lesson { toldCount } } }', { id: lesson.id })).data.node
      .toldCount;
  const author = await memberOf(server, copenhagen, 'CONTRIBUTOR');
  await until(async () => expect(await count(author.query)).toBe(2));
  expect(await count(others[0]!.query)).toBeNull();
  expect(await count(server.query)).toBeNull();
});
