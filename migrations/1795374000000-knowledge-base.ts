import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything from nothing: the directory, the framework, the records and what hangs on them. */
export class KnowledgeBase1795374000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(DIRECTORY);
    await queryRunner.query(FRAMEWORK);
    await queryRunner.query(RECORD);
    await queryRunner.query(CONTENT);
    await queryRunner.query(RELATIONS);
    await queryRunner.query(HISTORY);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE idempotency_key, revision, adoption, link, evidence, record_rationale, record_theme,
        record_recommendation, source, funding, benefit, rule_of_play, contribution, party, record, theme,
        framework_element, organisation, municipality, region;
      DROP FUNCTION record_content(uuid), refuse_change(), require_record_kind();
    `);
  }
}

const DIRECTORY = `
CREATE TABLE region (
  code text CONSTRAINT region_pkey PRIMARY KEY CONSTRAINT region_code CHECK (code ~ '^[0-9]{4}$'),
  name text NOT NULL,
  english_name text NOT NULL
);

CREATE TABLE municipality (
  code text CONSTRAINT municipality_pkey PRIMARY KEY CONSTRAINT municipality_code CHECK (code ~ '^0[0-9]{3}$'),
  name text NOT NULL,
  english_name text NOT NULL,
  region_code text NOT NULL CONSTRAINT municipality_region_fkey REFERENCES region
);

CREATE TABLE organisation (
  id uuid CONSTRAINT organisation_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT organisation_kind CHECK (kind IN ('LIBRARY', 'PARTNER')),
  name text NOT NULL CONSTRAINT organisation_name CHECK (name <> ''),
  country character(2) NOT NULL,
  municipality_code text,
  isil text CONSTRAINT organisation_isil_key UNIQUE,
  agency_id text CONSTRAINT organisation_agency_id_key UNIQUE,
  sector text CONSTRAINT organisation_sector CHECK (sector IN ('PUBLIC', 'PRIVATE', 'CIVIL_SOCIETY')),
  cvr text CONSTRAINT organisation_cvr_key UNIQUE CONSTRAINT organisation_cvr CHECK (cvr ~ '^[0-9]{8}$'),
  wikidata_id text CONSTRAINT organisation_wikidata_id_key UNIQUE
    CONSTRAINT organisation_wikidata_id CHECK (wikidata_id ~ '^Q[1-9][0-9]*$'),
  url text,
  version integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT organisation_municipality_fkey FOREIGN KEY (municipality_code) REFERENCES municipality,
  CONSTRAINT organisation_whole CHECK (
    CASE kind
      WHEN 'LIBRARY' THEN isil IS NOT NULL AND sector IS NULL
      ELSE isil IS NULL AND agency_id IS NULL AND sector IS NOT NULL
    END)
);
CREATE INDEX organisation_name_index ON organisation (name COLLATE "da-x-icu", id);
CREATE INDEX organisation_municipality_index ON organisation (municipality_code);
`;

const FRAMEWORK = `
CREATE TABLE framework_element (
  kind text CONSTRAINT framework_element_kind CHECK (kind IN
    ('DEFINITION', 'RATIONALE', 'POTENTIAL', 'RECOMMENDATION', 'INITIATIVE')),
  number integer CONSTRAINT framework_element_number CHECK (number > 0),
  danish_label text NOT NULL,
  english_label text NOT NULL,
  danish_text text NOT NULL,
  english_text text NOT NULL,
  stakeholder_group text CONSTRAINT framework_element_stakeholder_group CHECK (stakeholder_group IN
    ('USERS', 'LIBRARIES', 'BUSINESS', 'PUBLIC_PARTNERS', 'CIVIL_SOCIETY')),
  CONSTRAINT framework_element_pkey PRIMARY KEY (kind, number),
  CONSTRAINT framework_element_potential CHECK ((kind = 'POTENTIAL') = (stakeholder_group IS NOT NULL))
);

