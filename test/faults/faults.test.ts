/** Each fault by itself, then several at once: a short, seeded part of what `npm run test:faults` does for long. */
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from 'vitest';
import { allFaults, someFaults } from './all-faults.js';
import { type Fault, print, runEpisode } from './episode.js';
import { FaultPostgres } from './postgres.js';
import { Random } from './random.js';
import { SEED } from './settings.js';
import { Site } from './site.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** A tenth of the times that the requirement names; the long run has the whole. */
const SCALE = 0.1;

let postgres: FaultPostgres;
let site: Site;

beforeAll(async () => {
  postgres = await FaultPostgres.start();
  site = await Site.start({ postgres, servers: 2 });
});

afterAll(async () => {
  await site?.close();
  await postgres?.stop();
});

async function survive(choose: (random: Random) => readonly Fault[], seed: number): Promise<void> {
  const random = new Random(seed);
  const faults = choose(random);
  onTestFailed(() => {
    const names = faults.map(({ name }) => name).join(' + ');
    console.error(`${names}, with FAULT_SEED=${SEED}`, ...site.servers.map(({ output }) => output.slice(-2_000)));
  });
  const report = await runEpisode(site, faults, random, SCALE);
  expect(report.findings, print(report)).toEqual([]);
}

describe('nothing is missed, doubled or leaked after', () => {
  // Only their names are needed here.
  for (const [index, { name }] of allFaults(undefined as never).entries()) {
    it(name, () => survive(() => [allFaults(postgres)[index]!], SEED + index));
  }

  it.each([1, 2])('several at once, %i', (count) =>
    survive((random) => someFaults(postgres, random), SEED + 100 + count),
  );
});
