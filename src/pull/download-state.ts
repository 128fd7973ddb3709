/** What is there of a download that was cut off, so that another run can go on from it. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';

export interface DownloadState {
  readonly url: string;
  /** The strong tag of what the bytes are a part of. */
  readonly etag: string;
}

export class PartialFile {
  /** The bytes so far. */
  readonly path: string;
  private readonly statePath: string;

  constructor(file: string) {
    this.path = `${file}.part`;
    this.statePath = `${file}.part.json`;
  }

  /** How many bytes of `url` are there, and of what; null when there are none that can be gone on from. */
  async read(url: string): Promise<(DownloadState & { readonly bytes: number }) | null> {
    try {
      const state = JSON.parse(await readFile(this.statePath, 'utf8')) as DownloadState;
      const { size } = await stat(this.path);
      return state.url === url && size > 0 ? { ...state, bytes: size } : null;
    } catch {
      return null;
    }
  }

  async remember(state: DownloadState): Promise<void> {
    await writeFile(this.statePath, JSON.stringify(state));
  }

  async forget(): Promise<void> {
    await rm(this.statePath, { force: true });
  }
}
