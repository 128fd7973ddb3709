/** The composition root: builds the parts by plain constructors, and starts and stops them in order. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Cancellation } from './common/cancellation.js';
import type { Config } from './config.js';
import { CaseStudyResolver } from './modules/case-studies/case-study.resolver.js';
import { CitationResolver } from './modules/citations/citation.resolver.js';
import { OrganisationResolver } from './modules/directory/organisation.resolver.js';
import { OrganisationService } from './modules/directory/organisation.service.js';
import { ExperienceResolver } from './modules/experiences/experience.resolver.js';
import { exportDownloads } from './modules/exports/export.downloads.js';
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
import { linkedDataResources } from './modules/linked-data/linked-data.resources.js';
import { RecordAddressResolver } from './modules/linked-data/record-address.resolver.js';
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
import { InboxDistributor } from './modules/notifications/inbox-distributor.js';
import { InboxFeed } from './modules/notifications/inbox-feed.js';
import { type InboxContext, InboxResolver } from './modules/notifications/inbox.resolver.js';
import { InboxService } from './modules/notifications/inbox.service.js';
import { OrganisationSettingsResolver } from './modules/people/organisation-settings.resolver.js';
import { OrganisationSettingsService } from './modules/people/organisation-settings.service.js';
import { PersonService } from './modules/people/person.service.js';
import { PersonalDataResolver } from './modules/people/personal-data.resolver.js';
import { PersonalDataService } from './modules/people/personal-data.service.js';
import { FEDERATED_ENTITIES } from './modules/records/federated-entities.js';
import { RecordResolver } from './modules/records/record.resolver.js';
import { RelationResolver } from './modules/records/relation.resolver.js';
import { ReviewResolver } from './modules/records/review-comment.resolver.js';
import { ReviewCommentService } from './modules/records/review-comment.service.js';
import { harvestDocuments, HARVEST_PATH, harvestForm } from './modules/harvest/harvest.documents.js';
import { HarvestStamps } from './modules/harvest/harvest-stamps.js';
import { HarvestService } from './modules/harvest/harvest.service.js';
import { KnowledgeGraphResolver } from './modules/search/knowledge-graph.resolver.js';
import { KnowledgeGraphService } from './modules/search/knowledge-graph.service.js';
import { SearchResolver } from './modules/search/search.resolver.js';
import { SearchService } from './modules/search/search.service.js';
import { snapshotFileRoute } from './modules/snapshots/snapshot.files.js';
import { SnapshotMaker } from './modules/snapshots/snapshot-maker.js';
import { SnapshotResolver } from './modules/snapshots/snapshot.resolver.js';
import { snapshotResources } from './modules/snapshots/snapshot.resources.js';
import { SnapshotService } from './modules/snapshots/snapshot.service.js';
import { SnapshotWorker } from './modules/snapshots/snapshot-worker.js';
import { loadAdminKey } from './platform/auth/admin-key.js';
import { createAuthenticator } from './platform/auth/authenticate.js';
import { createTokenVerifier } from './platform/auth/token-verifier.js';
import { CredentialWatch } from './platform/auth/credential-watch.js';
import { createContext } from './platform/auth/context.js';
import type { Viewer } from './platform/auth/viewer.js';
import type { ReadTally } from './platform/telemetry/measures.js';
import { observe } from './monitoring/observation.js';
import { federate } from './platform/graphql/federation.js';
import { loadTrustedDocuments } from './platform/graphql/trusted-documents.js';
import { encodeCursor } from './platform/log/cursor.js';
import { registerExplorer } from './platform/server/explorer.js';
import { createServer } from './platform/server/server.js';
import { referenceDocuments } from './reference/schema-reference.js';
import { buildGraphqlSchema, printGraphqlSchema } from './schema.js';
import { createDigests, createRetention, createWebhooks } from './background.js';
import { openKnowledgeBase, type KnowledgeBaseOptions } from './knowledge-base.js';
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
    const observation = await observe(knowledgeBase, config, logger);
    const { measures, metrics, tracing } = observation;
    // Not before: the seed is nobody's operation.
    database.limitTransactions(config.operationMilliseconds);
    // What it is called from outside; by itself it knows only once it listens.
    let publicUrl = config.publicUrl;
    const published = { publisher: config.contentPublisher, license: config.contentLicense, base: () => publicUrl! };
    const webhooks = createWebhooks(knowledgeBase, config, logger, observation);
    const digests = createDigests(database, config, () => publicUrl!, logger);
    const publication = { license: config.contentLicense, publisher: config.contentPublisher };
    const exported = { database, log, base: () => publicUrl!, publication, version: VERSION };
    const snapshotMaker = new SnapshotMaker({ ...exported, days: config.snapshotDays, kept: config.snapshotsKept });
    const snapshots = new SnapshotWorker(snapshotMaker, (error) =>
      logger.error({ message: error.message }, 'no snapshot could be taken; trying again'),
    );
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
      new RecordAddressResolver(() => publicUrl!),
      new CitationResolver(published),
      new ReviewResolver(new ReviewCommentService(database)),
      new RelationResolver(services.links, services.adoptions),
      new SearchResolver(new SearchService()),
      new KnowledgeGraphResolver(new KnowledgeGraphService()),
      new KnowledgeEventResolver(log),
      new SnapshotResolver(new SnapshotService(snapshotMaker), () => publicUrl!),
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
    const harvestStamps = new HarvestStamps(database, log);
    const retention = createRetention(database, harvestStamps, config, logger);
    const credentials = new CredentialWatch(database, (error) =>
      logger.error({ message: error.message }, 'credentials of open connections could not be looked at; trying again'),
    );
    const sdl = printGraphqlSchema(schema);
    const served = config.federation ? federate(schema, sdl, FEDERATED_ENTITIES) : schema;
    const server = await createServer({
      host: config.host,
      port: config.port,
      schema: served,
      sdl,
      createContext: (
        viewer: Viewer,
        cancellation: Cancellation,
        reads?: ReadTally,
      ): KnowledgeEventContext & InboxContext => ({
        ...createContext(database.until(cancellation, reads), viewer, cancellation, observation.onBatch),
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
      measures,
      metrics,
      tracing,
      readFirst: { [KNOWLEDGE_CURSOR]: async () => encodeCursor(await log.end()) },
      isReady: async () => {
        await database.ping();
        return true;
      },
      downloads: exportDownloads(exported),
      storedFiles: [snapshotFileRoute(database)],
      documents: [
        ...feedDocuments(new FeedService(log), () => publicUrl!),
        ...referenceDocuments(schema, VERSION),
        ...harvestDocuments(published.base),
      ],
      forms: [
        harvestForm(
          new HarvestService({
            ...published,
            stamps: harvestStamps,
            path: HARVEST_PATH,
            mailFrom: config.mailFrom,
          }),
        ),
      ],
      resources: [...linkedDataResources(published), ...snapshotResources(exported)],
      pages: digests.pages,
      registerRoutes: (fastify) => registerExplorer(fastify, explorerDirectory),
      allowedOrigins: config.allowedOrigins,
      trustedProxies: config.trustedProxies,
      operationMilliseconds: config.operationMilliseconds,
      connections: config.connections,
      connectionsPerAddress: config.connectionsPerAddress,
      addressRate: config.addressRate,
      credentialRate: config.credentialRate,
      trustedDocuments: await loadTrustedDocuments(served, config.trustedDocuments, config.trustedDocumentsOnly),
    });
    const { url } = await server.listen();
    publicUrl ??= url;
    credentials.start();
    retention.start();
    retention.request();
    webhooks.worker.start();
    snapshots.start();
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
          await snapshots.stop();
          await inboxes.stop();
          await retention.stop();
          await tracing?.stop();
          await knowledgeBase.close();
        }
      },
    };
  } catch (error) {
    await knowledgeBase.close();
    throw error;
  }
}
