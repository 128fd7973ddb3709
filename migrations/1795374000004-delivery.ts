import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the readers of the knowledge log share: where the kept log begins, and the filter law for filters in tables. */
export class Delivery1795374000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Entries up to this position may be gone; all behind it are there.
      ALTER TABLE knowledge_log_state ADD COLUMN kept_after bigint NOT NULL DEFAULT 0
        CONSTRAINT knowledge_log_state_place CHECK (kept_after BETWEEN 0 AND last_position);

      -- Whoever deletes says so first, in the state: then no reader takes what is gone for what never was.
      CREATE FUNCTION knowledge_log_kept() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.position IS NULL OR OLD.position > (SELECT kept_after FROM knowledge_log_state) THEN
          RAISE EXCEPTION 'DELETE on knowledge_log is refused: what lies behind kept_after stays';
        END IF;
        RETURN OLD;
      END $$;
      CREATE TRIGGER knowledge_log_kept BEFORE DELETE ON knowledge_log
        FOR EACH ROW EXECUTE FUNCTION knowledge_log_kept();
      CREATE INDEX knowledge_log_occurred ON knowledge_log (occurred_at);

      -- The law of EventFilter for a filter in a jsonb column: a list that is not there filters nothing.
      -- Without a subquery and of immutable parts only, so that PostgreSQL puts it in place: a call is forty times as slow.
      CREATE FUNCTION knowledge_event_matches(filter jsonb, entry knowledge_log) RETURNS boolean
      LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (NOT filter ? 'kinds' OR filter->'kinds' ? entry.record_kind)
          AND (NOT filter ? 'types' OR filter->'types' ? entry.type)
          AND (NOT filter ? 'records' OR filter->'records' ? entry.record_id::text
            OR coalesce(filter->'records' ? entry.related_record_id::text, false))
          AND (NOT filter ? 'organisations' OR filter->'organisations' ? entry.organisation_id::text)
          AND (NOT filter ? 'municipalities' OR filter->'municipalities' ?| entry.municipalities)
          AND (NOT filter ? 'recommendations'
            OR filter->'recommendations' @> ANY (entry.recommendations::text[]::jsonb[]))
          AND (NOT filter ? 'themes' OR filter->'themes' ?| entry.themes)
      $$;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP FUNCTION knowledge_event_matches(jsonb, knowledge_log);
      DROP TRIGGER knowledge_log_kept ON knowledge_log;
      DROP FUNCTION knowledge_log_kept();
      DROP INDEX knowledge_log_occurred;
      ALTER TABLE knowledge_log_state DROP COLUMN kept_after;
    `);
  }
}
