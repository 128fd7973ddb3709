/**
 * Random operations over the whole schema: over HTTP, compiled and not, they give what graphql-js by itself gives on the
 * same schema, for anonymous and for the admin; nothing is ever masked as a fault of the server; no operation makes
 * more statements than its fields account for.
 *
 * To run long, or again what a failure printed: `RANDOM_RUNS=20000 RANDOM_SEED=7 npx vitest run --config
 * test/vitest.config.ts test/api/random-operations.test.ts`. A counterexample is printed as small as it could be made.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { graphql, parse, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN, ANONYMOUS, type Viewer } from '../../src/platform/auth/viewer.js';
import { Cancellation } from '../../src/common/cancellation.js';
import { CancellableReads } from '../../src/platform/database/cancellable-reads.js';
import type { GraphqlEngineOptions } from '../../src/platform/graphql/engine.js';
import { createErrorPresenter } from '../../src/platform/graphql/errors.js';
import { addUnpublishedRecords } from '../helpers/random-records.js';
import type { Operation } from '../helpers/random-document.js';
import { fieldCount, withNullableFields } from '../helpers/random-measures.js';
import { randomQuery } from '../helpers/random-operation.js';
import { randomRuns, SEED } from '../helpers/random-runs.js';
import { readRealValues } from '../helpers/random-sources.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

const RUNS = 200;

/** How the server was put together, and what its compiled queries did. */
const watched = vi.hoisted(() => ({
  options: undefined as GraphqlEngineOptions | undefined,
  /** Compiled runs whose result was used. */
  compiledRuns: 0,
  /** Statements of the last compiled run. */
  statements: 0,
  /** Stands for a fault in graphql-jit. */
  spoil: undefined as ((data: any) => void) | undefined,
}));
const statementsOf = vi.hoisted(() => ({ run: undefined as unknown as AsyncLocalStorage<{ statements: number }> }));

vi.mock('../../src/platform/graphql/engine.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/platform/graphql/engine.js')>();
  const createGraphqlEngine: typeof original.createGraphqlEngine = (options) => {
    watched.options = options;
    return original.createGraphqlEngine(options);
  };
  return { ...original, createGraphqlEngine };
});

vi.mock('../../src/platform/graphql/compile.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/platform/graphql/compile.js')>();
  const compileOperation: typeof original.compileOperation = (schema, prepared) => {
    const compiled = original.compileOperation(schema, prepared);
    if (compiled === null) return null;
    return async (...args) => {
      const count = { statements: 0 };
      const result = await statementsOf.run.run(count, async () => compiled(...args));
      if (result.errors === undefined && result.data) {
        watched.compiledRuns += 1;
        watched.statements = count.statements;
        watched.spoil?.(result.data);
      }
      return result;
    };
  };
  return { ...original, compileOperation };
});

let server: TestServer;
let schema: GraphQLSchema;
let nullableSchema: GraphQLSchema;
let queries: fc.Arbitrary<Operation>;

beforeAll(async () => {
  statementsOf.run = new AsyncLocalStorage();
  const rows = CancellableReads.prototype.rows;
  vi.spyOn(CancellableReads.prototype, 'rows').mockImplementation(function (this: CancellableReads, statement) {
    const count = statementsOf.run.getStore();
    if (count) count.statements += 1;
    return rows.call(this, statement) as Promise<any[]>;
  });
  server = await startTestServer({ seed: true });
  await addUnpublishedRecords(server);
  schema = watched.options!.schema;
  nullableSchema = withNullableFields(schema);
  queries = randomQuery(schema, await readRealValues(server, schema));
}, 120_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await server?.close();
});

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

