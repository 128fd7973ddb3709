/** The command `medspil` as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface CommandEnding {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Command {
  readonly stdout: string;
  readonly stderr: string;
  readonly ended: Promise<CommandEnding>;
  stop(signal: NodeJS.Signals): Promise<CommandEnding>;
}

export interface CommandOptions {
  /** Where it runs. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The user to run as; that of this process when absent. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Within a terminal, which shows all output as standard error. */
  readonly terminal?: boolean;
}

const PROGRAM = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

export function startCommand(
  words: readonly string[],
  { folder, environment, user, terminal }: CommandOptions,
): Command {
  const output = { stdout: '', stderr: '' };
  const command = [process.execPath, PROGRAM, ...words];
  // util-linux's script(1) is the terminal that is on every Debian.
  const [program, ...rest] = terminal
    ? ['script', '-qec', command.map((word) => `'${word}'`).join(' '), '/dev/null']
    : command;
  const child = spawn(program!, rest, {
    ...user,
    cwd: folder,
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output[terminal ? 'stderr' : 'stdout'] += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return {
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    ended,
    stop: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