CREATE TABLE theme (
  slug text CONSTRAINT theme_pkey PRIMARY KEY CONSTRAINT theme_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  danish_label text NOT NULL,
  english_label text NOT NULL
);
`;

const RECORD = `
CREATE TABLE record (
  id uuid CONSTRAINT record_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT record_kind CHECK (kind IN ('CASE_STUDY', 'EXPERIENCE', 'LESSON')),
  slug text NOT NULL CONSTRAINT record_slug CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  title text NOT NULL CONSTRAINT record_title CHECK (title <> ''),
  language text NOT NULL CONSTRAINT record_language CHECK (language IN ('DA', 'EN')),
  status text NOT NULL CONSTRAINT record_status CHECK (status IN ('DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED')),
  provenance text NOT NULL
    CONSTRAINT record_provenance CHECK (provenance IN ('DOCUMENTED', 'REPORTED', 'IMPORTED', 'ILLUSTRATIVE')),
  documentation text NOT NULL CONSTRAINT record_documentation CHECK (documentation IN ('COMPLETE', 'INCOMPLETE')),
  version integer NOT NULL,
  organisation_id uuid NOT NULL,
  working_copy_of uuid,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  published_at timestamptz(3),
  search tsvector,

  summary text,
  description text,
  case_kind text CONSTRAINT record_case_kind CHECK (case_kind IN
    ('PROJECT', 'SERVICE', 'EVENT', 'HYBRID_CULTURE_ARENA', 'NETWORK', 'PROGRAMME', 'OTHER')),
  scope text CONSTRAINT record_scope CHECK (scope IN ('LOCAL', 'REGIONAL', 'NATIONAL', 'INTERNATIONAL')),
  state text CONSTRAINT record_state CHECK (state IN ('PLANNED', 'ACTIVE', 'COMPLETED', 'ENDED_EARLY')),
  municipality_code text,

  case_study_id uuid,
  purpose text,
  experienced text,
  challenges text,
  barriers text,
  gain text,
  phase text CONSTRAINT record_phase CHECK (phase IN
    ('EXPLORING', 'AGREEING', 'RUNNING', 'EVALUATING', 'CONTINUING', 'ENDING')),
  outcome text CONSTRAINT record_outcome CHECK (outcome IN ('SUCCESS', 'MIXED', 'FAILURE')),

  started_on date,
  ended_on date,

  context text,
  cause text,
  advice text,
  avoid text,

  CONSTRAINT record_organisation_fkey FOREIGN KEY (organisation_id) REFERENCES organisation,
  CONSTRAINT record_working_copy_fkey FOREIGN KEY (working_copy_of) REFERENCES record,
  CONSTRAINT record_municipality_fkey FOREIGN KEY (municipality_code) REFERENCES municipality,
  CONSTRAINT record_case_study_fkey FOREIGN KEY (case_study_id) REFERENCES record,
  CONSTRAINT record_period CHECK (ended_on >= started_on),
  CONSTRAINT record_published CHECK ((status IN ('PUBLISHED', 'RETRACTED')) = (published_at IS NOT NULL)),
  CONSTRAINT record_working_copy CHECK (working_copy_of IS NULL OR status IN ('DRAFT', 'IN_REVIEW')),
  CONSTRAINT record_case_study_whole CHECK (
    CASE WHEN kind = 'CASE_STUDY'
      THEN num_nulls(summary, description, case_kind, scope) = 0
      ELSE num_nonnulls(summary, description, case_kind, scope, state, municipality_code) = 0
    END),
  CONSTRAINT record_experience_whole CHECK (
    CASE WHEN kind = 'EXPERIENCE'
      THEN num_nulls(case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome) = 0
      ELSE num_nonnulls(case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome) = 0
    END),
  CONSTRAINT record_lesson_whole CHECK (
    CASE WHEN kind = 'LESSON'
      THEN num_nulls(context, cause, advice, avoid) = 0 AND num_nonnulls(started_on, ended_on) = 0
      ELSE num_nonnulls(context, cause, advice, avoid) = 0
    END)
);

CREATE UNIQUE INDEX record_slug_key ON record (kind, slug) WHERE working_copy_of IS NULL;
CREATE UNIQUE INDEX record_working_copy_key ON record (working_copy_of) WHERE working_copy_of IS NOT NULL;
CREATE INDEX record_published_index ON record (kind, published_at, id) WHERE status = 'PUBLISHED';
CREATE INDEX record_updated_index ON record (kind, updated_at, id);
CREATE INDEX record_created_index ON record (kind, created_at, id);
CREATE INDEX record_title_index ON record (kind, (title COLLATE "da-x-icu"), id);
CREATE INDEX record_organisation_index ON record (organisation_id);
CREATE INDEX record_municipality_index ON record (municipality_code);
CREATE INDEX record_case_study_index ON record (case_study_id, published_at, id);
CREATE INDEX record_search_index ON record USING gin (search);

