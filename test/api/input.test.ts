/** Bad input: a clear error with its path, and nothing lost or half-written. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseStudy, libraryId, mutate } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let organisationId: string;
beforeAll(async () => {
  server = await startTestServer();
  organisationId = await libraryId(server);
});
afterAll(() => server.close());

const NOBODY = '00000000-0000-7000-8000-000000000000';
const base = () => ({ title: 'A case', language: 'EN', organisationId, kind: 'PROJECT', scope: 'LOCAL' });
const drafts = async () =>
  (await server.admin('{ caseStudies(filter: { statuses: [DRAFT] }) { totalCount } }')).data.caseStudies.totalCount;

describe('a write that is refused', () => {
  it.each<[string, object, string, (string | number)[]]>([
    ['an empty title', { title: '  \n ' }, 'REQUIRED', ['title']],
    ['a title that is too long', { title: 'x'.repeat(301) }, 'INVALID', ['title']],
    ['a control character', { summary: 'A\u0007bell' }, 'INVALID', ['summary']],
    ['a control character of the second kind', { summary: 'A\u0092' }, 'INVALID', ['summary']],
    ['a turned direction', { summary: 'A\u202eb' }, 'INVALID', ['summary']],
    ['an isolated direction', { sources: [{ title: 'A\u2067b' }] }, 'INVALID', ['sources', '0', 'title']],
    ['no character', { summary: 'A\uffffb' }, 'INVALID', ['summary']],
    ['no character of another plane', { summary: 'A\u{1fffe}b' }, 'INVALID', ['summary']],
    ['a byte order mark in the middle', { summary: 'A\ufeffb' }, 'INVALID', ['summary']],
    ['a theme as long as a story', { themes: ['x'.repeat(50_000)] }, 'INVALID', ['themes']],
    ['NUL', { summary: 'A\u0000' }, 'INVALID', ['summary']],
    ['half a surrogate pair', { description: 'A\ud800' }, 'INVALID', ['description']],
    ['a slug with capitals', { slug: 'Not-A-Slug' }, 'INVALID', ['slug']],
    ['an idempotency key with spaces', { idempotencyKey: 'a b' }, 'INVALID', ['idempotencyKey']],
    ['an organisation that is none', { organisationId: 'x' }, 'INVALID', ['organisationId']],
    ['an organisation that is not there', { organisationId: NOBODY }, 'NOT_FOUND', ['organisationId']],
    ['a theme that is not there', { themes: ['reading', 'no-such-theme'] }, 'NOT_FOUND', ['themes', '1']],
    ['a theme twice', { themes: ['reading', 'reading'] }, 'INVALID', ['themes']],
    ['an eleventh recommendation', { recommendations: [11] }, 'INVALID', ['recommendations']],
    ['a fourth rationale', { rationales: [4] }, 'INVALID', ['rationales']],
    ['a municipality that is no code', { municipalityCode: '751' }, 'INVALID', ['municipalityCode']],
    ['a municipality that is not there', { municipalityCode: '0999' }, 'NOT_FOUND', ['municipalityCode']],
    ['an end before the beginning', { startedOn: '2011-01-02', endedOn: '2011-01-01' }, 'INVALID', ['endedOn']],
    [
      'a party that is not there',
      { parties: [{ organisationId: NOBODY }] },
      'NOT_FOUND',
      ['parties', '0', 'organisationId'],
    ],
    ['a source without a title', { sources: [{ title: '' }] }, 'REQUIRED', ['sources', '0', 'title']],
    ['a year before printing', { sources: [{ title: 'A', year: 1200 }] }, 'INVALID', ['sources', '0', 'year']],
    [
      'more entries than a list may have',
      { sources: Array.from({ length: 201 }, () => ({ title: 'A' })) },
      'INVALID',
      ['sources'],
    ],
    ['an amount without a currency', { funding: [{ pool: 'A', amount: 1 }] }, 'INVALID', ['funding', '0', 'amount']],
    [
      'a currency without an amount',
      { funding: [{ pool: 'A', currency: 'DKK' }] },
      'INVALID',
      ['funding', '0', 'amount'],
    ],
    [
      'a negative amount',
      { funding: [{ pool: 'A', amount: -1, currency: 'DKK' }] },
      'INVALID',
      ['funding', '0', 'amount'],
    ],
    [
      'a third of an øre',
      { funding: [{ pool: 'A', amount: 1.333, currency: 'DKK' }] },
      'INVALID',
      ['funding', '0', 'amount'],
    ],
  ])('for %s says so with its path, and writes nothing', async (_name, input, code, path) => {
    const before = await drafts();
    const { caseStudy, errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id }', { ...base(), ...input });
    expect(caseStudy).toBeNull();
    expect(errors).toMatchObject([{ code, path }]);
    expect(errors[0].message).toMatch(/\.$/);
    expect(await drafts()).toBe(before);
  });

  it.each([
    [
      'A\u202eb',
      'summary must not hold U+202E, which turns the direction of text, so that it reads otherwise than it is.',
    ],
    ['A\u0000b', 'summary must not hold U+0000, a control character.'],
    ['A\u{1fffe}b', 'summary must not hold U+1FFFE, which is no character.'],
    ['A\ud800b', 'summary must not hold U+D800, half of a character.'],
  ])('for a character names it', async (summary, message) => {
    const { errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id }', { ...base(), summary });
    expect(errors).toMatchObject([{ message }]);
  });

  it('for a version that none can have says so', async () => {
    const { id } = await createCaseStudy(server);
    const { errors } = await mutate(server, 'updateCaseStudy', 'caseStudy { id }', { id, version: 0 });
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['version'] }]);
  });

  it('names every error at once', async () => {
    const party = {
      organisationId,
      contributions: [{ kind: 'STAFF', description: 'Time', amount: 1, currency: 'DKK' }],
    };
    const { errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id }', {
      ...base(),
      title: '',
      parties: [party],
      recommendations: [0],
    });
    expect(errors.map((error: any) => error.path.join('.')).sort()).toEqual([
      'parties.0.contributions.0.amount',
      'recommendations',
      'title',
    ]);
  });

  it('for an organisation that is a party twice says which', async () => {
    const { errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id }', {
      ...base(),
      parties: [{ organisationId }, { organisationId }],
    });
    expect(errors).toMatchObject([{ code: 'DUPLICATE', path: ['parties', '1', 'organisationId'] }]);
  });

  it.each([
    ['a URL that runs in the reader’s browser', { sources: [{ title: 'A', url: 'javascript:alert(1)' }] }],
    ['a date that is none', { startedOn: '2011-02-30' }],
    ['a currency that is none', { funding: [{ pool: 'A', amount: 1, currency: 'KRONER' }] }],
    ['a value that the enum has not', { kind: 'PARTY' }],
    ['a field that the input has not', { colour: 'red' }],
  ])('for %s is refused before it runs', async (_name, input) => {
    const before = await drafts();
    const { errors } = await server.admin(
      'mutation ($input: CreateCaseStudyInput!) { createCaseStudy(input: $input) { caseStudy { id } } }',
      { input: { ...base(), ...input } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await drafts()).toBe(before);
  });
});

describe('a slug', () => {
  it('is made from the title, and told apart by a number', async () => {
    const slugs = [];
    for (let index = 0; index < 3; index++)
      slugs.push((await createCaseStudy(server, { title: 'Børn på Øen: en håndbog!' })).slug);
    expect(slugs).toEqual([
      'boern-paa-oeen-en-haandbog',
      'boern-paa-oeen-en-haandbog-2',
      'boern-paa-oeen-en-haandbog-3',
    ]);
    expect((await createCaseStudy(server, { title: '!!!' })).slug).toBe('case-study');
  });

  it('that was asked for must be free', async () => {
    await createCaseStudy(server, { slug: 'my-slug' });
    const { errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id }', { ...base(), slug: 'my-slug' });
    expect(errors).toMatchObject([{ code: 'DUPLICATE', path: ['slug'] }]);
  });

  it('is one for each of many who write the same title at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => createCaseStudy(server, { title: 'All at once' })));
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(8);
  });
});

describe('text', () => {
  it('is kept as written, but for line ends, white space around, and the form of letters', async () => {
    const description = '<script>alert("x")</script> **bold** \'; DROP TABLE record; -- ${x} 😀\ttab';
    const made = await mutate(server, 'createCaseStudy', 'caseStudy { title description }', {
      ...base(),
      title: '  A\u030arhus  ',
      description: `\r\n${description}\r\nline `,
    });
    expect(made.caseStudy).toEqual({ title: 'Århus', description: `${description}\nline` });
  });
});

describe('text of any language', () => {
  it('keeps its marks and joiners, and has its lines ended by line feeds', async () => {
    const text = 'می\u200cخواهم \u200fعربي\u200e 👩\u200d👧 क्\u200dष \u{e000} co\u00adop';
    const { caseStudy } = await mutate(server, 'createCaseStudy', 'caseStudy { description }', {
      ...base(),
      description: `\ufeff${text}\u2028two\u2029three\u0085four`,
    });
    expect(caseStudy).toEqual({ description: `${text}\ntwo\nthree\nfour` });
  });
});

describe('an update', () => {
  it('changes what it names, empties what it sets to null, and leaves the rest', async () => {
    const draft = await createCaseStudy(server, {
      description: 'Long.',
      startedOn: '2010-01-01',
      sources: [{ title: 'One' }],
      themes: ['reading'],
    });
    const look = 'caseStudy { title summary description startedOn sources { title } themes { slug } version }';
    const first = await mutate(server, 'updateCaseStudy', look, {
      id: draft.id,
      version: 1,
      description: null,
      startedOn: null,
      sources: [],
    });
    expect(first.errors).toEqual([]);
    expect(first.caseStudy).toEqual({
      title: 'A reading room at the harbour',
      summary: 'A library and a rowing club share a room.',
      description: '',
      startedOn: null,
      sources: [],
      themes: [{ slug: 'reading' }],
      version: 2,
    });
    const refused = await mutate(server, 'updateCaseStudy', look, { id: draft.id, version: 2, title: null });
    expect(refused.errors).toMatchObject([{ code: 'REQUIRED', path: ['title'] }]);
  });

  it('of one day is checked against the other', async () => {
    const draft = await createCaseStudy(server, { startedOn: '2010-01-01' });
    const { errors } = await mutate(server, 'updateCaseStudy', 'caseStudy { id }', {
      id: draft.id,
      version: 1,
      endedOn: '2009-12-31',
    });
    expect(errors).toMatchObject([{ code: 'INVALID', path: ['endedOn'] }]);
  });

  it('of another kind of record, or of none, is not found', async () => {
    const draft = await createCaseStudy(server);
    for (const id of [draft.id, NOBODY]) {
      const { errors } = await mutate(server, 'updateLesson', 'lesson { id }', { id, version: 1, title: 'B' });
      expect(errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    }
  });
});
