/** How fast exports are, and in how much memory: `node test/bench/export.js --help`. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatReport, summarise } from './export/report.js';
import { fillKnowledge } from './export/records.js';
import { sources } from './export/sources.js';
import { buildServer } from './lib/build.js';
import { withClient } from './lib/client.js';
import { withEmptyDatabase } from './lib/empty-database.js';
import { pick } from './lib/pick.js';
import { ServerProcess } from './lib/server-process.js';
import { servers } from './lib/servers.js';

const usage = `node test/bench/export.js [options]

  --records N      in the knowledge base (100000)
  --paged N        that are paged through GraphQL (10000)
  --rounds N       over everything (3)
  --only a,b       of ${Object.keys(sources).join(', ')} (all)
  --skip-build     measure what lies in dist/
  --json           figures as JSON on standard output`;

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '100000' },
    paged: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(sources).join() },
    'skip-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Snapshots are for the operator to take. */
const medspil = {
  ...servers.medspil,
  environment: { ...servers.medspil.environment, ADMIN_API_KEY: 'the-key-of-the-bench' },
};

const log = (line) => console.error(line);

if (options.help) console.log(usage);
else await main();

async function main() {
  const names = pick(options.only, sources);
  const records = Number(options.records);
  if (!options['skip-build']) buildServer();
  const measurements = await withEmptyDatabase(log, async (databaseUrl) => {
    log(`Putting ${records.toLocaleString('en')} records into the database`);
    await withClient(databaseUrl, (client) => fillKnowledge(client, records));
    return takeTurns(names, { databaseUrl, records, paged: Math.min(records, Number(options.paged)) });
  });
  report(summarise(measurements, records));
}

/** They take turns within each round, so that what else the machine does meets them all; each with a server of its own. */
async function takeTurns(names, course) {
  const measurements = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const name of names) {
      const server = await ServerProcess.start('medspil', medspil, course.databaseUrl);
      try {
        const measured = await sources[name].measure({ ...course, server });
        const speed = Math.round(measured.records / measured.seconds);
        log(`Round ${round + 1} of ${options.rounds}: ${name}, ${speed.toLocaleString('en')} records/s`);
        measurements.push({ name, ...measured });
      } finally {
        await server.stop();
      }
    }
  }
  return measurements;
}

function report(summary) {
  const setting = {
    node: process.version,
    processors: `${cpus().length} x ${cpus()[0].model}`,
    rounds: Number(options.rounds),
    records: Number(options.records),
  };
  console.log(options.json ? JSON.stringify({ setting, ...summary }, undefined, 2) : formatReport(setting, summary));
}
