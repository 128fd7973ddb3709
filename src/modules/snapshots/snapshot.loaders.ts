/** Reads of snapshots. What was taken back is given out by none of them: that stands in the statements themselves. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { OrderDirection } from '../../common/connection.js';
import { defineLoader } from '../../platform/auth/context.js';
import { isAmong, manyEach } from '../../platform/database/batch.js';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import type { Snapshot, SnapshotFile } from './snapshot.entity.js';

/** Records in a snapshot that were retracted since, for `s`; few records ever are, so these are looked at first. */
const RETRACTED_SINCE = `record r JOIN snapshot_record m ON m.record_id = r.id AND m.snapshot_id = s.id
  WHERE r.status = 'RETRACTED'`;

/** Expression: when a snapshot `s` was withdrawn, or null; from the commit of the retraction on. */
const WITHDRAWN_AT = `coalesce(s.withdrawn_at, (SELECT min(v.created_at) FROM revision v
  WHERE v.status = 'RETRACTED' AND v.record_id IN (SELECT r.id FROM ${RETRACTED_SINCE})))`;

export const SNAPSHOT_COLUMNS: Sql = raw(
  `s.id, s.name, s.taken_at AS "takenAt", s.cursor, s.record_count AS "recordCount", s.note, s.license, s.publisher,
  s.version, s.completed_at AS "completedAt", ${WITHDRAWN_AT} AS "withdrawnAt", s.removed_at AS "removedAt"`,
);

/** Condition on a snapshot `s`: it is whole. */
export const IS_LISTED: Sql = raw('s.completed_at IS NOT NULL');

/** Condition on a snapshot `s`: its content may be given out. */
export const IS_AVAILABLE: Sql = raw(
  `s.completed_at IS NOT NULL AND s.withdrawn_at IS NULL AND s.removed_at IS NULL
  AND NOT EXISTS (SELECT FROM ${RETRACTED_SINCE})`,
);

export const NEWEST_FIRST: KeysetOrder<Snapshot> = {
  name: 'taken',
  expression: raw('s.taken_at'),
  type: 'timestamptz',
  id: raw('s.id'),
  direction: OrderDirection.DESC,
  keyOf: ({ takenAt }) => takenAt,
  idOf: ({ id }) => id,
};

const FILE_COLUMNS = raw('f.snapshot_id AS "snapshotId", f.name, f.media_type AS "mediaType", f.bytes, f.sha256');

/** The files of snapshots that are whole, by name. */
export const snapshotFiles = defineLoader<string, SnapshotFile[]>(async ({ database }, ids) => {
  const rows = await database.rows<SnapshotFile>(
    sql`SELECT ${FILE_COLUMNS} FROM snapshot_file f JOIN snapshot s ON s.id = f.snapshot_id
      WHERE ${isAmong('f.snapshot_id', 'uuid', ids)} AND ${IS_LISTED} ORDER BY f.name`,
  );
  return manyEach(ids, rows, ({ snapshotId }) => snapshotId);
});

export interface ListedSnapshot extends Snapshot {
  readonly files: readonly Omit<SnapshotFile, 'snapshotId'>[];
}

const FILES =
  raw(`(SELECT coalesce(json_agg(json_build_object('name', f.name, 'mediaType', f.media_type, 'bytes', f.bytes,
    'sha256', f.sha256) ORDER BY f.name), '[]') FROM snapshot_file f WHERE f.snapshot_id = s.id)`);

/** Snapshots with their files, newest first, also those that are gone. */
export function readSnapshots(reads: Reads, most: number): Promise<ListedSnapshot[]> {
  return reads.rows(
    sql`SELECT ${SNAPSHOT_COLUMNS}, ${FILES} AS files FROM snapshot s WHERE ${IS_LISTED}
      ORDER BY s.taken_at DESC, s.id DESC LIMIT ${most}`,
  );
}

/** One of them by its name, or the newest that is there for `latest`. */
export function readSnapshot(reads: Reads, name: string): Promise<ListedSnapshot | undefined> {
  const which = name === 'latest' ? IS_AVAILABLE : sql`s.name = ${name} AND ${IS_LISTED}`;
  return reads.row(
    sql`SELECT ${SNAPSHOT_COLUMNS}, ${FILES} AS files FROM snapshot s WHERE ${which}
      ORDER BY s.taken_at DESC, s.id DESC LIMIT 1`,
  );
}
