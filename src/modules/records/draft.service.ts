/** Creating records and editing them: what is the same for every kind. */
import { createHash } from 'node:crypto';
import sql from 'sql-template-tag';
import type { EntityTarget } from 'typeorm';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import type { Language } from '../../common/language.js';
import { slugify } from '../../common/text.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { writeCommonLists, type SourceContent } from './content.service.js';
import {
  type Documentation,
  KnowledgeRecord,
  type Provenance,
  type RecordKind,
  RecordStatus,
} from './record.entity.js';
import { lockRecord, newVersion, openWorkingCopy } from './record-row.service.js';

/** The content that every kind of record has. */
export interface RecordContent {
  title: string;
  language: Language;
  organisationId: string;
  provenance: Provenance;
  documentation: Documentation;
  recommendations: number[];
  themes: string[];
  sources: SourceContent[];
}

/** What a create says besides the content. */
export interface NewRecord {
  slug?: string | null;
  idempotencyKey?: string | null;
}

/** What an update says besides the content. */
export interface RecordVersion {
  id: string;
  version: number;
}

/** What distinguishes one kind of record when it is written. */
export interface RecordModel<Content extends RecordContent> {
  readonly kind: RecordKind;
  readonly entity: EntityTarget<KnowledgeRecord>;
  /** The content's own columns by property name, with what they hold where a create leaves them out; undefined where it must not. */
  readonly columns: Readonly<Partial<Record<keyof Content, unknown>>>;
  /** Refuses content that points at what is not there. Runs in the transaction, before anything is written. */
  check(transaction: Transaction, viewer: Viewer, content: Partial<Content>): Promise<void>;
  /** Writes the lists among the content, each as a whole, those that are given. */
  writeLists(transaction: Transaction, rowId: string, content: Partial<Content>): Promise<void>;
}

const COMMON_COLUMNS = ['title', 'language', 'organisationId', 'provenance', 'documentation'] as const;

export class DraftService {
  constructor(private readonly database: Database) {}

  /**
   * Writes a new draft.
   *
   * @returns the id of its row
   * @throws DomainError INVALID, REQUIRED, NOT_FOUND, DUPLICATE (slug), IDEMPOTENCY_CONFLICT
   */
  async create<Content extends RecordContent>(
    viewer: Viewer,
    model: RecordModel<Content>,
    input: Content & NewRecord,
  ): Promise<string> {
    assertCan(viewer, 'record.create');
    checkInput(input);
    assertCan(viewer, 'record.create', input.organisationId);
    return this.write(async (transaction) => {
      const id = uuid();
      const first = await firstResult(transaction, viewer, model.kind, input, id);
      if (first !== null) return first;
      await this.checkReferences(transaction, viewer, model, input);
      const now = new Date();
      await transaction.manager.insert(model.entity, {
        ...columnsOf(model, input, true),
        id,
        recordKind: model.kind,
        slug: await freeSlug(transaction, model.kind, input),
        status: RecordStatus.DRAFT,
        version: 1,
        createdAt: now,
        updatedAt: now,
      } as object);
      await writeCommonLists(transaction, id, input);
      await model.writeLists(transaction, id, input);
      await newVersion(transaction, viewer, 'record.create', { recordId: id, rowId: id });
      return id;
    });
  }

  /**
   * Changes a draft; a published record gets a working copy, which replaces it when that is published. Fields that are
   * left out stay as they are.
   *
   * @returns the id of the row that holds the edit
   * @throws DomainError INVALID, REQUIRED, NOT_FOUND, VERSION_CONFLICT, INVALID_TRANSITION
   */
  async update<Content extends RecordContent>(
    viewer: Viewer,
    model: RecordModel<Content>,
    input: Partial<Content> & RecordVersion,
  ): Promise<string> {
    assertCan(viewer, 'record.update');
    checkInput(input);
    return this.write(async (transaction) => {
      const locked = await lockRecord(transaction, viewer, input, { action: 'record.update', kind: model.kind });
      // Who hands a record over must be at home on both sides.
      if (input.organisationId != null) assertCan(viewer, 'record.create', input.organisationId);
      if (locked.status === RecordStatus.IN_REVIEW || locked.status === RecordStatus.RETRACTED) {
        throw refuse(
          UserErrorCode.INVALID_TRANSITION,
          locked.status === RecordStatus.IN_REVIEW
            ? 'The record is in review: request changes first, then edit it.'
            : 'The record is retracted and cannot be edited: write a new one and link it with SUPERSEDES.',
          ['id'],
        );
      }
      await this.checkReferences(transaction, viewer, model, input);
      const rowId =
        locked.status === RecordStatus.PUBLISHED ? await openWorkingCopy(transaction, locked.recordId) : locked.rowId;
      const changed = columnsOf(model, input, false);
      // By the table's own entity: for a case study TypeORM takes the discriminator `kind` for the property of that name.
      if (Object.keys(changed).length > 0) await transaction.manager.update(KnowledgeRecord, { id: rowId }, changed);
      await writeCommonLists(transaction, rowId, input);
      await model.writeLists(transaction, rowId, input);
      const { recordId, organisationId } = locked;
      await newVersion(transaction, viewer, 'record.update', { recordId, rowId, organisationId });
      return rowId;
    });
  }

