/** Pollers that come at any time, while two servers publish: whatever the order, none misses a change. */
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { v7 as uuidv7 } from 'uuid';
import { NewContentService } from '../../src/modules/feeds/new-content.service.js';
import { Cancellation } from '../../src/common/cancellation.js';
import { createContext } from '../../src/platform/auth/context.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { addOrganisation } from '../helpers/knowledge-rows.js';
import { type LogProcess, newEntry, startLogProcess } from '../helpers/log-process.js';
import { randomRuns } from '../helpers/random-runs.js';

let testDatabase: TestDatabase;
let servers: readonly [LogProcess, LogProcess];
let organisationId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  servers = [await startLogProcess(testDatabase.connection), await startLogProcess(testDatabase.connection)];
});
beforeEach(async () => {
  organisationId = await addOrganisation(servers[0].database, 'A library of the tests');
});
afterAll(async () => {
  for (const { stop } of servers) await stop();
  await testDatabase.drop();
});

const RECORDS = 6;

/** What is said of each record: how often it was changed, by what is committed. */
class World {
  readonly ids = Array.from({ length: RECORDS }, () => uuidv7());
  readonly changes = new Map<string, number>();
  private readonly underWay: { commit: () => void; done: Promise<void> }[] = [];

  async publish(server: number, record: number): Promise<void> {
    await servers[server]!.publish(this.entry(record));
    this.count(record);
  }

  /** Several at the same moment, by both servers. */
  async publishTogether(records: readonly number[]): Promise<void> {
    await Promise.all(records.map((record, place) => this.publish(place % 2, record)));
  }

  /** One that is told to the log now and committed later, as a slow transaction is. */
  async begin(server: number, record: number): Promise<void> {
    const { database, log } = servers[server]!;
    let commit!: () => void;
    const told = new Promise<void>((resolve, reject) => {
      const done = database
        .inTransaction(async (transaction) => {
          await log.append(transaction, this.entry(record));
          resolve();
          await new Promise<void>((go) => (commit = go));
        })
        .then(() => this.count(record));
      done.catch(reject);
      this.underWay.push({ commit: () => commit(), done });
    });
    await told;
  }

  async commitOldest(): Promise<void> {
    const oldest = this.underWay.shift();
    oldest?.commit();
    await oldest?.done;
  }

  async commitAll(): Promise<void> {
    while (this.underWay.length > 0) await this.commitOldest();
  }

  private entry(record: number) {
    return newEntry({ recordId: this.ids[record]!, organisationId });
  }

  private count(record: number): void {
    const id = this.ids[record]!;
    this.changes.set(id, (this.changes.get(id) ?? 0) + 1);
  }
}

interface Poller {
  /** The state of each record when it was last read. */
  readonly copies: ReadonlyMap<string, number>;
  /** @returns whether there may be more */
  poll(world: World, server: number, pageLength: number): Promise<boolean>;
}

async function ask(server: number, pageLength: number, since: string | null) {
  const { database, log } = servers[server]!;
  const context = createContext(database, ANONYMOUS, new Cancellation());
  const answer = await new NewContentService(log, pageLength).newContent(context, organisationId, since);
  expect(answer.errors).toEqual([]);
  return answer;
}

/** Passes back what it was given. */
function faithfulPoller(): Poller {
  const copies = new Map<string, number>();
  let since: string | null = null;
  return {
    copies,
    poll: async (world, server, pageLength) => {
      const { uuids, youngest } = await ask(server, pageLength, since);
      for (const id of uuids) copies.set(id, world.changes.get(id) ?? 0);
      since = youngest;
      return uuids.length > 0;
    },
  };
}

/** As the websites of Danish libraries do: keeps whole seconds in 32 bits, and only when there was something new. */
function hubPoller(): Poller {
  const copies = new Map<string, number>();
  const last = new Int32Array(1);
  return {
    copies,
    poll: async (world, server, pageLength) => {
      const since = new Date(last[0]! * 1000).toISOString().replace('.000Z', '+00:00');
      const { uuids, youngest } = await ask(server, pageLength, since);
      expect(youngest).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
      for (const id of uuids) copies.set(id, world.changes.get(id) ?? 0);
      if (uuids.length > 0) last[0] = Date.parse(youngest) / 1000;
      return uuids.length > 0;
    },
  };
}

/** As one would write it against the table, and as the hub answers: what changed after the time of the last change. */
function naivePoller(): Poller {
  const copies = new Map<string, number>();
  let last = 0;
  return {
    copies,
    poll: async (world) => {
      const rows = await servers[0].database.rows<{ id: string; seconds: number }>(
        sql`SELECT record_id AS id, floor(extract(epoch FROM occurred_at))::integer AS seconds FROM knowledge_log
          WHERE floor(extract(epoch FROM occurred_at)) > ${last} AND organisation_id = ${organisationId}`,
      );
      for (const { id, seconds } of rows) {
        copies.set(id, world.changes.get(id) ?? 0);
        last = Math.max(last, seconds);
      }
      return rows.length > 0;
    },
  };
}

const server = fc.nat(1);
const record = fc.nat(RECORDS - 1);
const pageLength = fc.integer({ min: 1, max: 4 });
type Step =
  | { publish: readonly [number, number] }
  | { together: readonly number[] }
  | { begin: readonly [number, number] }
  | { commit: true }
  | { poll: readonly [number, number] };
const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ publish: fc.tuple(server, record) }),
    fc.record({ together: fc.array(record, { minLength: 2, maxLength: 4 }) }),
    fc.record({ begin: fc.tuple(server, record) }),
    fc.constant<Step>({ commit: true }),
    fc.record({ poll: fc.tuple(server, pageLength) }),
  ),
  { minLength: 3, maxLength: 14 },
);

async function play(pollers: readonly Poller[], script: readonly Step[]): Promise<World> {
  const world = new World();
  let begun = 0;
  for (const step of script) {
    if ('publish' in step) await world.publish(...step.publish);
    else if ('together' in step) await world.publishTogether(step.together);
    // No more at a time than a server has connections to spare.
    else if ('begin' in step) begun++ < 3 && (await world.begin(...step.begin));
    else if ('commit' in step) await world.commitOldest();
    else for (const poller of pollers) await poller.poll(world, ...step.poll);
  }
  await world.commitAll();
  for (const poller of pollers) while (await poller.poll(world, 0, 2));
  return world;
}

describe('newContent', () => {
  it('misses no change, whoever publishes when and whoever asks', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        organisationId = await addOrganisation(servers[0].database, 'A library of the tests');
        const pollers = [faithfulPoller(), hubPoller()];
        const world = await play(pollers, script);
        for (const { copies } of pollers) expect(new Map(copies)).toEqual(world.changes);
      }),
      randomRuns(60),
    );
  }, 120_000);

  it('is what the check is about: a poller by time misses what was committed late, or in the same second', async () => {
    const poller = naivePoller();
    const world = await play(
      [poller],
      [{ begin: [0, 0] }, { publish: [1, 1] }, { poll: [0, 1] }, { commit: true }, { poll: [0, 1] }],
    );
    expect(world.changes.size).toBe(2);
    expect(poller.copies.size).toBe(1);
  });
});
