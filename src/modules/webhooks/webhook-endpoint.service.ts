/** Endpoints: made, changed, deleted and listed by those who look after the webhooks of an organisation. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { refuse, requestError, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import { storedFilter } from '../../platform/log/event-filter.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { WebhookDisabledReason, type WebhookEndpoint, WebhookEndpointStatus } from './webhook-endpoint.entity.js';
import { AS_NEW, closeTried, lockEndpoint, placeOf } from './webhook-rows.service.js';
import { makeSecret } from './webhook-secret.js';
import type { WebhookTargets } from './webhook-target.js';
import type {
  CreateWebhookEndpointInput,
  RotateWebhookSecretInput,
  UpdateWebhookEndpointInput,
} from './webhook.input.js';
import { visibleEndpoint, WEBHOOK_ENDPOINT_COLUMNS } from './webhook.loaders.js';

/** Endpoints of one organisation. */
const MOST_ENDPOINTS = 20;

/** An endpoint, and a secret that is shown this once. */
export interface EndpointWithSecret {
  readonly webhookEndpoint: WebhookEndpoint;
  readonly secret: string;
}

export interface WebhookEndpointServiceOptions {
  readonly database: Database;
  readonly log: KnowledgeLog;
  readonly targets: WebhookTargets;
  /** Called when an endpoint may have something to be told. */
  readonly onDue: () => void;
}

export class WebhookEndpointService {
  constructor(private readonly options: WebhookEndpointServiceOptions) {}