-- A reference to a record, not to the working copy of one, and of a given kind; 'ANY' will do, or 'SAME' as that of the
-- row. FOREIGN KEY knows only that there is a row.
CREATE FUNCTION require_record_kind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target uuid := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
  IF target IS NOT NULL AND NOT EXISTS (
    SELECT FROM record WHERE id = target AND working_copy_of IS NULL
      AND kind = CASE TG_ARGV[1] WHEN 'ANY' THEN kind WHEN 'SAME' THEN to_jsonb(NEW) ->> 'kind' ELSE TG_ARGV[1] END
  ) THEN
    RAISE EXCEPTION '% of % must be the id of a record, kind: %', TG_ARGV[0], TG_TABLE_NAME, TG_ARGV[1]
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER record_case_study_kind BEFORE INSERT OR UPDATE OF case_study_id ON record
  FOR EACH ROW WHEN (NEW.case_study_id IS NOT NULL) EXECUTE FUNCTION require_record_kind('case_study_id', 'CASE_STUDY');
CREATE TRIGGER record_working_copy_kind BEFORE INSERT OR UPDATE OF working_copy_of ON record
  FOR EACH ROW WHEN (NEW.working_copy_of IS NOT NULL) EXECUTE FUNCTION require_record_kind('working_copy_of', 'SAME');

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER record_kind_stays BEFORE UPDATE OF kind ON record
  FOR EACH ROW WHEN (NEW.kind <> OLD.kind) EXECUTE FUNCTION refuse_change('what refers to it relies on its kind');
`;

const CONTENT = `
CREATE TABLE party (
  id uuid CONSTRAINT party_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT party_record_fkey REFERENCES record ON DELETE CASCADE,
  ordinal integer NOT NULL,
  organisation_id uuid NOT NULL CONSTRAINT party_organisation_fkey REFERENCES organisation,
  role text NOT NULL CONSTRAINT party_role CHECK (role IN ('LEAD', 'PARTNER', 'FUNDER', 'OTHER')),
  CONSTRAINT party_organisation_key UNIQUE (record_id, organisation_id)
);
CREATE INDEX party_organisation_index ON party (organisation_id);

CREATE TABLE contribution (
  id uuid CONSTRAINT contribution_pkey PRIMARY KEY,
  party_id uuid NOT NULL CONSTRAINT contribution_party_fkey REFERENCES party ON DELETE CASCADE,
  ordinal integer NOT NULL,
  kind text NOT NULL CONSTRAINT contribution_kind CHECK (kind IN
    ('STAFF', 'EXPERTISE', 'MONEY', 'VENUE', 'CONTENT', 'TECHNOLOGY', 'NETWORK', 'AUDIENCE', 'OTHER')),
  description text NOT NULL,
  amount numeric(14, 2) CONSTRAINT contribution_amount CHECK (amount >= 0),
  currency character(3),
  CONSTRAINT contribution_money CHECK ((amount IS NULL) = (currency IS NULL) AND (amount IS NULL OR kind = 'MONEY'))
);
CREATE INDEX contribution_party_index ON contribution (party_id);

CREATE TABLE rule_of_play (
  id uuid CONSTRAINT rule_of_play_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT rule_of_play_record_fkey REFERENCES record ON DELETE CASCADE,
  ordinal integer NOT NULL,
  topic text NOT NULL CONSTRAINT rule_of_play_topic CHECK (topic IN
    ('GOALS', 'ROLES', 'DECISIONS', 'ECONOMY', 'RIGHTS', 'COMMUNICATION', 'EVALUATION', 'EXIT', 'OTHER')),
  text text NOT NULL
);
CREATE INDEX rule_of_play_record_index ON rule_of_play (record_id);

CREATE TABLE benefit (
  id uuid CONSTRAINT benefit_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT benefit_record_fkey REFERENCES record ON DELETE CASCADE,
  ordinal integer NOT NULL,
  stakeholder_group text NOT NULL CONSTRAINT benefit_stakeholder_group CHECK (stakeholder_group IN
    ('USERS', 'LIBRARIES', 'BUSINESS', 'PUBLIC_PARTNERS', 'CIVIL_SOCIETY')),
  description text NOT NULL
);
CREATE INDEX benefit_record_index ON benefit (record_id);

CREATE TABLE funding (
  id uuid CONSTRAINT funding_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT funding_record_fkey REFERENCES record ON DELETE CASCADE,
  ordinal integer NOT NULL,
  pool text NOT NULL,
  amount numeric(14, 2) CONSTRAINT funding_amount CHECK (amount >= 0),
  currency character(3),
  year integer CONSTRAINT funding_year CHECK (year BETWEEN 1800 AND 2200),
  CONSTRAINT funding_money CHECK ((amount IS NULL) = (currency IS NULL))
);
CREATE INDEX funding_record_index ON funding (record_id);

