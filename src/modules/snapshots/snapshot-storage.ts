/** How the files of snapshots lie in the database: in parts that can be read one by one, by every server. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { Database } from '../../platform/database/database.js';
import type { SnapshotFile } from './snapshot.entity.js';
import { IS_AVAILABLE } from './snapshot.loaders.js';

/** Bytes of a part before it is compressed. What is in the database is in parts of this length: it never changes. */
export const PART_BYTES = 256 * 1024;

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Its content is not given out any more; who was in the middle of it gets no more of it either. */
export class SnapshotGoneError extends Error {
  override name = 'SnapshotGoneError';
}

type Writer = Pick<Database, 'rows'>;

/**
 * Writes a file of a snapshot that is being made, part by part as it comes. It is the snapshot's once this resolves.
 *
 * @param isStopped is asked before each part
 * @throws Error when it was stopped, or the snapshot is not there any more
 */
export async function storeFile(
  database: Writer,
  { snapshotId, name, mediaType }: Pick<SnapshotFile, 'snapshotId' | 'name' | 'mediaType'>,
  content: AsyncIterable<string | Uint8Array>,
  isStopped: () => boolean,
): Promise<SnapshotFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  let ordinal = 0;
  for await (const part of partsOf(content)) {
    if (isStopped()) throw new Error('The server stops.');
    hash.update(part);
    bytes += part.length;
    const compressed = await compress(part);
    await database.rows(
      sql`INSERT INTO snapshot_chunk (snapshot_id, file_name, ordinal, content)
        VALUES (${snapshotId}, ${name}, ${ordinal}, ${compressed})`,
    );
    ordinal += 1;
  }
  const file = { snapshotId, name, mediaType, bytes, sha256: hash.digest('hex') };
  await database.rows(
    sql`INSERT INTO snapshot_file (snapshot_id, name, media_type, bytes, sha256)
      VALUES (${snapshotId}, ${name}, ${mediaType}, ${bytes}, ${file.sha256})`,
  );
  return file;
}

/** The bytes in parts of {@link PART_BYTES}; the last has what is left. The memory of one is used for the next. */
async function* partsOf(content: AsyncIterable<string | Uint8Array>): AsyncGenerator<Buffer> {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  for await (const chunk of content) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let place = 0; place < bytes.length;) {
      const taken = bytes.subarray(place, place + PART_BYTES - filled);
      part.set(taken, filled);
      filled += taken.length;
      place += taken.length;
      if (filled === PART_BYTES) {
        yield part;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

/** The bytes of a file from `start` on and before `end`, read as they are taken; of a snapshot that is being made. */
export function readOwnFile(database: Reads, file: SnapshotFile): AsyncGenerator<Buffer> {
  return readParts(database, file, { start: 0, end: file.bytes }, raw('TRUE'));
}

/**
 * The bytes of a file from `start` on and before `end`, read as they are taken. For each part the database looks again
 * whether it may be given out.
 *
 * @throws SnapshotGoneError when it may not
 */
export function readFile(
  database: Reads,
  file: SnapshotFile,
  range: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  return readParts(database, file, range, IS_AVAILABLE);
}

async function* readParts(
  database: Reads,
  { snapshotId, name }: SnapshotFile,
  { start, end }: { readonly start: number; readonly end: number },
  condition: Sql,
): AsyncGenerator<Buffer> {
  for (let place = start; place < end;) {
    const ordinal = Math.floor(place / PART_BYTES);
    const row = await database.row<{ content: Buffer }>(
      sql`SELECT c.content FROM snapshot_chunk c JOIN snapshot s ON s.id = c.snapshot_id
        WHERE c.snapshot_id = ${snapshotId} AND c.file_name = ${name} AND c.ordinal = ${ordinal} AND ${condition}`,
    );
    if (row === undefined) throw new SnapshotGoneError('It is not given out any more.');
    const offset = ordinal * PART_BYTES;
    const part = (await expand(row.content)).subarray(place - offset, end - offset);
    if (part.length === 0) throw new Error(`Part ${ordinal} of ${name} is too short.`);
    yield part;
    place += part.length;
  }
}
