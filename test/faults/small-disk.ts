/** A disk of its own that a test can fill: a file system in memory, which only root may mount, and only on Linux. */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PIECE = Buffer.alloc(64 * 1024);

export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Undefined where this process may not mount anything: it takes Linux, root, and the right to (CAP_SYS_ADMIN). */
  static async mount(megabytes: number): Promise<SmallDisk | undefined> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder]);
      return new SmallDisk(folder);
    } catch {
      await rm(folder, { recursive: true, force: true });
      return undefined;
    }
  }

  /** Takes all the room that is left. Gives how many bytes that was. */
  async fill(): Promise<number> {
    const file = await open(this.ballast, 'a');
    let written = 0;
    try {
      for (let size = PIECE.length; size > 0; size >>= 1) {
        // Ever smaller pieces, down to the last byte.
        while (await fits(() => file.write(PIECE, 0, size))) written += size;
      }
    } finally {
      await file.close();
    }
    return written;
  }

  async empty(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get ballast(): string {
    return path.join(this.folder, 'ballast');
  }
}

async function fits(write: () => Promise<{ bytesWritten: number }>): Promise<boolean> {
  try {
    return (await write()).bytesWritten > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
