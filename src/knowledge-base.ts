/** The knowledge base without the server in front: database, log and services, started and stopped in order. */
import type { Logger } from 'pino';
import type { Config } from './config.js';
import { caseStudyPublishingRule, CaseStudyService } from './modules/case-studies/case-study.service.js';
import { PartnerService } from './modules/directory/partner.service.js';
import { experiencePublishingRule, ExperienceService } from './modules/experiences/experience.service.js';
import { FrameworkService } from './modules/framework/framework.service.js';
import { lessonPublishingRule, LessonService } from './modules/lessons/lesson.service.js';
import { AdoptionService } from './modules/records/adoption.service.js';
import { DraftService } from './modules/records/draft.service.js';
import { LinkService } from './modules/records/link.service.js';
import { RecordKind } from './modules/records/record.entity.js';
import { RecordEventService } from './modules/records/record-event.service.js';
import { RecordService } from './modules/records/record.service.js';
import { Database, type DatabaseConnection, STATEMENT_MILLISECONDS } from './platform/database/database.js';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from './platform/database/embedded-postgres.js';
import { KnowledgeLog } from './platform/log/knowledge-log.js';
import { seedKnowledge, type SeedServices } from './seed/knowledge.js';
import { seedReferenceData } from './seed/reference-data.js';
import { ENTITIES, MIGRATIONS } from './entities.js';

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
  const { database, close: closeDatabase } = await openDatabase(config, logger, options);
  try {
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
    const close = async (): Promise<void> => {
      try {
        await log.stop();
      } finally {
        // What cannot be let go of keeps nothing else: above all not PostgreSQL.
        await closeDatabase();
      }
    };
    return { database, log, services, close };
  } catch (error) {
    await closeDatabase();
    throw error;
  }
}

export interface DatabaseHandle {
  readonly database: Database;
  close(): Promise<void>;
}

/**
 * Connects to the database that the configuration names, and starts the embedded one where it names none. Changes nothing
 * in it.
 *
 * @param options as for {@link openKnowledgeBase}; `migrations`: those that {@link Database.migrate} runs, all unless told
 */
export async function openDatabase(
  config: Config,
  logger: Logger,
  options: KnowledgeBaseOptions & { readonly migrations?: readonly Function[] } = {},
): Promise<DatabaseHandle> {
  const { connection, stop } = await connectionOf(config, logger, options);
  try {
    const database = await Database.open({
      connection,
      entities: ENTITIES,
      migrations: [...(options.migrations ?? MIGRATIONS)],
      // An operation that may take longer is not to fail for one statement's sake.
      statementMilliseconds: Math.max(STATEMENT_MILLISECONDS, config.operationMilliseconds),
      onIdleError: (error) => logger.warn({ message: error.message }, 'a database connection broke'),
    });
    const close = async (): Promise<void> => {
      try {
        await database.close();
      } finally {
        await stop();
      }
    };
    return { database, close };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function connectionOf(
  config: Config,
  logger: Logger,
  { join, onLost }: KnowledgeBaseOptions,
): Promise<{ connection: DatabaseConnection; stop: () => Promise<void> }> {
  const nothing = () => Promise.resolve();
  if (config.databaseUrl !== undefined) return { connection: { url: config.databaseUrl }, stop: nothing };
  const joined = join ? await joinEmbeddedPostgres(config.dataDirectory) : undefined;
  if (joined !== undefined) return { connection: joined, stop: nothing };
  const postgres = await startEmbeddedPostgres({
    dataDirectory: config.dataDirectory,
    log: (line) => logger.info(line),
    onLost,
  });
  return { connection: postgres.connection, stop: () => postgres.stop() };
}

function createServices(database: Database, log: KnowledgeLog): KnowledgeServices {
  const events = new RecordEventService(log);
  const drafts = new DraftService(database);
  return {
    framework: new FrameworkService(database),
    partners: new PartnerService(database),
    caseStudies: new CaseStudyService(drafts),
    experiences: new ExperienceService(drafts),
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
