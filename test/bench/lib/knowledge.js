/** Published knowledge and its log, put straight into the database. */
import { randomUUID } from 'node:crypto';

const TITLE = 'Share the calendar with the partner before the autumn';

/** @returns the id of a new organisation */
export async function addOrganisation(client) {
  const { rows } = await client.query(
    `INSERT INTO organisation (id, kind, name, country, sector, version, created_at, updated_at)
     VALUES (uuidv7(), 'PARTNER', 'The partner of the bench', 'DK', 'PUBLIC', 1, now(), now()) RETURNING id`,
  );
  return rows[0].id;
}

/** Adds published lessons, which the log does not know of. */
export async function addLessons(client, organisationId, count) {
  await client.query(
    `INSERT INTO record (id, kind, slug, title, language, status, provenance, documentation, version, organisation_id,
       created_at, updated_at, published_at, context, cause, advice, avoid)
     SELECT uuidv7(), 'LESSON', 'bench-' || number, $2 || ' ' || to_char(number, 'FM000000'), 'EN', 'PUBLISHED', 'REPORTED',
       'COMPLETE', 1, $1, now(), now(), now(), 'Two houses with a calendar each.', 'Nobody saw the other''s.',
       'Put both in one.', 'Do not wait for the summer.'
     FROM generate_series(1, $3::integer) number`,
    [organisationId, TITLE, count],
  );
}

/** Puts into the log that each record was published, in the order of their ids, with their positions. */
export async function fillLog(client) {
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO knowledge_log (position, event_id, type, occurred_at, record_id, record_kind, record_version,
       organisation_id, municipalities, recommendations, themes)
     SELECT last_position + row_number() OVER (ORDER BY id), uuidv7(), 'PUBLISHED', published_at, id, kind, version,
       organisation_id, '{0101}', '{1,4}', '{}'
     FROM record, knowledge_log_state WHERE status = 'PUBLISHED' ORDER BY id`,
  );
  await client.query('UPDATE knowledge_log_state SET last_position = (SELECT max(position) FROM knowledge_log)');
  await client.query('COMMIT');
  await client.query('VACUUM ANALYZE');
}

/** An event as the API shows it, about the first record there is. */
export async function makeEvent(client) {
  const { rows } = await client.query(
    `SELECT epoch, last_position + 1 AS position, record.id, kind, title FROM record, knowledge_log_state ORDER BY id LIMIT 1`,
  );
  const [{ epoch, position, id, kind, title }] = rows;
  return {
    id: randomUUID(),
    cursor: Buffer.from(`${epoch}.${position}`).toString('base64url'),
    type: 'PUBLISHED',
    recordId: id,
    recordKind: kind,
    occurredAt: new Date().toISOString(),
    record: { id, title },
  };
}

/**
 * Puts an event into the log and gives it its position, all but the commit.
 *
 * @returns commits; from then on, everybody can know of it
 */
export async function stampEvent(client, { id, type, occurredAt, recordId }) {
  await client.query('BEGIN');
  // The disk is not what is measured.
  await client.query('SET LOCAL synchronous_commit = off');
  await client.query(
    `INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
       municipalities, recommendations, themes)
     SELECT $1, $2, $3, id, kind, version, organisation_id, '{0101}', '{1,4}', '{}' FROM record WHERE id = $4`,
    [id, type, occurredAt, recordId],
  );
  await client.query('SELECT stamp_knowledge_log(1000)');
  return () => client.query('COMMIT');
}
