import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
});

afterAll(() => server?.close());

/** Sends an operation often enough to be served by the compiled path too, and gives its data. */
async function read(query: string, variables?: object) {
  const answers = [];
  for (let time = 0; time < 3; time++) answers.push(await server.query(query, variables));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]!.errors).toBeUndefined();
  return answers[0]!.data;
}

test('a search with all that it can tell', async () => {
  const { search } = await read(
    `query ($query: String!) {
      search(query: $query, first: 5) {
        totalCount
        edges {
          cursor score snippet highlights { start end }
          node { __typename id title ... on CaseStudy { municipality { name } } organisation { name } themes { slug label } }
        }
        nodes { id }
        facets { kinds { value count label } themes { value label(language: DA) } recommendations { value label } }
        pageInfo { hasNextPage }
      }
    }`,
    { query: 'karriere' },
  );
  expect(search.edges[0].node).toMatchObject({ __typename: 'CaseStudy', title: expect.stringMatching(/karriere/i) });
  const [kinds] = search.facets.kinds;
  expect(kinds).toMatchObject({ label: null, count: expect.any(Number) });
  expect(search.totalCount).toBe(
    search.facets.kinds.reduce((sum: number, { count }: { count: number }) => sum + count, 0),
  );
  for (const { snippet, highlights } of search.edges) {
    for (const { start, end } of highlights) expect(snippet.slice(start, end)).toMatch(/^karriere/i);
  }
});

test('the framework with its coverage, in both languages', async () => {
  const { framework, themes } = await read(`{
    framework {
      definition { text text_da: text(language: DA) }
      rationales { number label } potentials { number group label }
      recommendations { number label coverage { caseStudies experiences lessons illustrative covered } }
      initiatives { number label }
    }
    themes { slug label recordCount }
  }`);
  expect(framework.definition.text).not.toBe(framework.definition.text_da);
  expect(framework.rationales).toHaveLength(3);
  expect(framework.potentials).toHaveLength(5);
  expect(framework.recommendations.map(({ number }: { number: number }) => number)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ]);
  // What the seed shows of experiences and lessons is invented: it is evidence for nothing.
  for (const { coverage } of framework.recommendations) {
    expect(coverage).toMatchObject({ experiences: 0, lessons: 0, covered: false });
  }
  expect(themes.some(({ recordCount }: { recordCount: number }) => recordCount > 0)).toBe(true);
});

test('the directory', async () => {
  const { library, organisations } = await read(`{
    library(isil: "DK-775100") { name municipality { code region { name } } }
    organisations(first: 3, filter: { kinds: [PARTNER], name: "zentropa" }) {
      totalCount nodes { __typename id name country municipality { name } ... on Partner { sector } caseStudies { nodes { title } } }
    }
  }`);
  expect(library.municipality).toMatchObject({ code: '0751' });
  expect(organisations.nodes).toMatchObject([
    {
      __typename: 'Partner',
      name: 'Zentropa',
      caseStudies: { nodes: [{ title: expect.stringContaining('Limboland') }] },
    },
  ]);
});

test('the knowledge around a case', async () => {
  const { caseStudies } = await read('{ caseStudies(first: 100) { nodes { id } } }');
  const sizes = [];
  for (const { id } of caseStudies.nodes) {
    const { knowledgeGraph } = await read(
      `query ($id: ID!) {
        knowledgeGraph(from: $id, depth: 3) {
          nodes { __typename id slug } truncated edges { relation from { id title } to { id title } link { id relation from { id } } }
        }
      }`,
      { id },
    );
    expect(knowledgeGraph.nodes[0].id).toBe(id);
    const known = knowledgeGraph.nodes.map((node: { id: string }) => node.id);
    for (const { from, to, link, relation } of knowledgeGraph.edges) {
      expect(known).toContain(from.id);
      expect(known).toContain(to.id);
      if (link !== null) expect(link).toMatchObject({ relation, from: { id: from.id } });
    }
    sizes.push(known.length);
  }
  expect(Math.max(...sizes)).toBeGreaterThan(3);
});

test.each([
  '{ library(isil: "\\u0000") { id } }',
  '{ search(query: "\\u0000a", filter: { themes: ["\\u0000"] }) { totalCount } }',
  '{ organisations(filter: { municipalities: ["\\u0000"], name: "\\u0000" }) { totalCount } }',
  '{ knowledgeGraph(from: "\\u0000") { truncated } }',
])('%s is answered', async (query) => {
  expect((await server.query(query)).errors).toBeUndefined();
});
