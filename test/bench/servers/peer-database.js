/**
 * The statements of the Yoga and the Mercurius server: one for each list or lookup, one for each level of children. Each
 * reads what the queries that come to it ask, and the keys that lead on from there.
 */
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

/** Prepares the statement once a connection, under its name. */
async function rows(name, text, values) {
  return (await pool.query({ name, text, values })).rows;
}

export async function readCase(slug) {
  const statement = `SELECT id, slug, title, language, status, summary, case_kind AS "kind", scope, state, version,
      published_at AS "publishedAt"
    FROM record
    WHERE kind = 'CASE_STUDY' AND slug = $1 AND status = 'PUBLISHED' AND working_copy_of IS NULL`;
  return (await rows('case', statement, [slug]))[0] ?? null;
}

export function readCases(first) {
  const statement = `SELECT id, slug, title FROM record
    WHERE kind = 'CASE_STUDY' AND status = 'PUBLISHED' AND working_copy_of IS NULL
    ORDER BY published_at DESC, id DESC LIMIT $1`;
  return rows('cases', statement, [first]);
}

export function readExperiences(first) {
  const statement = `SELECT id, slug, title, purpose, gain, phase, outcome, published_at AS "publishedAt" FROM record
    WHERE kind = 'EXPERIENCE' AND status = 'PUBLISHED' AND working_copy_of IS NULL
    ORDER BY published_at DESC, id DESC LIMIT $1`;
  return rows('experiences', statement, [first]);
}

export function readParties(caseIds) {
  const statement = `SELECT id, record_id AS "caseId", organisation_id AS "organisationId", role FROM party
    WHERE record_id = ANY ($1::uuid[]) ORDER BY ordinal`;
  return rows('parties', statement, [caseIds]);
}

export function readOrganisations(ids) {
  return rows('organisations', 'SELECT id, name FROM organisation WHERE id = ANY ($1::uuid[])', [ids]);
}

export function readContributions(partyIds) {
  const statement = `SELECT party_id AS "partyId", kind, description FROM contribution
    WHERE party_id = ANY ($1::uuid[]) ORDER BY ordinal`;
  return rows('contributions', statement, [partyIds]);
}

/** The newest `first` of each case. */
export function readExperiencesOfCases(caseIds, first) {
  const statement = `SELECT parent.id AS "caseId", child.*
    FROM unnest($1::uuid[]) AS parent (id)
    CROSS JOIN LATERAL (
      SELECT id, title, outcome, experienced, gain FROM record
      WHERE case_study_id = parent.id AND kind = 'EXPERIENCE' AND status = 'PUBLISHED' AND working_copy_of IS NULL
      ORDER BY published_at DESC, id DESC LIMIT $2
    ) child`;
  return rows('experiences-of-cases', statement, [caseIds, first]);
}

/** The newest `first` of each experience. */
export function readLessonsOfExperiences(experienceIds, first) {
  const statement = `SELECT parent.id AS "experienceId", child.*
    FROM unnest($1::uuid[]) AS parent (id)
    CROSS JOIN LATERAL (
      SELECT record.title, record.advice FROM evidence JOIN record ON record.id = evidence.lesson_id
      WHERE evidence.experience_id = parent.id AND record.status = 'PUBLISHED' AND record.working_copy_of IS NULL
      ORDER BY record.published_at DESC, record.id DESC LIMIT $2
    ) child`;
  return rows('lessons-of-experiences', statement, [experienceIds, first]);
}

/** What answers a query, the best first, scored as Medspil scores. */
export function search(query, first) {
  const statement = `SELECT found.score, record.title, record.kind AS "recordKind" FROM (
      SELECT scored.id, scored.score FROM (
        SELECT record.id, ts_rank(record.search, any_word, 1)::float8 AS score
        FROM record_search_query($1) AS query CROSS JOIN search_any_word(query) AS any_word CROSS JOIN record
        WHERE record.search @@ query AND record.status = 'PUBLISHED' AND record.working_copy_of IS NULL
      ) scored ORDER BY scored.score DESC, scored.id DESC LIMIT $2
    ) found JOIN record ON record.id = found.id ORDER BY found.score DESC, found.id DESC`;
  return rows('search', statement, [query, first]);
}

/** What a batched statement gave, put back to the keys that asked. */
export function groupBy(keys, found, property) {
  const groups = new Map(keys.map((key) => [key, []]));
  for (const row of found) groups.get(row[property]).push(row);
  return keys.map((key) => groups.get(key));
}

export function indexBy(keys, found, property) {
  const index = new Map(found.map((row) => [row[property], row]));
  return keys.map((key) => index.get(key) ?? null);
}
