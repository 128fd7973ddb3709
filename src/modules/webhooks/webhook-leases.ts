/**
 * Which worker is at which endpoint. A lease is a random id in the endpoint's row, with an end: a worker that died loses it
 * by time, and one that was stopped and comes back writes nothing, for every write names the lease that it is made under.
 */
import sql, { type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { StoredFilter } from '../../platform/log/event-filter.js';
import type { WebhookDelivery } from './webhook-delivery.entity.js';
import type { WebhookEndpointStatus } from './webhook-endpoint.entity.js';

/** Longer than one attempt may take. It is renewed before each. */
export const LEASE_MILLISECONDS = 15_000;

export interface Lease {
  readonly endpointId: string;
  readonly lease: string;
}

/** What a worker has to know of an endpoint to make the next attempt. */
export interface LeasedEndpoint extends Lease {
  readonly url: string;
  readonly filter: StoredFilter;
  readonly status: WebhookEndpointStatus;
  readonly version: number;
  /** The present one, and the one before it while that is good. */
  readonly secrets: readonly Buffer[];
  readonly position: number;
  readonly failures: number;
  /** Since the first of these failures; null without one. */
  readonly failingMilliseconds: number | null;
  /** Whether it is time for the next event: not while it waits to be tried again. */
  readonly isDue: boolean;
  /** The delivery of the event that was tried already; null when none was. */
  readonly triedDeliveryId: string | null;
  /** The oldest ping or redelivery that waits; null without one. */
  readonly asked: Pick<WebhookDelivery, 'id' | 'messageId' | 'body'> | null;
}

export interface ClaimOptions {
  readonly most: number;
  /** Endpoints of one organisation that may be served at a time: what hangs at them leaves room for those of others. */
  readonly mostOfOrganisation: number;
  /** Leases of this process under which nobody works any more. */
  readonly abandoned: readonly string[];
}

/** Takes endpoints that have something to do and nobody at them, those first that waited longest. */
export async function claimEndpoints(
  database: Reads,
  { most, mostOfOrganisation, abandoned }: ClaimOptions,
): Promise<Lease[]> {
  const isFree = sql`(e.leased_until IS NULL OR e.leased_until <= now() OR e.lease = ANY(${[...abandoned]}::uuid[]))`;
  // Rows cannot be locked where they are numbered, hence two steps: whether they are free is looked at again.
  return database.rows<Lease>(sql`
    WITH served AS (
      SELECT e.organisation_id, count(*) AS count FROM webhook_endpoint e WHERE NOT ${isFree} GROUP BY 1),
    waiting AS (
      SELECT e.id, e.organisation_id,
        row_number() OVER (PARTITION BY e.organisation_id ORDER BY e.leased_until NULLS FIRST) AS number
      FROM webhook_endpoint e
      WHERE ${isFree}
        AND ((e.status = 'ENABLED' AND e.position < (SELECT last_position FROM knowledge_log_state)
            AND coalesce(e.next_attempt_at <= now(), true))
          OR EXISTS (SELECT FROM webhook_delivery d
            WHERE d.endpoint_id = e.id AND d.status = 'PENDING' AND d.kind <> 'EVENT'))),
    due AS (
      SELECT e.id FROM webhook_endpoint e JOIN waiting ON waiting.id = e.id
        LEFT JOIN served ON served.organisation_id = waiting.organisation_id
      WHERE ${isFree} AND waiting.number + coalesce(served.count, 0) <= ${mostOfOrganisation}
      ORDER BY e.leased_until NULLS FIRST
      LIMIT ${most} FOR UPDATE OF e SKIP LOCKED)
    UPDATE webhook_endpoint e SET lease = gen_random_uuid(), leased_until = ${leaseEnd()}
    FROM due WHERE e.id = due.id
    RETURNING e.id AS "endpointId", e.lease`);
}

/** Holds an endpoint for longer, and reads how it stands. Undefined when the lease was lost, or the endpoint deleted. */
export async function renewLease(database: Reads, { endpointId, lease }: Lease): Promise<LeasedEndpoint | undefined> {
  const [endpoint] = await database.rows<LeasedEndpoint & { previous: Buffer | null; secret: Buffer }>(sql`
    UPDATE webhook_endpoint e SET leased_until = ${leaseEnd()}
    WHERE e.id = ${endpointId} AND e.lease = ${lease}
    RETURNING e.id AS "endpointId", e.lease, e.url, e.filter, e.status, e.version, e.secret,
      CASE WHEN e.previous_secret_until > now() THEN e.previous_secret END AS previous,
      e.position, e.failures, extract(epoch FROM now() - e.failing_since)::float8 * 1000 AS "failingMilliseconds",
      coalesce(e.next_attempt_at <= now(), true) AS "isDue",
      (SELECT d.id FROM webhook_delivery d
        WHERE d.endpoint_id = e.id AND d.status = 'PENDING' AND d.kind = 'EVENT') AS "triedDeliveryId",
      (SELECT jsonb_build_object('id', d.id, 'messageId', d.message_id, 'body', d.body) FROM webhook_delivery d
        WHERE d.endpoint_id = e.id AND d.status = 'PENDING' AND d.kind <> 'EVENT'
        ORDER BY d.created_at, d.id LIMIT 1) AS asked`);
  if (endpoint === undefined) return undefined;
  const { secret, previous, ...rest } = endpoint;
  return { ...rest, secrets: previous === null ? [secret] : [secret, previous] };
}

/** Lets go of an endpoint: who comes next may have it at once. */
export async function releaseLease(database: Reads, { endpointId, lease }: Lease): Promise<void> {
  await database.rows(sql`
    UPDATE webhook_endpoint SET lease = NULL, leased_until = now() WHERE id = ${endpointId} AND lease = ${lease}`);
}

/** Condition on `webhook_endpoint e`: it is still as the worker found it, and the worker's. */
export function held({ endpointId, lease, position }: LeasedEndpoint): Sql {
  return sql`e.id = ${endpointId} AND e.lease = ${lease} AND e.position = ${position}`;
}

function leaseEnd(): Sql {
  return sql`now() + ${LEASE_MILLISECONDS}::float8 * interval '1 millisecond'`;
}

/** The id of the delivery that an event has, or is going to have. */
export function deliveryId({ triedDeliveryId }: LeasedEndpoint): string {
  return triedDeliveryId ?? uuid();
}
