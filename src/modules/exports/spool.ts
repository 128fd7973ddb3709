/** Texts that are made at the same time and handed on one after the other: until then they lie in files. */
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export class Spool {
  private readonly files = new Map<string, FileHandle>();

  private constructor(private readonly folder: string) {}

  /** Makes a folder for temporary files. */
  static async open(): Promise<Spool> {
    return new Spool(await mkdtemp(path.join(tmpdir(), 'medspil-export-')));
  }

  async append(name: string, text: string): Promise<void> {
    let file = this.files.get(name);
    if (file === undefined) {
      file = await open(path.join(this.folder, name), 'wx', 0o600);
      this.files.set(name, file);
    }
    await file.writeFile(text);
  }

  /** What was appended; once there is no more of it. */
  async *read(name: string): AsyncGenerator<Buffer> {
    if (!this.files.has(name)) return;
    yield* createReadStream(path.join(this.folder, name)) as AsyncIterable<Buffer>;
  }

  async remove(): Promise<void> {
    await Promise.all([...this.files.values()].map((file) => file.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
