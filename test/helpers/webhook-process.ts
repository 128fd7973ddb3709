/** What a server process does with webhooks, without the server around it, and with times that a test can wait for. */
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { RETRY_TIMES, type RetryTimes } from '../../src/modules/webhooks/retry-schedule.js';
import { WebhookClient } from '../../src/modules/webhooks/webhook-client.js';
import { WebhookDeliveryService } from '../../src/modules/webhooks/webhook-delivery.service.js';
import { WebhookEndpointService } from '../../src/modules/webhooks/webhook-endpoint.service.js';
import { WebhookTargets } from '../../src/modules/webhooks/webhook-target.js';
import { WebhookWorker } from '../../src/modules/webhooks/webhook-worker.js';
import type { WebhookEndpoint } from '../../src/modules/webhooks/webhook-endpoint.entity.js';
import type { CreateWebhookEndpointInput } from '../../src/modules/webhooks/webhook.input.js';
import { ADMIN } from '../../src/platform/auth/viewer.js';
import type { Database, DatabaseConnection } from '../../src/platform/database/database.js';
import { type LogProcess, startLogProcess } from './log-process.js';

export interface WebhookProcess extends LogProcess {
  readonly endpoints: WebhookEndpointService;
  readonly deliveries: WebhookDeliveryService;
  readonly worker: WebhookWorker;
  /** Makes an endpoint as the operator does. */
  endpoint(url: string, input?: Partial<CreateWebhookEndpointInput>): Promise<{ id: string; secret: string }>;
  /** The endpoint as it stands. */
  read(id: string): Promise<WebhookEndpoint>;
}

export interface WebhookProcessOptions {
  readonly retryTimes?: Partial<RetryTimes>;
  /** Stands between the worker and its database. */
  readonly between?: (database: Database) => Database;
}

/** Waits that a test can wait for, too. */
const SHORT: Partial<RetryTimes> = { firstMilliseconds: 1, longestMilliseconds: 10 };

export async function startWebhookProcess(
  connection: DatabaseConnection,
  { retryTimes = SHORT, between = (database) => database }: WebhookProcessOptions = {},
): Promise<WebhookProcess> {
  const process = await startLogProcess(connection, 10);
  const { database, log, errors } = process;
  const targets = new WebhookTargets({ allowedNetworks: ['127.0.0.0/8'] });
  const worker = new WebhookWorker({
    database: between(database),
    log,
    client: new WebhookClient({ targets }),
    userAgent: 'Medspil/test',
    onError: (error) => errors.push(error),
    retryTimes: { ...RETRY_TIMES, ...retryTimes },
  });
  const onDue = () => worker.request();
  const endpoints = new WebhookEndpointService({ database, log, targets, onDue });
  worker.start();
  return {
    ...process,
    worker,
    endpoints,
    deliveries: new WebhookDeliveryService({ database, log, onDue }),
    endpoint: async (url, input = {}) => {
      const { webhookEndpoint, secret } = await endpoints.create(ADMIN, {
        organisationId: await organisation(database),
        url,
        description: '',
        ...input,
      });
      return { id: webhookEndpoint.id, secret };
    },
    read: async (id) => (await endpoints.get({ database, viewer: ADMIN }, id))!,
    stop: async () => {
      await worker.stop();
      await process.stop();
    },
  };
}

/** One that has room for more endpoints. */
async function organisation(database: Database): Promise<string> {
  const row = await database.row<{ id: string }>(sql`
    INSERT INTO organisation (id, kind, name, country, sector, version, created_at, updated_at)
    VALUES (${uuidv7()}, 'PARTNER', 'A partner', 'DK', 'PUBLIC', 1, now(), now()) RETURNING id`);
  return row!.id;
}