CREATE TABLE source (
  id uuid CONSTRAINT source_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT source_record_fkey REFERENCES record ON DELETE CASCADE,
  ordinal integer NOT NULL,
  title text NOT NULL,
  publisher text,
  year integer CONSTRAINT source_year CHECK (year BETWEEN 1400 AND 2200),
  url text,
  page text
);
CREATE INDEX source_record_index ON source (record_id);

CREATE TABLE record_recommendation (
  record_id uuid NOT NULL CONSTRAINT record_recommendation_record_fkey REFERENCES record ON DELETE CASCADE,
  number integer NOT NULL CONSTRAINT record_recommendation_number CHECK (number BETWEEN 1 AND 10),
  CONSTRAINT record_recommendation_pkey PRIMARY KEY (record_id, number)
);
CREATE INDEX record_recommendation_number_index ON record_recommendation (number, record_id);

CREATE TABLE record_theme (
  record_id uuid NOT NULL CONSTRAINT record_theme_record_fkey REFERENCES record ON DELETE CASCADE,
  theme text NOT NULL CONSTRAINT record_theme_theme_fkey REFERENCES theme,
  CONSTRAINT record_theme_pkey PRIMARY KEY (record_id, theme)
);
CREATE INDEX record_theme_theme_index ON record_theme (theme, record_id);

CREATE TABLE record_rationale (
  record_id uuid NOT NULL CONSTRAINT record_rationale_record_fkey REFERENCES record ON DELETE CASCADE,
  number integer NOT NULL CONSTRAINT record_rationale_number CHECK (number BETWEEN 1 AND 3),
  CONSTRAINT record_rationale_pkey PRIMARY KEY (record_id, number)
);
`;

const RELATIONS = `
CREATE TABLE evidence (
  id uuid CONSTRAINT evidence_pkey PRIMARY KEY,
  lesson_id uuid NOT NULL CONSTRAINT evidence_lesson_fkey REFERENCES record,
  experience_id uuid NOT NULL CONSTRAINT evidence_experience_fkey REFERENCES record,
  stance text NOT NULL CONSTRAINT evidence_stance CHECK (stance IN ('SUPPORTS', 'CONTRADICTS')),
  note text,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT evidence_key UNIQUE (lesson_id, experience_id)
);
CREATE INDEX evidence_experience_index ON evidence (experience_id, lesson_id);
CREATE TRIGGER evidence_lesson_kind BEFORE INSERT OR UPDATE ON evidence
  FOR EACH ROW EXECUTE FUNCTION require_record_kind('lesson_id', 'LESSON');
CREATE TRIGGER evidence_experience_kind BEFORE INSERT OR UPDATE ON evidence
  FOR EACH ROW EXECUTE FUNCTION require_record_kind('experience_id', 'EXPERIENCE');

CREATE TABLE link (
  id uuid CONSTRAINT link_pkey PRIMARY KEY,
  from_id uuid NOT NULL CONSTRAINT link_from_fkey REFERENCES record,
  to_id uuid NOT NULL CONSTRAINT link_to_fkey REFERENCES record,
  relation text NOT NULL CONSTRAINT link_relation CHECK (relation IN
    ('INSPIRED_BY', 'CONTINUES', 'REPLICATES', 'CONFIRMS', 'CONTRADICTS', 'SUPERSEDES', 'RELATED')),
  note text,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT link_key UNIQUE (from_id, to_id, relation),
  CONSTRAINT link_ends CHECK (from_id <> to_id)
);
CREATE INDEX link_to_index ON link (to_id);
-- RELATED has no direction: the same pair the other way round is the same link.
CREATE UNIQUE INDEX link_related_key ON link (least(from_id, to_id), greatest(from_id, to_id)) WHERE relation = 'RELATED';
CREATE TRIGGER link_from_record BEFORE INSERT OR UPDATE ON link
  FOR EACH ROW EXECUTE FUNCTION require_record_kind('from_id', 'ANY');
CREATE TRIGGER link_to_record BEFORE INSERT OR UPDATE ON link
  FOR EACH ROW EXECUTE FUNCTION require_record_kind('to_id', 'ANY');

