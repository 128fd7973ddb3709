import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The knowledge log: what happened to the published knowledge, in a gapless order. */
export class KnowledgeLog1795374000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- One row for the whole database. The epoch tells cursors of this history from those of another.
      CREATE TABLE knowledge_log_state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        epoch text NOT NULL CHECK (epoch ~ '^[0-9a-f]{8}$'),
        last_position bigint NOT NULL CHECK (last_position >= 0)
      );
      INSERT INTO knowledge_log_state (epoch, last_position) VALUES (substr(md5(gen_random_uuid()::text), 1, 8), 0);

      CREATE TABLE knowledge_log (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        position bigint UNIQUE CHECK (position > 0),
        event_id uuid NOT NULL UNIQUE,
        type text NOT NULL CHECK (type IN
          ('PUBLISHED', 'REVISED', 'RETRACTED', 'LINKED', 'UNLINKED', 'ADOPTED', 'EVIDENCE_ADDED')),
        occurred_at timestamptz(3) NOT NULL,
        record_id uuid NOT NULL,
        record_kind text NOT NULL CHECK (record_kind IN ('CASE_STUDY', 'EXPERIENCE', 'LESSON')),
        record_version integer NOT NULL,
        related_record_id uuid,
        organisation_id uuid NOT NULL,
        municipalities text[] NOT NULL,
        recommendations integer[] NOT NULL,
        themes text[] NOT NULL
      );
      CREATE INDEX knowledge_log_unstamped ON knowledge_log (id) WHERE position IS NULL;
      CREATE INDEX knowledge_log_record ON knowledge_log (record_id, position);

      -- What was said once stays said: only the position may be filled in, once.
      CREATE FUNCTION knowledge_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.position IS NOT NULL OR (to_jsonb(NEW) - 'position') IS DISTINCT FROM (to_jsonb(OLD) - 'position') THEN
          RAISE EXCEPTION 'knowledge_log is append-only';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER knowledge_log_append_only BEFORE UPDATE ON knowledge_log
        FOR EACH ROW EXECUTE FUNCTION knowledge_log_append_only();
      CREATE TRIGGER knowledge_log_not_emptied BEFORE TRUNCATE ON knowledge_log
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('whoever follows it would miss what was in it');

      -- Gives committed entries their positions, by id, one caller at a time, and tells how many they were. It is one
      -- statement to its client, so a process that stalls cannot hold the lock; and a function, so that the UPDATE
      -- has a snapshot of its own, taken once the lock is held.
      CREATE FUNCTION stamp_knowledge_log(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
      DECLARE
        stamped integer;
      BEGIN
        IF NOT EXISTS (SELECT FROM knowledge_log WHERE position IS NULL) THEN
          RETURN 0;
        END IF;
        PERFORM pg_advisory_xact_lock(7301002);
        UPDATE knowledge_log AS entry
        SET position = state.last_position + unstamped.ordinal
        FROM knowledge_log_state AS state, (
          SELECT id, row_number() OVER (ORDER BY id) AS ordinal
          FROM (SELECT id FROM knowledge_log WHERE position IS NULL ORDER BY id LIMIT batch) AS first
        ) AS unstamped
        WHERE entry.id = unstamped.id;
        GET DIAGNOSTICS stamped = ROW_COUNT;
        IF stamped > 0 THEN
          UPDATE knowledge_log_state SET last_position = last_position + stamped;
          PERFORM pg_notify('medspil_knowledge_log', '');
        END IF;
        RETURN stamped;
      END $$;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE knowledge_log, knowledge_log_state;
      DROP FUNCTION knowledge_log_append_only(), stamp_knowledge_log(integer);
    `);
  }
}
