/** Measures how long `npm start` takes until the server is ready: `node test/bench/start.js [--runs N] [--skip-clone]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from './lib/server-process.js';

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, 'skip-clone': { type: 'boolean', default: false } },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const READY_PATIENCE_MILLISECONDS = 300_000;
const STOP_PATIENCE_MILLISECONDS = 30_000;

const workspace = await mkdtemp(join(tmpdir(), 'medspil-start-'));
try {
  await run('npm', ['run', 'build'], root);
  const data = join(workspace, 'data');
  print('built, no data yet', [await timeToReady(root, data)]);
  const again = [];
  for (let count = 0; count < Number(options.runs); count++) again.push(await timeToReady(root, data));
  print('built, seeded', again);
  if (!options['skip-clone']) {
    const clone = join(workspace, 'clone');
    const began = performance.now();
    await run('git', ['clone', '--quiet', root, clone], workspace);
    await run('npm', ['ci', '--prefer-offline'], clone);
    const installed = seconds(began);
    await timeToReady(clone, join(clone, '.data'));
    print('git clone, npm ci, npm start', [seconds(began)], `, of which ${installed.toFixed(1)} s until installed`);
  }
} finally {
  await rm(workspace, { recursive: true, force: true });
}

/** Seconds from `npm start` until /readyz answers 200; the server is stopped again, which is not counted. */
async function timeToReady(directory, data) {
  const port = await freePort();
  const began = performance.now();
  // A process group of its own, since a signal to npm alone would not reach the server in every version.
  const child = spawn('npm', ['start'], {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(port), DATA_DIR: data, LOG_LEVEL: 'warn' },
  });
  try {
    await ready(child, `http://127.0.0.1:${port}/readyz`);
    return seconds(began);
  } finally {
    await stopGroup(child.pid);
  }
}

/** npm ends at once; the server behind it takes its time to stop PostgreSQL. */
async function stopGroup(leader) {
  const deadline = Date.now() + STOP_PATIENCE_MILLISECONDS;
  for (let signal = 'SIGTERM'; Date.now() < deadline; signal = 0) {
    try {
      process.kill(-leader, signal);
    } catch (error) {
      if (error.code === 'ESRCH') return;
      throw error;
    }
    await delay(20);
  }
  throw new Error('The server did not stop.');
}

async function ready(child, url) {
  const deadline = Date.now() + READY_PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}.`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await delay(10);
  }
  throw new Error(`${url} did not become ready.`);
}

async function run(command, args, directory) {
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}.`);
}

function seconds(began) {
  return (performance.now() - began) / 1000;
}

function print(what, times, remark = '') {
  console.log(`${what}: ${times.map((time) => `${time.toFixed(2)} s`).join(', ')}${remark}`);
}
