import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { DomainError, refuse, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan, assertCanForAny } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database } from '../../platform/database/database.js';
import { Link, LinkRelation } from './link.entity.js';
import { RecordStatus } from './record.entity.js';
import type { RecordEventService } from './record-event.service.js';
import { type LockedRecord, lockRecords } from './record-row.service.js';

export class LinkService {
  constructor(
    private readonly database: Database,
    private readonly events: RecordEventService,
  ) {}

  /**
   * Links two records. The log hears of it when both are published; a link of a draft becomes public with it.
   *
   * @returns the link's id
   * @throws DomainError NOT_FOUND, INVALID (a record with itself), DUPLICATE
   */
  async link(
    viewer: Viewer,
    input: { fromId: string; toId: string; relation: LinkRelation; note?: string | null },
  ): Promise<string> {
    assertCan(viewer, 'record.link');
    checkInput(input);
    if (input.fromId === input.toId)
      throw refuse(UserErrorCode.INVALID, 'A record cannot be linked to itself.', ['toId']);
    return this.database.inTransaction(async (transaction) => {
      const ends = await lockRecords(transaction, viewer, [
        { id: input.fromId, path: ['fromId'] },
        { id: input.toId, path: ['toId'] },
      ]);
      const organisationId = assertCanForAny(viewer, 'record.link', organisationsOf(input.relation, ends));
      const id = uuid();
      const inserted = await transaction.rows(
        sql`INSERT INTO link (id, from_id, to_id, relation, note, created_at)
          VALUES (${id}, ${input.fromId}, ${input.toId}, ${input.relation}, ${input.note ?? null}, now())
          ON CONFLICT DO NOTHING RETURNING id`,
      );
      if (inserted.length === 0)
        throw refuse(UserErrorCode.DUPLICATE, 'These two records are linked in this way already.');
      await audit(transaction, viewer, {
        action: 'record.link',
        organisationId,
        targetId: id,
        details: { relation: input.relation, fromId: input.fromId, toId: input.toId },
      });
      await this.tell(transaction, 'LINKED', input.fromId, input.toId);
      return id;
    });
  }

  /**
   * Takes a link away.
   *
   * @throws DomainError NOT_FOUND
   */
  async unlink(viewer: Viewer, input: { id: string }): Promise<Link> {
    assertCan(viewer, 'record.link');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const link = isId(input.id) ? await transaction.manager.findOneBy(Link, { id: input.id }) : null;
      const notFound = () => refuse(UserErrorCode.NOT_FOUND, `No link has the id ${input.id.slice(0, 100)}.`, ['id']);
      if (link === null) throw notFound();
      const ends = await lockRecords(
        transaction,
        viewer,
        [link.fromId, link.toId].map((end) => ({ id: end, path: ['id'] })),
      ).catch((error: unknown) => {
        throw error instanceof DomainError ? notFound() : error;
      });
      const organisationId = assertCanForAny(viewer, 'record.link', organisationsOf(link.relation, ends));
      const { affected } = await transaction.manager.delete(Link, { id: link.id });
      if (affected !== 1) throw notFound();
      await audit(transaction, viewer, {
        action: 'record.link',
        organisationId,
        targetId: link.id,
        details: { unlinked: true, relation: link.relation, fromId: link.fromId, toId: link.toId },
      });
      await this.tell(transaction, 'UNLINKED', link.fromId, link.toId);
      return link;
    });
  }

  private async tell(
    transaction: Parameters<RecordEventService['tell']>[0],
    type: 'LINKED' | 'UNLINKED',
    from: string,
    to: string,
  ) {
    const published = await transaction.rows(
      sql`SELECT id FROM record WHERE id IN (${from}, ${to}) AND status = ${RecordStatus.PUBLISHED}`,
    );
    if (published.length === 2) await this.events.tell(transaction, { type, recordId: from, relatedRecordId: to });
  }
}

/** Whose link it is: that of the record where it starts, or of either where the relation has no direction. */
function organisationsOf(relation: LinkRelation, [from, to]: readonly LockedRecord[]): [string, ...string[]] {
  return relation === LinkRelation.RELATED ? [from!.organisationId, to!.organisationId] : [from!.organisationId];
}
