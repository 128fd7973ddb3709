/** Compiled queries against the whole server: what they give is what graphql-js gave the first time, and it is used. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GraphQLSchema } from 'graphql';
import { buildGraphqlSchema } from '../../src/schema.js';
import { startTestServer, type GraphqlResponse, type TestServer } from '../helpers/server.js';
import { wideQuery } from '../helpers/wide-query.js';

/** What compiled queries gave, in order: null where one could not be made. */
const compiledResults = vi.hoisted(() => [] as (object | null)[]);

vi.mock('../../src/platform/graphql/compile.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/platform/graphql/compile.js')>();
  const compileOperation: typeof original.compileOperation = (schema, prepared) => {
    const compiled = original.compileOperation(schema, prepared);
    if (compiled === null) {
      compiledResults.push(null);
      return null;
    }
    return async (...args) => {
      const result = await compiled(...args);
      compiledResults.push(result);
      return result;
    };
  };
  return { ...original, compileOperation };
});

let server: TestServer;
let schema: GraphQLSchema;
let id: { caseStudy: string; experience: string; lesson: string; library: string };
let slug: typeof id;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
  schema = buildGraphqlSchema();
  const { data, errors } = await server.query(`{
    caseStudies(first: 1) { nodes { id slug } }
    experiences(first: 1) { nodes { id slug } }
    lessons(first: 1) { nodes { id slug } }
    organisations(first: 1) { nodes { id slug: id } }
  }`);
  expect(errors).toBeUndefined();
  const pick = (key: 'id' | 'slug') => ({
    caseStudy: data.caseStudies.nodes[0][key],
    experience: data.experiences.nodes[0][key],
    lesson: data.lessons.nodes[0][key],
    library: data.organisations.nodes[0][key],
  });
  id = pick('id');
  slug = pick('slug');
}, 120_000);
afterAll(() => server?.close());

async function thrice(query: string, variables?: object): Promise<GraphqlResponse[]> {
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(await server.query(query, variables));
  return answers;
}

describe('everything that can be asked is answered by the compiled query as by graphql-js:', () => {
  it.each([
    ['caseStudies(first: 3)', 1],
    ['experiences(first: 3)', 1],
    ['lessons(first: 3)', 1],
    ['organisations(first: 3)', 1],
    ['search(query: "bibliotek", first: 5)', 0],
    ['knowledgeEvents(first: 5)', 0],
    ['framework', 1],
    ['viewer', 1],
  ])('%s', async (field, depth) => {
    await check(wideQuery(schema, field, depth));
  });

  it.each(['caseStudy', 'experience', 'lesson'] as const)('%s(slug)', async (name) => {
    await check(wideQuery(schema, `${name}(slug: "${slug[name]}")`, 1));
  });

  it('node(id), for each type', async () => {
    for (const one of Object.values(id)) await check(wideQuery(schema, `node(id: "${one}")`, 0));
  });

  it('knowledgeGraph(from)', async () => {
    await check(wideQuery(schema, `knowledgeGraph(from: "${id.caseStudy}", first: 10)`, 0));
  });

  async function check(query: string): Promise<void> {
    compiledResults.length = 0;
    const [first, second, third] = await thrice(query);
    expect(first!.errors).toBeUndefined();
    expect(second).toEqual(first);
    expect(third).toEqual(first);
    expect(compiledResults, 'the query is compiled, and its result is used').toHaveLength(2);
    for (const result of compiledResults) expect(result).not.toHaveProperty('errors');
  }
});
