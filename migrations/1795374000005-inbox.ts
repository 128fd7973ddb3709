import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Follows, and the inboxes that the knowledge log is dealt out to. */
export class Inbox1795374000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(TABLES);
    await queryRunner.query(FILL_INBOXES);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP FUNCTION fill_inboxes(integer);
      DROP VIEW adoption_audience;
      DROP TABLE inbox_reader, inbox_item, follow, inbox;
    `);
  }
}

const TABLES = `
-- Of a person, or of an organisation, whose members share it.
CREATE TABLE inbox (
  id uuid CONSTRAINT inbox_pkey PRIMARY KEY,
  person_id uuid CONSTRAINT inbox_person_key UNIQUE CONSTRAINT inbox_person_fkey REFERENCES person,
  organisation_id uuid CONSTRAINT inbox_organisation_key UNIQUE
    CONSTRAINT inbox_organisation_fkey REFERENCES organisation,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT inbox_owner CHECK (num_nonnulls(person_id, organisation_id) = 1)
);

CREATE TABLE follow (
  id uuid CONSTRAINT follow_pkey PRIMARY KEY,
  inbox_id uuid NOT NULL CONSTRAINT follow_inbox_fkey REFERENCES inbox ON DELETE CASCADE,
  name text NOT NULL CONSTRAINT follow_name CHECK (name <> ''),
  filter jsonb NOT NULL CONSTRAINT follow_filter CHECK (jsonb_typeof(filter) = 'object'),
  level text NOT NULL CONSTRAINT follow_level CHECK (level IN ('EVERYTHING', 'NEW_RECORDS', 'NOTHING')),
  -- It is told of what lies behind this position.
  after_position bigint NOT NULL CONSTRAINT follow_after_position CHECK (after_position >= 0),
  created_at timestamptz(3) NOT NULL
);
-- A filter can be longer than an entry of an index.
CREATE UNIQUE INDEX follow_filter_key ON follow (inbox_id, md5(filter::text));
CREATE INDEX follow_inbox_index ON follow (inbox_id, created_at, id);

CREATE TABLE inbox_item (
  id uuid CONSTRAINT inbox_item_pkey PRIMARY KEY,
  inbox_id uuid NOT NULL CONSTRAINT inbox_item_inbox_fkey REFERENCES inbox ON DELETE CASCADE,
  position bigint NOT NULL
    CONSTRAINT inbox_item_position_fkey REFERENCES knowledge_log (position) ON DELETE CASCADE,
  reason text NOT NULL CONSTRAINT inbox_item_reason CHECK (reason IN ('FOLLOWED', 'ADOPTED')),
  read_at timestamptz(3),
  CONSTRAINT inbox_item_key UNIQUE (inbox_id, position)
);
CREATE INDEX inbox_item_position_index ON inbox_item (position);
CREATE INDEX inbox_item_unread_index ON inbox_item (inbox_id, position) WHERE read_at IS NULL;

-- How far the log has been dealt out.
CREATE TABLE inbox_reader (
  single boolean CONSTRAINT inbox_reader_pkey PRIMARY KEY DEFAULT true CONSTRAINT inbox_reader_single CHECK (single),
  position bigint NOT NULL CONSTRAINT inbox_reader_position CHECK (position >= 0)
);
INSERT INTO inbox_reader (position) SELECT last_position FROM knowledge_log_state;
`;

const FILL_INBOXES = `
-- Whoever answers for a record, and whoever wrote it, hears that another organisation used it.
CREATE VIEW adoption_audience AS
  SELECT entry.position, NULL::uuid AS person_id, record.organisation_id
  FROM knowledge_log AS entry JOIN record ON record.id = entry.record_id
  WHERE entry.type = 'ADOPTED' AND record.organisation_id <> entry.organisation_id
  UNION
  SELECT entry.position, person.id, NULL
  FROM knowledge_log AS entry
    JOIN record ON record.id = entry.record_id
    JOIN revision ON revision.record_id = entry.record_id
    JOIN person ON person.id = revision.person_id
  WHERE entry.type = 'ADOPTED' AND record.organisation_id <> entry.organisation_id AND person.erased_at IS NULL;

-- Deals out the next entries of the log, one caller at a time, and tells how far that is done. It is one statement to its
-- client, so a process that stalls cannot hold the lock; each statement in it has a snapshot of its own, taken once the lock
-- is held.
CREATE FUNCTION fill_inboxes(batch integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  done bigint;
  goal bigint;
BEGIN
  SELECT position INTO done FROM inbox_reader FOR UPDATE;
  SELECT least(last_position, done + batch) INTO goal FROM knowledge_log_state;
  IF goal <= done THEN
    RETURN done;
  END IF;

  INSERT INTO inbox (id, person_id, organisation_id, created_at)
  SELECT gen_random_uuid(), told.person_id, told.organisation_id, now()
  FROM (SELECT DISTINCT person_id, organisation_id FROM adoption_audience WHERE position > done AND position <= goal) AS told
  ON CONFLICT DO NOTHING;

  INSERT INTO inbox_item (id, inbox_id, position, reason)
  SELECT gen_random_uuid(), inbox.id, told.position, 'ADOPTED'
  FROM adoption_audience AS told
    JOIN inbox ON inbox.person_id = told.person_id OR inbox.organisation_id = told.organisation_id
  WHERE told.position > done AND told.position <= goal;

  INSERT INTO inbox_item (id, inbox_id, position, reason)
  SELECT gen_random_uuid(), follow.inbox_id, entry.position, 'FOLLOWED'
  FROM knowledge_log AS entry
    JOIN follow ON follow.after_position < entry.position AND knowledge_event_matches(follow.filter, entry)
  WHERE entry.position > done AND entry.position <= goal
  GROUP BY follow.inbox_id, entry.position, entry.type
  HAVING bool_or(follow.level = 'EVERYTHING' OR follow.level = 'NEW_RECORDS' AND entry.type = 'PUBLISHED')
    AND NOT bool_or(follow.level = 'NOTHING')
  ON CONFLICT (inbox_id, position) DO NOTHING;

  UPDATE inbox_reader SET position = goal;
  RETURN goal;
END $$;
`;
