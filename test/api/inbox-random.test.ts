/**
 * Random follows, publications, revisions, retractions and adoptions on two servers: what lies in each inbox is what a
 * plain model makes of the log.
 *
 * To run long, or again what a failure printed: `RANDOM_RUNS=300 RANDOM_SEED=7 npx vitest run --config
 * test/vitest.config.ts test/api/inbox-random.test.ts`.
 */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventFilter, type EventFilterInput } from '../../src/platform/log/event-filter.js';
import { change, follow, inboxOf } from '../helpers/inbox.js';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { randomRuns } from '../helpers/random-runs.js';
import { createLesson, libraryId, mutate, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const RUNS = 8;
/** Steps that are taken at the same time, as good as. */
const AT_ONCE = 4;
const PEOPLE = 3;

type Step =
  | { readonly kind: 'follow'; readonly person: number; readonly filter: EventFilterInput; readonly level: string }
  | { readonly kind: 'unfollow'; readonly person: number; readonly place: number }
  | { readonly kind: 'publish'; readonly recommendations: number[] }
  | { readonly kind: 'revise' | 'retract' | 'adopt'; readonly place: number };

const numbers = fc.subarray([1, 2, 3], { minLength: 1 });
const filter = fc.oneof(
  numbers.map((recommendations): EventFilterInput => ({ recommendations })),
  fc.subarray(['PUBLISHED', 'REVISED', 'RETRACTED', 'ADOPTED'], { minLength: 1 }).map((types) => ({ types })),
  fc.tuple(numbers, fc.constantFrom('PUBLISHED', 'REVISED')).map(([recommendations, type]) => ({
    recommendations,
    types: [type],
  })),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      kind: fc.constant('follow'),
      person: fc.nat(PEOPLE - 1),
      filter,
      level: fc.constantFrom('EVERYTHING', 'EVERYTHING', 'NEW_RECORDS', 'NOTHING'),
    }),
    fc.record({ kind: fc.constant('unfollow'), person: fc.nat(PEOPLE - 1), place: fc.nat(5) }),
    fc.record({ kind: fc.constant('publish'), recommendations: numbers }),
    fc.record({ kind: fc.constantFrom('revise', 'revise', 'retract', 'adopt'), place: fc.nat(9) }),
  ),
  { minLength: 16, maxLength: 40, size: 'max' },
);

let servers: TestServer[];
let database: pg.Client;
let aarhus: string;
let odense: string;

beforeAll(async () => {
  const server = await startTestServer();
  servers = [server, await server.sibling()];
  database = new pg.Client({ connectionString: server.database.url });
  await database.connect();
  aarhus = await libraryId(server);
  odense = await libraryId(server, 'DK-746100');
});

afterAll(async () => {
  await database?.end();
  for (const server of servers?.toReversed() ?? []) await server.close();
});

/** A follow as the model has it: what it said of itself, and until when. */
interface Followed {
  readonly id: string;
  readonly filter: EventFilterInput;
  readonly level: string;
  /** Positions: it is told of what lies behind the first, up to the second. */
  readonly after: number;
  until: number;
}

interface Entry {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly recordId: string;
  readonly recommendations: readonly number[];
}

const positionOf = (cursor: string) => Number(Buffer.from(cursor, 'base64url').toString().split('.')[1]);

async function endOfLog(): Promise<number> {
  return positionOf((await servers[0]!.query('{ knowledgeCursor }')).data.knowledgeCursor);
}

/** Waits until both inboxes and log are at rest, and tells where. */
async function settled(): Promise<number> {
  const marker = await publish(servers[0]!, await createLesson(servers[0]!, { recommendations: [10] }));
  const witness = await memberOf(servers[0]!, odense, 'CONTRIBUTOR');
  await follow(witness.query, { records: [marker.id] });
  await mutate(servers[1]!, 'retract', 'record { id }', { ...pick(marker), reason: 'It was a marker.' });
  await until(async () => expect((await inboxOf(witness.query)).items).toHaveLength(1));
  return endOfLog();
}

const pick = ({ id, version }: Reference) => ({ id, version });

async function entriesAfter(position: number): Promise<Entry[]> {
  const { rows } = await database.query<Entry>(
    `SELECT position::integer, event_id AS id, type, record_id AS "recordId", recommendations
     FROM knowledge_log WHERE position > $1 ORDER BY position`,
    [position],
  );
  return rows;
}

/** What the model would tell. */
function toldOf(entries: readonly Entry[], follows: readonly Followed[]): string[] {
  return entries
    .filter((entry) => {
      const matching = follows.filter(
        ({ filter, after, until }) =>
          after < entry.position && entry.position <= until && new EventFilter(filter).matches(entry as never),
      );
      const brings = ({ level }: Followed) =>
        level === 'EVERYTHING' || (level === 'NEW_RECORDS' && entry.type === 'PUBLISHED');
      return matching.some(brings) && !matching.some(({ level }) => level === 'NOTHING');
    })
    .map(({ id }) => id);
}

