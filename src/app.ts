/** The composition root: builds the parts by plain constructors, and starts and stops them in order. */
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { KnowledgeBase1795374000000 } from '../migrations/1795374000000-knowledge-base.js';
import { KnowledgeLog1795374000001 } from '../migrations/1795374000001-knowledge-log.js';
import { Search1795374000002 } from '../migrations/1795374000002-search.js';
import type { Config } from './config.js';
import { CaseStudy } from './modules/case-studies/case-study.entity.js';
import { CaseStudyResolver } from './modules/case-studies/case-study.resolver.js';
import { caseStudyPublishingRule, CaseStudyService } from './modules/case-studies/case-study.service.js';
import {
  Benefit,
  Contribution,
  Funding,
  Party,
  RecordRationale,
  RuleOfPlay,
} from './modules/case-studies/partnership.entity.js';
import { Municipality, Region } from './modules/directory/municipality.entity.js';
import { Library, Organisation, Partner } from './modules/directory/organisation.entity.js';
import { OrganisationResolver } from './modules/directory/organisation.resolver.js';
import { OrganisationService } from './modules/directory/organisation.service.js';
import { PartnerService } from './modules/directory/partner.service.js';
import { Experience } from './modules/experiences/experience.entity.js';
import { ExperienceResolver } from './modules/experiences/experience.resolver.js';
import { experiencePublishingRule, ExperienceService } from './modules/experiences/experience.service.js';
import { FrameworkElement, Theme } from './modules/framework/framework.entity.js';
import { FrameworkResolver } from './modules/framework/framework.resolver.js';
import { FrameworkService } from './modules/framework/framework.service.js';
import {
  KNOWLEDGE_CURSOR,
  type KnowledgeEventContext,
  KnowledgeEventResolver,
} from './modules/knowledge-events/knowledge-event.resolver.js';
import { Evidence, Lesson } from './modules/lessons/lesson.entity.js';
import { LessonResolver } from './modules/lessons/lesson.resolver.js';
import { lessonPublishingRule, LessonService } from './modules/lessons/lesson.service.js';
import { Adoption } from './modules/records/adoption.entity.js';
import { AdoptionService } from './modules/records/adoption.service.js';
import { RecordRecommendation, RecordTheme, Source } from './modules/records/content.entity.js';
import { DraftService } from './modules/records/draft.service.js';
import { Link } from './modules/records/link.entity.js';
import { LinkService } from './modules/records/link.service.js';
import { KnowledgeRecord, RecordKind } from './modules/records/record.entity.js';
import { RecordEventService } from './modules/records/record-event.service.js';
import { RecordResolver } from './modules/records/record.resolver.js';
import { RecordService } from './modules/records/record.service.js';
import { RelationResolver } from './modules/records/relation.resolver.js';
import { Revision } from './modules/records/revision.entity.js';
import { KnowledgeGraphResolver } from './modules/search/knowledge-graph.resolver.js';
import { KnowledgeGraphService } from './modules/search/knowledge-graph.service.js';
import { SearchResolver } from './modules/search/search.resolver.js';
import { SearchService } from './modules/search/search.service.js';
import { loadAdminKey } from './platform/auth/admin-key.js';
import { createAuthenticator } from './platform/auth/authenticate.js';
import { createContext } from './platform/auth/context.js';
import type { Viewer } from './platform/auth/viewer.js';
import { Database, type DatabaseConnection } from './platform/database/database.js';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from './platform/database/embedded-postgres.js';
import { encodeCursor } from './platform/log/cursor.js';
import { KnowledgeLog } from './platform/log/knowledge-log.js';
import { registerExplorer } from './platform/server/explorer.js';
import { createServer } from './platform/server/server.js';
import { buildGraphqlSchema, printGraphqlSchema } from './schema.js';
import { seedKnowledge, type SeedServices } from './seed/knowledge.js';
import { seedReferenceData } from './seed/reference-data.js';

export const ENTITIES = [
  Adoption,
  Benefit,
  CaseStudy,
  Contribution,
  Evidence,
  Experience,
  FrameworkElement,
  Funding,
  KnowledgeRecord,
  Lesson,
  Library,
  Link,
  Municipality,
  Organisation,
  Partner,
  Party,
  RecordRationale,
  RecordRecommendation,
  RecordTheme,
  Region,
  Revision,
  RuleOfPlay,
  Source,
  Theme,
];

export const MIGRATIONS = [KnowledgeBase1795374000000, KnowledgeLog1795374000001, Search1795374000002];

export interface KnowledgeServices extends SeedServices {
  readonly framework: FrameworkService;
}

