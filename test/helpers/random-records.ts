/** Records in every status, and what hangs on them: what the seeded ones, all published, do not show. */
import {
  createCaseStudy,
  createExperience,
  createLesson,
  libraryId,
  mutate,
  publish,
  type Reference,
} from './records.js';
import type { TestServer } from './server.js';

/** Writes a draft, one in review, one retracted, an edit in progress, a link and an adoption. */
export async function addUnpublishedRecords(server: TestServer): Promise<void> {
  const organisationId = await libraryId(server);
  const draft = await createCaseStudy(server, { title: 'A draft', recommendations: [1, 2], themes: ['reading'] });
  const submitted = await createLesson(server, { title: 'In review' });
  await write('submitForReview', 'record', reference(submitted));
  const retracted = await publish(server, await createLesson(server, { title: 'Taken back' }));
  await write('retract', 'record', { ...reference(retracted), reason: 'It was wrong.' });

  const edited = await publish(
    server,
    await createCaseStudy(server, {
      parties: [{ organisationId, contributions: [{ kind: 'STAFF', description: 'Time.' }] }],
      sources: [{ title: 'A report', url: 'https://example.org/', year: 2010 }],
      funding: [{ pool: 'A pool', amount: 12.5, currency: 'DKK' }],
    }),
  );
  await write('updateCaseStudy', 'caseStudy', { ...reference(edited), title: 'An edit in progress' });
  const experience = await publish(server, await createExperience(server, edited.id));
  await createExperience(server, draft.id);
  const lesson = await publish(server, await createLesson(server));
  await write('addEvidence', 'lesson', { lessonId: lesson.id, experienceId: experience.id, stance: 'CONTRADICTS' });
  await write('link', 'link', { fromId: edited.id, toId: draft.id, relation: 'CONTINUES' });
  await write('link', 'link', { fromId: edited.id, toId: lesson.id, relation: 'RELATED' });
  await write('recordAdoption', 'adoption', { recordId: lesson.id, organisationId, taken: 'All of it.' });

  async function write(name: string, entity: string, input: object): Promise<void> {
    const { errors } = await mutate(server, name, `${entity} { id }`, input);
    if (errors.length > 0) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  }
}

function reference({ id, version }: Reference): { id: string; version: number } {
  return { id, version };
}
