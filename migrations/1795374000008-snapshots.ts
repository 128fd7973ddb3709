import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything that was public at a time, kept as files that do not change. */
export class Snapshots1795374000008 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE snapshot (
        id uuid CONSTRAINT snapshot_pkey PRIMARY KEY,
        -- In addresses: the day, and the how many-th of that day it is from the second on.
        name text NOT NULL CONSTRAINT snapshot_name
          CHECK (name ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(-([2-9]|[1-9][0-9]+))?$'),
        taken_at timestamptz(3) NOT NULL,
        cursor text NOT NULL,
        record_count integer NOT NULL CONSTRAINT snapshot_record_count CHECK (record_count >= 0),
        note text,
        license text NOT NULL,
        publisher text NOT NULL,
        version text NOT NULL,
        -- Null while it is written.
        completed_at timestamptz(3),
        -- When a record in it was retracted, and when it made room for newer ones: then it has no content any more.
        withdrawn_at timestamptz(3),
        removed_at timestamptz(3),
        CONSTRAINT snapshot_name_key UNIQUE (name),
        CONSTRAINT snapshot_end CHECK (
          (withdrawn_at IS NULL OR removed_at IS NULL)
          AND (completed_at IS NOT NULL OR (withdrawn_at IS NULL AND removed_at IS NULL)))
      );
      CREATE INDEX snapshot_taken_index ON snapshot (taken_at, id);

      CREATE TABLE snapshot_file (
        snapshot_id uuid CONSTRAINT snapshot_file_snapshot_fkey REFERENCES snapshot ON DELETE CASCADE,
        name text,
        media_type text NOT NULL,
        bytes bigint NOT NULL CONSTRAINT snapshot_file_bytes CHECK (bytes >= 0),
        sha256 text NOT NULL CONSTRAINT snapshot_file_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        CONSTRAINT snapshot_file_pkey PRIMARY KEY (snapshot_id, name)
      );

      -- Parts of equal length before they were compressed with gzip, each by itself, but for the last.
      CREATE TABLE snapshot_chunk (
        snapshot_id uuid CONSTRAINT snapshot_chunk_snapshot_fkey REFERENCES snapshot ON DELETE CASCADE,
        file_name text,
        ordinal integer CONSTRAINT snapshot_chunk_ordinal CHECK (ordinal >= 0),
        content bytea NOT NULL,
        CONSTRAINT snapshot_chunk_pkey PRIMARY KEY (snapshot_id, file_name, ordinal)
      );
      ALTER TABLE snapshot_chunk ALTER COLUMN content SET STORAGE EXTERNAL;

      -- The records whose text is in a snapshot. No reference to them: what was published is never deleted, and to look
      -- whether it is would cost each deletion of a draft a pass over this table.
      CREATE TABLE snapshot_record (
        snapshot_id uuid CONSTRAINT snapshot_record_snapshot_fkey REFERENCES snapshot ON DELETE CASCADE,
        record_id uuid,
        CONSTRAINT snapshot_record_pkey PRIMARY KEY (snapshot_id, record_id)
      );
      -- Each reading of a chunk looks whether one of them is in the snapshot.
      CREATE INDEX record_retracted_index ON record (id) WHERE status = 'RETRACTED';
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX record_retracted_index;
      DROP TABLE snapshot_record, snapshot_chunk, snapshot_file, snapshot`);
  }
}
