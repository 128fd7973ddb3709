/** What happens to PostgreSQL and to the connections to it. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Fault } from './episode.js';
import type { FaultPostgres } from './postgres.js';
import { LISTENING, patience, type Site } from './site.js';

/** A condition on `pg_stat_activity`. */
export const LISTENERS = "query LIKE 'LISTEN %'";
const STAMPING = "query LIKE '%stamp_knowledge_log%' AND state = 'active'";

/** Ends backends of the servers. Gives how many. */
export async function terminate(site: Site, condition: string, limit = 100): Promise<number> {
  const ended = await site.rows(`
    SELECT pg_terminate_backend(pid) FROM (
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name <> 'faults' AND pid <> pg_backend_pid() AND (${condition})
      ORDER BY random() LIMIT ${limit}) AS chosen`);
  return ended.length;
}

/** An immediate shutdown, and a start soon after. */
export function restartPostgres(postgres: FaultPostgres): Fault {
  return {
    name: 'immediate restart of PostgreSQL',
    async run({ random, scale }) {
      await postgres.crash();
      await delay(random.between(0, 5_000) * scale);
      await postgres.startAgain();
    },
  };
}

const terminatePool: Fault = {
  name: 'pg_terminate_backend of pool connections',
  async run({ site, random, progress }) {
    for (let round = 0; round < 5; round++) {
      await terminate(site, `NOT (${LISTENERS})`, random.between(1, 5));
      await progress(1);
    }
  },
};

const terminateListening: Fault = {
  name: 'pg_terminate_backend of LISTEN',
  async run({ site, told }) {
    expect(await terminate(site, LISTENERS)).toBeGreaterThan(0);
    return told();
  },
};

const terminateStamping: Fault = {
  name: 'pg_terminate_backend of one that is stamping',
  async run({ site }) {
    const holder = await site.client();
    try {
      // Who stamps waits for this row, with some of its work done.
      await holder.query('BEGIN');
      await holder.query('SELECT FROM knowledge_log_state FOR UPDATE');
      await site.plantOne();
      let ended = 0;
      await vi.waitFor(async () => expect((ended += await terminate(site, STAMPING))).toBeGreaterThan(2), patience);
    } finally {
      await holder.end();
    }
  },
};

const idleWriter: Fault = {
  name: 'a writer idle in its transaction',
  async run({ site, told, scale }) {
    const writer = await site.client();
    await writer.query('BEGIN');
    // It has its number now, and its commit comes after those of many with higher ones.
    await site.plant(writer);
    const [note] = await Promise.all([told(), delay(10_000 * scale)]);
    await writer.query('COMMIT');
    await writer.end();
    return note;
  },
};

const halfOpenListening: Fault = {
  name: 'half-open LISTEN',
  async run({ site, told }) {
    const choice = {
      only: 'open' as const,
      choice: ({ label }: { label?: string | undefined }) => label === LISTENING,
    };
    for (const { database } of site.servers) database.freeze(['toServer', 'toClient'], choice);
    const note = await told();
    // As the network's other end finds out at last.
    for (const { database } of site.servers) database.cut(choice.choice);
    return note;
  },
};

/** To PostgreSQL for a while, one way or both; then all of it breaks, or goes on where it was. */
const halfOpenDatabase: Fault = {
  name: 'half-open connections to PostgreSQL',
  async run(context) {
    const { random, scale, site } = context;
    const { database } = random.pick(site.servers);
    database.freeze(random.pick([['toClient'], ['toServer'], ['toServer', 'toClient']] as const));
    await delay(random.between(2_000, 12_000) * scale);
    if (random.happens(0.5)) database.cut();
    database.thaw();
  },
};

/** As when PostgreSQL's machine is gone and another has its address: what was open is dead, and nobody says so. */
const lostDatabase: Fault = {
  name: 'dead connections to PostgreSQL, new ones good',
  async run({ site, told, random }) {
    const { database } = random.pick(site.servers);
    database.freeze(['toServer', 'toClient'], { only: 'open' });
    const note = await told();
    database.cut();
    return note;
  },
};

const brokenDatabase: Fault = {
  name: 'connections to PostgreSQL cut and truncated',
  async run({ site, random, progress }) {
    for (let round = 0; round < 4; round++) {
      const { database } = random.pick(site.servers);
      if (random.happens(0.5)) database.cut(() => random.happens(0.5));
      else database.truncate(random.between(0, 5_000));
      await delay(random.between(50, 300));
      database.heal();
      await progress(1);
    }
  },
};

const slowDatabase: Fault = {
  name: 'PostgreSQL far away',
  async run({ site, random, scale }) {
    for (const { database } of site.servers) database.delayMilliseconds = random.between(5, 100);
    await delay(5_000 * scale);
  },
};

export const connectionFaults: readonly Fault[] = [
  terminatePool,
  terminateListening,
  terminateStamping,
  idleWriter,
  halfOpenListening,
  halfOpenDatabase,
  lostDatabase,
  brokenDatabase,
  slowDatabase,
];
