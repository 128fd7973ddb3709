/** What works beside the requests: what is sent by itself, and what is deleted when its time is over. */
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { DigestConfirmationService } from './modules/digests/digest-confirmation.service.js';
import { digestPages } from './modules/digests/digest.pages.js';
import { DigestResolver } from './modules/digests/digest.resolver.js';
import { DigestService } from './modules/digests/digest.service.js';
import { DIGEST_POSITION } from './modules/digests/digest-leases.js';
import { DigestWorker } from './modules/digests/digest-worker.js';
import { Mailer } from './modules/digests/mailer.js';
import { INBOX_POSITION } from './modules/notifications/inbox-distributor.js';
import { RetentionService } from './modules/people/retention.service.js';
import { HARVEST_POSITION, HarvestStamps } from './modules/harvest/harvest-stamps.js';
import { WebhookClient } from './modules/webhooks/webhook-client.js';
import { WebhookDeliveryService } from './modules/webhooks/webhook-delivery.service.js';
import { WebhookEndpointService } from './modules/webhooks/webhook-endpoint.service.js';
import { WebhookRetentionService } from './modules/webhooks/webhook-retention.service.js';
import { WebhookTargets } from './modules/webhooks/webhook-target.js';
import { WebhookWorker } from './modules/webhooks/webhook-worker.js';
import { WEBHOOK_PLACE } from './modules/webhooks/webhook.loaders.js';
import { WebhookResolver } from './modules/webhooks/webhook.resolver.js';
import { type Observation } from './monitoring/observation.js';
import { watchAttempts } from './monitoring/webhook-attempts.js';
import { Database } from './platform/database/database.js';
import { LogRetention } from './platform/log/log-retention.js';
import { RepeatedTask } from './platform/log/repeated-task.js';
import { type KnowledgeBase } from './knowledge-base.js';
import { VERSION } from './version.js';

const RETENTION_INTERVAL_MILLISECONDS = 6 * 60 * 60 * 1_000;

/** What deletes at the start and every few hours what is kept no longer. */
export function createRetention(
  database: Database,
  harvestStamps: HarvestStamps,
  config: Config,
  logger: Logger,
): RepeatedTask {
  const services: { run(): Promise<void> }[] = [
    new RetentionService(database, config.auditLogDays),
    new WebhookRetentionService(database),
    // Before the log, which keeps what was not read of it.
    harvestStamps,
  ];
  if (config.knowledgeLogDays !== undefined) {
    const readers = [INBOX_POSITION, WEBHOOK_PLACE, DIGEST_POSITION, HARVEST_POSITION];
    services.push(new LogRetention({ database, days: config.knowledgeLogDays, readers }));
  }
  return new RepeatedTask({
    work: async () => {
      for (const service of services) await service.run();
    },
    interval: RETENTION_INTERVAL_MILLISECONDS,
    onError: (error) => logger.error({ message: error.message }, 'what is too old was not deleted; trying again'),
  });
}

export function createWebhooks(
  { database, log }: KnowledgeBase,
  config: Config,
  logger: Logger,
  { measures, tracing }: Observation,
) {
  const targets = new WebhookTargets({ allowedNetworks: config.webhookAllowedNetworks });
  const worker = new WebhookWorker({
    database,
    log,
    client: new WebhookClient({ targets }),
    userAgent: `Medspil/${VERSION}`,
    onAttempt: watchAttempts(measures, tracing),
    onError: (error) => logger.error({ message: error.message }, 'webhooks are not sent; trying again'),
  });
  const onDue = () => worker.request();
  const resolver = new WebhookResolver(
    new WebhookEndpointService({ database, log, targets, onDue }),
    new WebhookDeliveryService({ database, log, onDue }),
  );
  return { resolver, worker };
}

export function createDigests(database: Database, { smtpUrl, mailFrom }: Config, base: () => string, logger: Logger) {
  const onError = (error: Error) => logger.warn({ message: error.message }, 'the mail server did not take a mail');
  const worker =
    smtpUrl === undefined || mailFrom === undefined
      ? undefined
      : new DigestWorker({
          database,
          mailer: new Mailer({ smtpUrl, from: mailFrom, onError }),
          base,
          onError: (error) => logger.error({ message: error.message }, 'no digests are sent; trying again'),
        });
  const service = new DigestService({ database, sendsMail: worker !== undefined, onDue: () => worker?.request() });
  return {
    resolver: new DigestResolver(service),
    pages: digestPages(service, new DigestConfirmationService(database)),
    worker,
  };
}
