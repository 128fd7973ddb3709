/** Writing lessons, and the evidence that they rest on. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import { refuse, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan, assertCanForAny } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { DraftService, NewRecord, RecordContent, RecordModel, RecordVersion } from '../records/draft.service.js';
import { Provenance, RecordKind, type RecordStatus } from '../records/record.entity.js';
import type { RecordEventService } from '../records/record-event.service.js';
import { type RecordOrder, recordList, recordOrder } from '../records/record.filter.js';
import { type RecordColumns, recordColumns } from '../records/record.columns.js';
import { readRecordBySlug } from '../records/record.loaders.js';
import { lockRecords } from '../records/record-row.service.js';
import { type EvidenceStance, Lesson } from './lesson.entity.js';
import { lessonConditions, type LessonFilter } from './lesson.filter.js';

export interface LessonContent extends RecordContent {
  context: string;
  cause: string;
  advice: string;
  avoid: string;
}

/** How a lesson is written. */
const MODEL: RecordModel<LessonContent> = {
  kind: RecordKind.LESSON,
  entity: Lesson,
  columns: { context: '', cause: '', advice: '', avoid: '' },
  async check() {},
  async writeLists() {},
};

export interface NewEvidence {
  lessonId: string;
  experienceId: string;
  stance: EvidenceStance;
  note?: string | null;
}

export class LessonService {
  constructor(
    private readonly database: Database,
    private readonly drafts: DraftService,
    private readonly events: RecordEventService,
  ) {}

  /** Null where there is none that the viewer may see. */
  bySlug(scope: ReadScope, slug: string, columns: RecordColumns): Promise<Lesson | null> {
    return readRecordBySlug(scope, RecordKind.LESSON, slug, columns);
  }

  list(
    { database, viewer }: ReadScope,
    page: ConnectionArguments,
    filter: LessonFilter = {},
    order?: RecordOrder,
    columns?: RecordColumns,
  ): Promise<Connection<Lesson>> {
    return readConnection<Lesson>(database, page, {
      columns: recordColumns(columns),
      from: recordList(viewer, RecordKind.LESSON, filter, lessonConditions(viewer, filter)),
      order: recordOrder(viewer, order),
    });
  }

  /** Writes a new draft and gives its row's id; errors as {@link DraftService.create}. */
  create(viewer: Viewer, input: LessonContent & NewRecord): Promise<string> {
    return this.drafts.create(viewer, MODEL, input);
  }

  /** Edits a lesson and gives the id of the row that holds the edit; errors as {@link DraftService.update}. */
  update(viewer: Viewer, input: Partial<LessonContent> & RecordVersion): Promise<string> {
    return this.drafts.update(viewer, MODEL, input);
  }

  /**
   * Rests a lesson on an experience. Evidence belongs to the lesson and not to a version of it: no review is needed, and
   * the log hears of it when both are published.
   *
   * @returns the lesson's id
   * @throws DomainError NOT_FOUND, INVALID_TRANSITION (retracted), DUPLICATE, INVALID (an illustration as evidence)
   */
  async addEvidence(viewer: Viewer, input: NewEvidence): Promise<string> {
    assertCan(viewer, 'record.add-evidence');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const [lesson, lived] = await lockRecords(transaction, viewer, [
        { id: input.lessonId, kind: RecordKind.LESSON, path: ['lessonId'] },
        { id: input.experienceId, kind: RecordKind.EXPERIENCE, path: ['experienceId'] },
      ]);
      // Whoever lived it may say so, or a lesson could be kept free of what contradicts it.
      const organisationId = assertCanForAny(viewer, 'record.add-evidence', [
        lived!.organisationId,
        lesson!.organisationId,
      ]);
      const rows = await transaction.rows<{
        id: string;
        status: RecordStatus;
        provenance: Provenance;
        organisationId: string;
      }>(
        sql`SELECT id, status, provenance, organisation_id AS "organisationId" FROM record WHERE id IN (${input.lessonId}, ${input.experienceId})`,
      );
      const statement = rows.find((row) => row.id === input.lessonId)!;
      const experience = rows.find((row) => row.id === input.experienceId)!;
      if (rows.some((row) => row.status === 'RETRACTED')) {
        throw refuse(UserErrorCode.INVALID_TRANSITION, 'What is retracted takes and gives no evidence.');
      }
      if (experience.provenance === Provenance.ILLUSTRATIVE && statement.provenance !== Provenance.ILLUSTRATIVE) {
        throw refuse(UserErrorCode.INVALID, 'An invented experience is evidence for illustrations alone.', [
          'experienceId',
        ]);
      }
      const inserted = await transaction.rows(
        sql`INSERT INTO evidence (id, lesson_id, experience_id, stance, note, created_at)
          VALUES (${uuid()}, ${input.lessonId}, ${input.experienceId}, ${input.stance}, ${input.note ?? null}, now())
          ON CONFLICT DO NOTHING RETURNING id`,
      );
      if (inserted.length === 0) {
        throw refuse(UserErrorCode.DUPLICATE, 'This experience is evidence of this lesson already.', ['experienceId']);
      }
      await audit(transaction, viewer, {
        action: 'record.add-evidence',
        organisationId,
        targetId: statement.id,
        details: { experienceId: experience.id, stance: input.stance },
      });
      if (rows.every((row) => row.status === 'PUBLISHED')) {
        await this.events.tell(transaction, {
          type: 'EVIDENCE_ADDED',
          recordId: statement.id,
          relatedRecordId: experience.id,
          organisationId: experience.organisationId,
        });
      }
      return statement.id;
    });
  }
}

/** What a lesson needs before it is published. */
export async function lessonPublishingRule(
  transaction: Transaction,
  rowId: string,
  complete: boolean,
): Promise<UserError[]> {
  const [row] = await transaction.rows<LessonContent>(
    sql`SELECT context, cause, advice, avoid FROM record WHERE id = ${rowId}`,
  );
  const needed = complete ? (['context', 'advice'] as const) : (['advice'] as const);
  return needed
    .filter((field) => row![field] === '')
    .map((field) =>
      userError(
        UserErrorCode.REQUIRED,
        field === 'advice'
          ? 'Say what to do: a lesson without advice helps nobody.'
          : 'Say where the lesson holds, or mark the documentation INCOMPLETE.',
        [field],
      ),
    );
}
