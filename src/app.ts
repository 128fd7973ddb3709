/** The composition root: builds the parts by plain constructors, and starts and stops them in order. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Cancellation } from './common/cancellation.js';
import type { Config } from './config.js';
import { CaseStudyResolver } from './modules/case-studies/case-study.resolver.js';
import { DigestConfirmationService } from './modules/digests/digest-confirmation.service.js';
import { digestPages } from './modules/digests/digest.pages.js';
import { DigestResolver } from './modules/digests/digest.resolver.js';
import { DigestService } from './modules/digests/digest.service.js';
import { DIGEST_POSITION } from './modules/digests/digest-leases.js';
import { DigestWorker } from './modules/digests/digest-worker.js';
import { Mailer } from './modules/digests/mailer.js';
import { OrganisationResolver } from './modules/directory/organisation.resolver.js';
import { OrganisationService } from './modules/directory/organisation.service.js';
import { ExperienceResolver } from './modules/experiences/experience.resolver.js';
import { feedDocuments } from './modules/feeds/feed.documents.js';
import { FeedService } from './modules/feeds/feed.service.js';
import { NewContentResolver } from './modules/feeds/new-content.resolver.js';
import { NewContentService } from './modules/feeds/new-content.service.js';
import { FrameworkResolver } from './modules/framework/framework.resolver.js';
import {
  KNOWLEDGE_CURSOR,
  type KnowledgeEventContext,
  KnowledgeEventResolver,
} from './modules/knowledge-events/knowledge-event.resolver.js';
import { LessonResolver } from './modules/lessons/lesson.resolver.js';
import { ApiKeyResolver } from './modules/people/api-key.resolver.js';
import { ApiKeyService } from './modules/people/api-key.service.js';
import { InvitationAcceptanceService } from './modules/people/invitation-acceptance.service.js';
import { AuditLogResolver } from './modules/people/audit-log.resolver.js';
import { AuditLogService } from './modules/people/audit-log.service.js';
import { InvitationResolver } from './modules/people/invitation.resolver.js';
import { InvitationService } from './modules/people/invitation.service.js';
import { AccessRequestResolver } from './modules/people/access-request.resolver.js';
import { AccessRequestService } from './modules/people/access-request.service.js';
import { ErasureService } from './modules/people/erasure.service.js';
import { MemberResolver } from './modules/people/member.resolver.js';
import { MemberService } from './modules/people/member.service.js';
import { FollowResolver } from './modules/notifications/follow.resolver.js';
import { FollowService } from './modules/notifications/follow.service.js';
import { INBOX_POSITION, InboxDistributor } from './modules/notifications/inbox-distributor.js';
import { InboxFeed } from './modules/notifications/inbox-feed.js';
import { type InboxContext, InboxResolver } from './modules/notifications/inbox.resolver.js';
import { InboxService } from './modules/notifications/inbox.service.js';
import { OrganisationSettingsResolver } from './modules/people/organisation-settings.resolver.js';
import { OrganisationSettingsService } from './modules/people/organisation-settings.service.js';
import { PersonService } from './modules/people/person.service.js';
import { PersonalDataResolver } from './modules/people/personal-data.resolver.js';
import { PersonalDataService } from './modules/people/personal-data.service.js';
import { RetentionService } from './modules/people/retention.service.js';
import { RecordResolver } from './modules/records/record.resolver.js';
import { RelationResolver } from './modules/records/relation.resolver.js';
import { ReviewResolver } from './modules/records/review-comment.resolver.js';
import { ReviewCommentService } from './modules/records/review-comment.service.js';
import { KnowledgeGraphResolver } from './modules/search/knowledge-graph.resolver.js';
import { KnowledgeGraphService } from './modules/search/knowledge-graph.service.js';
import { SearchResolver } from './modules/search/search.resolver.js';
import { SearchService } from './modules/search/search.service.js';
import { WebhookClient } from './modules/webhooks/webhook-client.js';
import { WebhookDeliveryService } from './modules/webhooks/webhook-delivery.service.js';
import { WebhookEndpointService } from './modules/webhooks/webhook-endpoint.service.js';
import { WebhookRetentionService } from './modules/webhooks/webhook-retention.service.js';
import { WebhookTargets } from './modules/webhooks/webhook-target.js';
import { WebhookWorker } from './modules/webhooks/webhook-worker.js';
import { WEBHOOK_PLACE } from './modules/webhooks/webhook.loaders.js';
import { WebhookResolver } from './modules/webhooks/webhook.resolver.js';
import { loadAdminKey } from './platform/auth/admin-key.js';
import { createAuthenticator } from './platform/auth/authenticate.js';
import { createTokenVerifier } from './platform/auth/token-verifier.js';
import { CredentialWatch } from './platform/auth/credential-watch.js';
import { createContext } from './platform/auth/context.js';
import type { Viewer } from './platform/auth/viewer.js';
import { Database } from './platform/database/database.js';
import { loadTrustedDocuments } from './platform/graphql/trusted-documents.js';
import { encodeCursor } from './platform/log/cursor.js';
import { LogRetention } from './platform/log/log-retention.js';
import { RepeatedTask } from './platform/log/repeated-task.js';
import { registerExplorer } from './platform/server/explorer.js';
import { createServer } from './platform/server/server.js';
import { referenceDocuments } from './reference/schema-reference.js';
import { buildGraphqlSchema, printGraphqlSchema } from './schema.js';
import { type KnowledgeBase, openKnowledgeBase, type KnowledgeBaseOptions } from './knowledge-base.js';
import { VERSION } from './version.js';

export interface App {
  readonly url: string;
  /** Where the admin key lies; null when the operator gave it. */
  readonly adminKeyFile: string | null;
  close(): Promise<void>;
}

