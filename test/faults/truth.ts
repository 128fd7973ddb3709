/** What lies in the tables once all is written: what the histories are judged against. */
import pg from 'pg';

export interface LoggedEvent {
  readonly eventId: string;
  /** Null when nobody has given it its place. */
  readonly position: number | null;
  readonly type: string;
  readonly recordId: string;
  readonly recordKind: string;
  readonly recordVersion: number;
  readonly relatedRecordId: string | null;
  readonly organisationId: string;
  readonly municipalities: readonly string[];
  readonly recommendations: readonly number[];
  readonly themes: readonly string[];
}

export interface Revision {
  readonly recordId: string;
  readonly version: number;
  readonly status: string;
}

export interface Truth {
  /** In the order of positions; what has none comes last. */
  readonly log: readonly LoggedEvent[];
  readonly lastPosition: number;
  /** Records by title, each as often as it is there. */
  readonly records: readonly { readonly id: string; readonly title: string }[];
  readonly revisions: readonly Revision[];
}

/** @param connection past all proxies */
export async function readTruth(connection: pg.ClientConfig): Promise<Truth> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: log } = await client.query<LoggedEvent>(`
      SELECT event_id AS "eventId", position::integer, type, record_id AS "recordId", record_kind AS "recordKind",
        record_version AS "recordVersion", related_record_id AS "relatedRecordId", organisation_id AS "organisationId",
        municipalities, recommendations, themes
      FROM knowledge_log ORDER BY position NULLS LAST, id`);
    const { rows: state } = await client.query<{ lastPosition: number }>(
      'SELECT last_position::integer AS "lastPosition" FROM knowledge_log_state',
    );
    // A working copy is the same record, with a title of its own.
    const { rows: records } = await client.query<{ id: string; title: string }>(
      'SELECT id, title FROM record WHERE working_copy_of IS NULL',
    );
    const { rows: revisions } = await client.query<Revision>(
      'SELECT record_id AS "recordId", version, status FROM revision',
    );
    return { log, lastPosition: state[0]!.lastPosition, records, revisions };
  } finally {
    await client.end();
  }
}