  private async write(work: (transaction: Transaction) => Promise<string>): Promise<string> {
    try {
      return await this.database.inTransaction(work);
    } catch (error) {
      // An update may give one day only: whether it fits the other is for the row to say.
      if ((error as { constraint?: string }).constraint !== 'record_period') throw error;
      throw refuse(UserErrorCode.INVALID, 'The last day lies before the first.', ['endedOn']);
    }
  }

  private async checkReferences<Content extends RecordContent>(
    transaction: Transaction,
    viewer: Viewer,
    model: RecordModel<Content>,
    content: Partial<Content>,
  ): Promise<void> {
    await requireOrganisations(transaction, [[content.organisationId, ['organisationId']]]);
    await requireThemes(transaction, content.themes);
    await model.check(transaction, viewer, content);
  }
}

/** Refuses ids of organisations that are not in the directory. */
export async function requireOrganisations(
  transaction: Transaction,
  references: readonly (readonly [id: string | null | undefined, path: readonly (string | number)[]])[],
): Promise<void> {
  const ids = references.flatMap(([id]) => id ?? []);
  if (ids.length === 0) return;
  const rows = await transaction.rows<{ id: string }>(sql`SELECT id FROM organisation WHERE id = ANY(${ids}::uuid[])`);
  const found = new Set(rows.map((row) => row.id));
  const missing = references.find(([id]) => id != null && !found.has(id));
  if (missing) throw refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${missing[0]}.`, missing[1]);
}

async function requireThemes(transaction: Transaction, slugs: readonly string[] | null | undefined): Promise<void> {
  if (!slugs?.length) return;
  const rows = await transaction.rows<{ slug: string }>(sql`SELECT slug FROM theme WHERE slug = ANY(${slugs}::text[])`);
  const found = new Set(rows.map((row) => row.slug));
  const missing = slugs.findIndex((slug) => !found.has(slug));
  if (missing >= 0) {
    throw refuse(UserErrorCode.NOT_FOUND, `There is no theme "${slugs[missing]}": the query \`themes\` lists them.`, [
      'themes',
      missing,
    ]);
  }
}

/** What goes into the record's own columns. A null where a value must be is refused; a null text is an empty one. */
function columnsOf<Content extends RecordContent>(
  model: RecordModel<Content>,
  content: Partial<Content>,
  create: boolean,
): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = { ...model.columns };
  for (const name of COMMON_COLUMNS) defaults[name] = undefined;
  for (const [name, absent] of Object.entries(defaults)) {
    const given = (content as Record<string, unknown>)[name];
    if (given === undefined && !create) continue;
    const value = given ?? absent;
    if (value === undefined) throw refuse(UserErrorCode.REQUIRED, `\`${name}\` cannot be left empty.`, [name]);
    columns[name] = value;
  }
  return columns;
}

/** Claims an idempotency key. Gives what the key led to before, or null when this is the first time. */
export async function firstResult(
  transaction: Transaction,
  viewer: Viewer,
  operation: string,
  input: NewRecord,
  result: string,
): Promise<string | null> {
  const { idempotencyKey, ...content } = input;
  if (idempotencyKey == null) return null;
  const hash = createHash('sha256')
    .update(JSON.stringify([operation, content]))
    .digest('hex');
  const claimed = await transaction.rows(
    sql`INSERT INTO idempotency_key (actor, key, content_hash, result_id, created_at)
      VALUES (${viewer.actor}, ${idempotencyKey}, ${hash}, ${result}, now()) ON CONFLICT DO NOTHING RETURNING key`,
  );
  if (claimed.length > 0) return null;
  const [earlier] = await transaction.rows<{ contentHash: string; resultId: string }>(
    sql`SELECT content_hash AS "contentHash", result_id AS "resultId" FROM idempotency_key
      WHERE actor = ${viewer.actor} AND key = ${idempotencyKey}`,
  );
  if (earlier!.contentHash === hash) return earlier!.resultId;
  throw refuse(
    UserErrorCode.IDEMPOTENCY_CONFLICT,
    'This idempotency key was used before with other content: use a new key for new content.',
    ['idempotencyKey'],
  );
}

/** The slug that was asked for, or one made from the title; a number behind it tells it from those that are there. */
async function freeSlug(
  transaction: Transaction,
  kind: RecordKind,
  input: NewRecord & { title: string },
): Promise<string> {
  const wanted = input.slug ?? (slugify(input.title) || kind.toLowerCase().replace('_', '-'));
  // Two who write the same title at once would both find the slug free.
  await transaction.rows(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`slug ${kind} ${wanted}`}, 0))`);
  const rows = await transaction.rows<{ slug: string }>(
    sql`SELECT slug FROM record WHERE kind = ${kind} AND working_copy_of IS NULL
      AND (slug = ${wanted} OR slug ~ ${`^${wanted}-[0-9]+$`})`,
  );
  const taken = new Set(rows.map((row) => row.slug));
  if (!taken.has(wanted)) return wanted;
  if (input.slug != null)
    throw refuse(UserErrorCode.DUPLICATE, `The slug "${wanted}" is taken: choose another.`, ['slug']);
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}
