import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What harvesters are told: of every record that was ever published, when its document last changed. */
export class Harvest1795374000010 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query(SETS);
    await queryRunner.query(ADVANCE);
    // Nobody has harvested yet: any time will do for what there is.
    await queryRunner.query(`
      INSERT INTO harvest_item (record_id, changed_at, sets)
      SELECT id, date_trunc('second', now()), harvest_sets(id) FROM record
      WHERE working_copy_of IS NULL AND status IN ('PUBLISHED', 'RETRACTED')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER organisation_harvest ON organisation;
      DROP FUNCTION harvest_organisation(), advance_harvest(integer), harvest_sets(uuid);
      DROP TABLE harvest_organisation_change, harvest_item, harvest_state;
    `);
  }
}

const TABLES = `
CREATE TABLE harvest_item (
  record_id uuid CONSTRAINT harvest_item_pkey PRIMARY KEY
    CONSTRAINT harvest_item_record_fkey REFERENCES record,
  changed_at timestamptz NOT NULL,
  sets text[] NOT NULL
);
CREATE INDEX harvest_item_changed_index ON harvest_item (changed_at);
CREATE INDEX harvest_item_sets_index ON harvest_item USING gin (sets);

-- How far the log is in the items, the latest time that a harvester was told, and the key that resumption tokens are signed
-- with, which is the same for all servers of this database.
CREATE TABLE harvest_state (
  single boolean CONSTRAINT harvest_state_pkey PRIMARY KEY DEFAULT true CONSTRAINT harvest_state_single CHECK (single),
  position bigint NOT NULL CONSTRAINT harvest_state_position CHECK (position >= 0),
  told_at timestamptz NOT NULL,
  token_key text NOT NULL CONSTRAINT harvest_state_token_key CHECK (token_key ~ '^[0-9a-f]{64}$')
);
INSERT INTO harvest_state (position, told_at, token_key)
SELECT last_position, date_trunc('second', now()), replace(gen_random_uuid()::text || gen_random_uuid(), '-', '')
FROM knowledge_log_state;

-- The log does not tell of organisations, which documents name.
CREATE TABLE harvest_organisation_change (
  organisation_id uuid NOT NULL,
  changed_at timestamptz NOT NULL
);
CREATE FUNCTION harvest_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO harvest_organisation_change VALUES (NEW.id, clock_timestamp());
  RETURN NULL;
END $$;
CREATE TRIGGER organisation_harvest AFTER UPDATE ON organisation FOR EACH ROW
  WHEN ((OLD.name, OLD.country, OLD.municipality_code, OLD.isil, OLD.agency_id, OLD.sector, OLD.cvr, OLD.wikidata_id, OLD.url)
    IS DISTINCT FROM
    (NEW.name, NEW.country, NEW.municipality_code, NEW.isil, NEW.agency_id, NEW.sector, NEW.cvr, NEW.wikidata_id, NEW.url))
  EXECUTE FUNCTION harvest_organisation();
`;

const SETS = `
-- The sets that a record belongs to, with those that these lie in. In plpgsql, which plans it once and not for each record.
CREATE FUNCTION harvest_sets(uuid) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  it record;
BEGIN
  SELECT r.id, r.kind, r.provenance, r.municipality_code, r.case_study_id, o.kind AS organisation_kind, o.sector
  INTO it FROM record r JOIN organisation o ON o.id = r.organisation_id WHERE r.id = $1;
  RETURN ARRAY(SELECT DISTINCT replace(lower(name), '_', '-') COLLATE "C" FROM (
    SELECT unnest(ARRAY['kind', 'kind:' || it.kind, 'provenance', 'provenance:' || it.provenance, 'organisation',
      'organisation:' || it.organisation_kind, 'organisation:' || it.organisation_kind || ':' || it.sector])
    UNION ALL SELECT unnest(ARRAY['theme', 'theme:' || theme]) FROM record_theme WHERE record_id = it.id
    UNION ALL SELECT unnest(ARRAY['recommendation', 'recommendation:' || number])
      FROM record_recommendation WHERE record_id = it.id
    UNION ALL SELECT unnest(ARRAY['region', 'region:' || region_code, 'region:' || region_code || ':' || code])
      FROM municipality WHERE code = it.municipality_code OR code IN (
        -- Those of the cases that it comes from; of cases that everybody may see.
        SELECT c.municipality_code FROM record c WHERE c.id = it.case_study_id AND c.status = 'PUBLISHED'
        UNION ALL SELECT c.municipality_code
          FROM evidence v JOIN record e ON e.id = v.experience_id JOIN record c ON c.id = e.case_study_id
          WHERE v.lesson_id = it.id AND e.status = 'PUBLISHED' AND c.status = 'PUBLISHED')
  ) AS named (name) WHERE name IS NOT NULL ORDER BY 1);
END $$;
`;

