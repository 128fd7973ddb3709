/** What the writes of endpoints and of their deliveries have in common. */
import { GraphQLError } from 'graphql';
import sql, { raw } from 'sql-template-tag';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Transaction } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WEBHOOK_ENDPOINT_COLUMNS } from './webhook.loaders.js';

/** What to set so that failures so far count no longer, and the next attempt is due at once. */
export const AS_NEW = raw('failures = 0, failing_since = NULL, next_attempt_at = NULL');

/**
 * Locks an endpoint.
 *
 * @throws DomainError NOT_FOUND, also for those that the viewer does not look after
 */
export async function lockEndpoint(transaction: Transaction, viewer: Viewer, id: string): Promise<WebhookEndpoint> {
  const [endpoint] = await transaction.rows<WebhookEndpoint>(
    sql`SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoint w WHERE w.id = ${id} FOR UPDATE`,
  );
  if (endpoint === undefined || !can(viewer, 'webhook.manage', endpoint.organisationId)) {
    throw refuse(UserErrorCode.NOT_FOUND, `You have no webhook endpoint with the id ${id}.`, ['id']);
  }
  return endpoint;
}

/**
 * The position that the `after` of an input stands for.
 *
 * @throws DomainError INVALID when the log did not give it, or what follows it is not all kept
 */
export async function placeOf(log: KnowledgeLog, after: string): Promise<number> {
  try {
    return await log.positionOf(after, 'after');
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw refuse(UserErrorCode.INVALID, error.message, ['after']);
  }
}

/** Gives up the delivery of the event that waits to be tried again, for it may not be the next one any more. */
export async function closeTried(transaction: Transaction, endpointId: string): Promise<void> {
  await transaction.rows(
    sql`UPDATE webhook_delivery SET status = 'FAILED'
      WHERE endpoint_id = ${endpointId} AND kind = 'EVENT' AND status = 'PENDING'`,
  );
}
