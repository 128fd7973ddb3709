import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime, Url } from '../../common/scalars.js';

export enum SnapshotState {
  IN_PREPARATION = 'IN_PREPARATION',
  AVAILABLE = 'AVAILABLE',
  WITHDRAWN = 'WITHDRAWN',
  REMOVED = 'REMOVED',
}

registerEnumType(SnapshotState, {
  name: 'SnapshotState',
  description: 'What has become of a snapshot.',
  valuesConfig: {
    IN_PREPARATION: { description: 'Its files are being written. Lists have it once they are.' },
    AVAILABLE: { description: 'Its files can be downloaded.' },
    WITHDRAWN: { description: 'A record in it was retracted since. Its files are not given out any more.' },
    REMOVED: { description: 'It made room for newer ones. Its files are not kept any more.' },
  },
});

@Entity('snapshot')
@Check('snapshot_name', 'see the migration')
@Check('snapshot_record_count', 'record_count >= 0')
@Check('snapshot_end', 'see the migration')
@Unique('snapshot_name_key', ['name'])
@Index('snapshot_taken_index', ['takenAt', 'id'])
@ObjectType({
  description:
    'Everything that was public at one time, as files that never change: for what is to be cited and repeated. What became of a record since is not in it.',
  simpleResolvers: true,
})
export class Snapshot {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshot_pkey' })
  id: string;

  @Field(() => String, {
    description:
      'Its name in addresses: the day on which it was taken in UTC, `2010-01-31`, with `-2` and so on for those that followed on the same day.',
  })
  @Column({ type: 'text' })
  name: string;

  @Field(() => DateTime, { description: 'Of when it is.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  takenAt: Date;

  @Field(() => String, {
    description: 'The place in the knowledge log that it stands for: what changed since is told after it.',
  })
  @Column({ type: 'text' })
  cursor: string;

  @Field(() => Int, { description: 'How many records are in it.' })
  @Column({ type: 'integer' })
  recordCount: number;

  @Field(() => String, { nullable: true, description: 'What it was taken for, if somebody said so.' })
  @Column({ type: 'text', nullable: true })
  note: string | null;

  @Field(() => Url, { description: 'The address of the licence under which it was published.' })
  @Column({ type: 'text' })
  license: string;

  @Field(() => String, { description: 'Who published it, by name.' })
  @Column({ type: 'text' })
  publisher: string;

  /** Of the program that wrote it. */
  @Column({ type: 'text' })
  version: string;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  completedAt: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a record in it was retracted, which withdrew it; null when none was.',
  })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  withdrawnAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it made room for newer ones; null when it did not.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  removedAt: Date | null;
}

export function stateOf(snapshot: Pick<Snapshot, 'completedAt' | 'withdrawnAt' | 'removedAt'>): SnapshotState {
  if (snapshot.completedAt === null) return SnapshotState.IN_PREPARATION;
  if (snapshot.withdrawnAt !== null) return SnapshotState.WITHDRAWN;
  return snapshot.removedAt === null ? SnapshotState.AVAILABLE : SnapshotState.REMOVED;
}

@Entity('snapshot_file')
@Check('snapshot_file_bytes', 'bytes >= 0')
@Check('snapshot_file_sha256', 'see the migration')
@ObjectType({ description: 'A file of a snapshot.', simpleResolvers: true })
export class SnapshotFile {
  @ForeignKey(() => Snapshot, { name: 'snapshot_file_snapshot_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshot_file_pkey' })
  snapshotId: string;

  @Field(() => String, { description: 'Its name, e.g. `records.ndjson`.' })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'snapshot_file_pkey' })
  name: string;

  @Field(() => String, { description: 'Its media type.' })
  @Column({ type: 'text' })
  mediaType: string;

  @Field(() => Float, { description: 'Its length in bytes, a whole number.' })
  @Column({ type: 'bigint' })
  bytes: number;

  @Field(() => String, { description: 'The SHA-256 of its bytes, in hexadecimal.' })
  @Column({ type: 'text' })
  sha256: string;

  /** Where the server is known to its clients makes a part of it, so it is not kept. */
  @Field(() => Url, { description: 'Where it lies: what it answers has not changed since the snapshot was taken.' })
  url?: string;
}

/** A part of a file, compressed by itself so that it can be read by itself. */
@Entity('snapshot_chunk')
@Check('snapshot_chunk_ordinal', 'ordinal >= 0')
export class SnapshotChunk {
  @ForeignKey(() => Snapshot, { name: 'snapshot_chunk_snapshot_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshot_chunk_pkey' })
  snapshotId: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'snapshot_chunk_pkey' })
  fileName: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'snapshot_chunk_pkey' })
  ordinal: number;

  @Column({ type: 'bytea' })
  content: Buffer;
}

/** That a snapshot holds a record. */
@Entity('snapshot_record')
export class SnapshotRecord {
  @ForeignKey(() => Snapshot, { name: 'snapshot_record_snapshot_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshot_record_pkey' })
  snapshotId: string;

  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'snapshot_record_pkey' })
  recordId: string;
}

export const SnapshotConnection = connectionType('Snapshot', () => Snapshot);
