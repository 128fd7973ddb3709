/** Where the bytes of a pull go: a file that can be gone on with, or a stream that cannot. */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { type DownloadState, PartialFile } from './download-state.js';
import { PullError } from './pull-error.js';

export interface Sink {
  /** How many bytes of `url` are there already, and of what; null for none. */
  begin(url: string): Promise<(DownloadState & { readonly bytes: number }) | null>;
  /** Begins anew with what has this tag; without one it cannot be gone on from. */
  restart(state: { readonly url: string; readonly etag: string | null }): Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  /** Everything is there. Gives the SHA-256 in hexadecimal, without giving it its name yet. */
  finish(): Promise<string>;
  /** Gives it its name. */
  commit(): Promise<void>;
  close(): Promise<void>;
}

/** The name that was asked for is given to a whole file alone. */
export class FileSink implements Sink {
  private readonly partial: PartialFile;
  private handle: FileHandle | undefined;

  constructor(private readonly file: string) {
    this.partial = new PartialFile(file);
  }

  async begin(url: string) {
    const found = await this.partial.read(url);
    await this.openPart(found === null ? 'w' : 'a');
    return found;
  }

  async restart({ url, etag }: { readonly url: string; readonly etag: string | null }): Promise<void> {
    await this.openPart('w');
    if (etag === null) await this.partial.forget();
    else await this.partial.remember({ url, etag });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.handle!.writeFile(bytes);
  }

  async finish(): Promise<string> {
    await this.handle!.sync();
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(this.partial.path)) hash.update(bytes as Buffer);
    return hash.digest('hex');
  }

  async commit(): Promise<void> {
    await this.close();
    await rename(this.partial.path, this.file);
    await this.partial.forget();
    const folder = await open(path.dirname(this.file), 'r');
    await folder.sync();
    await folder.close();
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  private async openPart(flags: 'w' | 'a'): Promise<void> {
    await this.close();
    try {
      this.handle = await open(this.partial.path, flags);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new PullError(`${this.file} cannot be written (${code}): name a file in a folder that you may write to.`);
    }
  }
}

export class StreamSink implements Sink {
  private readonly hash: Hash = createHash('sha256');
  private state: DownloadState | null = null;
  private bytes = 0;

  constructor(private readonly stream: NodeJS.WritableStream) {}

  begin() {
    return Promise.resolve(this.state === null || this.bytes === 0 ? null : { ...this.state, bytes: this.bytes });
  }

  restart({ url, etag }: { readonly url: string; readonly etag: string | null }): Promise<void> {
    if (this.bytes > 0) {
      throw new PullError(
        'It changed while it was read, and what is written cannot be taken back: pull it into a file.',
      );
    }
    this.state = etag === null ? null : { url, etag };
    return Promise.resolve();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length;
    this.hash.update(bytes);
    if (!this.stream.write(bytes)) await once(this.stream, 'drain');
  }

  finish(): Promise<string> {
    return Promise.resolve(this.hash.digest('hex'));
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
