-- Grows the corpus: 5,000 cases with what belongs to them, worded from the temporary table phrase.
-- Everything follows from row numbers, so that every run measures the same rows; only the ids differ.

CREATE FUNCTION pg_temp.pick(i bigint, salt integer, n integer) RETURNS integer LANGUAGE sql IMMUTABLE
  RETURN 1 + abs(hashint8extended(i, salt) % n);

CREATE FUNCTION pg_temp.language(i bigint) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN CASE WHEN pg_temp.pick(i, 1, 5) = 1 THEN 'EN' ELSE 'DA' END;

-- n sentences, or one title.
CREATE FUNCTION pg_temp.prose(i bigint, salt integer, n integer, spoken text) RETURNS text LANGUAGE sql STABLE
  RETURN (
    SELECT string_agg(sentence, ' ' ORDER BY k)
    FROM generate_series(1, n) k
    JOIN phrase ON phrase.language = spoken AND phrase.number = pg_temp.pick(i, salt * 10 + k, 4000));

CREATE FUNCTION pg_temp.title(i bigint, salt integer, spoken text) RETURNS text LANGUAGE sql STABLE
  RETURN (SELECT title FROM phrase WHERE language = spoken AND number = pg_temp.pick(i, salt, 4000));

-- UUIDv7 as the server would have made it when the row was written.
CREATE FUNCTION pg_temp.id_at(moment timestamptz) RETURNS uuid LANGUAGE sql VOLATILE
  RETURN uuidv7(moment - clock_timestamp());

INSERT INTO region (code, name, english_name)
SELECT (9000 + i)::text, 'Benchregion ' || i, 'Bench Region ' || i FROM generate_series(1, 5) i
ON CONFLICT DO NOTHING;

INSERT INTO municipality (code, name, english_name, region_code)
SELECT lpad((900 + i)::text, 4, '0'), 'Kommune ' || i, 'Municipality ' || i, (9001 + i % 5)::text
FROM generate_series(0, 97) i
ON CONFLICT DO NOTHING;

INSERT INTO theme (slug, danish_label, english_label)
SELECT 'bench-' || i, 'Emne ' || i, 'Theme ' || i FROM generate_series(1, 24) i
ON CONFLICT DO NOTHING;

CREATE TEMPORARY TABLE body ON COMMIT DROP AS
SELECT i, pg_temp.id_at('2009-06-01'::timestamptz + i * interval '1 hour') AS id FROM generate_series(0, 697) i;
CREATE UNIQUE INDEX ON body (i);

-- 98 libraries, 600 partners.
INSERT INTO organisation (id, kind, name, country, municipality_code, isil, agency_id, sector, version, created_at, updated_at)
SELECT id, CASE WHEN i < 98 THEN 'LIBRARY' ELSE 'PARTNER' END,
  CASE WHEN i < 98 THEN 'Kommune ' || i || ' Bibliotekerne' ELSE pg_temp.title(i, 3, 'DA') || ' ' || i END,
  'DK', lpad((900 + i % 98)::text, 4, '0'),
  CASE WHEN i < 98 THEN 'DK-7' || 900 + i || '00' END, CASE WHEN i < 98 THEN '7' || 900 + i || '00' END,
  CASE WHEN i >= 98 THEN (ARRAY['PUBLIC', 'PRIVATE', 'CIVIL_SOCIETY'])[1 + i % 3] END, 1, '2009-12-01', '2009-12-01'
FROM body;

-- A case a day since 2010. No two records are published at the same time: every server gives the same order.
CREATE TEMPORARY TABLE tale ON COMMIT DROP AS
SELECT c, pg_temp.language(c) AS language, moment, pg_temp.id_at(moment - interval '3 days') AS id
FROM generate_series(1, 5000) c
CROSS JOIN LATERAL (SELECT '2010-02-01 09:00Z'::timestamptz + c * interval '1 day' AS moment);
CREATE UNIQUE INDEX ON tale (c);

INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
  created_at, updated_at, published_at, summary, description, case_kind, scope, state, municipality_code, started_on)
SELECT tale.id, 'CASE_STUDY', 'partnership-' || c, pg_temp.title(c, 5, language), language, 'PUBLISHED', 'REPORTED',
  'COMPLETE', 1 + pg_temp.pick(c, 6, 4), body.id, moment - interval '3 days', moment, moment,
  pg_temp.prose(c, 7, 3, language), pg_temp.prose(c, 8, 9, language),
  (ARRAY['PROJECT', 'SERVICE', 'EVENT', 'HYBRID_CULTURE_ARENA', 'NETWORK', 'PROGRAMME', 'OTHER'])[pg_temp.pick(c, 9, 7)],
  (ARRAY['LOCAL', 'REGIONAL', 'NATIONAL', 'INTERNATIONAL'])[pg_temp.pick(c, 10, 4)],
  (ARRAY['PLANNED', 'ACTIVE', 'COMPLETED', 'ENDED_EARLY'])[pg_temp.pick(c, 11, 4)],
  lpad((899 + pg_temp.pick(c, 2, 98))::text, 4, '0'), (moment - interval '300 days')::date
FROM tale JOIN body ON body.i = pg_temp.pick(c, 2, 98) - 1;

-- Two to four parties: the library that leads, and partners.
INSERT INTO party (id, record_id, ordinal, organisation_id, role)
SELECT pg_temp.id_at(moment - interval '3 days'), tale.id, p, body.id, CASE p WHEN 1 THEN 'LEAD' WHEN 4 THEN 'FUNDER' ELSE 'PARTNER' END
FROM tale
CROSS JOIN LATERAL generate_series(1, 1 + pg_temp.pick(c, 12, 3)) p
JOIN body ON body.i = CASE p WHEN 1 THEN pg_temp.pick(c, 2, 98) - 1 ELSE 97 + (p - 2) * 200 + pg_temp.pick(c, 12 + p, 200) END
ORDER BY c, p;

