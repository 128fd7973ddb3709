/**
 * A polite client beside a hostile mix: `node test/bench/hostile.js --help`. The figures are ratios of one run: what the
 * polite client waits with the others there, to what it waits alone.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { attacks } from './hostile/attacks.js';
import { buildServer } from './lib/build.js';
import { openCorpus } from './lib/database.js';
import { ServerProcess } from './lib/server-process.js';
import { servers } from './lib/servers.js';

const usage = `node test/bench/hostile.js [options]

  --seconds N      of the hostile mix (60)
  --quiet N        seconds of the polite client alone, before it (20)
  --only a,b       of ${Object.keys(attacks).join(', ')} (all)
  --skip-build     measure what lies in dist/
  --json           figures as JSON on standard output`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    quiet: { type: 'string', default: '20' },
    only: { type: 'string', default: Object.keys(attacks).join() },
    'skip-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const bench = fileURLToPath(new URL('.', import.meta.url));
const log = (line) => console.error(line);

if (options.help) console.log(usage);
else await main();

async function main() {
  if (!options['skip-build']) buildServer();
  const database = await openCorpus(join(bench, '.data'), log);
  // Reference data: the polite client publishes for a library.
  const { RATE_LIMIT_ADDRESS, RATE_LIMIT_CREDENTIAL, ...environment } = servers.medspil.environment;
  const medspil = { ...servers.medspil, environment };
  let server;
  const children = [];
  try {
    server = await ServerProcess.start('medspil', medspil, database.url);
    const key = (await readFile(join(environment.DATA_DIR, 'admin.key'), 'utf8')).trim();
    const polite = fork(join(bench, 'hostile', 'polite.js'), [server.origin, key]);
    children.push(polite);
    const measure = async (seconds) => {
      polite.send({ seconds });
      const [figures] = await once(polite, 'message');
      return figures;
    };
    await measure(5);
    const quiet = await measure(Number(options.quiet));
    log(`alone: p50 ${quiet.p50.toFixed(1)} ms, p99 ${quiet.p99.toFixed(1)} ms`);

    // The attackers' own work is not the server's: they get what is left of the processors.
    const attackers = fork(join(bench, 'hostile', 'attackers.js'), [server.origin, options.only], {
      execPath: 'nice',
      execArgv: ['-n', '19', process.execPath],
    });
    children.push(attackers);
    const memory = sample(() => server.memory());
    await once(attackers, 'message');
    const beset = await measure(Number(options.seconds));
    attackers.send('stop');
    const [counts] = await once(attackers, 'message');
    memory.stop();
    await delay(3000);
    report({ quiet, beset, counts, memory: { highest: memory.highest(), afterwards: server.memory() } });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await server?.stop();
    await database.stop();
  }
}

function sample(measure) {
  const values = [];
  const timer = setInterval(() => values.push(measure()), 1000);
  return { stop: () => clearInterval(timer), highest: () => Math.max(...values) };
}

function report({ quiet, beset, counts, memory }) {
  const ratio = beset.p99 / quiet.p99;
  if (options.json) return console.log(JSON.stringify({ ratio, quiet, beset, counts, memory }, undefined, 2));
  const line = (name, { p50, p99, p99OfParts, longest, requests, failures, published, heard }) =>
    `${name.padEnd(10)} ${String(requests).padStart(6)} requests, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms ` +
    `(every 10 s: ${p99OfParts.join(', ')}), longest ${longest.toFixed(0)} ms, ${failures} failed; ${published} published, ${heard} heard`;
  console.log(
    [
      line('alone', quiet),
      line('beset', beset),
      `p99 beset / alone: ${ratio.toFixed(2)}`,
      `memory of the server: ${memory.highest} MB at most, ${memory.afterwards} MB afterwards`,
      ...Object.entries(counts).map(([name, count]) => `  ${name}: ${JSON.stringify(count)}`),
    ].join('\n'),
  );
}
