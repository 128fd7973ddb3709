/** The way of a record to the public, as a client with the admin key walks it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let organisationId: string;
beforeAll(async () => {
  server = await startTestServer();
  organisationId = await libraryId(server);
});
afterAll(() => server.close());

const codes = (payload: { errors: { code: string }[] }) => payload.errors.map((error) => error.code);

describe('a draft', () => {
  it('is seen by nobody but those who may read drafts', async () => {
    const lesson = await createLesson(server, { title: 'Seen by nobody' });
    const query =
      'query ($slug: String!, $id: ID!) { lesson(slug: $slug) { title } node(id: $id) { id } lessons(first: 1000) { nodes { title } } search(query: "Seen by nobody") { totalCount } }';
    const outside = await server.query(query, lesson);
    expect(outside.data.lesson).toBeNull();
    expect(outside.data.node).toBeNull();
    expect(JSON.stringify(outside.data)).not.toContain('Seen by nobody');
    expect(outside.data.search.totalCount).toBe(0);
    const inside = await server.admin(query, lesson);
    expect(inside.data.lesson.title).toBe('Seen by nobody');
    expect(inside.data.node.id).toBe(lesson.id);
  });

  it('goes through review to the public, and counts its version up', async () => {
    const lesson = await createLesson(server, { title: 'From draft to public' });
    expect(lesson.version).toBe(1);
    const submitted = await mutate(server, 'submitForReview', 'record { status version publishedAt }', {
      id: lesson.id,
      version: 1,
    });
    expect(submitted.record).toEqual({ status: 'IN_REVIEW', version: 2, publishedAt: null });
    const published = await mutate(server, 'publish', 'record { status version publishedAt }', {
      id: lesson.id,
      version: 2,
    });
    expect(published.record).toMatchObject({ status: 'PUBLISHED', version: 3 });
    expect(published.record.publishedAt).toMatch(/^\d{4}-/);
    const { data } = await server.query('query ($slug: String!) { lesson(slug: $slug) { title status } }', lesson);
    expect(data.lesson).toEqual({ title: 'From draft to public', status: 'PUBLISHED' });
  });

  it('comes back from review with what should be changed, and takes the change', async () => {
    const lesson = await createLesson(server);
    await mutate(server, 'submitForReview', 'record { version }', { id: lesson.id, version: 1 });
    const refused = await mutate(server, 'updateLesson', 'lesson { version }', {
      id: lesson.id,
      version: 2,
      title: 'While in review',
    });
    expect(codes(refused)).toEqual(['INVALID_TRANSITION']);
    const back = await mutate(server, 'requestChanges', 'record { status version }', {
      id: lesson.id,
      version: 2,
      comment: 'Say when it holds.',
    });
    expect(back.record).toEqual({ status: 'DRAFT', version: 3 });
    const updated = await mutate(
      server,
      'updateLesson',
      'lesson { title version revisions { nodes { version status comment } } }',
      { id: lesson.id, version: 3, title: 'Changed' },
    );
    expect(updated.lesson).toMatchObject({ title: 'Changed', version: 4 });
    expect(updated.lesson.revisions.nodes).toEqual([
      { version: 4, status: 'DRAFT', comment: null },
      { version: 3, status: 'DRAFT', comment: 'Say when it holds.' },
      { version: 2, status: 'IN_REVIEW', comment: null },
      { version: 1, status: 'DRAFT', comment: null },
    ]);
  });

  it.each([
    ['publish', {}, 'DRAFT'],
    ['requestChanges', { comment: 'No.' }, 'DRAFT'],
    ['retract', { reason: 'No.' }, 'DRAFT'],
  ])('cannot be taken by %s', async (transition, input, status) => {
    const lesson = await createLesson(server);
    const payload = await mutate(server, transition, 'record { id }', { id: lesson.id, version: 1, ...input });
    expect(payload.record).toBeNull();
    expect(codes(payload)).toEqual(['INVALID_TRANSITION']);
    const { data } = await server.admin('query ($slug: String!) { lesson(slug: $slug) { status version } }', lesson);
    expect(data.lesson).toEqual({ status, version: 1 });
  });
});

describe('an edit of a published record', () => {
  it('is a working copy until it is published, and then replaces what was there', async () => {
    const draft = await createCaseStudy(server, {
      title: 'Before the edit',
      parties: [{ organisationId, role: 'LEAD', contributions: [{ kind: 'STAFF', description: 'Two librarians.' }] }],
      sources: [{ title: 'A newspaper', year: 2011 }],
      recommendations: [1, 4],
    });
    const published = await publish(server, draft);
    const edited = await mutate(
      server,
      'updateCaseStudy',
      'caseStudy { id title status version parties { contributions { description } } sources { title } recommendations { number } }',
      {
        id: draft.id,
        version: published.version,
        title: 'After the edit',
        recommendations: [2],
      },
    );
    expect(edited.caseStudy).toEqual({
      id: draft.id,
      title: 'After the edit',
      status: 'DRAFT',
      version: published.version + 1,
      parties: [{ contributions: [{ description: 'Two librarians.' }] }],
      sources: [{ title: 'A newspaper' }],
      recommendations: [{ number: 2 }],
    });

    const look =
      'query ($slug: String!) { caseStudy(slug: $slug) { id title status version publishedAt parties { contributions { description } } sources { title } recommendations { number } workingCopy { version title status } } }';
    const during = await server.query(look, draft);
    expect(during.data.caseStudy).toMatchObject({
      title: 'Before the edit',
      status: 'PUBLISHED',
      version: published.version,
      workingCopy: null,
      recommendations: [{ number: 1 }, { number: 4 }],
    });
    const inside = await server.admin(look, draft);
    expect(inside.data.caseStudy).toMatchObject({
      title: 'Before the edit',
      workingCopy: { title: 'After the edit', status: 'DRAFT', version: published.version + 1 },
    });

    const again = await mutate(server, 'updateCaseStudy', 'caseStudy { id }', {
      id: draft.id,
      version: published.version,
      title: 'Too late',
    });
    expect(codes(again)).toEqual(['VERSION_CONFLICT']);

    await publish(server, edited.caseStudy);
    const after = await server.query(look, draft);
    expect(after.data.caseStudy).toMatchObject({
      id: draft.id,
      title: 'After the edit',
      status: 'PUBLISHED',
      version: published.version + 3,
      publishedAt: during.data.caseStudy.publishedAt,
      parties: [{ contributions: [{ description: 'Two librarians.' }] }],
      sources: [{ title: 'A newspaper' }],
      recommendations: [{ number: 2 }],
    });
    const { data } = await server.query(
      'query ($id: ID!) { knowledgeEvents(first: 1000, filter: { records: [$id] }) { nodes { type recordVersion } } }',
      draft,
    );
    expect(data.knowledgeEvents.nodes).toEqual([
      { type: 'PUBLISHED', recordVersion: published.version },
      { type: 'REVISED', recordVersion: published.version + 3 },
    ]);
  });

  it('shows the public its published versions, and nothing of drafts', async () => {
    const draft = await createLesson(server, { title: 'First words' });
    const published = await publish(server, draft);
    const edit = await mutate(server, 'updateLesson', 'lesson { id version }', {
      id: draft.id,
      version: published.version,
      title: 'Second words',
    });
    await publish(server, edit.lesson);
    await mutate(server, 'updateLesson', 'lesson { id }', {
      id: draft.id,
      version: published.version + 3,
      title: 'Unpublished words',
    });
    const { data } = await server.query(
      'query ($slug: String!) { lesson(slug: $slug) { title revisions { totalCount nodes { version content } } } }',
      draft,
    );
    expect(data.lesson.title).toBe('Second words');
    expect(data.lesson.revisions.nodes.map((node: any) => [node.version, node.content.title])).toEqual([
      [published.version + 3, 'Second words'],
      [published.version, 'First words'],
    ]);
    expect(data.lesson.revisions.totalCount).toBe(2);
  });
});

describe('a retracted record', () => {
  it('is gone for the public, for good, with its edit in progress, and the log says so', async () => {
    const draft = await createLesson(server, { title: 'Taken back' });
    const published = await publish(server, draft);
    await mutate(server, 'updateLesson', 'lesson { id }', {
      id: draft.id,
      version: published.version,
      title: 'Being edited',
    });
    const retracted = await mutate(server, 'retract', 'record { status version workingCopy { id } }', {
      id: draft.id,
      version: published.version,
      reason: 'It was wrong.',
    });
    expect(retracted.errors).toEqual([]);
    expect(retracted.record).toEqual({ status: 'RETRACTED', version: published.version + 2, workingCopy: null });
    const { data } = await server.query(
      'query ($slug: String!, $id: ID!) { lesson(slug: $slug) { id } node(id: $id) { id } knowledgeEvents(first: 1000, filter: { records: [$id] }) { nodes { type record { title } } } }',
      draft,
    );
    expect(data.lesson).toBeNull();
    expect(data.node).toBeNull();
    expect(data.knowledgeEvents.nodes).toEqual([
      { type: 'PUBLISHED', record: null },
      { type: 'RETRACTED', record: null },
    ]);
    for (const [name, input] of [
      ['submitForReview', {}],
      ['retract', { reason: 'Again.' }],
    ] as const) {
      const payload = await mutate(server, name, 'record { id }', {
        id: draft.id,
        version: published.version + 2,
        ...input,
      });
      expect(codes(payload)).toEqual(['INVALID_TRANSITION']);
    }
  });
});

describe('a version', () => {
  it('that is not the latest is a conflict, and nothing is changed', async () => {
    const lesson = await createLesson(server);
    await mutate(server, 'updateLesson', 'lesson { id }', { id: lesson.id, version: 1, title: 'First come' });
    const late = await mutate(server, 'updateLesson', 'lesson { id }', {
      id: lesson.id,
      version: 1,
      title: 'Second come',
    });
    expect(late.lesson).toBeNull();
    expect(codes(late)).toEqual(['VERSION_CONFLICT']);
    expect(late.errors[0].path).toEqual(['version']);
    const { data } = await server.admin('query ($slug: String!) { lesson(slug: $slug) { title } }', lesson);
    expect(data.lesson.title).toBe('First come');
  });

  it('lets exactly one of many who edit at once pass', async () => {
    const lesson = await createLesson(server);
    const payloads = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        mutate(server, 'updateLesson', 'lesson { title }', { id: lesson.id, version: 1, title: `Editor ${index}` }),
      ),
    );
    expect(payloads.filter((payload) => payload.lesson !== null)).toHaveLength(1);
    expect(
      payloads
        .filter((payload) => payload.lesson === null)
        .every((payload) => codes(payload)[0] === 'VERSION_CONFLICT'),
    ).toBe(true);
  });

  it('lets exactly one of many who edit a published record at once open the working copy', async () => {
    const published = await publish(server, await createLesson(server));
    const payloads = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        mutate(server, 'updateLesson', 'lesson { title }', {
          id: published.id,
          version: published.version,
          title: `Editor ${index}`,
        }),
      ),
    );
    expect(payloads.filter((payload) => payload.lesson !== null)).toHaveLength(1);
  });
});

describe('an idempotency key', () => {
  const input = () => ({ title: 'Said once', language: 'EN', organisationId, idempotencyKey: 'key-1' });

  it('answers the same content with the first result, and other content with a conflict', async () => {
    const first = await mutate(server, 'createLesson', 'lesson { id }', input());
    const second = await mutate(server, 'createLesson', 'lesson { id }', input());
    expect(second.lesson.id).toBe(first.lesson.id);
    const other = await mutate(server, 'createLesson', 'lesson { id }', { ...input(), title: 'Said otherwise' });
    expect(codes(other)).toEqual(['IDEMPOTENCY_CONFLICT']);
    expect(other.errors[0].path).toEqual(['idempotencyKey']);
  });

  it('leads to one record however many send it at once', async () => {
    const payloads = await Promise.all(
      Array.from({ length: 8 }, () =>
        mutate(server, 'createLesson', 'lesson { id }', { ...input(), idempotencyKey: 'key-2' }),
      ),
    );
    expect(new Set(payloads.map((payload) => payload.lesson.id)).size).toBe(1);
  });

  it('is not used up by a write that was refused', async () => {
    const refused = await mutate(server, 'createLesson', 'lesson { id }', {
      ...input(),
      idempotencyKey: 'key-3',
      themes: ['no-such-theme'],
    });
    expect(codes(refused)).toEqual(['NOT_FOUND']);
    const accepted = await mutate(server, 'createLesson', 'lesson { id }', { ...input(), idempotencyKey: 'key-3' });
    expect(accepted.errors).toEqual([]);
  });
});

describe('the definition of a partnership', () => {
  it('is checked at publishing, one error for each part that is missing', async () => {
    const draft = await createCaseStudy(server, { documentation: 'COMPLETE', state: 'ACTIVE' });
    const submitted = await mutate(server, 'submitForReview', 'record { version }', { id: draft.id, version: 1 });
    const refused = await mutate(server, 'publish', 'record { id }', {
      id: draft.id,
      version: submitted.record.version,
    });
    expect(refused.record).toBeNull();
    expect(codes(refused)).toEqual(Array(4).fill('NOT_A_PARTNERSHIP'));
    expect(refused.errors.map((error: any) => error.path)).toEqual([
      ['parties'],
      ['parties'],
      ['rulesOfPlay'],
      ['benefits'],
    ]);
    const { data } = await server.admin(
      'query ($slug: String!) { caseStudy(slug: $slug) { status definitionCheck { isPartnership missing } } }',
      draft,
    );
    expect(data.caseStudy).toEqual({
      status: 'IN_REVIEW',
      definitionCheck: {
        isPartnership: false,
        missing: ['TWO_PARTIES', 'CONTRIBUTION_FROM_EACH_PARTY', 'RULES_OF_PLAY', 'MUTUAL_BENEFIT'],
      },
    });
  });

  it('lets a case through that meets it', async () => {
    const partner = await mutate(server, 'createPartner', 'partner { id }', {
      name: 'Roklubben',
      sector: 'CIVIL_SOCIETY',
    });
    const draft = await createCaseStudy(server, {
      documentation: 'COMPLETE',
      state: 'ACTIVE',
      parties: [
        { organisationId, role: 'LEAD', contributions: [{ kind: 'STAFF', description: 'Two librarians.' }] },
        {
          organisationId: partner.partner.id,
          contributions: [{ kind: 'MONEY', description: 'Rent.', amount: 12500.5, currency: 'DKK' }],
        },
      ],
      rulesOfPlay: [{ topic: 'EXIT', text: 'Half a year’s notice.' }],
      benefits: [
        { group: 'USERS', description: 'A room by the water.' },
        { group: 'CIVIL_SOCIETY', description: 'New members.' },
      ],
      funding: [{ pool: 'Udviklingspuljen', amount: 200000, currency: 'DKK', year: 2010 }],
      rationales: [3, 1],
      municipalityCode: '0751',
      startedOn: '2010-02-01',
    });
    await publish(server, draft);
    const { data } = await server.query(
      'query ($slug: String!) { caseStudy(slug: $slug) { definitionCheck { isPartnership missing } parties { role organisation { name } contributions { kind amount currency } } rulesOfPlay { topic text } benefits { group } funding { pool amount currency year } rationales { number } municipality { code name } startedOn endedOn } }',
      draft,
    );
    expect(data.caseStudy).toEqual({
      definitionCheck: { isPartnership: true, missing: [] },
      parties: [
        {
          role: 'LEAD',
          organisation: { name: 'Aarhus Kommunes Biblioteker' },
          contributions: [{ kind: 'STAFF', amount: null, currency: null }],
        },
        {
          role: 'PARTNER',
          organisation: { name: 'Roklubben' },
          contributions: [{ kind: 'MONEY', amount: 12500.5, currency: 'DKK' }],
        },
      ],
      rulesOfPlay: [{ topic: 'EXIT', text: 'Half a year’s notice.' }],
      benefits: [{ group: 'USERS' }, { group: 'CIVIL_SOCIETY' }],
      funding: [{ pool: 'Udviklingspuljen', amount: 200000, currency: 'DKK', year: 2010 }],
      rationales: [{ number: 1 }, { number: 3 }],
      municipality: { code: '0751', name: 'Aarhus' },
      startedOn: '2010-02-01',
      endedOn: null,
    });
  });
});

describe('publishing', () => {
  it('wants a source where the provenance is DOCUMENTED', async () => {
    const draft = await createLesson(server, { provenance: 'DOCUMENTED' });
    await mutate(server, 'submitForReview', 'record { id }', { id: draft.id, version: 1 });
    const refused = await mutate(server, 'publish', 'record { id }', { id: draft.id, version: 2 });
    expect(refused.errors).toMatchObject([{ code: 'REQUIRED', path: ['sources'] }]);
  });

  it('wants an experience to answer its questions, and its case to be public', async () => {
    const caseStudy = await createCaseStudy(server);
    const draft = await createExperience(server, caseStudy.id, { barriers: '', gain: '  ' });
    await mutate(server, 'submitForReview', 'record { id }', { id: draft.id, version: 1 });
    const refused = await mutate(server, 'publish', 'record { id }', { id: draft.id, version: 2 });
    expect(refused.errors).toMatchObject([
      { code: 'INVALID', path: ['caseStudyId'] },
      { code: 'REQUIRED', path: ['barriers'] },
      { code: 'REQUIRED', path: ['gain'] },
    ]);
  });

  it('wants a lesson to give advice', async () => {
    const draft = await createLesson(server, { advice: null, context: null });
    await mutate(server, 'submitForReview', 'record { id }', { id: draft.id, version: 1 });
    const refused = await mutate(server, 'publish', 'record { id }', { id: draft.id, version: 2 });
    expect(refused.errors).toMatchObject([
      { code: 'REQUIRED', path: ['context'] },
      { code: 'REQUIRED', path: ['advice'] },
    ]);
  });
});

describe('without a key', () => {
  it('nothing can be written', async () => {
    const { data, errors } = await server.query(
      'mutation ($input: CreateLessonInput!) { createLesson(input: $input) { lesson { id } errors { code } } }',
      { input: { title: 'Anonymous', language: 'EN', organisationId } },
    );
    expect(data).toBeNull();
    expect(errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
  });
});