CREATE TABLE adoption (
  id uuid CONSTRAINT adoption_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT adoption_record_fkey REFERENCES record,
  organisation_id uuid NOT NULL CONSTRAINT adoption_organisation_fkey REFERENCES organisation,
  taken text NOT NULL,
  adaptation text,
  outcome text CONSTRAINT adoption_outcome CHECK (outcome IN ('SUCCESS', 'MIXED', 'FAILURE')),
  result text,
  adopted_on date,
  created_at timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX adoption_key ON adoption (record_id, organisation_id, coalesce(adopted_on, '-infinity'));
CREATE INDEX adoption_organisation_index ON adoption (organisation_id);
CREATE TRIGGER adoption_record BEFORE INSERT OR UPDATE ON adoption
  FOR EACH ROW EXECUTE FUNCTION require_record_kind('record_id', 'ANY');
`;

const HISTORY = `
-- The whole content of a row of record, as the API names it: what a revision keeps and an edit starts from.
CREATE FUNCTION record_content(target uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
      'title', r.title, 'language', r.language, 'provenance', r.provenance, 'documentation', r.documentation,
      'organisationId', r.organisation_id,
      'recommendations', (SELECT coalesce(jsonb_agg(number ORDER BY number), '[]') FROM record_recommendation WHERE record_id = r.id),
      'themes', (SELECT coalesce(jsonb_agg(theme ORDER BY theme), '[]') FROM record_theme WHERE record_id = r.id),
      'sources', (SELECT coalesce(jsonb_agg(jsonb_build_object('title', title, 'publisher', publisher, 'year', year,
        'url', url, 'page', page) ORDER BY ordinal), '[]') FROM source WHERE record_id = r.id))
    || CASE r.kind
      WHEN 'CASE_STUDY' THEN jsonb_build_object(
        'summary', r.summary, 'description', r.description, 'kind', r.case_kind, 'scope', r.scope, 'state', r.state,
        'municipalityCode', r.municipality_code, 'startedOn', r.started_on, 'endedOn', r.ended_on,
        'rationales', (SELECT coalesce(jsonb_agg(number ORDER BY number), '[]') FROM record_rationale WHERE record_id = r.id),
        'parties', (SELECT coalesce(jsonb_agg(jsonb_build_object('organisationId', p.organisation_id, 'role', p.role,
          'contributions', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'description', c.description,
            'amount', c.amount, 'currency', c.currency) ORDER BY c.ordinal), '[]') FROM contribution c WHERE c.party_id = p.id)
          ) ORDER BY p.ordinal), '[]') FROM party p WHERE p.record_id = r.id),
        'rulesOfPlay', (SELECT coalesce(jsonb_agg(jsonb_build_object('topic', topic, 'text', text) ORDER BY ordinal), '[]')
          FROM rule_of_play WHERE record_id = r.id),
        'benefits', (SELECT coalesce(jsonb_agg(jsonb_build_object('group', stakeholder_group, 'description', description)
          ORDER BY ordinal), '[]') FROM benefit WHERE record_id = r.id),
        'funding', (SELECT coalesce(jsonb_agg(jsonb_build_object('pool', pool, 'amount', amount, 'currency', currency,
          'year', year) ORDER BY ordinal), '[]') FROM funding WHERE record_id = r.id))
      WHEN 'EXPERIENCE' THEN jsonb_build_object(
        'caseStudyId', r.case_study_id, 'purpose', r.purpose, 'experienced', r.experienced, 'challenges', r.challenges,
        'barriers', r.barriers, 'gain', r.gain, 'phase', r.phase, 'outcome', r.outcome,
        'startedOn', r.started_on, 'endedOn', r.ended_on)
      ELSE jsonb_build_object('context', r.context, 'cause', r.cause, 'advice', r.advice, 'avoid', r.avoid)
    END
  FROM record r WHERE r.id = target
$$;

CREATE TABLE revision (
  id uuid CONSTRAINT revision_pkey PRIMARY KEY,
  record_id uuid NOT NULL CONSTRAINT revision_record_fkey REFERENCES record,
  version integer NOT NULL,
  status text NOT NULL CONSTRAINT revision_status CHECK (status IN ('DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED')),
  content jsonb NOT NULL,
  actor text NOT NULL,
  comment text,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT revision_key UNIQUE (record_id, version)
);

CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revision
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('every version is kept as it was');

-- What a create with an idempotency key led to, so that the same key again leads to the same.
CREATE TABLE idempotency_key (
  actor text NOT NULL,
  key text NOT NULL,
  content_hash text NOT NULL,
  result_id uuid NOT NULL,
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (actor, key)
);
`;
