/** The compiled server as a process of its own, started as its operator starts it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import type { GraphqlResponse } from './server.js';
import { until } from './until.js';

const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Under load on two cores a first start takes several seconds. */
const patience = { timeout: 45_000, interval: 25 };

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  /** All that was written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when the process is gone and all its output is in. */
  readonly ended: Promise<Ending>;
  readonly isRunning: boolean;
  /** The address that the server says it is ready at; rejects when it ends before. */
  readonly ready: Promise<string>;
  /** Stops reading what it writes, as a pipe does whose reader has ended. */
  closeOutput(): void;
  /** Sends a signal to the process, or to its whole group as Ctrl-C in a terminal does, and waits for its end. */
  stop(signal?: NodeJS.Signals, target?: 'process' | 'group'): Promise<Ending>;
}

export interface StartOptions {
  /** `npm start` itself with the shell between, or only the command that it runs. */
  readonly by?: 'npm' | 'node';
  /** The user to run as; that of this process when absent. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** A file that takes standard output, which is then not collected. */
  readonly outputFile?: string | undefined;
}

const READY_LINE = /^Medspil is ready at (\S+)\/graphql$/m;

const started = new Set<ServerProcess>();
let built: Promise<unknown> | undefined;

/**
 * Starts the server on a free port with these settings and nothing else of this process's environment. Whoever calls
 * this calls {@link endServerProcesses} after each test.
 */
export async function startServerProcess(
  settings: Record<string, string>,
  { by = 'node', user, outputFile }: StartOptions = {},
): Promise<ServerProcess> {
  // npm test has built already; a single file run by vitest alone has not. npm start builds by itself.
  await (built ??= promisify(execFile)(process.execPath, ['src/build.js'], { cwd: projectRoot }));
  const [command, ...commandArguments] = by === 'npm' ? ['npm', 'start'] : ['sh', '-c', await startCommand()];
  const output = outputFile === undefined ? undefined : await open(outputFile, 'w');
  const child = spawn(command!, commandArguments, {
    ...user,
    cwd: projectRoot,
    env: { ...inherited(), npm_config_update_notifier: 'false', PORT: '0', ...settings },
    stdio: ['ignore', output?.fd ?? 'pipe', 'pipe'],
    // A group of its own, which can be signalled as a terminal signals its foreground.
    detached: true,
  });
  await output?.close();
  const server = observe(child);
  started.add(server);
  return server;
}

/** Kills what tests have left, whole groups at a time. PostgreSQL has a group of its own: give its folder for that. */
export async function endServerProcesses(dataDirectory?: string): Promise<void> {
  const running = [...started];
  started.clear();
  for (const server of running) {
    await Promise.race([server.stop('SIGTERM', 'group'), new Promise((resolve) => setTimeout(resolve, 10_000))]);
    if (server.isRunning) await server.stop('SIGKILL', 'group');
  }
  const postmaster = dataDirectory === undefined ? undefined : await postmasterOf(dataDirectory);
  if (postmaster === undefined || !(await areAlive([postmaster])).length) return;
  process.kill(postmaster, 'SIGINT');
  await expectGone([postmaster]);
}

/** Sends an operation over HTTP. */
export async function ask(url: string, query: string, variables = {}, key?: string): Promise<GraphqlResponse> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as GraphqlResponse;
}

/** A process and all that it started, and what those started. */
export async function processTree(root: number): Promise<number[]> {
  const processes = await listProcesses();
  const tree = [root];
  for (const pid of tree) tree.push(...processes.filter(({ parent }) => parent === pid).map(({ pid }) => pid));
  return tree;
}

/** Waits until none of these processes is left. */
export async function expectGone(pids: readonly number[]): Promise<void> {
  await until(async () => expect(await areAlive(pids)).toEqual([]), patience);
}

/** The main process of the PostgreSQL that runs, or ran, in this folder. */
export async function postmasterOf(dataDirectory: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(`${dataDirectory}/postgres/postmaster.pid`, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

export async function areAlive(pids: readonly number[]): Promise<number[]> {
  return (await listProcesses()).map(({ pid }) => pid).filter((pid) => pids.includes(pid));
}

function observe(child: ChildProcess): ServerProcess {
  const output = { stdout: '', stderr: '' };
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }) as Ending);
  const ready = new Promise<string>((resolve, reject) => {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
        const address = READY_LINE.exec(output.stdout)?.[1];
        if (address !== undefined) resolve(address);
      });
    }
    void ended.then(({ code, signal }) =>
      reject(new Error(`It ended before it was ready (${signal ?? `code ${code}`}): ${output.stdout}${output.stderr}`)),
    );
  });
  ready.catch(() => undefined);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid!,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get isRunning() {
      return isRunning();
    },
    ready,
    ended,
    closeOutput: () => {
      child.stdout!.destroy();
      child.stderr!.destroy();
    },
    stop: (signal = 'SIGTERM', target = 'process') => {
      if (isRunning()) process.kill(target === 'group' ? -child.pid! : child.pid!, signal);
      return ended;
    },
  };
}

async function startCommand(): Promise<string> {
  const manifest = JSON.parse(await readFile(`${projectRoot}/package.json`, 'utf8')) as { scripts: { start: string } };
  return manifest.scripts.start;
}

/** Neither the settings of this machine's own server nor what vitest and npm set for their children. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  ) as NodeJS.ProcessEnv;
}

/** Without those that have ended and only wait for their parent to look. */
async function listProcesses(): Promise<{ pid: number; parent: number }[]> {
  const lines =
    process.platform === 'linux'
      ? await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readStatus))
      : (await promisify(execFile)('ps', ['-A', '-o', 'pid=,stat=,ppid='])).stdout.split('\n');
  return lines.flatMap((line) => {
    const [pid, state, parent] = line.trim().split(/\s+/);
    return state === undefined || state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
  });
}

async function readStatus(pid: string): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the program's name, which may hold spaces and brackets.
  return `${pid} ${status.slice(status.lastIndexOf(')') + 1)}`;
}