  /**
   * Makes an endpoint. It is told what happens from now on, or all since a cursor.
   *
   * @throws DomainError INVALID (address; cursor; there are too many), NOT_FOUND (organisation)
   */
  async create(viewer: Viewer, input: CreateWebhookEndpointInput): Promise<EndpointWithSecret> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    const { organisationId, url, description, filter, after } = input;
    assertCan(viewer, 'webhook.manage', organisationId);
    this.checkUrl(url);
    const { log, database, onDue } = this.options;
    const position = after == null ? (await log.end()).position : await placeOf(log, after);
    const { key, secret } = makeSecret();
    return database.inTransaction(async (transaction) => {
      await requireRoom(transaction, organisationId);
      const [webhookEndpoint] = await transaction.rows<WebhookEndpoint>(
        sql`INSERT INTO webhook_endpoint AS w
            (id, organisation_id, url, description, filter, status, version, secret, position, failures, created_at)
          VALUES (${uuid()}, ${organisationId}, ${url}, ${description}, ${JSON.stringify(storedFilter(filter ?? {}))}::jsonb,
            ${WebhookEndpointStatus.ENABLED}, 1, ${key}, ${position}, 0, now())
          RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
      );
      await tell(transaction, viewer, webhookEndpoint!, { made: true });
      transaction.afterCommit(onDue);
      return { webhookEndpoint: webhookEndpoint!, secret };
    });
  }

  /**
   * Changes an endpoint. What it failed at before counts no longer once it has another address or filter, or is switched
   * on.
   *
   * @throws DomainError NOT_FOUND, VERSION_CONFLICT, INVALID (address), INVALID_TRANSITION when it is to be switched on,
   *   and what it has to be told next is no longer in the log
   */
  async update(viewer: Viewer, input: UpdateWebhookEndpointInput): Promise<WebhookEndpoint> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    const { url, filter, description, isEnabled } = input;
    if (url != null) this.checkUrl(url);
    const { database, onDue } = this.options;
    return database.inTransaction(async (transaction) => {
      const before = await lockEndpoint(transaction, viewer, input.id);
      if (before.version !== input.version) {
        throw refuse(
          UserErrorCode.VERSION_CONFLICT,
          `The endpoint is at version ${before.version}, not ${input.version}: read it again and repeat your change.`,
          ['version'],
        );
      }
      if (isEnabled === true) await requireKept(transaction, before);
      // What waits to be tried may not be what comes next any more.
      if (filter != null || isEnabled === false) await closeTried(transaction, before.id);
      const changes: Sql[] = [
        ...(url == null ? [] : [sql`, url = ${url}`]),
        ...(description == null ? [] : [sql`, description = ${description}`]),
        ...(filter == null ? [] : [sql`, filter = ${JSON.stringify(storedFilter(filter))}::jsonb`]),
        ...(isEnabled == null ? [] : [statusOf(isEnabled)]),
        url == null && filter == null && isEnabled == null ? empty : sql`, ${AS_NEW}`,
      ];
      const [after] = await transaction.rows<WebhookEndpoint>(
        sql`UPDATE webhook_endpoint w SET version = version + 1 ${changes.reduce((all, one) => sql`${all}${one}`)}
          WHERE w.id = ${before.id} RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
      );
      const changed = Object.entries({ url, description, filter, isEnabled }).filter(([, value]) => value != null);
      await tell(transaction, viewer, after!, { changed: changed.map(([name]) => name), status: after!.status });
      transaction.afterCommit(onDue);
      return after!;
    });
  }

  /**
   * Deletes an endpoint with its deliveries.
   *
   * @returns its id
   * @throws DomainError NOT_FOUND
   */
  async delete(viewer: Viewer, input: { readonly id: string }): Promise<string> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    return this.options.database.inTransaction(async (transaction) => {
      const endpoint = await lockEndpoint(transaction, viewer, input.id);
      await transaction.rows(sql`DELETE FROM webhook_endpoint WHERE id = ${endpoint.id}`);
      await tell(transaction, viewer, endpoint, { deleted: true });
      return endpoint.id;
    });
  }

  /**
   * Gives an endpoint a new secret. Messages are signed with the one before it as well, for some hours.
   *
   * @throws DomainError NOT_FOUND
   */
  async rotateSecret(viewer: Viewer, input: RotateWebhookSecretInput): Promise<EndpointWithSecret> {
    assertCan(viewer, 'webhook.manage');
    checkInput(input);
    const { key, secret } = makeSecret();
    return this.options.database.inTransaction(async (transaction) => {
      const { id } = await lockEndpoint(transaction, viewer, input.id);
      const hours = input.previousSecretHours;
      const [webhookEndpoint] = await transaction.rows<WebhookEndpoint>(
        sql`UPDATE webhook_endpoint w SET secret = ${key},
            previous_secret = CASE WHEN ${hours} > 0 THEN w.secret END,
            previous_secret_until = CASE WHEN ${hours} > 0 THEN now() + ${hours}::float8 * interval '1 hour' END
          WHERE w.id = ${id} RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
      );
      await tell(transaction, viewer, webhookEndpoint!, { secretRotated: true, previousSecretHours: hours });
      return { webhookEndpoint: webhookEndpoint!, secret };
    });
  }

  /**
   * One endpoint; null unless the viewer looks after it.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN
   */
  async get({ database, viewer }: ReadScope, id: string): Promise<WebhookEndpoint | null> {
    assertCan(viewer, 'webhook.manage');
    if (!isId(id)) return null;
    const endpoint = await database.row<WebhookEndpoint>(
      sql`SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoint w WHERE w.id = ${id} AND ${visibleEndpoint(viewer, 'w')}`,
    );
    return endpoint ?? null;
  }

  /**
   * The endpoints of an organisation, newest first.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID
   */
  async list(
    { database, viewer }: ReadScope,
    organisationId: string,
    page: ConnectionArguments,
  ): Promise<Connection<WebhookEndpoint>> {
    if (!isId(organisationId)) {
      throw requestError('BAD_USER_INPUT', '`organisationId` must be an id that this API gave.');
    }
    assertCan(viewer, 'webhook.manage', organisationId);
    return readConnection<WebhookEndpoint>(database, page, {
      columns: WEBHOOK_ENDPOINT_COLUMNS,
      from: sql`FROM webhook_endpoint w WHERE w.organisation_id = ${organisationId}`,
      order: {
        name: 'webhooks',
        expression: raw('w.created_at'),
        type: 'timestamptz',
        id: raw('w.id'),
        direction: OrderDirection.DESC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ id }) => id,
      },
    });
  }

  private checkUrl(url: string): void {
    const complaint = this.options.targets.complaint(url);
    if (complaint !== null) throw refuse(UserErrorCode.INVALID, `url ${complaint}`, ['url']);
  }
}

/** Why it was disabled stays said while it is. */
function statusOf(isEnabled: boolean): Sql {
  return isEnabled
    ? sql`, status = ${WebhookEndpointStatus.ENABLED}, disabled_because = NULL`
    : sql`, status = ${WebhookEndpointStatus.DISABLED},
        disabled_because = coalesce(disabled_because, ${WebhookDisabledReason.BY_HAND})`;
}

/** @throws DomainError INVALID_TRANSITION when some of what follows the endpoint's place is gone */
async function requireKept(transaction: Transaction, { position }: WebhookEndpoint): Promise<void> {
  const [state] = await transaction.rows<{ epoch: string; keptAfter: number }>(
    sql`SELECT epoch, kept_after AS "keptAfter" FROM knowledge_log_state`,
  );
  const { epoch, keptAfter } = state!;
  if (position >= keptAfter) return;
  throw refuse(
    UserErrorCode.INVALID_TRANSITION,
    `What the endpoint would have to be told next is no longer in the log. The oldest cursor that still works is ` +
      `${encodeCursor({ epoch, position: keptAfter })}: read the records anew, replay the endpoint from that cursor, ` +
      'and enable it then.',
    ['isEnabled'],
  );
}

/** Holds the organisation's row, so that two who make endpoints at once count one after the other. */
async function requireRoom(transaction: Transaction, organisationId: string): Promise<void> {
  const organisations = await transaction.rows(
    sql`SELECT FROM organisation WHERE id = ${organisationId} FOR NO KEY UPDATE`,
  );
  if (organisations.length === 0) {
    throw refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${organisationId}.`, ['organisationId']);
  }
  const [row] = await transaction.rows<{ count: number }>(
    sql`SELECT count(*) AS count FROM webhook_endpoint WHERE organisation_id = ${organisationId}`,
  );
  if (row!.count >= MOST_ENDPOINTS) {
    throw refuse(
      UserErrorCode.INVALID,
      `There are ${MOST_ENDPOINTS} endpoints, and more cannot be: delete one that is not needed.`,
      ['organisationId'],
    );
  }
}

function tell(
  transaction: Transaction,
  viewer: Viewer,
  { id, organisationId }: WebhookEndpoint,
  details: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): Promise<void> {
  return audit(transaction, viewer, { action: 'webhook.manage', organisationId, targetId: id, details });
}
