/** PostgreSQL on a disk that is full for a while: what it cannot keep is refused, and what it acknowledged is kept. */
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Fault, print, runEpisode } from './episode.js';
import { FaultPostgres } from './postgres.js';
import { Random } from './random.js';
import { SEED } from './settings.js';
import { patience, Site } from './site.js';
import { SmallDisk } from './small-disk.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** The cluster takes some 65, and its log of changes twice 32 at the most. */
const MEGABYTES = 256;
const SETTINGS = { min_wal_size: '32MB', max_wal_size: '32MB' };
/** Calls that are to fail of it before there is room again. */
const FAILURES = 10;

const disk = await SmallDisk.mount(MEGABYTES);
let postgres: FaultPostgres;
let site: Site;

beforeAll(async () => {
  if (disk === undefined) return;
  postgres = await FaultPostgres.start(SETTINGS, path.join(disk.folder, 'data'));
  site = await Site.start({ postgres, servers: 2 });
});

afterAll(async () => {
  await site?.close();
  await postgres?.stop();
  await disk?.unmount();
});

/** @param isLog whether its log of changes has no room either, of which PostgreSQL dies, and does not come back by itself */
const fullDisk = (isLog: boolean): Fault => ({
  name: 'a disk that is full for PostgreSQL',
  async run({ workload, progress }) {
    const failures = () => workload.count('unknown') + workload.count('failed');
    const before = failures();
    try {
      await vi.waitFor(async () => {
        // What PostgreSQL has given up for good is there to be filled again.
        await disk!.fill();
        expect(failures()).toBeGreaterThanOrEqual(before + FAILURES);
      }, patience);
      if (isLog) await exhaustLog();
    } finally {
      await disk!.empty();
      await postgres.ensureRunning();
    }
    await progress(3);
  },
});

/** Writes what only the log of changes has to keep, until there is nobody to write it. */
async function exhaustLog(): Promise<void> {
  await vi.waitFor(async () => {
    await disk!.fill();
    // It dies of this or of its own work, and each has words of its own for those who are connected.
    await writeToLog().catch(() => undefined);
    expect(await postgres.isRunning()).toBe(false);
  }, patience);
}

async function writeToLog(): Promise<void> {
  const client = await site.client();
  try {
    for (let megabytes = 0; megabytes < MEGABYTES; megabytes++) {
      await client.query("SELECT pg_logical_emit_message(false, 'faults', repeat('x', 1000000))");
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

it.skipIf(disk === undefined).each([
  ['a disk that is full for PostgreSQL', false],
  ['a disk that is full for its log of changes, too', true],
])('nothing is missed, doubled or leaked after %s', async (_name, isLog) => {
  const report = await runEpisode(site, [fullDisk(isLog)], new Random(SEED), 1);
  expect(report.findings, print(report)).toEqual([]);
  expect(report.failed + report.unknown).toBeGreaterThanOrEqual(FAILURES);
});
