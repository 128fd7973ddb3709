/** Rows that the database accepts, at least one in each table: what a guard refuses differs from them in one thing. */
import type pg from 'pg';

/** Ids that the rows below have; `absent` has none. */
export const IDS = Object.fromEntries(
  [
    'library',
    'otherLibrary',
    'partner',
    'otherPartner',
    'caseStudy',
    'otherCaseStudy',
    'workingCopy',
    'experience',
    'lesson',
    'draft',
    'item',
    'otherItem',
    'absent',
    'person',
    'otherPerson',
    'key',
  ].map((name, index) => [name, `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`]),
) as Record<string, string>;

/** Replaces `:name` by the id of that name, as a literal. */
export function withIds(statement: string): string {
  return statement.replace(/(?<!:):([a-zA-Z]+)\b/g, (whole, name: string) =>
    name in IDS ? `'${IDS[name]}'::uuid` : whole,
  );
}

const RECORD = `id, kind, slug, title, language, status, provenance, documentation, version, organisation_id, created_at,
  updated_at, published_at`;
const AS_PUBLISHED = `'A title', 'DA', 'PUBLISHED', 'DOCUMENTED', 'COMPLETE', 1, :library, now(), now(), now()`;
const AS_DRAFT = `'A title', 'DA', 'DRAFT', 'DOCUMENTED', 'COMPLETE', 2, :library, now(), now(), NULL`;

