/** The rows behind a record: the record itself, the working copy of an edit in progress, and the versions of both. */
import sql, { raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { audit, type AuditEntry } from '../../platform/auth/audit-log.js';
import { type Action, assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { visible } from '../../platform/auth/visibility.js';
import type { Transaction } from '../../platform/database/database.js';
import { copyLists, moveLists } from './content.service.js';
import type { Provenance, RecordKind, RecordStatus } from './record.entity.js';

/** A record that is locked until the transaction ends. */
export interface LockedRecord {
  readonly recordId: string;
  /** The working copy where there is one, else the record's own row. */
  readonly rowId: string;
  readonly kind: RecordKind;
  /** The status of that row. */
  readonly status: RecordStatus;
  readonly version: number;
  /** Who answers for the record. */
  readonly organisationId: string;
  /** Who is to answer for it once that row is published: another one where an edit hands it over. */
  readonly rowOrganisationId: string;
  readonly provenance: Provenance;
}

/**
 * Locks a record, and with it its working copy, for change.
 *
 * @param reference the record, and the version that the change was made against; without one any version will do
 * @param options `action`: what the viewer must be allowed to do with it; `kind`: what it must be; `path`: where its id
 *   stands in the input
 * @throws DomainError NOT_FOUND when there is none that the viewer may see, VERSION_CONFLICT when it was changed since;
 *   FORBIDDEN
 */
export async function lockRecord(
  transaction: Transaction,
  viewer: Viewer,
  reference: { id: string; version?: number },
  { action, kind, path = ['id'] }: { action?: Action; kind?: RecordKind; path?: readonly string[] } = {},
): Promise<LockedRecord> {
  const [record] = isId(reference.id)
    ? await transaction.rows<LockedRecord>(
        sql`SELECT ${LOCKED_COLUMNS} FROM record r
          WHERE r.id = ${reference.id} AND r.working_copy_of IS NULL AND ${visible(viewer, 'r')} FOR UPDATE`,
      )
    : [];
  if (record === undefined || (kind !== undefined && record.kind !== kind)) {
    throw refuse(
      UserErrorCode.NOT_FOUND,
      `No ${kind === undefined ? 'record' : KIND_NAMES[kind]} has the id ${reference.id.slice(0, 100)}.`,
      path,
    );
  }
  // Its own row is locked first, always: two who edit at once cannot wait for each other.
  const [workingCopy] = await transaction.rows<LockedRecord>(
    sql`SELECT ${LOCKED_COLUMNS} FROM record r WHERE r.working_copy_of = ${record.recordId} FOR UPDATE`,
  );
  const locked = { ...(workingCopy ?? record), organisationId: record.organisationId };
  if (action !== undefined) {
    // Before the version is looked at, which would tell of an edit that is not public.
    for (const organisation of new Set([locked.organisationId, locked.rowOrganisationId])) {
      assertCan(viewer, action, organisation);
    }
  }
  if (reference.version !== undefined && reference.version !== locked.version) {
    throw refuse(
      UserErrorCode.VERSION_CONFLICT,
      workingCopy && reference.version === record.version
        ? `An edit of this record is in progress, at version ${locked.version}: go on from it (\`workingCopy\`).`
        : `The record is at version ${locked.version}, not ${reference.version}: read it again and repeat your change.`,
      ['version'],
    );
  }
  return locked;
}

/** Locks several records, in the order of their ids whatever the order asked for: writers cannot wait for each other. */
export async function lockRecords(
  transaction: Transaction,
  viewer: Viewer,
  references: readonly { id: string; kind?: RecordKind; path: readonly string[] }[],
): Promise<LockedRecord[]> {
  const locked = new Map<string, LockedRecord>();
  for (const { id, kind, path } of [...references].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    locked.set(id, await lockRecord(transaction, viewer, { id }, { ...(kind && { kind }), path }));
  }
  return references.map(({ id }) => locked.get(id)!);
}

/** Refuses an id that is not that of a record of the kind which the viewer may see. */
export async function requireRecord(
  transaction: Transaction,
  viewer: Viewer,
  id: string,
  kind: RecordKind,
  path: readonly string[],
): Promise<void> {
  const found = await transaction.rows(
    sql`SELECT FROM record r WHERE r.id = ${id} AND r.kind = ${kind} AND r.working_copy_of IS NULL AND ${visible(viewer, 'r')}`,
  );
  if (found.length === 0) throw refuse(UserErrorCode.NOT_FOUND, `No ${KIND_NAMES[kind]} has the id ${id}.`, path);
}

const LOCKED_COLUMNS =
  raw(`coalesce(r.working_copy_of, r.id) AS "recordId", r.id AS "rowId", r.kind, r.status, r.version,
  r.organisation_id AS "organisationId", r.organisation_id AS "rowOrganisationId", r.provenance`);

const KIND_NAMES: Record<RecordKind, string> = { CASE_STUDY: 'case study', EXPERIENCE: 'experience', LESSON: 'lesson' };

/** Makes the working copy of a published record and gives its row's id. */
export async function openWorkingCopy(transaction: Transaction, recordId: string): Promise<string> {
  const rowId = uuid();
  await transaction.rows(
    sql`INSERT INTO record SELECT (jsonb_populate_record(r, jsonb_build_object(
        'id', ${rowId}::uuid, 'working_copy_of', r.id, 'status', 'DRAFT', 'published_at', NULL))).*
      FROM record r WHERE r.id = ${recordId}`,
  );
  await copyLists(transaction, recordId, rowId);
  return rowId;
}

/** What an edit may change in the record's own row. */
const CONTENT_COLUMNS = `title, language, provenance, documentation, organisation_id, summary, description, case_kind, scope,
  state, municipality_code, case_study_id, purpose, experienced, challenges, barriers, gain, phase, outcome, started_on,
  ended_on, context, cause, advice, avoid`;

/** Puts a working copy in the place of its record's content and does away with it. The record has its version afterwards. */
export async function mergeWorkingCopy(transaction: Transaction, recordId: string, rowId: string): Promise<void> {
  await moveLists(transaction, rowId, recordId);
  await transaction.rows(
    sql`UPDATE record SET (${raw(CONTENT_COLUMNS)}, version) =
      (SELECT ${raw(CONTENT_COLUMNS)}, version FROM record WHERE id = ${rowId}) WHERE id = ${recordId}`,
  );
  await transaction.rows(sql`DELETE FROM record WHERE id = ${rowId}`);
}

/** Drops an edit in progress. Its versions stay among the revisions. */
export async function dropWorkingCopy(transaction: Transaction, recordId: string): Promise<void> {
  await transaction.rows(
    sql`UPDATE record r SET version = w.version FROM record w WHERE w.working_copy_of = r.id AND r.id = ${recordId}`,
  );
  await transaction.rows(sql`DELETE FROM record WHERE working_copy_of = ${recordId}`);
}

export interface ChangedRow {
  readonly recordId: string;
  readonly rowId: string;
  /** Who answered for the record before the change; left out where it is new. */
  readonly organisationId?: string;
  /** What was said with the change. */
  readonly comment?: string | null;
  /** What the audit log is to know of it besides the version. */
  readonly details?: AuditEntry['details'];
}

/**
 * Ends every change of a row: counts its version up, refreshes what search finds it by, keeps the version for ever, and
 * says who did it; where the record is handed over, to both sides.
 */
export async function newVersion(
  transaction: Transaction,
  viewer: Viewer,
  action: Action,
  { recordId, rowId, organisationId, comment = null, details }: ChangedRow,
): Promise<void> {
  const [revision] = await transaction.rows<{ version: number; rowOrganisationId: string }>(
    sql`WITH changed AS (
        UPDATE record SET updated_at = now(), search = record_search_vector(id),
          version = version + CASE WHEN EXISTS (SELECT FROM revision WHERE record_id = ${recordId}) THEN 1 ELSE 0 END
        WHERE id = ${rowId} RETURNING id, version, status
      )
      INSERT INTO revision (id, record_id, version, status, content, actor, person_id, api_key_id, comment, created_at)
      SELECT ${uuid()}, ${recordId}, version, status, record_content(id), ${viewer.actor}, ${viewer.personId},
        ${viewer.apiKeyId}, ${comment}, now() FROM changed
      RETURNING version, content ->> 'organisationId' AS "rowOrganisationId"`,
  );
  const { version, rowOrganisationId } = revision!;
  const isHandedOver = organisationId !== undefined && organisationId !== rowOrganisationId;
  const entry = {
    action,
    targetId: recordId,
    details: { ...details, version, ...(isHandedOver && { handedOverTo: rowOrganisationId }) },
  };
  if (isHandedOver) await audit(transaction, viewer, { ...entry, organisationId });
  await audit(transaction, viewer, { ...entry, organisationId: rowOrganisationId });
}
