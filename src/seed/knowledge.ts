/** Puts the cases of 2010 and the illustrations into a knowledge base, through the services that clients use. */
import sql from 'sql-template-tag';
import { DomainError, UserErrorCode } from '../common/errors.js';
import type { CaseStudyContent, CaseStudyService } from '../modules/case-studies/case-study.service.js';
import type { PartnerContent, PartnerService } from '../modules/directory/partner.service.js';
import type { ExperienceContent, ExperienceService } from '../modules/experiences/experience.service.js';
import type { LessonContent, LessonService, NewEvidence } from '../modules/lessons/lesson.service.js';
import type { AdoptionService, NewAdoption } from '../modules/records/adoption.service.js';
import type { LinkService } from '../modules/records/link.service.js';
import type { RecordStatus } from '../modules/records/record.entity.js';
import type { RecordService } from '../modules/records/record.service.js';
import { ADMIN, type Viewer } from '../platform/auth/viewer.js';
import type { Database } from '../platform/database/database.js';
import { caseStudies } from './case-studies.js';
import { illustrativeExperiences } from './illustration-experiences.js';
import { illustrativeAdoptions, illustrativeLessons, illustrativeLinks } from './illustration-lessons.js';
import { illustrativeCaseStudies } from './illustrations.js';
import { illustrativePartners, partners } from './organisations.js';
import { publishRecord } from './publish-record.js';

export interface SeedServices {
  readonly partners: PartnerService;
  readonly caseStudies: CaseStudyService;
  readonly experiences: ExperienceService;
  readonly lessons: LessonService;
  readonly records: RecordService;
  readonly links: LinkService;
  readonly adoptions: AdoptionService;
}

const SEEDER: Viewer = Object.freeze({ ...ADMIN, actor: 'seed' });

interface SeededRecord {
  id: string;
  status: RecordStatus;
  version: number;
  bySeed: boolean;
}

/**
 * Adds what is not there yet; a second time nothing changes. What is there stays as people have made it since; only a
 * record that a seeding which was cut short had begun is brought to its end.
 */
export async function seedKnowledge(database: Database, services: SeedServices): Promise<void> {
  const organisations = await seedOrganisations(database, services.partners);
  const records = new Map<string, string>();
  const organisationId = (key: string) => found(organisations, key);
  const recordId = (slug: string) => found(records, slug);

  const publish = async (slug: string, kind: string, create: () => Promise<string>): Promise<void> => {
    let record = await readRecord(database, kind, slug);
    if (record === undefined) {
      await create();
      record = (await readRecord(database, kind, slug))!;
    }
    records.set(slug, record.id);
    if (record.bySeed) await publishRecord(services.records, SEEDER, record);
  };

  // What is documented comes last, and so first in lists that show the newest first.
  for (const { organisation, sources, parties, ...seed } of [...illustrativeCaseStudies, ...caseStudies]) {
    await publish(seed.slug, 'CASE_STUDY', () =>
      services.caseStudies.create(SEEDER, {
        ...seed,
        organisationId: organisationId(organisation),
        parties: parties.map(({ organisation: party, ...rest }) => ({
          ...rest,
          organisationId: organisationId(party),
        })),
        sources,
      } as unknown as CaseStudyContent),
    );
  }
  for (const { organisation, caseStudy, sources, ...seed } of illustrativeExperiences) {
    await publish(seed.slug, 'EXPERIENCE', () =>
      services.experiences.create(SEEDER, {
        ...seed,
        organisationId: organisationId(organisation),
        caseStudyId: recordId(caseStudy),
        sources,
      } as unknown as ExperienceContent),
    );
  }
  for (const { organisation, evidence, sources, ...seed } of illustrativeLessons) {
    await publish(seed.slug, 'LESSON', () =>
      services.lessons.create(SEEDER, {
        ...seed,
        organisationId: organisationId(organisation),
        sources,
      } as unknown as LessonContent),
    );
    for (const { experience, stance, note } of evidence) {
      const piece = { lessonId: recordId(seed.slug), experienceId: recordId(experience), stance, note };
      await unlessThere(services.lessons.addEvidence(SEEDER, piece as NewEvidence));
    }
  }
  for (const { from, to, relation, note } of illustrativeLinks) {
    const link = { fromId: recordId(from), toId: recordId(to), relation, note };
    if (await wasLinked(database, link)) continue;
    await unlessThere(services.links.link(SEEDER, link as Parameters<LinkService['link']>[1]));
  }
  for (const { record, organisation, ...seed } of illustrativeAdoptions) {
    const adoption = { ...seed, recordId: recordId(record), organisationId: organisationId(organisation) };
    await unlessThere(services.adoptions.recordAdoption(SEEDER, adoption as NewAdoption));
  }
}

/** Ids of partners by key and of libraries by ISIL. */
async function seedOrganisations(database: Database, service: PartnerService): Promise<Map<string, string>> {
  const seeds = [...partners, ...illustrativePartners];
  const ids = await database.inTransaction((transaction) =>
    service.ensure(
      SEEDER,
      transaction,
      seeds.map(({ key: _key, ...content }) => content as PartnerContent),
    ),
  );
  const libraries = await database.rows<{ isil: string; id: string }>(
    sql`SELECT isil, id FROM organisation WHERE kind = 'LIBRARY'`,
  );
  return new Map([
    ...seeds.map(({ key }, index) => [key, ids[index]!] as const),
    ...libraries.map(({ isil, id }) => [isil, id] as const),
  ]);
}

function readRecord(database: Database, kind: string, slug: string): Promise<SeededRecord | undefined> {
  return database.row<SeededRecord>(
    sql`SELECT r.id, r.status, r.version,
        NOT EXISTS (SELECT FROM revision WHERE record_id = r.id AND actor <> ${SEEDER.actor}) AS "bySeed"
      FROM record r WHERE r.kind = ${kind} AND r.slug = ${slug} AND r.working_copy_of IS NULL`,
  );
}

/** Whether these two were ever linked: a link that people have taken away since must not come back with each start. */
async function wasLinked(database: Database, { fromId, toId }: { fromId: string; toId: string }): Promise<boolean> {
  const told = await database.row(
    sql`SELECT 1 FROM knowledge_log WHERE type = 'LINKED' AND record_id = ${fromId} AND related_record_id = ${toId}`,
  );
  return told !== undefined;
}

/** What was linked, adopted or used as evidence before, or was retracted since, stays as it is. */
async function unlessThere(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const settled: readonly UserErrorCode[] = [UserErrorCode.DUPLICATE, UserErrorCode.INVALID_TRANSITION];
    if (!(error instanceof DomainError) || error.errors.some(({ code }) => !settled.includes(code))) throw error;
  }
}

function found(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`The seed names "${key}", which is not there.`);
  return id;
}
