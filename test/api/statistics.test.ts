/** What statistics count: equal to what is counted from the records one by one, for random records and random filters. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomRuns } from '../helpers/random-runs.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import {
  expectedStatistics,
  type PublishedRecord,
  readPublished,
  readStatistics,
  selected,
} from '../helpers/statistics-model.js';

const KINDS = ['PROJECT', 'EVENT', 'NETWORK'];
const SCOPES = ['LOCAL', 'REGIONAL', 'NATIONAL'];
const STATES = ['ACTIVE', 'COMPLETED'];
const MUNICIPALITIES = ['0101', '0751', '0851', '0461'];
const REGIONS = ['1081', '1082', '1084'];
const THEMES = ['children', 'film-and-media', 'reading'];
const CONTRIBUTIONS = ['STAFF', 'VENUE', 'NETWORK'];
const PROVENANCES = ['DOCUMENTED', 'IMPORTED', 'ILLUSTRATIVE'];
const DOCUMENTATIONS = ['COMPLETE', 'INCOMPLETE'];

const YEARS = fc.integer({ min: 2005, max: 2012 });
const some = <Value>(values: readonly Value[], maxLength = values.length) =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength });

let server: TestServer;
let organisations: string[];
let records: PublishedRecord[];

const common = () => ({
  provenance: fc.constantFrom(...PROVENANCES),
  sources: fc.constant([{ title: 'A report' }]),
  recommendations: some([1, 2, 3], 2),
  themes: some(THEMES, 2),
  organisationId: fc.constantFrom(...organisations),
});

const randomCase = () =>
  fc.record({
    ...common(),
    kind: fc.constantFrom(...KINDS),
    scope: fc.constantFrom(...SCOPES),
    state: fc.option(fc.constantFrom(...STATES)),
    municipalityCode: fc.option(fc.constantFrom(...MUNICIPALITIES)),
    startedOn: fc.option(YEARS.map((year) => `${year}-03-01`)),
    parties: some([0, 1, 2, 3, 4, 5], 4).chain((places) =>
      fc.tuple(
        ...places.map((place) =>
          fc.record({
            organisationId: fc.constant(organisations[place]!),
            contributions: some(CONTRIBUTIONS, 2).map((kinds) => kinds.map((kind) => ({ kind, description: 'Some.' }))),
          }),
        ),
      ),
    ),
  });

const randomFilter = () =>
  fc.record(
    {
      recordKinds: some(['CASE_STUDY', 'EXPERIENCE', 'LESSON']),
      kinds: some(KINDS, 2),
      scopes: some(SCOPES, 2),
      states: some(STATES),
      municipalities: some([...MUNICIPALITIES, '0999'], 3),
      regions: some(REGIONS, 2),
      sectors: some(['LIBRARY', 'PUBLIC', 'PRIVATE', 'CIVIL_SOCIETY'], 2),
      organisations: some(organisations, 2),
      startedYearFrom: YEARS,
      startedYearTo: YEARS,
      publishedYearFrom: fc.integer({ min: 2025, max: new Date().getUTCFullYear() + 1 }),
      publishedYearTo: fc.integer({ min: 2025, max: new Date().getUTCFullYear() + 1 }),
      recommendations: some([1, 2, 3, 9], 2),
      themes: some(THEMES, 2),
      documentations: some(DOCUMENTATIONS),
      provenances: some(PROVENANCES, 2),
      includeIllustrative: fc.boolean(),
    },
    { requiredKeys: [] },
  );

beforeAll(async () => {
  server = await startTestServer();
  const partner = async (name: string, sector: string, municipalityCode: string | null): Promise<string> =>
    (await mutate(server, 'createPartner', 'partner { id }', { name, sector, municipalityCode })).partner.id;
  organisations = [
    await libraryId(server, 'DK-710100'),
    await libraryId(server, 'DK-775100'),
    await partner('A rowing club', 'CIVIL_SOCIETY', '0751'),
    await partner('A cinema', 'PRIVATE', null),
    await partner('A museum', 'PUBLIC', '0851'),
    await partner('A bank', 'PRIVATE', '0461'),
  ];
  const { seed } = randomRuns(1);
  const cases = [];
  for (const input of fc.sample(randomCase(), { numRuns: 25, seed })) {
    cases.push(await publish(server, await createCaseStudy(server, input)));
  }
  const further = { ...common(), documentation: fc.constantFrom(...DOCUMENTATIONS) };
  for (const [place, input] of fc.sample(fc.record(further), { numRuns: 12, seed }).entries()) {
    await publish(server, await createExperience(server, cases[place]!.id, input));
    await publish(server, await createLesson(server, input));
  }
  records = await readPublished(server);
}, 120_000);

afterAll(() => server?.close());

it('counts what is published, by whatever it is narrowed', async () => {
  expect(records).toHaveLength(25 + 12 + 12);
  await fc.assert(
    fc.asyncProperty(randomFilter(), async (filter) => {
      expect(await readStatistics(server, filter)).toEqual(expectedStatistics(records, filter));
    }),
    {
      ...randomRuns(60),
      examples: [[{}], [{ includeIllustrative: true, recordKinds: ['CASE_STUDY', 'LESSON', 'EXPERIENCE'] }]],
    },
  );
}, 120_000);

describe('what is not published', () => {
  const EVERYTHING = { recordKinds: ['CASE_STUDY', 'EXPERIENCE', 'LESSON'], includeIllustrative: true };

  it('is in no count: drafts, edits in progress, what is in review, what was taken back', async () => {
    const before = await readStatistics(server, EVERYTHING);
    const unseen = { kind: 'PROGRAMME', scope: 'INTERNATIONAL', themes: ['film-and-media'], municipalityCode: '0167' };
    const parties = organisations.map((organisationId) => ({ organisationId, contributions: [] }));
    const draft = await createCaseStudy(server, { ...unseen, parties });
    await createExperience(server, draft.id);
    const inReview = await createCaseStudy(server, { ...unseen, parties });
    const { id, version } = inReview;
    await mutate(server, 'submitForReview', 'record { id }', { id, version });
    const edited = records.find(({ recordKind }) => recordKind === 'CASE_STUDY')!;
    const { data } = await server.query('query ($id: ID!) { node(id: $id) { ... on CaseStudy { version } } }', {
      id: edited.id,
    });
    const edit = { id: edited.id, version: data.node.version, ...unseen, parties };
    expect((await mutate(server, 'updateCaseStudy', 'caseStudy { status }', edit)).errors).toEqual([]);
    expect(await readStatistics(server, EVERYTHING)).toEqual(before);

    const retracted = await publish(server, await createCaseStudy(server, { ...unseen, parties }));
    const during = new Date().toISOString();
    expect(await readStatistics(server, EVERYTHING)).not.toEqual(before);
    await mutate(server, 'retract', 'record { id }', {
      id: retracted.id,
      version: retracted.version,
      reason: 'Wrong.',
    });
    expect(await readStatistics(server, EVERYTHING)).toEqual(before);
    // For that time, too.
    await settled(during);
    expect(await readStatistics(server, EVERYTHING, during)).toEqual(before);
  });

  it('tells nothing to those who may see it, either', async () => {
    const query = '{ statistics(filter: { kinds: [PROGRAMME] }) { kinds { value count } } }';
    expect((await server.admin(query)).data.statistics.kinds).toEqual([]);
  });
});

/** Waits until the server reads as of a time, which it does once nothing of then is still being written. */
async function settled(time: string): Promise<void> {
  await expect
    .poll(
      async () =>
        (await server.query('query ($t: DateTime) { statistics(asOf: $t) { __typename } }', { t: time })).errors,
      {
        timeout: 10_000,
      },
    )
    .toBeUndefined();
}

