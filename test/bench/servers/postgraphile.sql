-- What a user of PostGraphile puts before its tables: a schema of views, since `record` holds three kinds of thing, and
-- functions for what no foreign key says. PostgreSQL inlines both.
DROP SCHEMA IF EXISTS postgraphile CASCADE;
CREATE SCHEMA postgraphile;

CREATE VIEW postgraphile.case_study AS
SELECT id, slug, title, language, status, summary, case_kind AS kind, scope, state, version, published_at
FROM public.record WHERE kind = 'CASE_STUDY' AND status = 'PUBLISHED' AND working_copy_of IS NULL;
COMMENT ON VIEW postgraphile.case_study IS E'@primaryKey id\n@unique slug';

CREATE VIEW postgraphile.experience AS
SELECT id, case_study_id, slug, title, purpose, experienced, gain, phase, outcome, published_at
FROM public.record WHERE kind = 'EXPERIENCE' AND status = 'PUBLISHED' AND working_copy_of IS NULL;
COMMENT ON VIEW postgraphile.experience IS
  E'@primaryKey id\n@foreignKey (case_study_id) references case_study (id)|@foreignFieldName experiences';

CREATE VIEW postgraphile.lesson AS
SELECT id, title, advice, published_at
FROM public.record WHERE kind = 'LESSON' AND status = 'PUBLISHED' AND working_copy_of IS NULL;
COMMENT ON VIEW postgraphile.lesson IS E'@primaryKey id';

CREATE VIEW postgraphile.organisation AS SELECT id, name FROM public.organisation;
COMMENT ON VIEW postgraphile.organisation IS E'@primaryKey id';

CREATE VIEW postgraphile.party AS SELECT id, record_id, organisation_id, ordinal, role FROM public.party;
COMMENT ON VIEW postgraphile.party IS E'@primaryKey id\n@foreignKey (record_id) references case_study (id)|@foreignFieldName parties\n@foreignKey (organisation_id) references organisation (id)|@fieldName organisation';

CREATE VIEW postgraphile.contribution AS SELECT id, party_id, ordinal, kind, description FROM public.contribution;
COMMENT ON VIEW postgraphile.contribution IS
  E'@primaryKey id\n@foreignKey (party_id) references party (id)|@foreignFieldName contributions';

CREATE FUNCTION postgraphile.experience_lessons(experience postgraphile.experience) RETURNS SETOF postgraphile.lesson
LANGUAGE sql STABLE AS $$
  SELECT lesson.* FROM public.evidence JOIN postgraphile.lesson ON lesson.id = evidence.lesson_id
  WHERE evidence.experience_id = experience.id
  ORDER BY lesson.published_at DESC, lesson.id DESC
$$;

CREATE TYPE postgraphile.hit AS (score float8, kind text, title text);

-- The function sorts by id too, so that hits of the same score come in the same order everywhere.
CREATE FUNCTION postgraphile.search(query text) RETURNS SETOF postgraphile.hit
LANGUAGE sql STABLE AS $$
  SELECT scored.score, scored.kind, scored.title FROM (
    SELECT record.id, record.kind, record.title,
      ts_rank(record.search, any_word, 1)::float8 AS score
    FROM public.record_search_query(query) AS asked
    CROSS JOIN public.search_any_word(asked) AS any_word
    CROSS JOIN public.record
    WHERE record.search @@ asked AND record.status = 'PUBLISHED' AND record.working_copy_of IS NULL
  ) scored ORDER BY scored.score DESC, scored.id DESC
$$;
