/** Messages that somebody asks for: pings, one message again, and everything since a place in the log. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan, can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { type WebhookDelivery, WebhookDeliveryKind, WebhookDeliveryStatus } from './webhook-delivery.entity.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { pingMessage } from './webhook-message.js';
import { AS_NEW, closeTried, lockEndpoint, placeOf } from './webhook-rows.service.js';
import { WEBHOOK_DELIVERY_COLUMNS, WEBHOOK_ENDPOINT_COLUMNS } from './webhook.loaders.js';

/** Pings and redeliveries that wait at one endpoint: nobody is to be flooded by way of this server. */
const MOST_ASKED = 10;

export interface WebhookDeliveryServiceOptions {
  readonly database: Database;
  readonly log: KnowledgeLog;
  /** Called when an endpoint may have something to be told. */
  readonly onDue: () => void;
}

export class WebhookDeliveryService {
  constructor(private readonly options: WebhookDeliveryServiceOptions) {}

  /**
   * Has a test sent, also to an endpoint that is disabled.
   *
   * @throws DomainError NOT_FOUND, INVALID when too many wait
   */
  async ping(viewer: Viewer, input: { readonly id: string }): Promise<WebhookDelivery> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    return this.options.database.inTransaction(async (transaction) => {
      const endpoint = await lockEndpoint(transaction, viewer, input.id);
      const id = uuid();
      const { body } = pingMessage(id, endpoint.id);
      return this.ask(transaction, viewer, endpoint, {
        id,
        endpointId: endpoint.id,
        kind: WebhookDeliveryKind.PING,
        messageId: id,
        eventType: null,
        body,
      });
    });
  }

  /**
   * Has a message sent once more, with the id and the text that it had, outside the order of the others.
   *
   * @throws DomainError NOT_FOUND, INVALID_TRANSITION while it is still being tried, INVALID when too many wait
   */
  async redeliver(viewer: Viewer, input: { readonly id: string }): Promise<WebhookDelivery> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    return this.options.database.inTransaction(async (transaction) => {
      const { endpoint, delivery } = await findDelivery(transaction, viewer, input.id);
      if (delivery.status === WebhookDeliveryStatus.PENDING) {
        throw refuse(
          UserErrorCode.INVALID_TRANSITION,
          'The message is still being tried. To have that done at once, update the endpoint with `isEnabled: true`.',
          ['id'],
        );
      }
      return this.ask(transaction, viewer, endpoint, { ...delivery, id: uuid(), kind: WebhookDeliveryKind.REDELIVERY });
    });
  }

  /**
   * Puts an endpoint to another place in the log, whether it is enabled or not.
   *
   * @throws DomainError NOT_FOUND, INVALID (cursor)
   */
  async replay(viewer: Viewer, input: { readonly id: string; readonly after: string }): Promise<WebhookEndpoint> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    const { database, log, onDue } = this.options;
    const position = await placeOf(log, input.after);
    return database.inTransaction(async (transaction) => {
      const { id, organisationId, position: before } = await lockEndpoint(transaction, viewer, input.id);
      await closeTried(transaction, id);
      const [endpoint] = await transaction.rows<WebhookEndpoint>(
        sql`UPDATE webhook_endpoint w SET position = ${position}, ${AS_NEW}
          WHERE w.id = ${id} RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
      );
      await audit(transaction, viewer, {
        action: 'webhook.manage',
        organisationId,
        targetId: id,
        details: { replayedFrom: position, stoodAt: before },
      });
      transaction.afterCommit(onDue);
      return endpoint!;
    });
  }

  private async ask(
    transaction: Transaction,
    viewer: Viewer,
    { id, organisationId }: WebhookEndpoint,
    { kind, messageId, eventType, body, ...delivery }: NewDelivery,
  ): Promise<WebhookDelivery> {
    const [waiting] = await transaction.rows<{ count: number }>(
      sql`SELECT count(*) AS count FROM webhook_delivery
        WHERE endpoint_id = ${id} AND status = 'PENDING' AND kind <> 'EVENT'`,
    );
    if (waiting!.count >= MOST_ASKED) {
      throw refuse(
        UserErrorCode.INVALID,
        `${MOST_ASKED} pings and redeliveries wait to be sent to this endpoint: ask again when they are through.`,
        ['id'],
      );
    }
    const [asked] = await transaction.rows<WebhookDelivery>(
      sql`INSERT INTO webhook_delivery AS d
          (id, endpoint_id, kind, message_id, event_type, status, headers, body, created_at)
        VALUES (${delivery.id}, ${id}, ${kind}, ${messageId}, ${eventType}, ${WebhookDeliveryStatus.PENDING}, '{}', ${body},
          now())
        RETURNING ${WEBHOOK_DELIVERY_COLUMNS}`,
    );
    await audit(transaction, viewer, {
      action: 'webhook.manage',
      organisationId,
      targetId: id,
      details: { asked: kind, deliveryId: delivery.id },
    });
    transaction.afterCommit(this.options.onDue);
    return asked!;
  }
}

type NewDelivery = Pick<WebhookDelivery, 'id' | 'endpointId' | 'kind' | 'messageId' | 'eventType' | 'body'>;

/** @throws DomainError NOT_FOUND, also for those of endpoints that the viewer does not look after */
async function findDelivery(
  transaction: Transaction,
  viewer: Viewer,
  id: string,
): Promise<{ endpoint: WebhookEndpoint; delivery: WebhookDelivery }> {
  const [endpoint] = await transaction.rows<WebhookEndpoint>(
    sql`SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoint w
      WHERE w.id = (SELECT endpoint_id FROM webhook_delivery WHERE id = ${id}) FOR UPDATE`,
  );
  const [delivery] = await transaction.rows<WebhookDelivery>(
    sql`SELECT ${WEBHOOK_DELIVERY_COLUMNS} FROM webhook_delivery d WHERE d.id = ${id}`,
  );
  // Deleted by their age at any time.
  if (endpoint === undefined || delivery === undefined || !can(viewer, 'webhook.manage', endpoint.organisationId)) {
    throw refuse(UserErrorCode.NOT_FOUND, `You have no webhook delivery with the id ${id}.`, ['id']);
  }
  return { endpoint, delivery };
}
