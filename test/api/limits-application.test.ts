import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainStartFailure } from '../../src/start-failure.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

// So many that nobody has used too much of them when the machine is busy.
const PER_SECOND = 5_000;
let server: TestServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-limits-'));
  server = await startTestServer({
    seed: true,
    environment: { RATE_LIMIT_ADDRESS: `5000/${PER_SECOND}`, RATE_LIMIT_CREDENTIAL: `9000/${PER_SECOND}` },
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const requestedCost = async (query: string, variables: object = {}): Promise<number> => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-query-cost': 'dry-run' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, extensions } = (await response.json()) as any;
  expect(errors).toBeUndefined();
  expect(data).toBeNull();
  return extensions.cost.requestedQueryCost;
};

describe('what is dear has its price:', () => {
  it.each([
    ['a page', 1 + 20, '{ caseStudies { nodes { title } } }'],
    ['a page with its total', 1 + 20 + 5, '{ caseStudies { nodes { title } totalCount } }'],
    ['a search', 50 + 1 + 20 * 2, '{ search(query: "bibliotek") { edges { node { title } } } }'],
    ['facets', 50 + 1 + 800 + 1 + 5, '{ search(query: "bibliotek") { facets { kinds { value } } } }'],
    ['a walk of some steps', 20 * 2 + 1, '{ knowledgeGraph(from: "1") { truncated } }'],
    ['a long walk', 20 * 6 * 10 + 1, '{ knowledgeGraph(from: "1", depth: 6, first: 1000) { truncated } }'],
    ['no walk at all', 20 + 1, '{ knowledgeGraph(from: "1", depth: 0, first: 1) { truncated } }'],
    ['a subscription’s event', 5, 'subscription { knowledgeEvents { id } }'],
  ])('%s', async (_what, points, query) => expect(await requestedCost(query)).toBe(points));

  it('a mutation', async () => {
    const query = 'mutation ($input: CreatePartnerInput!) { createPartner(input: $input) { errors { code } } }';
    const input = { name: 'Partner', sector: 'PUBLIC' };
    expect(await requestedCost(query, { input })).toBe(10 + 1 + 5);
  });

  it('and the actual one is no more', async () => {
    const query =
      '{ search(query: "bibliotek") { totalCount edges { node { title } } facets { kinds { value } } } knowledgeGraph(from: "1") { nodes { id } } }';
    const requested = await requestedCost(query);
    const { errors, extensions } = (await server.query(query)) as any;
    expect(errors).toBeUndefined();
    const { requestedQueryCost, actualQueryCost } = extensions.cost;
    expect(requestedQueryCost).toBe(requested);
    expect(actualQueryCost).toBeLessThanOrEqual(requested);
    expect(actualQueryCost).toBeGreaterThanOrEqual(50 + 5 + 800 + 40);
  });
});

it('the operator’s settings are what callers have', async () => {
  const query = '{ viewer { role } }';
  const statusOf = async (answer: Promise<unknown>) => ((await answer) as any).extensions.cost.throttleStatus;
  expect(await statusOf(server.query(query))).toMatchObject({ maximumAvailable: 5000, restoreRate: PER_SECOND });
  expect(await statusOf(server.admin(query))).toMatchObject({ maximumAvailable: 9000, restoreRate: PER_SECOND });
});

it('a file of documents that is wrong is told in one line, and the server does not start', async () => {
  const file = path.join(folder, 'documents.json');
  await writeFile(file, JSON.stringify({ 'sha256:0': '{ viewer { role } }' }));
  const failure = await startTestServer({ environment: { TRUSTED_DOCUMENTS: file } }).catch((error: unknown) => error);
  expect(explainStartFailure(failure)).toMatch(/^Medspil cannot start: TRUSTED_DOCUMENTS is ".*" is not the id of.*$/);
});
