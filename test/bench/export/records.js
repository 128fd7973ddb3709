/** A knowledge base as the services would have made it, put straight into the database. */
import { addOrganisation } from '../lib/knowledge.js';

const SENTENCE =
  'The parties met each month and wrote down what they had agreed on, so that nobody had to remember it. ';

/** Of ten records one is a case, four are experiences of cases, and five are lessons that rest on experiences. */
export async function fillKnowledge(client, count) {
  const organisationId = await addOrganisation(client);
  const cases = Math.ceil(count / 10);
  const experiences = cases * 4;
  const lessons = count - cases - experiences;
  await client.query('BEGIN');
  const insert = (number, columns, values, further = '') =>
    client.query(
      `INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
         created_at, updated_at, published_at, ${columns})
       SELECT uuidv7(), ${values} FROM generate_series(1, $2::integer) n ${further}`,
      [organisationId, number],
    );
  const common = (
    kind,
    slug,
  ) => `'${kind}', '${slug}-' || n, 'The bench''s ${slug} ' || n, 'EN', 'PUBLISHED', 'REPORTED',
    'COMPLETE', 1, $1::uuid, now(), now(), now()`;
  const text = (name, sentences) => `'${name} ' || n || '. ' || repeat('${SENTENCE}', ${sentences})`;
  await insert(
    cases,
    'summary, description, case_kind, scope, state',
    `${common('CASE_STUDY', 'case')}, ${text('Summary', 2)}, ${text('Story', 20)}, 'PROJECT', 'LOCAL', 'ACTIVE'`,
  );
  await client.query(`CREATE TEMPORARY TABLE told AS
    SELECT id, row_number() OVER (ORDER BY id) AS number FROM record WHERE kind = 'CASE_STUDY'`);
  await client.query('CREATE UNIQUE INDEX ON told (number)');
  await client.query(
    `INSERT INTO party (id, record_id, ordinal, organisation_id, role) SELECT uuidv7(), id, 1, $1, 'LEAD' FROM told`,
    [organisationId],
  );
  await client.query(`INSERT INTO rule_of_play (id, record_id, ordinal, topic, text)
    SELECT uuidv7(), id, k, 'GOALS', '${SENTENCE}' FROM told CROSS JOIN generate_series(1, 3) k`);
  await insert(
    experiences,
    'case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome',
    `${common('EXPERIENCE', 'experience')}, told.id, ${text('Purpose', 2)}, ${text('Experienced', 4)},
     ${text('Challenges', 3)}, ${text('Barriers', 2)}, ${text('Gain', 2)}, 'RUNNING', 'MIXED'`,
    `JOIN told ON told.number = 1 + n % ${cases}`,
  );
  await insert(
    lessons,
    'context, cause, advice, avoid',
    `${common('LESSON', 'lesson')}, ${text('Context', 3)}, ${text('Cause', 3)}, ${text('Advice', 4)}, ${text('Avoid', 1)}`,
  );
  await client.query(`INSERT INTO evidence (id, lesson_id, experience_id, stance, created_at)
    SELECT uuidv7(), lesson.id, experience.id, 'SUPPORTS', now()
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM record WHERE kind = 'LESSON') lesson
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM record WHERE kind = 'EXPERIENCE') experience
      ON experience.n = 1 + lesson.n % ${experiences}`);
  await client.query(`INSERT INTO record_recommendation (record_id, number)
    SELECT id, 1 + abs(hashtext(slug)) % 10 FROM record`);
  await client.query(`INSERT INTO revision (id, record_id, version, status, content, actor, created_at)
    SELECT uuidv7(), id, version, status, record_content(id), 'bench', published_at FROM record`);
  await client.query(`INSERT INTO knowledge_log (position, event_id, type, occurred_at, record_id, record_kind, record_version,
      organisation_id, municipalities, recommendations, themes)
    SELECT row_number() OVER (ORDER BY id), uuidv7(), 'PUBLISHED', published_at, id, kind, version, organisation_id, '{}', '{}', '{}'
    FROM record ORDER BY id`);
  await client.query('UPDATE knowledge_log_state SET last_position = (SELECT max(position) FROM knowledge_log)');
  await client.query('COMMIT');
  await client.query('VACUUM ANALYZE');
}
