/** The checker on servers with a bug each, which it has to find: a check that cannot fail shows nothing. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { tellMuch } from './bulk.js';
import { check, type Finding } from './checker.js';
import { terminate, LISTENERS } from './database-faults.js';
import type { FaultContext } from './episode.js';
import { connectionTo } from './postgres.js';
import { Random } from './random.js';
import { Recorder } from './recorder.js';
import { patience, Site, type SiteOptions } from './site.js';
import { SocketSubscriber, StreamSubscriber } from './subscribers.js';
import { Workload } from './workload.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** How long, in milliseconds, the checker waits for what a bug has lost. */
const PATIENCE = 2_500;

let database: TestDatabase;
let site: Site;

afterEach(async () => {
  await site?.close();
  await database.drop();
});

/** What the checker finds when this happens to a server. */
async function findings(
  happening: (context: Pick<FaultContext, 'site' | 'workload'>) => Promise<void>,
  options: Pick<SiteOptions, 'imports'> & { readonly bug?: string } = {},
): Promise<Finding[]> {
  database = await createTestDatabase();
  site = await Site.start({ postgres: connectionTo(database.connection.url), servers: 1, imports: options.imports });
  if (options.bug !== undefined) await site.rows(options.bug);
  const hasBug = options.bug !== undefined || options.imports !== undefined;
  const workload = await Workload.start(site, new Random(7), { subscribers: 1 });
  try {
    await workload.progress(3);
    await happening({ site, workload });
    await workload.progress(3);
    const truth = await workload.finish(hasBug ? PATIENCE : patience.timeout);
    return check(workload.history, truth);
  } finally {
    await workload.close();
  }
}

const broken = (found: readonly Finding[]) => [...new Set(found.map(({ invariant }) => invariant))];

/** A number given when an event is written, and a reader that has read up to the highest it saw. */
const NAIVE_CURSOR = `
  CREATE SEQUENCE naive_position;
  SELECT setval('naive_position', last_position) FROM knowledge_log_state WHERE last_position > 0;
  CREATE FUNCTION naive_position() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.position := nextval('naive_position');
    RETURN NEW;
  END $$;
  CREATE TRIGGER naive_position BEFORE INSERT ON knowledge_log FOR EACH ROW EXECUTE FUNCTION naive_position();
  CREATE OR REPLACE FUNCTION stamp_knowledge_log(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE knowledge_log_state SET last_position = (SELECT max(position) FROM knowledge_log)
      WHERE last_position < (SELECT max(position) FROM knowledge_log);
    PERFORM pg_notify('medspil_knowledge_log', '');
    RETURN 0;
  END $$`;

const slowWriter = async ({ site, workload }: Pick<FaultContext, 'site' | 'workload'>) => {
  const writer = await site.client();
  await writer.query('BEGIN');
  await site.plant(writer);
  // Until everybody has heard of something later: which, a bug may leave to chance.
  await workload.longestSilence();
  await writer.query('COMMIT');
  await writer.end();
};

const deafness = async ({ site }: Pick<FaultContext, 'site'>) => {
  expect(await terminate(site, LISTENERS)).toBeGreaterThan(0);
};

/** Two that read nothing until others have been told all. */
const slowReading = async ({ site, workload }: Pick<FaultContext, 'site' | 'workload'>) => {
  const [server] = site.servers;
  const after = await site.end();
  const slow = [SocketSubscriber, StreamSubscriber].map((Kind) => {
    const recorder = workload.record(new Recorder(Kind.name, {}, after));
    return new Kind({ recorder, url: () => server!.url, random: new Random(7) });
  });
  workload.subscribers.push(...slow);
  await workload.told();
  await vi.waitFor(() => expect(slow.map(({ recorder }) => recorder.count > 0)).toEqual([true, true]), patience);
  for (const subscriber of slow) subscriber.pause();
  await tellMuch(site, server!.url);
  await workload.told();
  for (const subscriber of slow) subscriber.resume();
};

describe('the checker finds', () => {
  it('a naive cursor', async () => {
    expect(broken(await findings(slowWriter, { bug: NAIVE_CURSOR }))).toEqual(['NOTHING_MISSING']);
  });

  it('a lost wake-up', async () => {
    expect(broken(await findings(deafness, { imports: ['lost-wake-up.js'] }))).toEqual(['NOTHING_MISSING']);
  });

  it('a server that drops what a slow client has no room for', async () => {
    const found = await findings(slowReading, { imports: ['drop-on-slow.js'] });
    expect(broken(found)).toEqual(['NOTHING_MISSING']);
    // By either way.
    expect(found.map(({ subject }) => subject).sort()).toEqual(['SocketSubscriber', 'StreamSubscriber']);
  });

  it('nothing where the same happens to a server without a bug', async () => {
    const all = async (context: Pick<FaultContext, 'site' | 'workload'>) => {
      await slowWriter(context);
      await deafness(context);
      await slowReading(context);
    };
    expect(await findings(all)).toEqual([]);
  });
});