const ADVANCE = `
-- Stamps what changed since the last time, one caller at a time, and tells the time that may be told of it: whatever changes
-- later gets that time or a later one, also what happened before and was not committed yet. Each statement in it has a
-- snapshot of its own, taken once the lock is held.
CREATE FUNCTION advance_harvest(batch integer, OUT done boolean, OUT told_at timestamptz, OUT token_key text)
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
  state harvest_state;
  goal bigint;
BEGIN
  SELECT * INTO state FROM harvest_state FOR UPDATE;
  SELECT least(last_position, state.position + batch), last_position <= state.position + batch INTO goal, done
  FROM knowledge_log_state;

  WITH entry AS (
    SELECT record_id, related_record_id, type, occurred_at FROM knowledge_log
    WHERE position > state.position AND position <= goal),
  named AS MATERIALIZED (
    -- Documents name what they refer to by its title, and only as long as it is published.
    SELECT record_id AS id, max(occurred_at) AS at, bool_or(type IN ('PUBLISHED', 'REVISED', 'RETRACTED')) AS spreads
    FROM entry GROUP BY 1
    UNION ALL SELECT related_record_id, max(occurred_at), false FROM entry WHERE type IN ('LINKED', 'UNLINKED') GROUP BY 1),
  spread AS MATERIALIZED (SELECT id, at FROM named WHERE spreads),
  organisation_changed AS (
    DELETE FROM harvest_organisation_change RETURNING organisation_id AS id, changed_at AS at),
  touched AS (
    SELECT id, at, true AS itself FROM named
    UNION ALL SELECT l.to_id, s.at, false FROM link l JOIN spread s ON s.id = l.from_id
    UNION ALL SELECT l.from_id, s.at, false FROM link l JOIN spread s ON s.id = l.to_id
    UNION ALL SELECT v.lesson_id, s.at, false FROM evidence v JOIN spread s ON s.id = v.experience_id
    UNION ALL SELECT e.id, s.at, false FROM record e JOIN spread s ON s.id = e.case_study_id
    UNION ALL SELECT v.lesson_id, s.at, false
      FROM evidence v JOIN record e ON e.id = v.experience_id JOIN spread s ON s.id = e.case_study_id
    UNION ALL SELECT r.id, o.at, false FROM record r JOIN organisation_changed o ON o.id = r.organisation_id
    UNION ALL SELECT p.record_id, o.at, false FROM party p JOIN organisation_changed o ON o.id = p.organisation_id
    UNION ALL SELECT a.record_id, o.at, false FROM adoption a JOIN organisation_changed o ON o.id = a.organisation_id),
  latest AS (SELECT id, max(at) AS at, bool_or(itself) AS itself FROM touched GROUP BY id)
  INSERT INTO harvest_item AS item (record_id, changed_at, sets)
  -- The writers' clocks may be ahead.
  SELECT r.id, greatest(date_trunc('second', least(l.at, clock_timestamp())), state.told_at), harvest_sets(r.id)
  FROM latest l JOIN record r ON r.id = l.id
  WHERE r.working_copy_of IS NULL AND (r.status = 'PUBLISHED' OR r.status = 'RETRACTED' AND l.itself)
  ON CONFLICT (record_id) DO UPDATE
  SET changed_at = greatest(item.changed_at, excluded.changed_at), sets = excluded.sets;

  told_at := greatest(state.told_at, date_trunc('second', clock_timestamp()));
  token_key := state.token_key;
  UPDATE harvest_state AS s SET position = goal, told_at = advance_harvest.told_at
  WHERE s.position <> goal OR s.told_at <> advance_harvest.told_at;
END $$;
`;
