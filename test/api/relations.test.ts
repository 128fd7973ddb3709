/** Evidence, links and adoptions: what connects records, written and read from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createCaseStudy,
  createExperience,
  createLesson,
  libraryId,
  mutate,
  publish,
  type Reference,
} from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let caseStudy: Reference;
beforeAll(async () => {
  server = await startTestServer();
  caseStudy = await publish(server, await createCaseStudy(server));
});
afterAll(() => server.close());

const codes = (payload: { errors: { code: string }[] }) => payload.errors.map((error) => error.code);

async function publishedExperience(isil: string, input: object = {}): Promise<Reference> {
  const organisationId = await libraryId(server, isil);
  return publish(server, await createExperience(server, caseStudy.id, { organisationId, ...input }));
}

const CONFIDENCE = 'confidence { level supporting contradicting organisations }';

describe('evidence', () => {
  it('makes the confidence in a lesson, counted by organisation', async () => {
    const lesson = await publish(server, await createLesson(server));
    const add = async (isil: string, stance: string) =>
      (
        await mutate(server, 'addEvidence', `lesson { ${CONFIDENCE} }`, {
          lessonId: lesson.id,
          experienceId: (await publishedExperience(isil)).id,
          stance,
        })
      ).lesson.confidence;
    expect(await add('DK-775100', 'SUPPORTS')).toEqual({
      level: 'LOW',
      supporting: 1,
      contradicting: 0,
      organisations: 1,
    });
    expect(await add('DK-775100', 'SUPPORTS')).toEqual({
      level: 'LOW',
      supporting: 1,
      contradicting: 0,
      organisations: 1,
    });
    expect(await add('DK-746100', 'SUPPORTS')).toEqual({
      level: 'MODERATE',
      supporting: 2,
      contradicting: 0,
      organisations: 2,
    });
    expect(await add('DK-710100', 'SUPPORTS')).toEqual({
      level: 'HIGH',
      supporting: 3,
      contradicting: 0,
      organisations: 3,
    });
    expect(await add('DK-785100', 'CONTRADICTS')).toEqual({
      level: 'MODERATE',
      supporting: 3,
      contradicting: 1,
      organisations: 4,
    });
    expect(await add('DK-746100', 'CONTRADICTS')).toEqual({
      level: 'CONTESTED',
      supporting: 3,
      contradicting: 2,
      organisations: 4,
    });
  });

  it('counts only while its experience is public, and is shown only then', async () => {
    const lesson = await publish(server, await createLesson(server));
    const draft = await createExperience(server, caseStudy.id, { title: 'Not told yet' });
    await mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId: lesson.id,
      experienceId: draft.id,
      stance: 'SUPPORTS',
    });
    const look = async () =>
      (
        await server.query(
          `query ($slug: String!) { lesson(slug: $slug) { ${CONFIDENCE} evidence { stance experience { title } } caseStudies { nodes { slug } } } }`,
          lesson,
        )
      ).data.lesson;
    expect(await look()).toMatchObject({
      confidence: { level: 'UNTESTED', supporting: 0 },
      evidence: [],
      caseStudies: { nodes: [] },
    });
    const published = await publish(server, draft);
    expect(await look()).toMatchObject({
      confidence: { level: 'LOW', supporting: 1 },
      evidence: [{ stance: 'SUPPORTS', experience: { title: 'Not told yet' } }],
      caseStudies: { nodes: [{ slug: caseStudy.slug }] },
    });
    await mutate(server, 'retract', 'record { id }', {
      id: draft.id,
      version: published.version,
      reason: 'Told wrongly.',
    });
    expect(await look()).toMatchObject({ confidence: { level: 'UNTESTED' }, evidence: [] });
  });

  it('refuses what is there already, what is not there, and an invented experience for a real lesson', async () => {
    const lesson = await publish(server, await createLesson(server));
    const experience = await publishedExperience('DK-775100');
    const input = { lessonId: lesson.id, experienceId: experience.id, stance: 'SUPPORTS' };
    expect(codes(await mutate(server, 'addEvidence', 'lesson { id }', input))).toEqual([]);
    expect(codes(await mutate(server, 'addEvidence', 'lesson { id }', { ...input, stance: 'CONTRADICTS' }))).toEqual([
      'DUPLICATE',
    ]);
    const swapped = await mutate(server, 'addEvidence', 'lesson { id }', { ...input, lessonId: experience.id });
    expect(swapped.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['lessonId'] }]);
    const noId = await mutate(server, 'addEvidence', 'lesson { id }', { ...input, experienceId: 'x' });
    expect(noId.errors).toMatchObject([{ code: 'INVALID', path: ['experienceId'] }]);
    const invented = await publishedExperience('DK-746100', { provenance: 'ILLUSTRATIVE' });
    const refused = await mutate(server, 'addEvidence', 'lesson { id }', { ...input, experienceId: invented.id });
    expect(refused.errors).toMatchObject([{ code: 'INVALID', path: ['experienceId'] }]);
  });
});

describe('a link', () => {
  it('is seen from both ends, from the other by its inverse name', async () => {
    const [earlier, later] = [
      await publish(server, await createLesson(server, { title: 'Earlier' })),
      await publish(server, await createLesson(server, { title: 'Later' })),
    ];
    const made = await mutate(server, 'link', 'link { id relation inverse from { title } to { title } }', {
      fromId: later.id,
      toId: earlier.id,
      relation: 'SUPERSEDES',
      note: 'Two years on.',
    });
    expect(made.link).toMatchObject({
      relation: 'SUPERSEDES',
      inverse: 'SUPERSEDED_BY',
      from: { title: 'Later' },
      to: { title: 'Earlier' },
    });
    const look =
      'query ($slug: String!) { lesson(slug: $slug) { links { totalCount edges { role record { title } node { id note } } } } }';
    const node = { id: made.link.id, note: 'Two years on.' };
    expect((await server.query(look, later)).data.lesson.links).toEqual({
      totalCount: 1,
      edges: [{ role: 'SUPERSEDES', record: { title: 'Earlier' }, node }],
    });
    expect((await server.query(look, earlier)).data.lesson.links).toEqual({
      totalCount: 1,
      edges: [{ role: 'SUPERSEDED_BY', record: { title: 'Later' }, node }],
    });
    expect((await server.query('query ($id: ID!) { node(id: $id) { __typename id } }', made.link)).data.node).toEqual({
      __typename: 'Link',
      id: made.link.id,
    });

    const gone = await mutate(server, 'unlink', 'link { id }', { id: made.link.id });
    expect(gone.errors).toEqual([]);
    expect((await server.query(look, later)).data.lesson.links.edges).toEqual([]);
    expect(codes(await mutate(server, 'unlink', 'link { id }', { id: made.link.id }))).toEqual(['NOT_FOUND']);
    const { data } = await server.query(
      'query ($id: ID!) { knowledgeEvents(first: 1000, filter: { records: [$id], types: [LINKED, UNLINKED] }) { nodes { type recordId relatedRecord { title } } } }',
      earlier,
    );
    expect(data.knowledgeEvents.nodes).toEqual([
      { type: 'LINKED', recordId: later.id, relatedRecord: { title: 'Earlier' } },
      { type: 'UNLINKED', recordId: later.id, relatedRecord: { title: 'Earlier' } },
    ]);
  });

  it('is hidden, and not told of, while one end is no public record', async () => {
    const [shown, draft] = [
      await publish(server, await createLesson(server)),
      await createLesson(server, { title: 'Hidden end' }),
    ];
    await mutate(server, 'link', 'link { id }', { fromId: shown.id, toId: draft.id, relation: 'CONFIRMS' });
    const look =
      'query ($slug: String!, $id: ID!) { lesson(slug: $slug) { links { totalCount nodes { id } } } knowledgeEvents(first: 1000, filter: { records: [$id] }) { nodes { type } } }';
    const before = await server.query(look, shown);
    expect(before.data.lesson.links).toEqual({ totalCount: 0, nodes: [] });
    expect(before.data.knowledgeEvents.nodes).toEqual([{ type: 'PUBLISHED' }]);
    await publish(server, draft);
    expect((await server.query(look, shown)).data.lesson.links.totalCount).toBe(1);
  });

  it('refuses a record with itself and the same link again, RELATED also the other way round', async () => {
    const [one, other] = [await createLesson(server), await createLesson(server)];
    const link = async (fromId: string, toId: string, relation: string) =>
      codes(await mutate(server, 'link', 'link { id }', { fromId, toId, relation }));
    expect(await link(one.id, one.id, 'RELATED')).toEqual(['INVALID']);
    expect(await link(one.id, other.id, 'RELATED')).toEqual([]);
    expect(await link(other.id, one.id, 'RELATED')).toEqual(['DUPLICATE']);
    expect(await link(one.id, other.id, 'CONTINUES')).toEqual([]);
    expect(await link(one.id, other.id, 'CONTINUES')).toEqual(['DUPLICATE']);
    expect(await link(other.id, one.id, 'CONTINUES')).toEqual([]);
  });

  it('can be made both ways at once by many without a deadlock reaching anybody', async () => {
    const lessons = await Promise.all(Array.from({ length: 4 }, () => createLesson(server)));
    const pairs = lessons.flatMap((from) =>
      lessons.filter((to) => to !== from).map((to) => ({ fromId: from.id, toId: to.id, relation: 'CONFIRMS' })),
    );
    const payloads = await Promise.all(pairs.map((input) => mutate(server, 'link', 'link { id }', input)));
    expect(payloads.flatMap(codes)).toEqual([]);
  });
});

describe('an adoption', () => {
  it('is shown on the record, and told with the organisation that adopted', async () => {
    const lesson = await publish(server, await createLesson(server));
    const organisationId = await libraryId(server, 'DK-746100');
    const input = {
      recordId: lesson.id,
      organisationId,
      taken: 'The checklist.',
      adaptation: 'Shorter.',
      outcome: 'SUCCESS',
      result: 'No quarrels.',
      adoptedOn: '2012-03-01',
      idempotencyKey: 'adoption-1',
    };
    const made = await mutate(
      server,
      'recordAdoption',
      'adoption { id taken outcome adoptedOn organisation { name } record { id } }',
      input,
    );
    expect(made.adoption).toMatchObject({
      taken: 'The checklist.',
      outcome: 'SUCCESS',
      adoptedOn: '2012-03-01',
      organisation: { name: 'Odense Bibliotekerne' },
      record: { id: lesson.id },
    });
    const again = await mutate(server, 'recordAdoption', 'adoption { id }', input);
    expect(again.adoption.id).toBe(made.adoption.id);
    const { data } = await server.query(
      'query ($slug: String!, $id: ID!) { lesson(slug: $slug) { adoptions { totalCount nodes { result } } } knowledgeEvents(first: 1000, filter: { records: [$id], types: [ADOPTED] }) { nodes { organisation { name } } } }',
      lesson,
    );
    expect(data.lesson.adoptions).toEqual({ totalCount: 1, nodes: [{ result: 'No quarrels.' }] });
    expect(data.knowledgeEvents.nodes).toEqual([{ organisation: { name: 'Odense Bibliotekerne' } }]);
  });

  it('refuses a draft, an unknown organisation, and the same report again', async () => {
    const draft = await createLesson(server);
    const organisationId = await libraryId(server);
    const adopt = (input: object) =>
      mutate(server, 'recordAdoption', 'adoption { id }', {
        recordId: draft.id,
        organisationId,
        taken: 'All of it.',
        ...input,
      });
    expect(codes(await adopt({}))).toEqual(['INVALID_TRANSITION']);
    await publish(server, draft);
    expect((await adopt({ organisationId: draft.id })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['organisationId'] },
    ]);
    expect(codes(await adopt({}))).toEqual([]);
    expect(codes(await adopt({ taken: 'All of it, again.' }))).toEqual(['DUPLICATE']);
    expect(codes(await adopt({ adoptedOn: '2013-01-01' }))).toEqual([]);
  });
});
