/** Programs of client-examples, each run as its reader would run it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const EXAMPLES = fileURLToPath(new URL('../../client-examples', import.meta.url));

export interface Run {
  /** What it has written so far, to both streams. */
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
  /** Asks it to stop, as Ctrl-C does. */
  readonly interrupt: () => void;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

const running = new Set<ChildProcess>();

/** Starts a command, which {@link endRuns} ends at the latest. */
export function run(command: string, parameters: readonly string[], options: RunOptions = {}): Run {
  const { environment, folder = EXAMPLES } = options;
  const child = spawn(command, parameters, { cwd: folder, env: { ...process.env, ...environment } });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return { output: () => output, exitCode, interrupt: () => void child.kill('SIGINT') };
}

/** Runs a command to its end and gives what it wrote; fails when the command does. */
export async function runToEnd(command: string, parameters: readonly string[], options?: RunOptions): Promise<string> {
  const started = run(command, parameters, options);
  const code = await started.exitCode;
  if (code !== 0) throw new Error(`${command} ${parameters.join(' ')} ended with ${code}: ${started.output()}`);
  return started.output();
}

/** Ends what is still running. To be called after each test. */
export function endRuns(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The blocks of a shell language in a Markdown file, each with the heading that it stands under. */
export async function shellBlocks(file: string): Promise<{ heading: string; commands: string }[]> {
  const text = await readFile(file, 'utf8');
  let heading = '';
  return [...text.matchAll(/^#+ (.+)$|^```sh\n([^]*?)^```$/gm)].flatMap(([, title, commands]) => {
    if (commands !== undefined) return { heading, commands };
    heading = title!;
    return [];
  });
}

/**
 * Whether a command is not installed, so that what needs it can be left out.
 *
 * @throws in CI, where everything is to be run
 */
export function isMissing(...commands: string[]): boolean {
  const missing = commands.filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  if (missing.length > 0 && process.env.CI) throw new Error(`Not installed: ${missing.join(', ')}`);
  return missing.length > 0;
}