async function send({ query, variables }: Operation, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

const asAdmin = { authorization: `Bearer ${ADMIN_KEY}` };

/** Also what is masked is told by the answers that are compared. */
const presentErrors = createErrorPresenter({ error: () => undefined });

/** What graphql-js gives by itself, on a document that nothing else has run. */
async function reference({ query, variables }: Operation, viewer: Viewer, on = schema): Promise<Answer> {
  const { createContext, readFirst = {} } = watched.options!;
  const first = Object.entries(readFirst).map(async ([name, read]) => [name, await read()] as const);
  const { data, errors } = await graphql({
    schema: on,
    source: query,
    variableValues: variables,
    contextValue: createContext(viewer, new Cancellation()),
    rootValue: Object.fromEntries(await Promise.all(first)),
  });
  const answer = { data, ...(errors && { errors: presentErrors(errors) }) };
  return JSON.parse(JSON.stringify(answer)) as Answer;
}

/**
 * Data is compared as text, since the order of the fields counts; errors come in the order in which they happen, which is
 * no order. Where an error takes away what others lie below, it depends on their speed which ones are told: then each has
 * to be one that graphql-js gives when every field may be null.
 */
async function expectSame(operation: Operation, viewer: Viewer, answer: Answer, expected: Answer): Promise<void> {
  expect(JSON.stringify(answer.data)).toBe(JSON.stringify(expected.data));
  const errors = sorted(answer.errors);
  const expectedErrors = sorted(expected.errors);
  if (errors.length > 0 && expectedErrors.length > 0 && errors.join() !== expectedErrors.join()) {
    const whole = await reference(operation, viewer, nullableSchema);
    if (JSON.stringify(whole.data) !== JSON.stringify(expected.data)) {
      tally.withRacingErrors += 1;
      const all = sorted(whole.errors);
      expect(all).toEqual(expect.arrayContaining(errors));
      expect(all).toEqual(expect.arrayContaining(expectedErrors));
      return;
    }
  }
  expect(errors).toEqual(expectedErrors);
}

function sorted(errors: Answer['errors'] = []): string[] {
  return errors.map((error) => JSON.stringify(error).replace(LATEST_TIME, '$1')).sort();
}

/** Until when one may ask `asOf` is another time each time. */
const LATEST_TIME = /(: ask for |"latest":")[-\dT:.]+Z/g;

const INVALID = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];
const REFUSALS = [...INVALID, 'BAD_USER_INPUT', 'QUERY_TOO_DEEP', 'QUERY_TOO_EXPENSIVE'];
const FIELD_ERRORS = ['BAD_USER_INPUT', 'CURSOR_INVALID', 'CURSOR_EXPIRED', 'FORBIDDEN', 'UNAUTHENTICATED'];

/** What the operations came to: those that are refused, or find nothing, show nothing. */
const noOperations = () => ({ operations: 0, compiled: 0, withObjects: 0, withRacingErrors: 0 });
let tally = noOperations();

async function check(operation: Operation): Promise<void> {
  tally.operations += 1;
  const first = await send(operation);
  const codes = (first.errors ?? []).map(({ extensions }) => extensions?.code);
  const before = watched.compiledRuns;
  const second = await send(operation);
  const third = await send(operation, asAdmin);
  const isCompiled = watched.compiledRuns > before;
  const expected = await reference(operation, ANONYMOUS);

  if (first.data === undefined) {
    expect(codes.filter((code) => !REFUSALS.includes(code!))).toEqual([]);
    expect([second, third]).toEqual([first, first]);
    if (INVALID.includes(codes[0]!)) expect(expected.errors).toBeDefined();
    return;
  }
  expect(codes.filter((code) => !FIELD_ERRORS.includes(code!))).toEqual([]);
  await expectSame(operation, ANONYMOUS, first, expected);
  await expectSame(operation, ANONYMOUS, second, expected);
  await expectSame(operation, ADMIN, third, await reference(operation, ADMIN));
  if ([first, third].some(({ data }) => JSON.stringify(data)?.includes('{', 1))) tally.withObjects += 1;
  if (!isCompiled) return;
  tally.compiled += 1;
  expect(watched.statements, 'statements').toBeLessThanOrEqual(fieldCount(parse(operation.query)) + 5);
}

describe('random operations', () => {
  it('are answered alike by the server and by graphql-js', { timeout: 3_600_000 }, async () => {
    tally = noOperations();
    await fc.assert(fc.asyncProperty(queries, check), randomRuns(RUNS));
    const { operations, compiled, withObjects, withRacingErrors } = tally;
    expect(compiled / operations, 'most were run compiled, and without an error').toBeGreaterThan(0.6);
    expect(withObjects / operations, 'most found something').toBeGreaterThan(0.5);
    expect(withRacingErrors / operations, 'few had errors that cannot be compared').toBeLessThan(0.02);
  });

  describe('would show a compiled query that', () => {
    it.each<[string, (data: any) => void]>([
      ['gives fields in another order', (data) => moveFirstFieldToTheEnd(data)],
      ['loses an entry of a list', (data) => void objectsIn(data).find(isFilledList)?.pop()],
      ['gives what was not asked for', (data) => (data.surplus = 1)],
      ['makes a statement for each record', () => (watched.statements = 1_000)],
    ])('%s, by a small operation', async (_fault, spoil) => {
      watched.spoil = spoil;
      try {
        const result = await fc.check(fc.asyncProperty(queries, check), {
          ...randomRuns(RUNS),
          numRuns: RUNS,
          seed: SEED,
        });
        expect(result.failed).toBe(true);
        expect(result.counterexample![0].query.length).toBeLessThan(200);
      } finally {
        watched.spoil = undefined;
      }
    });
  });
});

describe('what random operations found stays mended:', () => {
  it.each([
    ['a fragment that is left out in one place and not in the next', '{ viewer { ...V @skip(if: true) ...V } }'],
    [
      'a fragment below a field that is left out, and stands elsewhere too',
      '{ framework { recommendations { number } } framework @include(if: false) { ... { recommendations { label } } } }',
    ],
    [
      'a field that is left out where it is mentioned first',
      '{ framework { recommendations { label @skip(if: true) number label } } }',
    ],
  ])('%s', async (_what, selection) => {
    const query = selection.includes('...V') ? `${selection} fragment V on Viewer { __typename }` : selection;
    tally = noOperations();
    await check({ query, variables: {} });
    expect(tally.compiled).toBe(1);
  });

  it('conditions by variables, whichever way they fall', async () => {
    const query =
      'query ($a: Boolean = true, $b: Boolean!) { framework { ...F @skip(if: $a) ...F @include(if: $b) } } fragment F on Framework { recommendations { number @skip(if: $b) label } }';
    tally = noOperations();
    for (const given of [{ a: true }, { a: false }, {}]) {
      for (const b of [true, false]) await check({ query, variables: { ...given, b } });
    }
    expect(tally).toMatchObject({ operations: 6, compiled: 6 });
  });

  it('more conditions than are worth compiling for each combination', async () => {
    const query =
      'query ($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) { viewer { a: __typename @skip(if: $a) b: __typename @skip(if: $b) c: __typename @skip(if: $c) d: __typename @skip(if: $d) } }';
    tally = noOperations();
    await check({ query, variables: { a: true, b: false, c: true, d: false } });
    expect(tally).toMatchObject({ operations: 1, compiled: 0, withObjects: 1 });
  });

  it('a bad cursor, which is no matter of the same field with other arguments', async () => {
    const { data: found } = await server.query('{ caseStudies(first: 1) { nodes { id } } }');
    const { data, errors } = await server.query(
      `query ($id: ID!) {
        good: node(id: $id) { ... on CaseStudy { revisions(first: 1) { totalCount } } }
        bad: node(id: $id) { ... on CaseStudy { revisions(after: "?") { totalCount } } }
      }`,
      { id: found.caseStudies.nodes[0].id },
    );
    expect(data).toEqual({ good: { revisions: { totalCount: expect.any(Number) } }, bad: null });
    expect(errors).toMatchObject([{ path: ['bad', 'revisions'], extensions: { code: 'CURSOR_INVALID' } }]);
  });
});

function moveFirstFieldToTheEnd(data: unknown): void {
  const object = objectsIn(data).find((one) => !Array.isArray(one) && Object.keys(one).length > 1);
  if (object === undefined) return;
  const [name, value] = Object.entries(object)[0]!;
  delete object[name];
  object[name] = value;
}

/** All objects and lists within each other, outermost first. */
function objectsIn(data: unknown): any[] {
  if (typeof data !== 'object' || data === null) return [];
  return [data, ...Object.values(data).flatMap(objectsIn)];
}

function isFilledList(data: unknown): boolean {
  return Array.isArray(data) && data.length > 0;
}
