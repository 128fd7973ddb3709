/** What a backup is: a ZIP of the rows of each table, as COPY writes them, and a description of all of it. */
import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { Table } from './tables.js';

export interface WrittenTable extends Table {
  readonly rows: number;
  /** SHA-256 of the rows as COPY wrote them, in hexadecimal. */
  readonly sha256: string;
}

export interface BackupDescription {
  readonly format: typeof FORMAT;
  /** Of the software that wrote it. */
  readonly version: string;
  readonly takenAt: string;
  /** The migrations that had run, oldest first, by name. */
  readonly migrations: readonly string[];
  readonly tables: readonly WrittenTable[];
  /** Where the numbers that the database gives went on, by sequence. */
  readonly sequences: Readonly<Record<string, number>>;
}

export const FORMAT = 'medspil-backup-1';
/** The first entry would do for most readers; it is the last, for only then the rows are counted. */
export const DESCRIPTION_ENTRY = 'backup.json';

/** Hashes what goes through. */
export function hashing(): { through: Transform; digest: () => string } {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { through, digest: () => hash.digest('hex') };
}

export const entryOf = ({ name }: Pick<Table, 'name'>): string => `tables/${name}.copy`;

/** A backup that cannot be written or restored. The message says why, and what to do. */
export class BackupError extends Error {
  override name = 'BackupError';
}
