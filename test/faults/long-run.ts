/** Faults at random, alone and together, for as long as was asked for. Started by `run.js`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allFaults } from './all-faults.js';
import { print, type Report, runEpisode } from './episode.js';
import { FaultPostgres } from './postgres.js';
import { Random } from './random.js';
import { HAS_SEED, MINUTES, NAME, SEED } from './settings.js';
import { Site } from './site.js';

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

it('survives', async () => {
  const until = Date.now() + MINUTES * 60_000;
  const faults = allFaults(postgres).filter(({ name }) => name.includes(NAME));
  const reports: Report[] = [];
  for (let count = 0; Date.now() < until; count++) {
    // Without a seed each run is another one; with it the first episode is the one that it was printed for.
    const seed = HAS_SEED ? SEED + count : Math.floor(Math.random() * 2 ** 31);
    const random = new Random(seed);
    const scale = random.pick([0.1, 0.3, 1]);
    const some = random.sample(faults, random.pick([1, 1, 2, 3, 4]));
    say(`seed ${seed}: ${some.map(({ name }) => name).join(' + ')}`);
    const report = await runEpisode(site, some, random, scale, { webhooks: true });
    reports.push(report);
    say(`    ${print(report)}`);
    for (const { invariant, subject, detail } of report.findings) say(`    ${invariant}: ${subject}: ${detail}`);
  }
  say(summary(reports));
  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A table of what was survived, by fault. */
function summary(reports: readonly Report[]): string {
  const names = [...new Set(reports.flatMap(({ faults }) => faults))].sort();
  const lines = names.map((name) => {
    const those = reports.filter(({ faults }) => faults.includes(name));
    const sum = (figure: (report: Report) => number) => those.reduce((total, report) => total + figure(report), 0);
    const silence = Math.max(...those.map((report) => report.silence));
    return (
      `| ${name} | ${those.length} | ${sum(({ ok }) => ok)} | ${sum(({ unknown }) => unknown)} | ` +
      `${sum(({ events }) => events)} | ${sum(({ receipts }) => receipts)} | ${sum(({ resumes }) => resumes)} | ` +
      `${silence} | ${sum(({ findings }) => findings.length)} |`
    );
  });
  return [
    '| Fault | Times | Calls acknowledged | Of unknown outcome | Events | Received | Resumes | Longest silence after, ms | Broken |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
