/**
 * Random inputs for every mutation, with the admin key over HTTP: what is refused is told by a payload's errors or by a
 * top-level error of a known code, never as a fault of the server, and has changed nothing in any table.
 *
 * To run long, or again what a failure printed: `RANDOM_RUNS=5000 RANDOM_SEED=7 npx vitest run --config
 * test/vitest.config.ts test/api/random-mutations.test.ts`.
 */
import fc from 'fast-check';
import { getNamedType, isInputObjectType, type GraphQLSchema } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { randomMutation, type Mutation } from '../helpers/random-mutation.js';
import { addUnpublishedRecords } from '../helpers/random-records.js';
import { randomRuns } from '../helpers/random-runs.js';
import { readRealValues } from '../helpers/random-sources.js';
import { createCaseStudy } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const RUNS = 200;

/** Where it is written that something was refused, and what the server writes by itself. */
const NOT_COUNTED = ['audit_log', 'inbox', 'inbox_item', 'inbox_reader', 'webhook_attempt', 'webhook_delivery'];
/** What only requests change in tables to which the server writes by itself at any time. */
const OF_REQUESTS: Readonly<Record<string, string>> = {
  webhook_endpoint: 'id, url, description, filter, version, secret',
};

const CODES = ['BAD_USER_INPUT', 'FORBIDDEN', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'RATE_LIMITED'];

let server: TestServer;
let schema: GraphQLSchema;
let mutations: fc.Arbitrary<Mutation>;
let database: pg.Client;
let digestOfTables: string;

beforeAll(async () => {
  server = await startTestServer({ seed: true });
  await addUnpublishedRecords(server);
  schema = buildGraphqlSchema();
  mutations = randomMutation(schema, await readRealValues(server, schema));
  database = new pg.Client({ connectionString: server.database.url });
  await database.connect();
  const { rows } = await database.query<{ name: string }>(`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`);
  const columns = rows
    .filter(({ name }) => !NOT_COUNTED.includes(name))
    .map(({ name }) => {
      const table = pg.escapeIdentifier(name);
      const counted = `(SELECT ${OF_REQUESTS[name] ?? '*'} FROM ${table}) AS t`;
      return `(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM ${counted}) AS ${table}`;
    });
  digestOfTables = `SELECT ${columns.join(', ')}`;
}, 120_000);
afterAll(async () => {
  await database?.end();
  await server?.close();
});

/** The digest of each table, once every entry of the log has its position, which comes after the commit. */
async function digest(): Promise<object> {
  await expect
    .poll(() => database.query('SELECT FROM knowledge_log WHERE position IS NULL').then(({ rowCount }) => rowCount))
    .toBe(0);
  return (await database.query<object>(digestOfTables)).rows[0]!;
}

let tally = { done: 0, refusedByRule: 0, refusedBefore: 0 };

async function check({ name, query, variables }: Mutation): Promise<void> {
  const before = await digest();
  const { data, errors } = await server.admin(query, variables);
  const payload = data?.[name];
  if (errors === undefined && payload.errors.length === 0) {
    tally.done += 1;
    return;
  }
  expect(await digest(), 'what is refused changes nothing').toEqual(before);
  if (errors !== undefined) {
    tally.refusedBefore += 1;
    const codes = errors.map(({ extensions }) => extensions?.code);
    expect(codes.filter((code) => !CODES.includes(code)).join()).toBe('');
    return;
  }
  tally.refusedByRule += 1;
  const { errors: reasons, ...rest } = payload;
  expect(Object.values(rest).filter((value) => value !== null)).toEqual([]);
  for (const { message, path } of reasons) {
    expect(message).toMatch(/\S\.$/);
    if (path !== null) expect(inputFields(name), 'the path leads into the input').toContain(path[0]);
  }
}

function inputFields(mutation: string): string[] {
  const input = schema
    .getMutationType()!
    .getFields()
    [mutation]!.args.find(({ name }) => name === 'input');
  const type = getNamedType(input?.type);
  return isInputObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe('random mutations', () => {
  it('are done, or refused without a trace', { timeout: 3_600_000 }, async () => {
    tally = { done: 0, refusedByRule: 0, refusedBefore: 0 };
    await fc.assert(fc.asyncProperty(mutations, check), randomRuns(RUNS));
    const all = tally.done + tally.refusedByRule + tally.refusedBefore;
    expect(tally.refusedByRule / all, 'most get as far as the rules').toBeGreaterThan(0.4);
    expect(tally.done, 'some are done').toBeGreaterThan(0);
  });

  it('would show a fault of the server', { timeout: 60_000 }, async () => {
    // In the table to which nearly every mutation writes: few of a sample get as far as any other.
    await database.query('ALTER TABLE audit_log ADD CONSTRAINT never CHECK (false) NOT VALID');
    try {
      const result = await fc.check(fc.asyncProperty(mutations, check), {
        ...randomRuns(RUNS),
        numRuns: RUNS,
        // Smaller ones would fail alike.
        endOnFailure: true,
      });
      expect(result.failed).toBe(true);
      expect(String(result.errorInstance)).toContain('INTERNAL_SERVER_ERROR');
    } finally {
      await database.query('ALTER TABLE audit_log DROP CONSTRAINT never');
    }
  });

  it('would show a change', async () => {
    const before = await digest();
    await createCaseStudy(server);
    expect(await digest()).not.toEqual(before);
  });
});

describe('what random mutations found stays mended:', () => {
  const update = (caseStudy: { id: string; version: number }, input: object) =>
    server.admin(
      'mutation ($input: UpdateCaseStudyInput!) { updateCaseStudy(input: $input) { caseStudy { sources { title } } errors { message } } }',
      { input: { id: caseStudy.id, version: caseStudy.version, ...input } },
    );

  it('null empties a list of inputs', async () => {
    const caseStudy = await createCaseStudy(server, { sources: [{ title: 'A report' }] });
    const { data } = await update(caseStudy, { sources: null, funding: null });
    expect(data.updateCaseStudy).toEqual({ caseStudy: { sources: [] }, errors: [] });
  });

  it('the year 0000 is refused', async () => {
    const { errors } = await update(await createCaseStudy(server), { startedOn: '0000-01-01' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
