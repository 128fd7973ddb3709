/** Measures Medspil beside its peers: `node test/bench/run.js --help`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildServer } from './lib/build.js';
import { openCorpus } from './lib/database.js';
import { checkEquality } from './lib/equality.js';
import { operations } from './lib/operations.js';
import { pick } from './lib/pick.js';
import { formatReport, summarise } from './lib/report.js';
import { ServerProcess } from './lib/server-process.js';
import { servers } from './lib/servers.js';

const usage = `node test/bench/run.js [options]

  --rounds N        rounds over all servers (3)
  --seconds N       seconds a measurement (5)
  --warm-up N       seconds of load on each server and query before the first round (3)
  --connections N   connections (16)
  --only Q1,Q2      queries (all)
  --servers a,b     of ${Object.keys(servers).join(', ')} (all)
  --check           compare the answers and measure nothing
  --skip-build      measure what lies in dist/
  --json            figures as JSON on standard output`;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '3' },
    connections: { type: 'string', default: '16' },
    only: { type: 'string', default: Object.keys(operations).join() },
    servers: { type: 'string', default: Object.keys(servers).join() },
    check: { type: 'boolean', default: false },
    'skip-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const log = (line) => console.error(line);
const bench = fileURLToPath(new URL('.', import.meta.url));

if (options.help) console.log(usage);
else await main();

async function main() {
  const names = pick(options.only, operations);
  const chosen = pick(options.servers, servers);
  if (!options['skip-build']) buildServer();

  const database = await openCorpus(join(bench, '.data'), log);
  const processes = [];
  const stop = async () => {
    await Promise.all(processes.map((server) => server.stop()));
    await database.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop().finally(() => process.exit(1)));
  try {
    for (const name of chosen) processes.push(await ServerProcess.start(name, servers[name], database.url));
    await checkEquality(processes, names);
    log(`${chosen.join(', ')} give the same answers to ${names.join(', ')}.`);
    if (options.check) return;
    const measurements = await measure(processes, names);
    await checkEquality(processes, names);
    const memory = Object.fromEntries(processes.map((server) => [server.name, server.memory()]));
    report(summarise(measurements, memory));
  } finally {
    await stop();
  }
}

/** Servers take turns within each round, so that what else the machine does meets them all. */
async function measure(processes, names) {
  const loader = fork(join(bench, 'lib', 'load.js'));
  const measurements = [];
  try {
    for (const server of processes) {
      for (const name of names) await load(loader, server, name, Number(options['warm-up']));
    }
    for (let round = 0; round < Number(options.rounds); round++) {
      log(`Round ${round + 1} of ${options.rounds}`);
      for (const name of names) {
        for (let turn = 0; turn < processes.length; turn++) {
          const server = processes[(turn + round) % processes.length];
          const figures = await load(loader, server, name, Number(options.seconds));
          measurements.push({ server: server.name, query: name, ...figures });
        }
      }
    }
  } finally {
    loader.kill();
  }
  return measurements;
}

async function load(loader, server, name, seconds) {
  const requests = operations[name].variables.map((variables) => server.server.ask(name, variables));
  loader.send({ url: server.origin, requests, connections: Number(options.connections), seconds });
  const [figures] = await once(loader, 'message');
  if (figures.failures > 0) throw new Error(`${server.name} failed ${figures.failures} requests of ${name}.`);
  return figures;
}

function report(summary) {
  const setting = {
    node: process.version,
    processors: `${cpus().length} x ${cpus()[0].model}`,
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    connections: Number(options.connections),
  };
  console.log(options.json ? JSON.stringify({ setting, ...summary }, undefined, 2) : formatReport(setting, summary));
}