export interface AppOptions extends Pick<KnowledgeBaseOptions, 'onLost'> {
  readonly explorerDirectory?: string;
}

/**
 * Starts the whole server. It listens when this resolves.
 *
 * @param options `explorerDirectory`: where the built explorer lies; `onLost`: hears that the embedded database is gone
 */
export async function startApp(
  config: Config,
  logger: Logger,
  { explorerDirectory = fileURLToPath(new URL('../explorer', import.meta.url)), onLost }: AppOptions = {},
): Promise<App> {
  const { key, file } = await loadAdminKey(config.dataDirectory, config.adminApiKey);
  const knowledgeBase = await openKnowledgeBase(config, logger, { onLost });
  try {
    const { database, log, services } = knowledgeBase;
    // Not before: the seed is nobody's operation.
    database.limitTransactions(config.operationMilliseconds);
    // What it is called from outside; by itself it knows only once it listens.
    let publicUrl = config.publicUrl;
    const webhooks = createWebhooks(knowledgeBase, config, logger);
    const digests = createDigests(database, config, () => publicUrl!, logger);
    const inboxFeed = new InboxFeed(database, log);
    const inboxes = new InboxDistributor({
      database,
      log,
      feed: inboxFeed,
      onError: (error) => logger.error({ message: error.message }, 'inboxes are not filled; trying again'),
    });
    const schema = buildGraphqlSchema([
      new OrganisationResolver(new OrganisationService(), services.partners),
      new FrameworkResolver(services.framework),
      new CaseStudyResolver(services.caseStudies),
      new ExperienceResolver(services.experiences),
      new LessonResolver(services.lessons),
      new RecordResolver(services.records),
      new ReviewResolver(new ReviewCommentService(database)),
      new RelationResolver(services.links, services.adoptions),
      new SearchResolver(new SearchService()),
      new KnowledgeGraphResolver(new KnowledgeGraphService()),
      new KnowledgeEventResolver(log),
      new NewContentResolver(new NewContentService(log)),
      new ApiKeyResolver(new ApiKeyService(database)),
      new AuditLogResolver(new AuditLogService()),
      new InvitationResolver(new InvitationService(database), new InvitationAcceptanceService(database)),
      new MemberResolver(new MemberService(database)),
      new AccessRequestResolver(new AccessRequestService(database, services.partners)),
      new OrganisationSettingsResolver(new OrganisationSettingsService(database)),
      new PersonalDataResolver(new PersonService(database), new PersonalDataService(), new ErasureService(database)),
      new FollowResolver(new FollowService(database)),
      new InboxResolver(new InboxService(database, log)),
      webhooks.resolver,
      digests.resolver,
    ]);
    const retention = createRetention(database, config, logger);
    const credentials = new CredentialWatch(database, (error) =>
      logger.error({ message: error.message }, 'credentials of open connections could not be looked at; trying again'),
    );
    const server = await createServer({
      host: config.host,
      port: config.port,
      schema,
      sdl: printGraphqlSchema(schema),
      createContext: (viewer: Viewer, cancellation: Cancellation): KnowledgeEventContext & InboxContext => ({
        ...createContext(database.until(cancellation), viewer, cancellation),
        knowledgeLog: log,
        inboxFeed,
      }),
      authenticate: createAuthenticator({
        adminApiKey: key,
        database,
        verifyToken: config.oidc && createTokenVerifier(config.oidc),
      }),
      credentials,
      logger,
      readFirst: { [KNOWLEDGE_CURSOR]: async () => encodeCursor(await log.end()) },
      isReady: async () => {
        await database.ping();
        return true;
      },
      documents: [...feedDocuments(new FeedService(log), () => publicUrl!), ...referenceDocuments(schema, VERSION)],
      pages: digests.pages,
      registerRoutes: (fastify) => registerExplorer(fastify, explorerDirectory),
      allowedOrigins: config.allowedOrigins,
      trustedProxies: config.trustedProxies,
      operationMilliseconds: config.operationMilliseconds,
      connections: config.connections,
      connectionsPerAddress: config.connectionsPerAddress,
      addressRate: config.addressRate,
      credentialRate: config.credentialRate,
      trustedDocuments: await loadTrustedDocuments(schema, config.trustedDocuments, config.trustedDocumentsOnly),
    });
    const { url } = await server.listen();
    publicUrl ??= url;
    credentials.start();
    retention.start();
    retention.request();
    webhooks.worker.start();
    inboxes.start();
    digests.worker?.start();
    return {
      url,
      adminKeyFile: file,
      close: async () => {
        // Meanwhile, for its last requests may take as long as the server's.
        const sendersStopped = Promise.all([webhooks.worker.stop(), digests.worker?.stop()]);
        try {
          await server.close();
          credentials.stop();
        } finally {
          await sendersStopped;
          await inboxes.stop();
          await retention.stop();
          await knowledgeBase.close();
        }
      },
    };
  } catch (error) {
    await knowledgeBase.close();
    throw error;
  }
}

