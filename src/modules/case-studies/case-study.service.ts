/** Writing case studies, and what makes one a partnership. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import { refuse, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Transaction } from '../../platform/database/database.js';
import { ordered, replaceList } from '../records/content.service.js';
import {
  type DraftService,
  type NewRecord,
  type RecordContent,
  type RecordModel,
  type RecordVersion,
  requireOrganisations,
} from '../records/draft.service.js';
import { type RecordOrder, recordList, recordOrder } from '../records/record.filter.js';
import { RecordKind } from '../records/record.entity.js';
import { type RecordColumns, recordColumns } from '../records/record.columns.js';
import { readRecordBySlug } from '../records/record.loaders.js';
import { CaseStudy, type CaseStudyKind, type CaseStudyState, type Scope } from './case-study.entity.js';
import { caseStudyConditions, type CaseStudyFilter } from './case-study.filter.js';
import { missingFromPartnership, PARTNERSHIP_PARTS, type PartnershipPart } from './definition-check.js';
import {
  Benefit,
  Contribution,
  type ContributionKind,
  Funding,
  Party,
  type PartyRole,
  RecordRationale,
  RuleOfPlay,
  type RuleTopic,
} from './partnership.entity.js';
import type { StakeholderGroup } from '../framework/framework.entity.js';

export interface CaseStudyContent extends RecordContent {
  summary: string;
  description: string;
  kind: CaseStudyKind;
  scope: Scope;
  state: CaseStudyState | null;
  municipalityCode: string | null;
  startedOn: string | null;
  endedOn: string | null;
  rationales: number[];
  parties: PartyContent[];
  rulesOfPlay: { topic: RuleTopic; text: string }[];
  benefits: { group: StakeholderGroup; description: string }[];
  funding: { pool: string; amount?: number | null; currency?: string | null; year?: number | null }[];
}

export interface PartyContent {
  organisationId: string;
  role: PartyRole;
  contributions: { kind: ContributionKind; description: string; amount?: number | null; currency?: string | null }[];
}

/** How a case study is written. */
const MODEL: RecordModel<CaseStudyContent> = {
  kind: RecordKind.CASE_STUDY,
  entity: CaseStudy,
  columns: {
    summary: '',
    description: '',
    kind: undefined,
    scope: undefined,
    state: null,
    municipalityCode: null,
    startedOn: null,
    endedOn: null,
  },
  async check(transaction, _viewer, content) {
    await requireOrganisations(
      transaction,
      content.parties?.map((party, index) => [party.organisationId, ['parties', index, 'organisationId']] as const) ??
        [],
    );
    const named = new Set<string>();
    content.parties?.forEach((party, index) => {
      if (named.has(party.organisationId)) {
        throw refuse(UserErrorCode.DUPLICATE, 'An organisation is a party once, with all its contributions.', [
          'parties',
          index,
          'organisationId',
        ]);
      }
      named.add(party.organisationId);
    });
    if (content.municipalityCode != null) {
      const found = await transaction.rows(sql`SELECT FROM municipality WHERE code = ${content.municipalityCode}`);
      if (found.length === 0) {
        throw refuse(UserErrorCode.NOT_FOUND, `No municipality has the code ${content.municipalityCode}.`, [
          'municipalityCode',
        ]);
      }
    }
  },
  async writeLists(transaction, rowId, content) {
    await replaceList(transaction, RuleOfPlay, rowId, ordered(content.rulesOfPlay));
    await replaceList(transaction, Benefit, rowId, ordered(content.benefits));
    await replaceList(transaction, Funding, rowId, ordered(content.funding));
    await replaceList(
      transaction,
      RecordRationale,
      rowId,
      content.rationales?.map((number) => ({ number })) ?? (content.rationales as null | undefined),
    );
    if (content.parties === undefined) return;
    const parties = (content.parties ?? []).map((party, ordinal) => ({ ...party, id: uuid(), ordinal }));
    await replaceList(
      transaction,
      Party,
      rowId,
      parties.map(({ id, ordinal, organisationId, role }) => ({ id, ordinal, organisationId, role })),
    );
    const contributions = parties.flatMap((party) =>
      (ordered(party.contributions) ?? []).map((contribution) => ({ ...contribution, partyId: party.id })),
    );
    if (contributions.length > 0) await transaction.manager.insert(Contribution, contributions);
  },
};

export class CaseStudyService {
  constructor(private readonly drafts: DraftService) {}

  /** Null where there is none that the viewer may see. */
  bySlug(scope: ReadScope, slug: string, columns: RecordColumns): Promise<CaseStudy | null> {
    return readRecordBySlug(scope, RecordKind.CASE_STUDY, slug, columns);
  }

  list(
    { database, viewer }: ReadScope,
    page: ConnectionArguments,
    filter: CaseStudyFilter = {},
    order?: RecordOrder,
    columns?: RecordColumns,
  ): Promise<Connection<CaseStudy>> {
    return readConnection<CaseStudy>(database, page, {
      columns: recordColumns(columns),
      from: recordList(viewer, RecordKind.CASE_STUDY, filter, caseStudyConditions(filter)),
      order: recordOrder(viewer, order),
    });
  }

  /** Writes a new draft and gives its row's id; errors as {@link DraftService.create}. */
  create(viewer: Viewer, input: CaseStudyContent & NewRecord): Promise<string> {
    return this.drafts.create(viewer, MODEL, input);
  }

  /** Edits a case study and gives the id of the row that holds the edit; errors as {@link DraftService.update}. */
  update(viewer: Viewer, input: Partial<CaseStudyContent> & RecordVersion): Promise<string> {
    return this.drafts.update(viewer, MODEL, input);
  }
}

/** What a case needs before it is published. */
export async function caseStudyPublishingRule(
  transaction: Transaction,
  rowId: string,
  complete: boolean,
): Promise<UserError[]> {
  const errors: UserError[] = [];
  const [row] = await transaction.rows<{ summary: string; state: string | null }>(
    sql`SELECT summary, state FROM record WHERE id = ${rowId}`,
  );
  if (row!.summary === '') {
    errors.push(
      userError(UserErrorCode.REQUIRED, 'A case is published with a summary: tell it in a few sentences.', ['summary']),
    );
  }
  if (!complete) return errors;
  if (row!.state === null) {
    errors.push(
      userError(UserErrorCode.REQUIRED, 'Say how far the partnership has come, or mark the documentation INCOMPLETE.', [
        'state',
      ]),
    );
  }
  const [parts] = await transaction.rows<{ missing: PartnershipPart[] }>(missingFromPartnership([rowId]));
  for (const part of parts!.missing) {
    const { message, path } = PARTNERSHIP_PARTS[part];
    errors.push(userError(UserErrorCode.NOT_A_PARTNERSHIP, `${message} Or mark the documentation INCOMPLETE.`, path));
  }
  return errors;
}