/** The knowledge base without the server in front: what an importer needs, too. */
export interface KnowledgeBase {
  readonly database: Database;
  readonly log: KnowledgeLog;
  readonly services: KnowledgeServices;
  /** Lets go of everything, in the opposite order of starting. */
  close(): Promise<void>;
}

export interface App {
  readonly url: string;
  /** Where the admin key lies; null when the operator gave it. */
  readonly adminKeyFile: string | null;
  close(): Promise<void>;
}

export interface KnowledgeBaseOptions {
  readonly join?: boolean;
  readonly onLost?: ((error: Error) => void) | undefined;
}

/**
 * Starts the database, brings it up to date, seeds it, and follows its log.
 *
 * @param options `join`: where a server runs on the embedded database, work beside it instead of being refused; `onLost`:
 *   hears that the embedded database is gone for good
 */
export async function openKnowledgeBase(
  config: Config,
  logger: Logger,
  options: KnowledgeBaseOptions = {},
): Promise<KnowledgeBase> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    const closer = closers.pop();
    if (closer === undefined) return;
    try {
      await closer();
    } finally {
      // What cannot be let go of keeps nothing else: above all not PostgreSQL.
      await close();
    }
  };
  try {
    const database = await Database.open({
      connection: await connectionOf(config, logger, closers, options),
      entities: ENTITIES,
      migrations: MIGRATIONS,
      onIdleError: (error) => logger.warn({ message: error.message }, 'a database connection broke'),
    });
    closers.push(() => database.close());
    const log = new KnowledgeLog({
      database,
      onError: (error) => logger.error({ message: error.message }, 'the knowledge log is out of reach; trying again'),
    });
    const services = createServices(database, log);
    await database.exclusively(async () => {
      await database.migrate();
      await seedReferenceData(database);
      if (config.seed) await seedKnowledge(database, services);
    });
    await log.start();
    closers.push(() => log.stop());
    return { database, log, services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connectionOf(
  config: Config,
  logger: Logger,
  closers: (() => Promise<void>)[],
  { join, onLost }: KnowledgeBaseOptions,
): Promise<DatabaseConnection> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl };
  const joined = join ? await joinEmbeddedPostgres(config.dataDirectory) : undefined;
  if (joined !== undefined) return joined;
  const postgres = await startEmbeddedPostgres({
    dataDirectory: config.dataDirectory,
    log: (line) => logger.info(line),
    onLost,
  });
  closers.push(() => postgres.stop());
  return postgres.connection;
}

function createServices(database: Database, log: KnowledgeLog): KnowledgeServices {
  const events = new RecordEventService(log);
  const drafts = new DraftService(database);
  return {
    framework: new FrameworkService(database),
    partners: new PartnerService(database),
    caseStudies: new CaseStudyService(database, drafts),
    experiences: new ExperienceService(database, drafts),
    lessons: new LessonService(database, drafts, events),
    records: new RecordService(database, events, {
      [RecordKind.CASE_STUDY]: caseStudyPublishingRule,
      [RecordKind.EXPERIENCE]: experiencePublishingRule,
      [RecordKind.LESSON]: lessonPublishingRule,
    }),
    links: new LinkService(database, events),
    adoptions: new AdoptionService(database, events),
  };
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
    const schema = buildGraphqlSchema([
      new OrganisationResolver(new OrganisationService(database), services.partners),
      new FrameworkResolver(services.framework),
      new CaseStudyResolver(services.caseStudies),
      new ExperienceResolver(services.experiences),
      new LessonResolver(services.lessons),
      new RecordResolver(services.records),
      new RelationResolver(services.links, services.adoptions),
      new SearchResolver(new SearchService(database)),
      new KnowledgeGraphResolver(new KnowledgeGraphService(database)),
      new KnowledgeEventResolver(log),
    ]);
    const server = await createServer({
      host: config.host,
      port: config.port,
      schema,
      sdl: printGraphqlSchema(schema),
      createContext: (viewer: Viewer): KnowledgeEventContext => ({
        ...createContext(database, viewer),
        knowledgeLog: log,
      }),
      authenticate: createAuthenticator({ adminApiKey: key }),
      logger,
      readFirst: { [KNOWLEDGE_CURSOR]: async () => encodeCursor(await log.end()) },
      isReady: async () => {
        await database.ping();
        return true;
      },
      registerRoutes: (fastify) => registerExplorer(fastify, explorerDirectory),
    });
    const { url } = await server.listen();
    return {
      url,
      adminKeyFile: file,
      close: async () => {
        try {
          await server.close();
        } finally {
          await knowledgeBase.close();
        }
      },
    };
  } catch (error) {
    await knowledgeBase.close();
    throw error;
  }
}
