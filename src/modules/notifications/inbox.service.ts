/** Inboxes: read, counted and marked by those whose they are. */
import { GraphQLError } from 'graphql';
import sql, { raw, type Sql } from 'sql-template-tag';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { entryColumns } from '../../platform/log/log-entry.js';
import { assertCanUseAny, canUse, findInbox, inboxOwner } from './inbox-owner.js';
import type { InboxItemFilter, MarkInboxItemsInput, MarkInboxReadInput, OwnedInbox, ToldItem } from './inbox.types.js';

/** Of `inbox_item i`, `knowledge_log AS entry` and `knowledge_log_state AS state`. */
export const ITEM_COLUMNS = sql`i.id, i.reason, i.read_at AS "readAt", ${entryColumns}`;

export class InboxService {
  constructor(
    private readonly database: Database,
    private readonly log: KnowledgeLog,
  ) {}

  /**
   * The inbox of an organisation or, without one, the viewer's own.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT
   */
  async read({ database, viewer }: ReadScope, organisationId: string | null): Promise<OwnedInbox> {
    const owner = inboxOwner(viewer, organisationId);
    return { ...owner, id: await findInbox(database, owner) };
  }

  /**
   * Its items, newest first.
   *
   * @throws BAD_USER_INPUT, CURSOR_INVALID
   */
  items(
    { database }: ReadScope,
    inbox: OwnedInbox,
    page: ConnectionArguments,
    filter: InboxItemFilter,
  ): Promise<Connection<ToldItem>> {
    return readConnection<ToldItem>(database, page, {
      columns: ITEM_COLUMNS,
      from: sql`FROM inbox_item i JOIN knowledge_log AS entry ON entry.position = i.position,
        knowledge_log_state AS state WHERE i.inbox_id = ${inbox.id}::uuid AND ${listed(filter)}`,
      order: {
        name: 'inbox',
        expression: raw('i.position'),
        type: 'bigint',
        id: raw('i.id'),
        direction: OrderDirection.DESC,
        keyOf: ({ position }) => position,
        idOf: ({ id }) => id,
      },
    });
  }

  /**
   * Marks items of one inbox.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN; DomainError NOT_FOUND when any of them is not there, also for items of others; INVALID
   */
  async mark(viewer: Viewer, input: MarkInboxItemsInput): Promise<OwnedInbox> {
    assertCanUseAny(viewer);
    checkInput(input);
    const { ids, isRead } = input;
    return this.database.inTransaction(async (transaction) => {
      const items = await transaction.rows<OwnedInbox & { id: string; itemId: string }>(
        sql`SELECT i.id AS "itemId", b.id, b.person_id AS "personId", b.organisation_id AS "organisationId"
          FROM inbox_item i JOIN inbox b ON b.id = i.inbox_id WHERE i.id = ANY(${ids}::uuid[])
          ORDER BY i.id FOR UPDATE OF i`,
      );
      const [first] = items;
      const found = new Set(items.filter((item) => canUse(viewer, item)).map(({ itemId }) => itemId));
      const place = ids.findIndex((id) => !found.has(id));
      if (place >= 0) {
        throw refuse(UserErrorCode.NOT_FOUND, `You have no item with the id ${ids[place]}.`, ['ids', place]);
      }
      if (first === undefined) throw refuse(UserErrorCode.REQUIRED, 'Name an item.', ['ids']);
      if (items.some(({ id }) => id !== first.id)) {
        throw refuse(UserErrorCode.INVALID, 'The items are of more than one inbox.', ['ids']);
      }
      await transaction.rows(
        isRead
          ? sql`UPDATE inbox_item SET read_at = now() WHERE id = ANY(${ids}::uuid[]) AND read_at IS NULL`
          : sql`UPDATE inbox_item SET read_at = NULL WHERE id = ANY(${ids}::uuid[]) AND read_at IS NOT NULL`,
      );
      return { id: first.id, personId: first.personId, organisationId: first.organisationId };
    });
  }

  /**
   * Marks all items up to a place as read.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT; DomainError INVALID for what is no cursor of the log
   */
  async markThrough(viewer: Viewer, input: MarkInboxReadInput): Promise<OwnedInbox> {
    const owner = inboxOwner(viewer, input.organisationId);
    checkInput(input);
    const position = input.through == null ? null : await this.placeOf(input.through);
    const id = await findInbox(this.database, owner);
    await this.database.inTransaction((transaction) =>
      transaction.rows(
        sql`UPDATE inbox_item SET read_at = now()
          WHERE inbox_id = ${id}::uuid AND read_at IS NULL AND (${position}::bigint IS NULL OR position <= ${position})`,
      ),
    );
    return { ...owner, id };
  }

  private async placeOf(through: string): Promise<number> {
    try {
      return await this.log.positionOf(through, 'through');
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      throw refuse(UserErrorCode.INVALID, error.message, ['through']);
    }
  }
}

function listed({ isRead, reasons }: InboxItemFilter): Sql {
  const read = isRead == null ? sql`TRUE` : isRead ? sql`i.read_at IS NOT NULL` : sql`i.read_at IS NULL`;
  return reasons == null || reasons.length === 0 ? read : sql`${read} AND i.reason = ANY(${reasons})`;
}
