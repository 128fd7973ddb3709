/** Where a file of a dated snapshot lies, and what it must be. */
import { Writable } from 'node:stream';
import { download } from './download.js';
import type { Progress } from './progress.js';
import { PullError } from './pull-error.js';
import { StreamSink } from './sink.js';

interface DataPackage {
  /** The name of the snapshot. */
  readonly version: string;
  readonly resources?: readonly { readonly path: string; readonly hash?: string }[];
}

export interface SnapshotFileOptions {
  /** The address of the server, without a slash at the end. */
  readonly base: string;
  /** The name of the snapshot, or `latest`. */
  readonly date: string;
  /** Of the file. */
  readonly name: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** @throws PullError when there is no such snapshot, it was withdrawn, or it has no such file */
export async function snapshotFile(options: SnapshotFileOptions): Promise<{ url: string; sha256: string }> {
  const { base, date, name } = options;
  const { version, resources = [] } = await readDataPackage(options);
  const resource = resources.find((each) => each.path === name);
  const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(resource?.hash ?? '') ?? [];
  if (sha256 === undefined) throw new PullError(`The snapshot ${date} has no ${name}.`);
  // "latest" stands for a dated one: that is what is gone on with, though a newer one comes meanwhile.
  return { url: `${base}/snapshots/${encodeURIComponent(version)}/${name}`, sha256 };
}

async function readDataPackage({ base, date, progress, signal }: SnapshotFileOptions): Promise<DataPackage> {
  const url = `${base}/snapshots/${encodeURIComponent(date)}/datapackage.json`;
  const chunks: Buffer[] = [];
  const memory = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const unseen = { start: () => undefined, advance: () => undefined, stop: () => undefined, end: () => undefined };
  const notice = (message: string) => progress.notice(message);
  await download({ url, sink: new StreamSink(memory), progress: { ...unseen, notice }, signal });
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as DataPackage;
  } catch {
    throw new PullError(`${url} is no data package: is ${base} the address of the server?`);
  }
}
