/** The floor: node:http, and for each query one hand-written statement whose JSON text goes out as it came. */
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

const statements = {
  Q1: {
    text: `SELECT json_build_object('data', json_build_object('caseStudy', row_to_json(found)))::text AS answer
      FROM (SELECT id, slug, title, language, status, summary, case_kind AS "kind", scope, state, version,
          published_at AS "publishedAt"
        FROM record
        WHERE kind = 'CASE_STUDY' AND slug = $1 AND status = 'PUBLISHED' AND working_copy_of IS NULL) found`,
    values: ({ slug }) => [slug],
  },
  Q2: {
    text: `SELECT json_build_object('data', json_build_object('caseStudies', json_build_object('nodes',
        json_agg(node ORDER BY published_at DESC, id DESC))))::text AS answer
      FROM (
        SELECT page.published_at, page.id, json_build_object('slug', page.slug, 'title', page.title, 'parties', (
          SELECT json_agg(json_build_object('role', party.role,
              'organisation', (SELECT json_build_object('name', name) FROM organisation WHERE id = party.organisation_id),
              'contributions', (SELECT json_agg(json_build_object('kind', contribution.kind,
                  'description', contribution.description) ORDER BY contribution.ordinal)
                FROM contribution WHERE contribution.party_id = party.id)) ORDER BY party.ordinal)
          FROM party WHERE party.record_id = page.id)) AS node
        FROM (SELECT id, slug, title, published_at FROM record
          WHERE kind = 'CASE_STUDY' AND status = 'PUBLISHED' AND working_copy_of IS NULL
          ORDER BY published_at DESC, id DESC LIMIT 20) page) made`,
    values: () => [],
  },
  Q3: {
    text: `SELECT json_build_object('data', json_build_object('caseStudies', json_build_object('nodes',
        json_agg(page))))::text AS answer
      FROM (
        SELECT case_study.slug, case_study.title, json_build_object('nodes', (
          SELECT json_agg(told) FROM (
            SELECT experience.title, experience.outcome, experience.experienced, experience.gain, json_build_object('nodes', (
              SELECT coalesce(json_agg(lesson), '[]') FROM (
                SELECT record.title, record.advice FROM evidence JOIN record ON record.id = evidence.lesson_id
                WHERE evidence.experience_id = experience.id AND record.status = 'PUBLISHED' AND record.working_copy_of IS NULL
                ORDER BY record.published_at DESC, record.id DESC LIMIT 10) lesson)) AS lessons
            FROM record experience
            WHERE case_study_id = case_study.id AND kind = 'EXPERIENCE' AND status = 'PUBLISHED' AND working_copy_of IS NULL
            ORDER BY published_at DESC, id DESC LIMIT 10) told)) AS experiences
        FROM record case_study
        WHERE kind = 'CASE_STUDY' AND status = 'PUBLISHED' AND working_copy_of IS NULL
        ORDER BY published_at DESC, id DESC LIMIT 20) page`,
    values: () => [],
  },
  Q4: {
    text: `SELECT json_build_object('data', json_build_object('search', json_build_object('edges', json_agg(
        json_build_object('score', found.score, 'node', json_build_object('__typename',
          CASE record.kind WHEN 'CASE_STUDY' THEN 'CaseStudy' WHEN 'EXPERIENCE' THEN 'Experience' ELSE 'Lesson' END,
          'title', record.title)) ORDER BY found.score DESC, found.id DESC))))::text AS answer
      FROM (
        SELECT scored.id, scored.score FROM (
          SELECT record.id, ts_rank(record.search, any_word, 1)::float8 AS score
          FROM record_search_query($1) AS query CROSS JOIN search_any_word(query) AS any_word CROSS JOIN record
          WHERE record.search @@ query AND record.status = 'PUBLISHED' AND record.working_copy_of IS NULL
        ) scored ORDER BY scored.score DESC, scored.id DESC LIMIT 20
      ) found JOIN record ON record.id = found.id`,
    values: ({ query }) => [query],
  },
  Q5: {
    text: `SELECT json_build_object('data', json_build_object('experiences', json_build_object('nodes',
        json_agg(page))))::text AS answer
      FROM (SELECT id, slug, title, purpose, gain, phase, outcome, published_at AS "publishedAt" FROM record
        WHERE kind = 'EXPERIENCE' AND status = 'PUBLISHED' AND working_copy_of IS NULL
        ORDER BY published_at DESC, id DESC LIMIT 1000) page`,
    values: () => [],
  },
};

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const name = request.url.slice(1);
      const { text, values } = statements[name];
      const variables = JSON.parse(Buffer.concat(chunks));
      const { rows } = await pool.query({ name, text, values: values(variables) });
      response.writeHead(200, { 'content-type': 'application/json' }).end(rows[0].answer);
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ errors: [{ message: error.message }] }));
    }
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