class World {
  readonly records: Reference[] = [];
  readonly follows: Followed[][];
  told = 0;

  constructor(readonly people: readonly TestPerson[]) {
    this.follows = people.map(() => []);
  }

  async take(step: Step, server: TestServer): Promise<void> {
    if (step.kind === 'publish') {
      this.records.push(await publish(server, await createLesson(server, { recommendations: step.recommendations })));
    } else if (step.kind === 'follow') {
      await this.follow(step, server);
    } else if (step.kind !== 'unfollow' && this.records.length > 0) {
      const [record] = this.records.splice(step.place % this.records.length, 1);
      await this.touch(step.kind, record!, server);
    }
  }

  private async follow({ person, filter, level }: Extract<Step, { kind: 'follow' }>, server: TestServer) {
    const { key } = this.people[person]!;
    const same = this.follows[person]!.find(
      (one) => one.until === Infinity && JSON.stringify(one.filter) === JSON.stringify(filter),
    );
    // Changing what is there counts from a moment that no answer tells: see `atRest`.
    if (same !== undefined) return;
    const followed = await follow((query, variables) => server.as(key, query, variables), filter, { level });
    this.follows[person]!.push({
      id: followed.id,
      filter,
      level,
      after: positionOf(followed.since),
      until: Infinity,
    });
  }

  private async touch(kind: 'revise' | 'retract' | 'adopt', record: Reference, server: TestServer) {
    if (kind === 'retract') {
      await mutate(server, 'retract', 'record { id }', { ...pick(record), reason: 'It was wrong.' });
    } else if (kind === 'adopt') {
      await mutate(server, 'recordAdoption', 'adoption { id }', {
        recordId: record.id,
        organisationId: odense,
        taken: 'All of it.',
      });
      this.records.push(record);
    } else {
      const { lesson } = await mutate(server, 'updateLesson', 'lesson { id slug version }', {
        ...pick(record),
        advice: `Again (${record.version}).`,
      });
      this.records.push(await publish(server, lesson));
    }
  }

  /** What can be told exactly only while nothing happens: a follow that ends, or changes its level. */
  async atRest(step: Step, isChange: boolean): Promise<void> {
    if (step.kind !== 'unfollow') return;
    const open = this.follows[step.person]!.filter(({ until }) => until === Infinity);
    const followed = open[step.place % open.length];
    if (followed === undefined) return;
    const until = await settled();
    const send = this.people[step.person]!.query;
    followed.until = until;
    if (!isChange) {
      expect((await change(send, 'unfollow', 'follow { id }', { id: followed.id })).errors).toEqual([]);
      return;
    }
    const level = followed.level === 'NOTHING' ? 'EVERYTHING' : 'NOTHING';
    expect((await change(send, 'changeFollow', 'follow { id }', { id: followed.id, level })).errors).toEqual([]);
    this.follows[step.person]!.push({ ...followed, level, after: until, until: Infinity });
  }
}

it(
  'each inbox has what its follows match, each event once, in the order of the log',
  { timeout: 3_600_000 },
  async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const people: TestPerson[] = [];
        for (let count = 0; count < PEOPLE; count++) people.push(await memberOf(servers[0]!, odense, 'CONTRIBUTOR'));
        const world = new World(people);
        const start = await endOfLog();
        for (let place = 0; place < all.length; place += AT_ONCE) {
          const some = all.slice(place, place + AT_ONCE);
          await Promise.all(some.map((step, number) => world.take(step, servers[number % servers.length]!)));
          for (const [number, step] of some.entries()) await world.atRest(step, number % 2 === 0);
        }
        await settled();
        const entries = await entriesAfter(start);
        for (const [number, { query }] of people.entries()) {
          const { items, unreadCount } = await inboxOf(query);
          const expected = toldOf(entries, world.follows[number]!);
          expect(items.map(({ event }) => event.id)).toEqual(expected);
          expect(unreadCount).toBe(expected.length);
          told += expected.length;
        }
        const adoptions = entries.filter(({ type }) => type === 'ADOPTED').map(({ id }) => id);
        const { data } = await servers[1]!.admin(
          `query ($id: ID) { inbox(organisationId: $id) { items(first: 1000, filter: { reasons: [ADOPTED] }) { nodes { event { id } } } } }`,
          { id: aarhus },
        );
        const heard = data.inbox.items.nodes.map(({ event }: any) => event.id).reverse();
        expect(heard.slice(heard.length - adoptions.length)).toEqual(adoptions);
      }),
      // To make a failure smaller takes longer than the whole suite may.
      { ...randomRuns(RUNS), endOnFailure: process.env['RANDOM_SEED'] === undefined },
    );
    expect(told, 'events that were told').toBeGreaterThan(20);
  },
);
