/** An archive that is made while it is sent. */
import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

export interface ZipEntry {
  readonly name: string;
  /** Begins only when its turn has come. */
  readonly content: () => AsyncIterable<string | Uint8Array>;
}

/** The earliest time that archives have, the same in every time zone: what an archive holds is older than itself. */
const OPTIONS = { mtime: new Date(0), forceDosTimestamp: true };

export async function* writeZip(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;
  zip.on('error', (error: Error) => output.destroy(error));
  for (const { name, content } of entries) {
    zip.addReadStreamLazy(name, OPTIONS, (pump) => {
      current = Readable.from(content(), { objectMode: false });
      current.once('error', (error) => output.destroy(error));
      pump(null, current);
    });
  }
  zip.end();
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } finally {
    current?.destroy();
  }
}
