/** How soon, how fast and at what cost events are delivered: `node test/bench/delivery.js --help`. */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureBackfill } from './delivery/backfill.js';
import { measureLatency } from './delivery/latency.js';
import { formats } from './delivery/report.js';
import { measureStalled } from './delivery/stalled.js';
import { buildServer } from './lib/build.js';
import { withClient } from './lib/client.js';
import { withEmptyDatabase } from './lib/empty-database.js';
import { addLessons, addOrganisation, fillLog } from './lib/knowledge.js';
import { MeasuredServer, medspil } from './lib/measured-server.js';
import { pick } from './lib/pick.js';
import { startAnswering } from './lib/questions.js';

const usage = `node test/bench/delivery.js [options]

  --only a,b       of ${Object.keys(formats).join(', ')} (all)
  --seconds N      of publications at each rate (20)
  --events N       in the log (100000)
  --rounds N       of backfill, after one that warms up (3)
  --skip-build     measure what lies in dist/
  --json           figures as JSON on standard output`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(formats).join() },
    seconds: { type: 'string', default: '20' },
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    'skip-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const log = (line) => console.error(line);

if (options.help) console.log(usage);
else await main();

async function main() {
  const wanted = new Set(pick(options.only, formats));
  if (!options['skip-build']) buildServer();
  const figures = {};
  if (wanted.has('latency')) {
    figures.latency = await withServer(({ server, organisationId }) =>
      measureLatency({ server, organisationId, seconds: Number(options.seconds), log }),
    );
  }
  if (wanted.has('backfill') || wanted.has('stalled')) {
    await withServer(async ({ server, client, organisationId }) => {
      const { knowledgeCursor: start } = await server.query('{ knowledgeCursor }');
      const count = Number(options.events);
      log(`Putting ${count.toLocaleString('en')} events into the log`);
      await addLessons(client, organisationId, count);
      await fillLog(client);
      await withReader(async (reader) => {
        const course = { server, reader, client, start, count, rounds: Number(options.rounds), log };
        if (wanted.has('backfill')) figures.backfill = await measureBackfill(course);
        if (wanted.has('stalled')) figures.stalled = await measureStalled(course);
      });
    });
  }
  report(figures);
}

/** Runs `work` with a server on a database of its own that holds one organisation. */
function withServer(work) {
  return withEmptyDatabase(log, (url) =>
    withClient(url, async (client) => {
      const organisationId = await addOrganisation(client);
      const server = await MeasuredServer.start('medspil', medspil, url);
      try {
        return await work({ server, client, organisationId });
      } finally {
        await server.stop();
      }
    }),
  );
}

async function withReader(work) {
  const reader = startAnswering(fileURLToPath(new URL('delivery/reader-process.js', import.meta.url)));
  try {
    return await work(reader);
  } finally {
    reader.stop();
  }
}

function report(figures) {
  const setting = { node: process.version, processors: `${cpus().length} x ${cpus()[0].model}` };
  if (options.json) return console.log(JSON.stringify({ setting, ...figures }, undefined, 2));
  const tables = Object.entries(figures).map(([name, figure]) => formats[name](figure).join('\n'));
  console.log([`Node ${setting.node}, ${setting.processors}`, ...tables].join('\n\n'));
}
