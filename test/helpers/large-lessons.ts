import type pg from 'pg';

/** Puts published lessons with long texts straight into the database, as the services would, a part of what their log has. */
export async function addLargeLessons(client: pg.ClientBase, count: number, characters = 10_000): Promise<void> {
  await client.query('BEGIN');
  await client.query(
    `WITH added AS (
      INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
        created_at, updated_at, published_at, context, cause, advice, avoid)
      SELECT gen_random_uuid(), 'LESSON', 'large-' || n, 'Large ' || n, 'EN', 'PUBLISHED', 'REPORTED', 'COMPLETE', 1,
        (SELECT id FROM organisation ORDER BY isil LIMIT 1), now(), now(), now(), '',
        '', (SELECT string_agg(md5(n || ' ' || part), ' ') FROM generate_series(1, $2::integer / 33) part), ''
      FROM generate_series(1, $1::integer) n
      RETURNING id)
    INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
      municipalities, recommendations, themes)
    SELECT gen_random_uuid(), 'PUBLISHED', now(), added.id, 'LESSON', 1, (SELECT id FROM organisation ORDER BY isil LIMIT 1), '{}', '{}', '{}'
    FROM added ORDER BY added.id`,
    [count, characters],
  );
  await client.query(
    `INSERT INTO revision (id, record_id, version, status, content, actor, created_at)
     SELECT gen_random_uuid(), id, version, status, record_content(id), 'test', published_at FROM record`,
  );
  await client.query('COMMIT');
}
