/** What becomes of an attempt: each outcome is one statement, so that place, delivery and attempt change together or not at all. */
import sql, { empty, type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { WebhookAnswer } from './webhook-client.js';
import { WebhookDeliveryKind, WebhookDeliveryStatus } from './webhook-delivery.entity.js';
import type { WebhookDisabledReason } from './webhook-endpoint.entity.js';
import { deliveryId, held, type LeasedEndpoint } from './webhook-leases.js';
import type { WebhookMessage } from './webhook-message.js';

/** A request that was made, and its answer. */
export interface Attempt {
  readonly message: WebhookMessage;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: WebhookAnswer;
}

/** Deliveries of an endpoint that are kept. */
const MOST_KEPT = 1_000;

/** Moves the place over what the filter does not let pass. */
export async function moveOn(database: Reads, endpoint: LeasedEndpoint, position: number): Promise<void> {
  await database.rows(sql`
    UPDATE webhook_endpoint e SET position = ${position}
    WHERE ${held(endpoint)} AND e.version = ${endpoint.version}`);
}

/**
 * The event was taken: the place moves behind it, whatever people changed meanwhile but the place itself.
 *
 * @param places `entry`: the event's; `behind`: up to where nothing else passes the filter, unless that is another by now
 */
export async function recordDelivered(
  database: Reads,
  endpoint: LeasedEndpoint,
  attempt: Attempt,
  { entry, behind }: { readonly entry: number; readonly behind: number },
): Promise<void> {
  await record(database, endpoint, attempt, WebhookDeliveryStatus.DELIVERED, {
    changes: sql`position = CASE WHEN e.version = ${endpoint.version} THEN ${behind}::bigint ELSE ${entry}::bigint END,
      failures = 0, failing_since = NULL, next_attempt_at = NULL`,
    unless: empty,
  });
}

/** The event was not taken, and is tried again after a time. Somebody who changed the endpoint meanwhile began anew. */
export async function recordRetry(
  database: Reads,
  endpoint: LeasedEndpoint,
  attempt: Attempt,
  delayMilliseconds: number,
): Promise<void> {
  await record(database, endpoint, attempt, WebhookDeliveryStatus.PENDING, {
    changes: sql`failures = failures + 1, failing_since = ${failingSince(attempt)},
      next_attempt_at = now() + ${delayMilliseconds}::float8 * interval '1 millisecond'`,
    unless: sql`AND e.status = 'ENABLED' AND e.version = ${endpoint.version}`,
  });
}

/** The event was not taken, and the endpoint is not tried any more. Its place stays. */
export async function recordDisabling(
  database: Reads,
  endpoint: LeasedEndpoint,
  attempt: Attempt,
  reason: WebhookDisabledReason,
): Promise<void> {
  await record(database, endpoint, attempt, WebhookDeliveryStatus.FAILED, {
    changes: sql`status = 'DISABLED', disabled_because = ${reason}, failures = failures + 1,
      failing_since = ${failingSince(attempt)}, next_attempt_at = NULL`,
    unless: sql`AND e.status = 'ENABLED' AND e.version = ${endpoint.version}`,
  });
}

/** What was to be told next is gone: nothing is skipped in silence. */
export async function disableExpired(database: Reads, endpoint: LeasedEndpoint): Promise<void> {
  await database.rows(sql`
    WITH disabled AS (
      UPDATE webhook_endpoint e SET status = 'DISABLED', disabled_because = 'EXPIRED', next_attempt_at = NULL
      WHERE ${held(endpoint)} AND e.status = 'ENABLED' RETURNING e.id)
    UPDATE webhook_delivery d SET status = 'FAILED' FROM disabled
    WHERE d.endpoint_id = disabled.id AND d.kind = 'EVENT' AND d.status = 'PENDING'`);
}

/** A ping or redelivery was tried. It says nothing of the endpoint's place and health. */
export async function recordAsked(
  database: Reads,
  { endpointId, lease }: LeasedEndpoint,
  askedId: string,
  { headers, answer }: Attempt,
): Promise<void> {
  const status = isTaken(answer) ? WebhookDeliveryStatus.DELIVERED : WebhookDeliveryStatus.FAILED;
  await database.rows(sql`
    WITH delivery AS (
      UPDATE webhook_delivery SET status = ${status}, headers = ${JSON.stringify(headers)}::jsonb
      WHERE id = ${askedId} AND status = 'PENDING'
        AND EXISTS (SELECT FROM webhook_endpoint e WHERE e.id = ${endpointId} AND e.lease = ${lease})
      RETURNING id)
    ${insertAttempt(answer)}`);
}

/** Deletes the oldest deliveries of an endpoint beyond those that are kept. */
export async function pruneDeliveries(database: Reads, endpointId: string): Promise<void> {
  await database.rows(sql`
    DELETE FROM webhook_delivery WHERE id IN (
      SELECT id FROM webhook_delivery WHERE endpoint_id = ${endpointId} AND status <> 'PENDING'
      ORDER BY created_at DESC, id DESC OFFSET ${MOST_KEPT} LIMIT ${MOST_KEPT})`);
}

/** Whether the endpoint said that it has the message. A redirect is no such answer. */
export function isTaken({ statusCode, error }: WebhookAnswer): boolean {
  return error === null && statusCode !== null && statusCode >= 200 && statusCode < 300;
}

async function record(
  database: Reads,
  endpoint: LeasedEndpoint,
  { message, headers, answer }: Attempt,
  status: WebhookDeliveryStatus,
  { changes, unless }: { readonly changes: Sql; readonly unless: Sql },
): Promise<void> {
  await database.rows(sql`
    WITH endpoint AS (
      UPDATE webhook_endpoint e SET ${changes} WHERE ${held(endpoint)} ${unless} RETURNING e.id),
    delivery AS (
      INSERT INTO webhook_delivery (id, endpoint_id, kind, message_id, event_type, status, headers, body, created_at)
      SELECT ${deliveryId(endpoint)}::uuid, id, ${WebhookDeliveryKind.EVENT}::text, ${message.id}::uuid,
        ${message.eventType}::text, ${status}::text, ${JSON.stringify(headers)}::jsonb, ${message.body}::text,
        ${answer.startedAt}::timestamptz
      FROM endpoint
      ON CONFLICT (id) DO UPDATE SET status = excluded.status, headers = excluded.headers
      RETURNING id)
    ${insertAttempt(answer)}`);
}

/** For the row of `delivery`, if there is one. */
function insertAttempt({ startedAt, milliseconds, statusCode, body, error }: WebhookAnswer): Sql {
  return sql`
    INSERT INTO webhook_attempt (delivery_id, number, started_at, milliseconds, status_code, response_body, error)
    SELECT id, 1 + coalesce((SELECT max(number) FROM webhook_attempt WHERE delivery_id = delivery.id), 0),
      ${startedAt}::timestamptz, ${milliseconds}::integer, ${statusCode}::integer, ${body}::text, ${error}::text
    FROM delivery`;
}

function failingSince({ answer }: Attempt): Sql {
  return sql`coalesce(e.failing_since, now() - ${answer.milliseconds}::float8 * interval '1 millisecond')`;
}
