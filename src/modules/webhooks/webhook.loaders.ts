/** Reads of endpoints and of what was delivered to them. The columns of secrets are in none of them. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import { organisationsWith } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { isAmong, manyEach } from '../../platform/database/batch.js';
import { anyOf } from '../../platform/database/conditions.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { WebhookAttempt } from './webhook-attempt.entity.js';
import type { WebhookDelivery, WebhookDeliveryStatus } from './webhook-delivery.entity.js';

/** Of `webhook_endpoint w`. */
export const WEBHOOK_ENDPOINT_COLUMNS = raw(
  `w.id, w.organisation_id AS "organisationId", w.url, w.description, w.filter, w.status,
  w.disabled_because AS "disabledBecause", w.version,
  CASE WHEN w.previous_secret_until > now() THEN w.previous_secret_until END AS "previousSecretUntil",
  w.position, (SELECT epoch FROM knowledge_log_state) AS epoch, w.failing_since AS "failingSince",
  w.next_attempt_at AS "nextAttemptAt", w.created_at AS "createdAt"`,
);

/** Of `webhook_delivery d`. */
export const WEBHOOK_DELIVERY_COLUMNS = raw(
  `d.id, d.endpoint_id AS "endpointId", d.kind, d.message_id AS "messageId", d.event_type AS "eventType", d.status,
  d.headers, d.body, d.created_at AS "createdAt",
  CASE WHEN d.status = 'PENDING' AND d.kind = 'EVENT'
    THEN (SELECT e.next_attempt_at FROM webhook_endpoint e WHERE e.id = d.endpoint_id) END AS "nextAttemptAt"`,
);

/**
 * The place of the endpoint that is furthest behind, null without one: what lies behind it is still to be told. Those that
 * are disabled keep nothing in the log.
 */
export const WEBHOOK_PLACE = sql`SELECT min(position) FROM webhook_endpoint WHERE status = 'ENABLED'`;

/** Condition on a row of `webhook_endpoint`: the viewer looks after it. */
export function visibleEndpoint(viewer: Viewer, alias: string): Sql {
  const organisations = organisationsWith(viewer, 'webhook.manage');
  if (organisations === 'ALL') return raw('TRUE');
  return sql`${raw(alias)}.organisation_id = ANY(${[...organisations]}::uuid[])`;
}

export interface DeliveryArguments extends ConnectionArguments {
  readonly status?: WebhookDeliveryStatus | null;
}

/** Pages of the deliveries to an endpoint, newest first. */
export const deliveriesOfEndpoint = defineFieldLoader(
  ({ database, viewer }, endpointIds, { status, ...page }: DeliveryArguments) =>
    readConnections<WebhookDelivery>(database, endpointIds, page, {
      columns: WEBHOOK_DELIVERY_COLUMNS,
      from: sql`FROM webhook_delivery d JOIN webhook_endpoint w ON w.id = d.endpoint_id
        WHERE d.endpoint_id = parent.id AND ${visibleEndpoint(viewer, 'w')}${anyOf('d.status', 'text', status && [status])}`,
      order: {
        name: 'deliveries',
        expression: raw('d.created_at'),
        type: 'timestamptz',
        id: raw('d.id'),
        direction: OrderDirection.DESC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ id }) => id,
      },
    }),
);

/** Attempts of a delivery that are shown: whoever has it tried at once again and again makes any number of them. */
export const SHOWN_ATTEMPTS = 50;

/** The last attempts of a delivery, the first of them first. */
export const attemptsOfDelivery = defineLoader<string, WebhookAttempt[]>(async ({ database, viewer }, ids) => {
  const rows = await database.rows<WebhookAttempt>(
    sql`SELECT a.delivery_id AS "deliveryId", a.number, a.started_at AS "startedAt", a.milliseconds,
        a.status_code AS "statusCode", a.response_body AS "responseBody", a.error
      FROM webhook_attempt a JOIN webhook_delivery d ON d.id = a.delivery_id JOIN webhook_endpoint w ON w.id = d.endpoint_id
      WHERE ${isAmong('a.delivery_id', 'uuid', ids)} AND ${visibleEndpoint(viewer, 'w')}
        AND a.number > (SELECT max(number) FROM webhook_attempt WHERE delivery_id = d.id) - ${SHOWN_ATTEMPTS}
      ORDER BY a.delivery_id, a.number`,
  );
  return manyEach(ids, rows, (row) => row.deliveryId);
});
