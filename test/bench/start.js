/** Measures how long it takes from a clone to a server that is ready: `node test/bench/start.js [--runs N]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from './lib/server-process.js';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '3' } } });
const root = fileURLToPath(new URL('../..', import.meta.url));
const READY_PATIENCE_MILLISECONDS = 300_000;
const STOP_PATIENCE_MILLISECONDS = 30_000;

const workspace = await mkdtemp(join(tmpdir(), 'medspil-start-'));
try {
  const clone = join(workspace, 'clone');
  const began = performance.now();
  await run('git', ['clone', '--quiet', root, clone], workspace);
  const cloned = seconds(began);
  await run('npm', ['ci', '--prefer-offline'], clone);
  const installed = seconds(began);
  const first = await timeToReady(clone);
  print('git clone', cloned);
  print('npm ci', installed - cloned);
  print('npm start, which builds, makes the database and seeds it', first);
  print('together', installed + first);
  for (let count = 0; count < Number(options.runs); count++) print('npm start again', await timeToReady(clone));
} finally {
  await rm(workspace, { recursive: true, force: true });
}

/** Seconds from `npm start` until /readyz answers 200; the server is stopped again, which is not counted. */
async function timeToReady(directory) {
  const port = await freePort();
  const began = performance.now();
  // A process group of its own, since a signal to npm alone would not reach the server in every version.
  const child = spawn('npm', ['start'], {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 2, 'inherit'],
    env: { ...process.env, PORT: String(port), DATA_DIR: join(directory, '.data'), LOG_LEVEL: 'warn' },
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

function print(what, time) {
  console.log(`${what}: ${time.toFixed(2)} s`);
}