describe('as of a time', () => {
  it('the same table comes again, whatever happened since', async () => {
    const time = new Date().toISOString();
    const before = await readStatistics(server, {});
    const changed = await publish(server, await createCaseStudy(server, { kind: 'SERVICE', scope: 'NATIONAL' }));
    await settled(time);
    expect(await readStatistics(server, {}, time)).toEqual(before);
    const filters = fc.sample(randomFilter(), { numRuns: 10, seed: randomRuns(1).seed });
    for (const filter of filters) {
      expect(await readStatistics(server, filter, time)).toEqual(expectedStatistics(records, filter));
    }
    const later = await readStatistics(server, { kinds: ['SERVICE'] });
    expect(later).toMatchObject({ breakdowns: { scopes: { NATIONAL: 1 } } });
    await mutate(server, 'retract', 'record { id }', { id: changed.id, version: changed.version, reason: 'Done.' });
  }, 60_000);

  it('is refused for the future', async () => {
    const query = 'query ($asOf: DateTime) { statistics(asOf: $asOf) { kinds { count } } }';
    const { errors } = await server.query(query, { asOf: '2999-01-01T00:00:00Z' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('nothing was published before the platform was', async () => {
    expect(await readStatistics(server, {}, '2001-01-01T00:00:00Z')).toEqual(expectedStatistics([], {}));
  });
});

it('names values for people in both languages, and enum values by themselves', async () => {
  const { data } = await server.query(`{ statistics(filter: { includeIllustrative: true }) {
    kinds { label } themes { value da: label(language: DA) en: label } regions { value da: label(language: DA) en: label }
    recommendations { value en: label } municipalities { value da: label(language: DA) en: label } } }`);
  const { kinds, themes, regions, recommendations, municipalities } = data.statistics;
  expect(kinds.every((kind: any) => kind.label === null)).toBe(true);
  expect(themes).toContainEqual({ value: 'children', da: 'Børn', en: 'Children' });
  expect(regions).toContainEqual({ value: '1084', da: 'Region Hovedstaden', en: 'Capital Region of Denmark' });
  expect(municipalities).toContainEqual({ value: '0101', da: 'København', en: 'Copenhagen' });
  expect(recommendations.every(({ value, en }: any) => (value === null) === (en === null))).toBe(true);
});

describe('pairs', () => {
  const PAIRS = `query ($first: Int, $after: String, $last: Int, $before: String) {
    statistics { organisationPairs(first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { hasNextPage endCursor startCursor hasPreviousPage } nodes { caseStudies one { id name } other { id } } } } }`;

  it('come in pages, the most frequent first, each once', async () => {
    const page = async (variables: object) => (await server.query(PAIRS, variables)).data.statistics.organisationPairs;
    const whole = await page({ first: 1000 });
    expect(whole.nodes.length).toBeGreaterThan(5);
    expect(whole.totalCount).toBe(whole.nodes.length);
    const walked = [];
    let after = null;
    do {
      const { nodes, pageInfo } = await page({ first: 2, after });
      walked.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(walked).toEqual(whole.nodes);
    const end = await page({ last: 3 });
    expect(end.nodes).toEqual(whole.nodes.slice(-3));
    expect((await page({ last: 3, before: end.pageInfo.startCursor })).nodes).toEqual(whole.nodes.slice(-6, -3));
    const { errors } = await server.query(PAIRS, { after: 'x' });
    expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
  });
});

it('refuses what is no id, and finds nothing for what there is not', async () => {
  const query = 'query ($f: StatisticsFilter) { statistics(filter: $f) { kinds { count } } }';
  const { errors } = await server.query(query, { f: { organisations: ['x'] } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  const none = await server.query(query, { f: { themes: ['\0'], municipalities: ['nowhere'] } });
  expect(none).toEqual({ data: { statistics: { kinds: [] } }, extensions: expect.anything() });
});

it('counts no illustrations unless asked, and the filter of the test leaves some of everything', () => {
  const counts = selected(records, {}).map(({ provenance }) => provenance);
  expect(counts).not.toContain('ILLUSTRATIVE');
  expect(new Set(counts)).toEqual(new Set(['DOCUMENTED', 'IMPORTED']));
  expect(records.some(({ provenance }) => provenance === 'ILLUSTRATIVE')).toBe(true);
});
