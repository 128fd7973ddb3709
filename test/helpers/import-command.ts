/** Runs the import command of the build as users do: as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

export interface CommandResult {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly result: Promise<CommandResult>;
}

/** Makes the build what the sources are; quick when it is. */
export async function build(): Promise<void> {
  const { code, stderr } = await start('src/build.js', [], {}).result;
  if (code !== 0) throw new Error(`The build failed: ${stderr}`);
}

/** Starts a compiled program, e.g. `dist/src/import.js`, with these variables beside the usual ones. */
export function start(program: string, words: string[], variables: Record<string, string>): RunningCommand {
  const { DATABASE_URL: _url, DATA_DIR: _directory, ...usual } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(new URL(program, ROOT)), ...words], {
    cwd: fileURLToPath(ROOT),
    env: { ...usual, SEED: 'false', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const result = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return { process: child, result };
}

/** The rows of one of the project's own import files, to be varied. */
export async function ownRows(name: 'projects' | 'practices'): Promise<any[]> {
  return JSON.parse(await readFile(new URL(`import/${name}.json`, import.meta.url), 'utf8'))[name];
}

/** The lines of `--json`. */
export function jsonLines(result: CommandResult): any[] {
  return result.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