const ROWS = [
  `INSERT INTO region VALUES ('1082', 'Midtjylland', 'Central Denmark')`,
  `INSERT INTO municipality VALUES ('0751', 'Aarhus', 'Aarhus', '1082')`,
  `INSERT INTO theme VALUES ('reading', 'Læsning', 'Reading')`,
  `INSERT INTO framework_element VALUES ('POTENTIAL', 1, 'a', 'b', 'c', 'd', 'USERS'), ('RATIONALE', 1, 'a', 'b', 'c', 'd', NULL)`,
  `INSERT INTO organisation (id, kind, name, country, municipality_code, isil, agency_id, version, created_at, updated_at)
   VALUES (:library, 'LIBRARY', 'A library', 'DK', '0751', 'DK-775100', '775100', 1, now(), now()),
     (:otherLibrary, 'LIBRARY', 'A library', 'DK', '0751', 'DK-746100', '746100', 1, now(), now())`,
  `INSERT INTO organisation (id, kind, name, country, sector, cvr, wikidata_id, version, created_at, updated_at)
   VALUES (:partner, 'PARTNER', 'A partner', 'DK', 'PUBLIC', '12345678', 'Q1', 1, now(), now()),
     (:otherPartner, 'PARTNER', 'A partner', 'DK', 'PRIVATE', '87654321', 'Q2', 1, now(), now())`,
  `INSERT INTO record (${RECORD}, summary, description, case_kind, scope, state, municipality_code, started_on, ended_on)
   VALUES (:caseStudy, 'CASE_STUDY', 'a-case', ${AS_PUBLISHED}, '', '', 'EVENT', 'LOCAL', 'ACTIVE', '0751', '2009-01-01', '2010-01-01'),
     (:otherCaseStudy, 'CASE_STUDY', 'another-case', ${AS_PUBLISHED}, '', '', 'EVENT', 'LOCAL', NULL, NULL, NULL, NULL),
     (:draft, 'CASE_STUDY', 'a-draft', ${AS_DRAFT}, '', '', 'EVENT', 'LOCAL', NULL, NULL, NULL, NULL)`,
  `INSERT INTO record (${RECORD}, summary, description, case_kind, scope, working_copy_of)
   VALUES (:workingCopy, 'CASE_STUDY', 'a-case', ${AS_DRAFT}, '', '', 'EVENT', 'LOCAL', :caseStudy)`,
  `INSERT INTO record (${RECORD}, case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome)
   VALUES (:experience, 'EXPERIENCE', 'a-case', ${AS_PUBLISHED}, :caseStudy, '', '', '', '', '', 'RUNNING', 'MIXED')`,
  `INSERT INTO record (${RECORD}, context, cause, advice, avoid)
   VALUES (:lesson, 'LESSON', 'a-case', ${AS_PUBLISHED}, '', '', '', '')`,
  `INSERT INTO party VALUES (:item, :caseStudy, 0, :library, 'LEAD'), (:otherItem, :caseStudy, 1, :partner, 'PARTNER')`,
  `INSERT INTO contribution VALUES (:item, :item, 0, 'MONEY', 'x', 10.50, 'DKK'), (:otherItem, :item, 1, 'STAFF', 'x', NULL, NULL)`,
  `INSERT INTO rule_of_play VALUES (:item, :caseStudy, 0, 'GOALS', 'x')`,
  `INSERT INTO benefit VALUES (:item, :caseStudy, 0, 'USERS', 'x')`,
  `INSERT INTO funding VALUES (:item, :caseStudy, 0, 'x', 1, 'DKK', 2009)`,
  `INSERT INTO source (id, record_id, ordinal, title, year) VALUES (:item, :caseStudy, 0, 'x', 2010)`,
  `INSERT INTO record_recommendation VALUES (:caseStudy, 1)`,
  `INSERT INTO record_theme VALUES (:caseStudy, 'reading')`,
  `INSERT INTO record_rationale VALUES (:caseStudy, 1)`,
  `INSERT INTO evidence VALUES (:item, :lesson, :experience, 'SUPPORTS', NULL, now())`,
  `INSERT INTO link VALUES (:item, :caseStudy, :otherCaseStudy, 'RELATED', NULL, now()),
     (:otherItem, :caseStudy, :otherCaseStudy, 'CONTINUES', NULL, now())`,
  `INSERT INTO adoption VALUES (:item, :lesson, :partner, 'x', NULL, 'SUCCESS', NULL, NULL, now())`,
  `INSERT INTO person (id, name, email, named_publicly, created_at)
   VALUES (:person, 'A person', 'a@example.org', false, now()), (:otherPerson, 'Another', NULL, true, now())`,
  `INSERT INTO person_identity VALUES ('https://issuer.example', 'a', :person)`,
  `INSERT INTO membership VALUES (:person, :library, 'EDITOR', 'INVITATION', now())`,
  `INSERT INTO invitation VALUES (:item, :library, 'b@example.org', 'EDITOR', sha256('a'), now(), now(), NULL, NULL, NULL),
     (:otherItem, :library, 'c@example.org', 'EDITOR', sha256('b'), now(), now(), now(), NULL, :person)`,
  `INSERT INTO access_request VALUES
     (:item, :library, NULL, 'x', 'x', 'x', sha256('a'), 'PENDING', NULL, now(), NULL),
     (:otherItem, NULL, '{}', 'x', 'x', 'x', sha256('b'), 'APPROVED', NULL, now(), now())`,
  `INSERT INTO api_key (id, person_id, organisation_id, name, prefix, hash, scopes, made_by, created_at)
   VALUES (:key, NULL, :library, 'x', 'abcdefghij', sha256('a'), '{WRITE}', :person, now()),
     (:otherItem, :person, NULL, 'x', 'abcdefghik', sha256('b'), '{WRITE,PUBLISH}', :person, now())`,
  `INSERT INTO audit_log VALUES (:item, '2026-01-02', 'record.create', 'x', :person, :key, :library, :caseStudy, '{}')`,
  `INSERT INTO revision VALUES (:item, :caseStudy, 1, 'PUBLISHED', '{}', 'x', NULL, now(), :person, :key)`,
  `INSERT INTO review_comment VALUES (:item, :caseStudy, 1, '{title}', 'x', :person, :key, now(), NULL)`,
  `INSERT INTO idempotency_key VALUES ('x', 'x', 'x', :caseStudy, now())`,
  `INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
     municipalities, recommendations, themes)
   SELECT id, 'PUBLISHED', now(), :caseStudy, 'CASE_STUDY', 1, :library, '{}', '{}', '{}'
   FROM unnest(ARRAY[:item, :otherItem, :person]) AS id`,
  `UPDATE knowledge_log SET position = 1 WHERE event_id = :item`,
  `UPDATE knowledge_log SET position = 5 WHERE event_id = :person`,
  `INSERT INTO inbox VALUES (:item, :person, NULL, now()), (:otherItem, NULL, :otherLibrary, now())`,
  `INSERT INTO follow VALUES (:item, :item, 'x', '{}', 'EVERYTHING', 0, now())`,
  `INSERT INTO inbox_item VALUES (:item, :item, 5, 'FOLLOWED')`,
  `INSERT INTO webhook_endpoint
     (id, organisation_id, url, description, filter, status, version, secret, position, failures, created_at)
   VALUES (:item, :library, 'https://a.example/', '', '{}', 'ENABLED', 1, sha256('a'), 0, 0, now())`,
  `INSERT INTO webhook_endpoint (id, organisation_id, url, description, filter, status, disabled_because, version, secret,
     position, failures, created_at)
   VALUES (:otherItem, :library, 'https://a.example/', '', '{}', 'DISABLED', 'GONE', 1, sha256('a'), 0, 0, now())`,
  `INSERT INTO webhook_delivery VALUES
     (:item, :item, 'EVENT', :item, 'PUBLISHED', 'PENDING', '{}', 'x', now()),
     (:otherItem, :item, 'PING', :otherItem, NULL, 'DELIVERED', '{}', 'x', now())`,
  `INSERT INTO webhook_attempt VALUES (:item, 1, now(), 1, 500, 'x', NULL)`,
  `INSERT INTO digest (id, person_id, inbox_id, frequency, language, paused_because, position, next_at, failures, refusals,
     unsubscribe_token, created_at)
   VALUES (:item, :person, :item, 'DAILY', 'DA', NULL, 0, now(), 0, 0, sha256('a'), now()),
     (:otherItem, :person, :otherItem, 'WEEKLY', 'EN', 'ADDRESS_REFUSED', 0, NULL, 0, 0, sha256('b'), now())`,
  `INSERT INTO digest_confirmation VALUES
     (:person, 'a@example.org', 'DA', sha256('a'), now(), NULL, now(), now(), 0, NULL, NULL)`,
  `INSERT INTO snapshot (id, name, taken_at, cursor, record_count, license, publisher, version, completed_at)
   VALUES (:item, '2010-01-31', now(), 'x', 1, 'x', 'x', 'x', now()), (:otherItem, '2010-01-31-2', now(), 'x', 1, 'x', 'x', 'x', NULL)`,
  `INSERT INTO snapshot_file VALUES (:item, 'a.txt', 'text/plain', 1, repeat('a', 64))`,
  `INSERT INTO snapshot_chunk VALUES (:item, 'a.txt', 0, 'x')`,
  `INSERT INTO snapshot_record VALUES (:item, :lesson)`,
  `INSERT INTO harvest_item VALUES (:caseStudy, now(), '{kind}')`,
];

/** Writes the rows. */
export async function insertRows(client: pg.Client): Promise<void> {
  for (const statement of ROWS) await client.query(withIds(statement));
}
