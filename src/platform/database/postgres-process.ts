/** Runs PostgreSQL's programs: as this process's own user, or under an ordinary one when this process is root. */
import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';

/** The operating-system user that PostgreSQL runs under; undefined means the user of this process. */
export interface DatabaseUser {
  uid: number;
  gid: number;
}

/**
 * What PostgreSQL sees of the environment. This server's own holds secrets, which would otherwise be readable in
 * `/proc/<pid>/environ` to every process of the user PostgreSQL runs under.
 */
export const programEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };

/**
 * Hands folders to a program that runs under `user`: calls `use` with the folders' names as the program is to be told
 * them, and with the descriptors it must inherit from number 3 on.
 *
 * Root's folders are often closed to everybody else (`/root` is 0700 in most systems and images), so a PostgreSQL under
 * another user could not walk to a DATA_DIR in there, and root's PostgreSQL refuses to run. An inherited descriptor
 * needs no walk: `/proc/self/fd/3` leads to the folder itself. So the data stay in DATA_DIR, instead of in some second
 * place that backups and `rm -r` of DATA_DIR would miss, and no mount (a privilege that containers lack) is needed.
 */
export async function withFolders<Result>(
  folders: string[],
  user: DatabaseUser | undefined,
  use: (names: string[], descriptors: number[]) => Result | Promise<Result>,
): Promise<Result> {
  if (user === undefined || process.platform !== 'linux') return use(folders, []);
  const handles = await Promise.all(folders.map((folder) => open(folder, constants.O_RDONLY | constants.O_DIRECTORY)));
  try {
    return await use(
      folders.map((_, index) => `/proc/self/fd/${index + 3}`),
      handles.map((handle) => handle.fd),
    );
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/**
 * Runs a program to its end. Never rejects: a program that cannot be started has failed, with the reason as its output.
 */
export function runProgram(
  program: string,
  programArguments: string[],
  user: DatabaseUser | undefined,
  descriptors: number[] = [],
): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, programArguments, {
      ...user,
      cwd: '/',
      env: programEnvironment,
      stdio: ['ignore', 'pipe', 'pipe', ...descriptors],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => resolve({ succeeded: false, output: error.message }));
    child.once('close', (code, signal) =>
      resolve({ succeeded: code === 0, output: output.trim() || `${program} ended with ${signal ?? `code ${code}`}` }),
    );
  });
}

/** Whether a live process was started with this very argument. */
export async function processHasArgument(pid: number, argument: string): Promise<boolean> {
  if (process.platform === 'linux') {
    // Not /proc/<pid>/cwd or exe: reading those of another user's process takes CAP_SYS_PTRACE, which root in a
    // container does not have.
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return commandLine.split('\0').includes(argument);
  }
  const { succeeded, output } = await runProgram('ps', ['-ww', '-o', 'args=', '-p', String(pid)], undefined);
  return succeeded && output.includes(argument);
}

/** Whether any process, of whichever user, has this id. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