INSERT INTO contribution (id, party_id, ordinal, kind, description)
SELECT uuidv7(), party.id, k,
  (ARRAY['STAFF', 'EXPERTISE', 'VENUE', 'CONTENT', 'TECHNOLOGY', 'NETWORK', 'AUDIENCE', 'OTHER'])[1 + (c + party.ordinal * 3 + k) % 8],
  pg_temp.prose(c * 10 + party.ordinal, 20 + k, 1, language)
FROM tale
JOIN party ON party.record_id = tale.id
CROSS JOIN LATERAL generate_series(1, 2 + (c + party.ordinal)::integer % 2) k
ORDER BY c, party.ordinal, k;

INSERT INTO rule_of_play (id, record_id, ordinal, topic, text)
SELECT uuidv7(), id, k, (ARRAY['GOALS', 'ROLES', 'ECONOMY'])[k], pg_temp.prose(c, 30 + k, 1, language)
FROM tale CROSS JOIN generate_series(1, 3) k;

INSERT INTO benefit (id, record_id, ordinal, stakeholder_group, description)
SELECT uuidv7(), id, k, (ARRAY['USERS', 'LIBRARIES'])[k], pg_temp.prose(c, 35 + k, 1, language)
FROM tale CROSS JOIN generate_series(1, 2) k;

INSERT INTO source (id, record_id, ordinal, title, publisher, year)
SELECT uuidv7(), id, 1, pg_temp.title(c, 38, language), 'Kommune', extract(year FROM moment)::integer FROM tale;

-- Ten experiences a case, told over the years that follow; written in the order of time, as they would have been.
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT c * 10 + k AS e, c, tale.id AS case_id, language, at AS moment, pg_temp.id_at(at - interval '2 days') AS id
FROM tale CROSS JOIN generate_series(0, 9) k
CROSS JOIN LATERAL (SELECT moment + k * interval '20 days 7 minutes' + interval '90 minutes' AS at)
ORDER BY at;
CREATE UNIQUE INDEX ON told (e);

INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
  created_at, updated_at, published_at, case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome)
SELECT told.id, 'EXPERIENCE', 'experience-' || e, pg_temp.title(e, 40, language), language, 'PUBLISHED', 'REPORTED',
  'COMPLETE', 1 + pg_temp.pick(e, 41, 3), body.id, moment - interval '2 days', moment, moment, case_id,
  pg_temp.prose(e, 42, 2, language), pg_temp.prose(e, 43, 4, language), pg_temp.prose(e, 44, 3, language),
  pg_temp.prose(e, 45, 2, language), pg_temp.prose(e, 46, 2, language),
  (ARRAY['EXPLORING', 'AGREEING', 'RUNNING', 'EVALUATING', 'CONTINUING', 'ENDING'])[pg_temp.pick(e, 47, 6)],
  (ARRAY['SUCCESS', 'MIXED', 'FAILURE'])[pg_temp.pick(e, 48, 3)]
FROM told JOIN body ON body.i = pg_temp.pick(e, 49, 698) - 1
ORDER BY moment;

-- One and a half lessons an experience; every fourth lesson has a second experience to rest on.
CREATE TEMPORARY TABLE learned ON COMMIT DROP AS
SELECT e * 2 + k AS l, e, told.id AS experience_id, language, at AS moment, pg_temp.id_at(at - interval '1 day') AS id
FROM told CROSS JOIN LATERAL generate_series(1, 1 + e % 2) k
CROSS JOIN LATERAL (SELECT moment + k * interval '2 days 11 seconds' + interval '40 minutes' AS at)
ORDER BY at;

INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
  created_at, updated_at, published_at, context, cause, advice, avoid)
SELECT learned.id, 'LESSON', 'lesson-' || l, pg_temp.prose(l, 60, 1, language), language, 'PUBLISHED', 'REPORTED',
  'COMPLETE', 1, body.id, moment - interval '1 day', moment, moment,
  pg_temp.prose(l, 61, 2, language), pg_temp.prose(l, 62, 2, language), pg_temp.prose(l, 63, 2, language),
  pg_temp.prose(l, 64, 1, language)
FROM learned JOIN body ON body.i = pg_temp.pick(l, 65, 698) - 1
ORDER BY moment;

INSERT INTO evidence (id, lesson_id, experience_id, stance, created_at)
SELECT pg_temp.id_at(moment), id, experience_id, CASE WHEN pg_temp.pick(l, 66, 6) = 1 THEN 'CONTRADICTS' ELSE 'SUPPORTS' END, moment
FROM learned
UNION ALL
SELECT pg_temp.id_at(learned.moment), learned.id, told.id, 'SUPPORTS', learned.moment
FROM learned JOIN told ON told.e = 10 + (learned.e - 10 + 37) % (SELECT count(*) FROM told)
WHERE pg_temp.pick(l, 67, 4) = 1;

INSERT INTO record_theme (record_id, theme)
SELECT DISTINCT record.id, 'bench-' || pg_temp.pick(hashtext(record.slug), 70 + k, 24)
FROM record CROSS JOIN generate_series(1, 2) k;

INSERT INTO record_recommendation (record_id, number)
SELECT DISTINCT record.id, pg_temp.pick(hashtext(record.slug), 80 + k, 10)
FROM record CROSS JOIN generate_series(1, 2) k;

UPDATE record SET search = record_search_vector(id);
