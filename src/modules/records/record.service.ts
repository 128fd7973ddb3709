/** The way of a record to the public: DRAFT, IN_REVIEW, PUBLISHED, RETRACTED. */
import sql from 'sql-template-tag';
import { DomainError, refuse, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { type Action, assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { RecordVersion } from './draft.service.js';
import type { RecordEventService } from './record-event.service.js';
import {
  type PersonalDataWarning,
  unacknowledged,
  WARNING_COLUMNS,
  type WarningRow,
  warningsOf,
} from './personal-data-warning.js';
import { Documentation, Provenance, type RecordKind, RecordStatus } from './record.entity.js';
import { dropWorkingCopy, type LockedRecord, lockRecord, mergeWorkingCopy, newVersion } from './record-row.service.js';
import { requireSecondPerson } from './second-person.service.js';

/** What a row must have besides what all rows must, before it is published: the reasons why it may not be. */
export type PublishingRule = (transaction: Transaction, rowId: string, complete: boolean) => Promise<UserError[]>;

/** What a publisher says besides the version. */
interface Acknowledgement {
  acknowledgedWarnings?: string[] | null;
}

/** Hears of what was published though it looks like personal data. */
export type OnWarnings = (warnings: readonly PersonalDataWarning[]) => void;

interface Transition {
  readonly action: Action;
  readonly from: RecordStatus;
  readonly to: RecordStatus;
  /** What the message calls it. */
  readonly name: string;
}

const SUBMIT: Transition = {
  action: 'record.submit',
  from: RecordStatus.DRAFT,
  to: RecordStatus.IN_REVIEW,
  name: 'submitted for review',
};
const REQUEST_CHANGES: Transition = {
  action: 'record.review',
  from: RecordStatus.IN_REVIEW,
  to: RecordStatus.DRAFT,
  name: 'sent back for changes',
};
const PUBLISH: Transition = {
  action: 'record.publish',
  from: RecordStatus.IN_REVIEW,
  to: RecordStatus.PUBLISHED,
  name: 'published',
};
const RETRACT: Transition = {
  action: 'record.retract',
  from: RecordStatus.PUBLISHED,
  to: RecordStatus.RETRACTED,
  name: 'retracted',
};

export class RecordService {
  constructor(
    private readonly database: Database,
    private readonly events: RecordEventService,
    private readonly rules: Readonly<Record<RecordKind, PublishingRule>>,
  ) {}

  /** DRAFT to IN_REVIEW. Like all transitions it gives the id of the row that changed, and throws NOT_FOUND, VERSION_CONFLICT or INVALID_TRANSITION. */
  async submitForReview(viewer: Viewer, input: RecordVersion & Acknowledgement): Promise<string> {
    assertCan(viewer, SUBMIT.action);
    if (input.acknowledgedWarnings?.length) {
      throw refuse(UserErrorCode.INVALID, 'Warnings are acknowledged by who publishes: leave them out here.', [
        'acknowledgedWarnings',
      ]);
    }
    return this.move(viewer, SUBMIT, input, null);
  }

  /** IN_REVIEW back to DRAFT; `comment` says what is wanted. */
  requestChanges(viewer: Viewer, input: RecordVersion & { comment: string }): Promise<string> {
    return this.move(viewer, REQUEST_CHANGES, input, input.comment);
  }

  /**
   * IN_REVIEW to PUBLISHED. Also throws REQUIRED, INVALID or NOT_A_PARTNERSHIP, one error for each thing that is missing,
   * REQUIRED for each warning that is not acknowledged, and INVALID_TRANSITION where a second person must publish.
   *
   * @param onWarnings for programs, which nobody asks: acknowledges all warnings, and hears of them once it is published
   */
  async publish(viewer: Viewer, input: RecordVersion & Acknowledgement, onWarnings?: OnWarnings): Promise<string> {
    assertCan(viewer, PUBLISH.action);
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const locked = await lockRecord(transaction, viewer, input, { action: PUBLISH.action });
      requireStatus(PUBLISH, locked.status);
      await requireSecondPerson(transaction, viewer, locked);
      const warnings = await this.newWarnings(transaction, locked);
      const acknowledged = warnings.filter(({ id }) => onWarnings || input.acknowledgedWarnings?.includes(id));
      await this.checkPublishable(
        transaction,
        locked,
        warnings.filter((warning) => !acknowledged.includes(warning)).map(unacknowledged),
      );
      const revised = locked.rowId !== locked.recordId;
      if (revised) await mergeWorkingCopy(transaction, locked.recordId, locked.rowId);
      else await this.setStatus(transaction, locked.recordId, PUBLISH.to);
      await newVersion(transaction, viewer, PUBLISH.action, {
        recordId: locked.recordId,
        rowId: locked.recordId,
        organisationId: locked.organisationId,
        // Not by their ids: from such a digest of a short number the number itself can be found.
        ...(acknowledged.length > 0 && {
          details: { acknowledgedWarnings: acknowledged.map(({ code, path }) => `${code} ${path.join('.')}`) },
        }),
      });
      await this.events.tell(transaction, { type: revised ? 'REVISED' : 'PUBLISHED', recordId: locked.recordId });
      if (onWarnings && warnings.length > 0) transaction.afterCommit(() => onWarnings(warnings));
      return locked.recordId;
    });
  }

  /** PUBLISHED to RETRACTED, for good; an edit in progress is dropped. `reason` says why. */
  async retract(viewer: Viewer, input: RecordVersion & { reason: string }): Promise<string> {
    assertCan(viewer, RETRACT.action);
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const published = await lockRecord(transaction, viewer, { id: input.id });
      // Who retracts looks at what is public: an edit in progress must not stand in the way of taking it back, not even
      // one that hands the record over.
      assertCan(viewer, RETRACT.action, published.organisationId);
      const [row] = await transaction.rows<{ status: RecordStatus; version: number }>(
        sql`SELECT status, version FROM record WHERE id = ${published.recordId}`,
      );
      if (row!.version !== input.version && published.version !== input.version) {
        throw refuse(
          UserErrorCode.VERSION_CONFLICT,
          `The record is at version ${row!.version}, not ${input.version}: read it again.`,
          ['version'],
        );
      }
      requireStatus(RETRACT, row!.status);
      await dropWorkingCopy(transaction, published.recordId);
      await this.setStatus(transaction, published.recordId, RETRACT.to);
      await newVersion(transaction, viewer, RETRACT.action, {
        recordId: published.recordId,
        rowId: published.recordId,
        comment: input.reason,
      });
      await this.events.tell(transaction, { type: 'RETRACTED', recordId: published.recordId });
      return published.recordId;
    });
  }

  private async move(
    viewer: Viewer,
    transition: Transition,
    input: RecordVersion,
    comment: string | null,
  ): Promise<string> {
    assertCan(viewer, transition.action);
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const locked = await lockRecord(transaction, viewer, input, { action: transition.action });
      requireStatus(transition, locked.status);
      await this.setStatus(transaction, locked.rowId, transition.to);
      await newVersion(transaction, viewer, transition.action, {
        recordId: locked.recordId,
        rowId: locked.rowId,
        organisationId: locked.organisationId,
        comment,
      });
      return locked.rowId;
    });
  }

  private async setStatus(transaction: Transaction, rowId: string, status: RecordStatus): Promise<void> {
    await transaction.rows(
      sql`UPDATE record SET status = ${status},
        published_at = CASE WHEN ${status} = 'PUBLISHED' THEN now() ELSE published_at END WHERE id = ${rowId}`,
    );
  }

  /** What would become public with a row and may be personal data. */
  private async newWarnings(transaction: Transaction, { rowId }: LockedRecord): Promise<PersonalDataWarning[]> {
    const [row] = await transaction.rows<WarningRow>(
      sql`SELECT ${WARNING_COLUMNS} FROM record r WHERE r.id = ${rowId}`,
    );
    return warningsOf(row!).filter(({ acknowledged }) => !acknowledged);
  }

  /** @param further reasons that are known already */
  private async checkPublishable(
    transaction: Transaction,
    { rowId, kind, provenance }: LockedRecord,
    further: readonly UserError[],
  ): Promise<void> {
    const [row] = await transaction.rows<{ documentation: Documentation; sources: number }>(
      sql`SELECT documentation, (SELECT count(*) FROM source WHERE record_id = r.id) AS sources FROM record r WHERE id = ${rowId}`,
    );
    const errors = await this.rules[kind](transaction, rowId, row!.documentation === Documentation.COMPLETE);
    if (provenance === Provenance.DOCUMENTED && row!.sources === 0) {
      errors.push(
        userError(UserErrorCode.REQUIRED, 'A record whose provenance is DOCUMENTED names at least one source.', [
          'sources',
        ]),
      );
    }
    errors.push(...further);
    if (errors.length > 0) throw new DomainError(errors);
  }
}

function requireStatus(transition: Transition, status: RecordStatus): void {
  if (status === transition.from) return;
  throw refuse(
    UserErrorCode.INVALID_TRANSITION,
    `The record is ${status}; only one that is ${transition.from} can be ${transition.name}.`,
    ['id'],
  );
}