const RETENTION_INTERVAL_MILLISECONDS = 6 * 60 * 60 * 1_000;

/** What deletes at the start and every few hours what is kept no longer. */
function createRetention(database: Database, config: Config, logger: Logger): RepeatedTask {
  const services: { run(): Promise<void> }[] = [
    new RetentionService(database, config.auditLogDays),
    new WebhookRetentionService(database),
  ];
  if (config.knowledgeLogDays !== undefined) {
    const readers = [INBOX_POSITION, WEBHOOK_PLACE, DIGEST_POSITION];
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

function createWebhooks({ database, log }: KnowledgeBase, config: Config, logger: Logger) {
  const targets = new WebhookTargets({ allowedNetworks: config.webhookAllowedNetworks });
  const worker = new WebhookWorker({
    database,
    log,
    client: new WebhookClient({ targets }),
    userAgent: `Medspil/${VERSION}`,
    onError: (error) => logger.error({ message: error.message }, 'webhooks are not sent; trying again'),
  });
  const onDue = () => worker.request();
  const resolver = new WebhookResolver(
    new WebhookEndpointService({ database, log, targets, onDue }),
    new WebhookDeliveryService({ database, log, onDue }),
  );
  return { resolver, worker };
}

function createDigests(database: Database, { smtpUrl, mailFrom }: Config, base: () => string, logger: Logger) {
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
