/** Writing experiences: the five questions, asked of one case. */
import sql from 'sql-template-tag';
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import { type UserError, userError, UserErrorCode } from '../../common/errors.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Transaction } from '../../platform/database/database.js';
import type { DraftService, NewRecord, RecordContent, RecordModel, RecordVersion } from '../records/draft.service.js';
import type { Outcome } from '../records/outcome.js';
import { RecordKind } from '../records/record.entity.js';
import { type RecordOrder, recordList, recordOrder } from '../records/record.filter.js';
import { type RecordColumns, recordColumns } from '../records/record.columns.js';
import { readRecordBySlug } from '../records/record.loaders.js';
import { requireRecord } from '../records/record-row.service.js';
import { Experience, type Phase } from './experience.entity.js';
import { experienceConditions, type ExperienceFilter } from './experience.filter.js';

export interface ExperienceContent extends RecordContent {
  caseStudyId: string;
  purpose: string;
  experienced: string;
  challenges: string;
  barriers: string;
  gain: string;
  phase: Phase;
  outcome: Outcome;
  startedOn: string | null;
  endedOn: string | null;
}

const QUESTIONS = ['purpose', 'experienced', 'challenges', 'barriers', 'gain'] as const;

/** How an experience is written. */
const MODEL: RecordModel<ExperienceContent> = {
  kind: RecordKind.EXPERIENCE,
  entity: Experience,
  columns: {
    caseStudyId: undefined,
    purpose: '',
    experienced: '',
    challenges: '',
    barriers: '',
    gain: '',
    phase: undefined,
    outcome: undefined,
    startedOn: null,
    endedOn: null,
  },
  async check(transaction, viewer, content) {
    if (content.caseStudyId != null) {
      await requireRecord(transaction, viewer, content.caseStudyId, RecordKind.CASE_STUDY, ['caseStudyId']);
    }
  },
  async writeLists() {},
};

export class ExperienceService {
  constructor(private readonly drafts: DraftService) {}

  /** Null where there is none that the viewer may see. */
  bySlug(scope: ReadScope, slug: string, columns: RecordColumns): Promise<Experience | null> {
    return readRecordBySlug(scope, RecordKind.EXPERIENCE, slug, columns);
  }

  list(
    { database, viewer }: ReadScope,
    page: ConnectionArguments,
    filter: ExperienceFilter = {},
    order?: RecordOrder,
    columns?: RecordColumns,
  ): Promise<Connection<Experience>> {
    return readConnection<Experience>(database, page, {
      columns: recordColumns(columns),
      from: recordList(viewer, RecordKind.EXPERIENCE, filter, experienceConditions(viewer, filter)),
      order: recordOrder(viewer, order),
    });
  }

  /** Writes a new draft and gives its row's id; errors as {@link DraftService.create}. */
  create(viewer: Viewer, input: ExperienceContent & NewRecord): Promise<string> {
    return this.drafts.create(viewer, MODEL, input);
  }

  /** Edits an experience and gives the id of the row that holds the edit; errors as {@link DraftService.update}. */
  update(viewer: Viewer, input: Partial<ExperienceContent> & RecordVersion): Promise<string> {
    return this.drafts.update(viewer, MODEL, input);
  }
}

/** What an experience needs before it is published. */
export async function experiencePublishingRule(
  transaction: Transaction,
  rowId: string,
  complete: boolean,
): Promise<UserError[]> {
  const [row] = await transaction.rows<Record<(typeof QUESTIONS)[number], string> & { published: boolean }>(
    sql`SELECT e.purpose, e.experienced, e.challenges, e.barriers, e.gain, c.status = 'PUBLISHED' AS published
      FROM record e JOIN record c ON c.id = e.case_study_id WHERE e.id = ${rowId} FOR SHARE OF c`,
  );
  const errors: UserError[] = [];
  if (!row!.published) {
    errors.push(
      userError(UserErrorCode.INVALID, 'The case that it was made in is not published: publish that first.', [
        'caseStudyId',
      ]),
    );
  }
  const open = QUESTIONS.filter((question) => row![question] === '');
  if (complete) {
    for (const question of open) {
      errors.push(
        userError(UserErrorCode.REQUIRED, `Answer \`${question}\`, or mark the documentation INCOMPLETE.`, [question]),
      );
    }
  } else if (open.length === QUESTIONS.length) {
    errors.push(userError(UserErrorCode.REQUIRED, 'Answer at least one of the five questions.', ['experienced']));
  }
  return errors;
}
