/** One event to many WebSockets: `node test/bench/fan-out.js --help`. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { formatReport, summarise } from './fan-out/report.js';
import { fanOutServers } from './fan-out/servers.js';
import { takeTurn } from './fan-out/turn.js';
import { buildServer } from './lib/build.js';
import { withClient } from './lib/client.js';
import { withEmptyDatabase } from './lib/empty-database.js';
import { addLessons, addOrganisation } from './lib/knowledge.js';
import { checkOpenFiles } from './lib/open-files.js';
import { pick } from './lib/pick.js';

const usage = `node test/bench/fan-out.js [options]

  --sizes a,b      sockets (1000,5000,10000)
  --rounds N       rounds over all servers (5)
  --events N       events that count, of each size in each round (5)
  --servers a,b    of ${Object.keys(fanOutServers).join(', ')} (all)
  --skip-build     measure what lies in dist/
  --json           figures as JSON on standard output`;

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,5000,10000' },
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '5' },
    servers: { type: 'string', default: Object.keys(fanOutServers).join() },
    'skip-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const log = (line) => console.error(line);

if (options.help) console.log(usage);
else await main();

async function main() {
  const names = pick(options.servers, fanOutServers);
  const sizes = options.sizes
    .split(',')
    .map(Number)
    .sort((a, b) => a - b);
  checkOpenFiles(sizes.at(-1));
  if (!options['skip-build']) buildServer();
  const turns = await withEmptyDatabase(log, async (databaseUrl) => {
    await withClient(databaseUrl, async (client) => addLessons(client, await addOrganisation(client), 1));
    return takeTurns({ names, databaseUrl, sizes, events: Number(options.events) });
  });
  report(summarise(turns, names, sizes));
}

/** Servers take turns within each round, so that what else the machine does meets them all. */
async function takeTurns({ names, ...course }) {
  const turns = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      log(`Round ${round + 1} of ${options.rounds}: ${name}`);
      turns.push({ round, name, measurements: await takeTurn({ name, server: fanOutServers[name], ...course }) });
    }
  }
  return turns;
}

function report(summary) {
  const setting = {
    node: process.version,
    processors: `${cpus().length} x ${cpus()[0].model}`,
    rounds: Number(options.rounds),
    events: Number(options.events),
  };
  console.log(options.json ? JSON.stringify({ setting, ...summary }, undefined, 2) : formatReport(setting, summary));
}
