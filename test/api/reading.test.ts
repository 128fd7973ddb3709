/** Lists and lookups from outside: what they give, how they page, and what they cost. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CancellableReads } from '../../src/platform/database/cancellable-reads.js';
import { createLesson, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterAll(() => server.close());

describe('the seeded cases', () => {
  it('are there with what is sourced and no more', async () => {
    const { data, errors } = await server.query(`{
      caseStudies(filter: { provenances: [DOCUMENTED] }, orderBy: { field: TITLE, direction: ASC }) {
        totalCount nodes { title documentation parties { organisation { __typename name } contributions { kind } } rulesOfPlay { topic } sources { title } }
      }
      library(isil: "DK-710100") { name agencyId municipality { code name region { name } } }
    }`);
    expect(errors).toBeUndefined();
    expect(data.caseStudies.totalCount).toBe(3);
    expect(data.caseStudies.nodes.map((node: any) => node.title)).toEqual([
      'Karrierebiblioteket',
      'Limboland',
      'Ramasjang',
    ]);
    for (const node of data.caseStudies.nodes) {
      expect(node).toMatchObject({ documentation: 'INCOMPLETE', rulesOfPlay: [] });
      expect(node.sources.length).toBeGreaterThan(0);
      expect(node.parties.every((party: any) => party.contributions.length === 0)).toBe(true);
    }
    expect(data.library).toMatchObject({ agencyId: '710100', municipality: { code: '0101', name: 'København' } });
  });
});

describe('a lookup', () => {
  it('gives null for what is not there, also for what is no slug or id at all', async () => {
    const { data, errors } = await server.query(
      '{ caseStudy(slug: "no-such-case") { id } lesson(slug: "") { id } library(isil: "DK-000000") { id } node(id: "x") { id } nodes(ids: ["x", "00000000-0000-7000-8000-000000000000"]) { id } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      caseStudy: null,
      lesson: null,
      library: null,
      node: null,
      nodes: [null, null],
    });
  });

  it('by a text that no database can hold is refused', async () => {
    const { errors } = await server.query('{ caseStudy(slug: "\\u0000") { id } }');
    expect(errors).toMatchObject([{ path: ['caseStudy'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('by id gives every kind of node back', async () => {
    const { data } = await server.query(
      '{ caseStudies { nodes { id } } experiences { nodes { id } } lessons { nodes { id links { nodes { id } } adoptions { nodes { id } } } } organisations(first: 2) { nodes { id } } }',
    );
    const ids = [
      ...data.caseStudies.nodes,
      ...data.experiences.nodes,
      ...data.lessons.nodes,
      ...data.organisations.nodes,
      ...data.lessons.nodes.flatMap((lesson: any) => [...lesson.links.nodes, ...lesson.adoptions.nodes]),
    ].map((node: any) => node.id);
    const found = await server.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on KnowledgeRecord { title } } }',
      { ids },
    );
    expect(found.errors).toBeUndefined();
    expect(found.data.nodes.map((node: any) => node.id)).toEqual(ids);
    expect(new Set(found.data.nodes.map((node: any) => node.__typename))).toEqual(
      new Set(['Adoption', 'CaseStudy', 'Experience', 'Lesson', 'Library', 'Link']),
    );
  });
});

describe('a filter', () => {
  it.each([
    ['caseStudies', '{ kinds: [HYBRID_CULTURE_ARENA] }', 1],
    ['caseStudies', '{ states: [ENDED_EARLY], provenances: [ILLUSTRATIVE] }', 1],
    ['caseStudies', '{ kinds: [] }', 6],
    ['caseStudies', '{ kinds: null }', 6],
    ['caseStudies', '{ municipalities: ["0101"] }', 1],
    ['caseStudies', '{ regions: ["1084"] }', 1],
    ['caseStudies', '{ themes: ["no-such-theme"] }', 0],
    ['caseStudies', '{ statuses: [DRAFT, IN_REVIEW, RETRACTED] }', 0],
    ['caseStudies', '{ activeFrom: "2200-01-01", activeUntil: "1900-01-01" }', 0],
    ['experiences', '{ outcomes: [FAILURE, MIXED, SUCCESS] }', 8],
    ['experiences', '{ municipalities: ["0101"] }', 0],
    ['lessons', '{ languages: [DA] }', 3],
  ])('on %s narrows by %s', async (list, filter, expected) => {
    const { data, errors } = await server.query(`{ ${list}(filter: ${filter}) { totalCount nodes { id } } }`);
    expect(errors).toBeUndefined();
    expect(data[list].totalCount).toBe(expected);
    expect(data[list].nodes).toHaveLength(expected);
  });

  it('by parties, organisations, cases and experiences takes ids, and refuses what is none', async () => {
    const { data } = await server.query(
      '{ library(isil: "DK-775100") { id } experiences(first: 1) { nodes { id caseStudy { id } organisation { id } } } }',
    );
    const [experience] = data.experiences.nodes;
    const found = await server.query(
      'query ($library: ID!, $experience: ID!, $case: ID!, $organisation: ID!) { caseStudies(filter: { parties: [$library] }) { nodes { title } } experiences(filter: { caseStudies: [$case], organisations: [$organisation] }) { nodes { id } } lessons(filter: { experiences: [$experience], caseStudies: [$case] }) { nodes { evidence { experience { id } } } } }',
      {
        library: data.library.id,
        experience: experience.id,
        case: experience.caseStudy.id,
        organisation: experience.organisation.id,
      },
    );
    expect(found.data.caseStudies.nodes).toEqual([{ title: 'Limboland' }]);
    expect(found.data.experiences.nodes).toContainEqual({ id: experience.id });
    for (const lesson of found.data.lessons.nodes) {
      expect(lesson.evidence.map((piece: any) => piece.experience.id)).toContain(experience.id);
    }
    const wrong = await server.query('{ caseStudies(filter: { parties: ["x"] }) { totalCount } }');
    expect(wrong.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('a page', () => {
  it.each([
    ['first: -1', 'BAD_USER_INPUT'],
    ['first: 1001', 'BAD_USER_INPUT'],
    ['first: 1, last: 1', 'BAD_USER_INPUT'],
    ['after: "x"', 'CURSOR_INVALID'],
    ['before: "WyJ4IiwieSIsInoiXQ"', 'CURSOR_INVALID'],
  ])('with %s is refused with %s', async (page, code) => {
    const { errors } = await server.query(`{ lessons(${page}) { nodes { id } } }`);
    expect(errors).toMatchObject([{ path: ['lessons'], extensions: { code } }]);
  });

  it('refuses the cursor of another order', async () => {
    const { data } = await server.query('{ lessons(first: 1) { pageInfo { endCursor } } }');
    const { errors } = await server.query(
      'query ($after: String) { lessons(after: $after, orderBy: { field: TITLE, direction: ASC }) { nodes { id } } }',
      { after: data.lessons.pageInfo.endCursor },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
  });

  it('forward and backward, of any size and in any order, gives the whole list', async () => {
    const orders = ['PUBLISHED_AT', 'UPDATED_AT', 'CREATED_AT', 'TITLE'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...orders),
        fc.constantFrom('ASC', 'DESC'),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (field, direction, size, backward) => {
          const orderBy = { field, direction };
          const whole = await server.query(
            'query ($orderBy: ExperienceOrder) { experiences(first: 1000, orderBy: $orderBy) { totalCount nodes { id } } }',
            { orderBy },
          );
          const expected = whole.data.experiences.nodes.map((node: any) => node.id);
          expect(expected).toHaveLength(whole.data.experiences.totalCount);
          const got: string[] = [];
          for (let cursor: string | null = null, more = true; more;) {
            const { data, errors }: any = await server.query(
              'query ($first: Int, $after: String, $last: Int, $before: String, $orderBy: ExperienceOrder) { experiences(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) { edges { cursor } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
              backward ? { last: size, before: cursor, orderBy } : { first: size, after: cursor, orderBy },
            );
            expect(errors).toBeUndefined();
            const { nodes, pageInfo, edges } = data.experiences;
            expect(pageInfo.startCursor).toBe(edges[0].cursor);
            expect(pageInfo.endCursor).toBe(edges.at(-1).cursor);
            const ids = nodes.map((node: any) => node.id);
            if (backward) got.unshift(...ids);
            else got.push(...ids);
            cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
            more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
          }
          expect(got).toEqual(expected);
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('neither skips nor repeats one that stayed while others come and go', async () => {
    const lessons = [];
    for (let index = 0; index < 12; index++)
      lessons.push(await publish(server, await createLesson(server, { title: `Staying ${index}` })));
    const seen: string[] = [];
    let after: string | null = null;
    for (let round = 0; ; round++) {
      const { data }: any = await server.query(
        'query ($after: String) { lessons(first: 3, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      seen.push(...data.lessons.nodes.map((node: any) => node.title));
      if (!data.lessons.pageInfo.hasNextPage) break;
      after = data.lessons.pageInfo.endCursor;
      await publish(server, await createLesson(server, { title: `Coming ${round}` }));
      // What was on the page just read goes: its cursor must still hold.
      const going = lessons.find((lesson, index) => seen.at(-1) === `Staying ${index}` && lesson);
      if (going)
        await mutate(server, 'retract', 'record { id }', { id: going.id, version: going.version, reason: 'Going.' });
    }
    const staying = seen.filter((title) => title.startsWith('Staying'));
    expect(staying).toEqual(Array.from({ length: 12 }, (_, index) => `Staying ${11 - index}`));
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('a query', () => {
  it.each([
    ['one level', '{ caseStudies(first: 5) { nodes { title } } }', 1],
    ['a connection and its count', '{ caseStudies(first: 5) { totalCount nodes { title } } }', 2],
    [
      'parties of cases',
      '{ caseStudies(first: 5) { nodes { parties { organisation { name } contributions { kind } } } } }',
      4,
    ],
    [
      'experiences of cases with their lessons',
      '{ caseStudies(first: 5) { nodes { experiences(first: 3) { nodes { title lessons(first: 3) { nodes { title } } } } } } }',
      3,
    ],
    [
      'everything around lessons',
      '{ lessons(first: 5, filter: { provenances: [ILLUSTRATIVE] }) { nodes { organisation { name } themes { slug } sources { title } confidence { level } evidence { experience { caseStudy { title } } } links { edges { record { title } } } } } }',
      10,
    ],
    ['nodes of many kinds by id', null, 5],
  ])('of %s makes one statement for each level, not for each row', async (_name, query, statements) => {
    let variables = {};
    if (query === null) {
      const { data } = await server.query(
        '{ caseStudies { nodes { id links { nodes { id } } } } lessons { nodes { id adoptions { nodes { id } } } } organisations(first: 20) { nodes { id } } }',
      );
      variables = {
        ids: [...data.caseStudies.nodes, ...data.lessons.nodes, ...data.organisations.nodes].map(
          (node: any) => node.id,
        ),
      };
      // The table of each id, then one for records and one for organisations.
      statements = 3;
    }
    const spy = vi.spyOn(CancellableReads.prototype, 'rows');
    try {
      const { errors } = await server.query(query ?? 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables);
      expect(errors).toBeUndefined();
      expect(spy).toHaveBeenCalledTimes(statements);
    } finally {
      spy.mockRestore();
    }
  });
});
