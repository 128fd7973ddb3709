/** What reviewers and authors say to each other of a record. It is for them alone, and no part of the knowledge log. */
import sql, { raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { ReviewComment } from './review-comment.entity.js';
import { concernedComment, REVIEW_COMMENT_COLUMNS } from './review-comment.loaders.js';
import type { RevisionContent } from './revision-difference.js';
import { visibleRevision } from './revision.loaders.js';

export interface NewReviewComment {
  recordId: string;
  version: number;
  path?: string[] | null;
  text: string;
}

export class ReviewCommentService {
  constructor(private readonly database: Database) {}

  /**
   * Says something of a version of a record, or of a field of it.
   *
   * @throws DomainError NOT_FOUND (record or version), INVALID (a field that is not there)
   */
  async add(viewer: Viewer, input: NewReviewComment): Promise<ReviewComment> {
    assertCan(viewer, 'record.comment');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const organisationId = await this.requireRecord(transaction, viewer, input.recordId);
      await this.requireField(transaction, viewer, input);
      const comment = Object.assign(new ReviewComment(), {
        id: uuid(),
        recordId: input.recordId,
        version: input.version,
        path: input.path?.length ? input.path : null,
        text: input.text,
        personId: viewer.personId,
        apiKeyId: viewer.apiKeyId,
        createdAt: new Date(),
        resolvedAt: null,
      });
      await transaction.manager.insert(ReviewComment, comment);
      await audit(transaction, viewer, {
        action: 'record.comment',
        organisationId,
        targetId: comment.id,
        details: { recordId: comment.recordId, version: comment.version },
      });
      return comment;
    });
  }

  /**
   * Settles a comment. One that is settled stays as it is.
   *
   * @throws DomainError NOT_FOUND
   */
  async resolve(viewer: Viewer, input: { id: string }): Promise<ReviewComment> {
    assertCan(viewer, 'record.comment');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const [found] = await transaction.rows<ReviewComment & { organisationId: string }>(
        sql`SELECT ${REVIEW_COMMENT_COLUMNS}, r.organisation_id AS "organisationId"
          FROM review_comment c JOIN record r ON r.id = c.record_id
          WHERE c.id = ${input.id} AND ${concernedComment(viewer)} FOR UPDATE OF c`,
      );
      if (found === undefined) {
        throw refuse(UserErrorCode.NOT_FOUND, `No comment has the id ${input.id.slice(0, 100)}.`, ['id']);
      }
      const { organisationId, ...comment } = found;
      assertCan(viewer, 'record.comment', organisationId);
      if (comment.resolvedAt !== null) return comment;
      const [settled] = await transaction.rows<{ resolvedAt: Date }>(
        sql`UPDATE review_comment SET resolved_at = now() WHERE id = ${comment.id} RETURNING resolved_at AS "resolvedAt"`,
      );
      await audit(transaction, viewer, {
        action: 'record.comment',
        organisationId,
        targetId: comment.id,
        details: { recordId: comment.recordId, version: comment.version, resolved: true },
      });
      return { ...comment, ...settled };
    });
  }

  /** Gives the organisation that answers for a record of which the viewer may say something. */
  private async requireRecord(transaction: Transaction, viewer: Viewer, recordId: string): Promise<string> {
    const [record] = await transaction.rows<{ organisationId: string }>(
      sql`SELECT r.organisation_id AS "organisationId" FROM record r
        WHERE r.id = ${recordId} AND ${primary('r')} AND ${visible(viewer, 'r')}`,
    );
    if (record === undefined) {
      throw refuse(UserErrorCode.NOT_FOUND, `No record has the id ${recordId.slice(0, 100)}.`, ['recordId']);
    }
    assertCan(viewer, 'record.comment', record.organisationId);
    return record.organisationId;
  }

  private async requireField(
    transaction: Transaction,
    viewer: Viewer,
    { recordId, version, path }: NewReviewComment,
  ): Promise<void> {
    const revisions = await transaction.rows<{ version: number; content: RevisionContent | null }>(
      sql`SELECT v.version, CASE WHEN v.version = ${version} THEN v.content END AS content FROM revision v
        WHERE v.record_id = ${recordId} AND ${visibleRevision(viewer, 'v')}
          AND v.version IN (${version}, (SELECT max(w.version) FROM revision w
            WHERE w.record_id = ${recordId} AND ${visibleRevision(viewer, 'w')}))
        ORDER BY ${raw('v.version')} DESC`,
    );
    const named = revisions.find((revision) => revision.version === version);
    if (named === undefined) {
      throw refuse(
        UserErrorCode.NOT_FOUND,
        `The record has no version ${version}; the latest is ${revisions[0]?.version ?? 0}.`,
        ['version'],
      );
    }
    requirePath(named.content!, path ?? []);
  }
}

/** @throws DomainError INVALID at the first step that leads nowhere */
function requirePath(content: unknown, path: readonly string[]): void {
  let place: unknown = content;
  path.forEach((step, index) => {
    const within = typeof place === 'object' && place !== null;
    if (within && Object.hasOwn(place as object, step) && (!Array.isArray(place) || step !== 'length')) {
      place = (place as Record<string, unknown>)[step];
      return;
    }
    const above = index === 0 ? 'The content' : `\`${path.slice(0, index).join('.')}\``;
    throw refuse(UserErrorCode.INVALID, `${above} has no "${step.slice(0, 100)}": ${whatIsIn(place)}.`, [
      'path',
      index,
    ]);
  });
}

function whatIsIn(place: unknown): string {
  if (typeof place !== 'object' || place === null) return 'nothing lies below it';
  const names = Object.keys(place);
  if (names.length === 0) return 'it is empty';
  if (!Array.isArray(place)) return `it has ${names.sort().join(', ')}`;
  return names.length === 1 ? 'it has "0" alone' : `it has "0" to "${names.length - 1}"`;
}
