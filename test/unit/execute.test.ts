import { execute, type ExecutionResult } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { compileOperation } from '../../src/platform/graphql/compile.js';
import { createExecutor } from '../../src/platform/graphql/execute.js';
import {
  createPrepareOperation,
  isPrepared,
  type PreparedOperation,
} from '../../src/platform/graphql/prepare-operation.js';
import { contextOf } from '../helpers/platform-server.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';

const { schema, state } = createPlatformSchema();
const prepareOperation = createPrepareOperation(schema);
const context = contextOf(ANONYMOUS);

function prepare(query: string, variables: Record<string, unknown> = {}, operationName?: string): PreparedOperation {
  const prepared = prepareOperation({ query, variables, operationName });
  if (!isPrepared(prepared)) throw new Error(prepared.errors.join('; '));
  return prepared;
}

const asSent = (result: ExecutionResult): unknown => JSON.parse(JSON.stringify(result));

const byGraphql = async ({ document, operation, rawVariables }: PreparedOperation): Promise<unknown> =>
  asSent(
    await execute({
      schema,
      document,
      operationName: operation.name?.value,
      variableValues: rawVariables,
      contextValue: context,
    }),
  );

beforeEach(() => state.calls.clear());

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeEach(() => process.on('unhandledRejection', note));
afterEach(() => {
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const CASES: [name: string, query: string, variables?: Record<string, unknown>, operationName?: string][] = [
  ['scalars, aliases and defaults', '{ hello again: hello(name: "you") none: hello(name: null) __typename }'],
  ['a variable left out, null and given', 'query ($n: String) { hello(name: $n) }'],
  ['a variable that is null', 'query ($n: String) { hello(name: $n) }', { n: null }],
  ['a variable with a default', 'query ($n: String = "all") { hello(name: $n) }'],
  ['a promise below a promise', '{ item(id: "1") { id lazy { id lazy { name(upper: true) } } } }'],
  ['an absent object', '{ item(id: "0") { id } }'],
  ['enums and custom scalars', '{ items(first: 4) { nodes { id colour made } } }'],
  [
    'input objects, enums, scalars and lists in variables',
    'query ($s: Shade, $c: Colour, $d: Day, $l: [Int]) { echo(shade: $s, colour: $c, day: $d, list: $l) }',
    { s: { colour: 'RED', day: '2010-01-31', deep: [1] }, c: 'BLUE', d: '2010-02-01', l: 3 },
  ],
  [
    'variables within literals',
    'query ($c: Colour!, $i: Int!, $d: Day) { echo(shade: { colour: $c, deep: [1, $i], day: $d }, list: [$i, null]) }',
    { c: 'GREEN', i: 5, d: '2010-01-31' },
  ],
  [
    'literals of every kind',
    '{ echo(shade: { colour: RED, day: "2010-01-31", deep: 4 }, colour: GREEN, list: [1, 2]) }',
  ],
  ['null for an argument with a default', 'query ($r: Int = 3) { echo(required: $r) }'],
  ['connections', '{ items(first: 3) { totalCount pageInfo { hasNextPage } edges { cursor node { id } } } }'],
  ['interfaces', '{ named { __typename id name ... on Item { colour } ... on Box { first { id } } } }'],
  ['unions', '{ things { __typename ... on Named { name(upper: true) } ... on Item { made } } }'],
  [
    'an interface by id',
    '{ a: node(id: "b1") { id ... on Box { items(first: 1) { nodes { id } } } } b: node(id: "0") { id } }',
  ],
  ['a list with nulls in it', '{ nodes(ids: ["1", "0", "b2"]) { __typename id } }'],
  [
    'named fragments, also on interfaces',
    '{ named { ...N } item { ...I } } fragment N on Named { name ...I } fragment I on Item { id lazy { ...L } } fragment L on Node { id }',
  ],
  ['merged selections', '{ item { lazy { id } } item { lazy { name } } ... on Query { item { lazy { colour } } } }'],
  ...[true, false].flatMap((yes): [string, string, Record<string, unknown>][] => [
    [
      'skip and include by variables',
      'query ($y: Boolean!) { hello @include(if: $y) item @skip(if: $y) { id } }',
      { y: yes },
    ],
    [
      'skip on a field that is there twice',
      'query ($y: Boolean!) { item { id @include(if: $y) name } item { id @skip(if: $y) } }',
      { y: yes },
    ],
    [
      'one fragment included here and skipped there',
      'query ($y: Boolean!) { a: item { ...F @include(if: $y) } b: item { ...F @skip(if: $y) } } fragment F on Item { name }',
      { y: yes },
    ],
    [
      'an inline fragment left out',
      'query ($y: Boolean!) { named { id ... on Item @include(if: $y) { colour } ... @skip(if: $y) { name } } }',
      { y: yes },
    ],
    [
      'nested conditions',
      'query ($y: Boolean!, $n: Boolean!) { item @include(if: $y) { id ... @skip(if: $n) { name lazy @include(if: $y) { id } } } }',
      { y: yes, n: !yes },
    ],
  ]),
  ['one of several operations', 'query A { hello } query B($n: String) { hello(name: $n) }', { n: 'b' }, 'B'],
  ['introspection', '{ __schema { queryType { name } } __type(name: "Item") { name fields { name } } }'],
  ['the viewer', '{ viewer { role actor } }'],
  // Failures
  ['a null that goes up to a nullable field', '{ item(id: "3") { id strict } hello }'],
  ['a null that goes up through a list', '{ items(first: 3) { nodes { id strict } } }'],
  ['a null that goes up to the root', '{ mustItem(id: "0") { id } hello }'],
  ['a null within a list of values', '{ item(id: "4") { id tags } hello }'],
  ['an enum value that is none', '{ item(id: "9") { id colour } }'],
  ['an error with a code', '{ hello fail(how: "forbidden") }'],
  ['errors under aliases', '{ a: fail(how: "forbidden") b: fail(how: "domain") hello }'],
  ['a list of promises of which one fails', '{ item { flaky { id } } }'],
  ['an object of no type', '{ hello mystery { id } }'],
  ['what is thrown and is no error', '{ fail(how: "odd") hello }'],
];

describe('a compiled query', () => {
  it.each(CASES)('gives what graphql-js gives: %s', async (_name, query, variables, operationName) => {
    const run = createExecutor(schema);
    const prepared = prepare(query, variables, operationName);
    const expected = await byGraphql(prepared);
    for (const time of ['first', 'second', 'third']) {
      expect(asSent(await run(prepared, context)), `the ${time} time`).toEqual(expected);
    }
  });

  it.each([
    ['a list of promises of which one fails', '{ item { flaky { id } } }'],
    ['an object of no type', '{ hello mystery { id } }'],
  ])('is not to be trusted as it comes when it has errors: %s', async (_name, query) => {
    const prepared = prepare(query);
    const bare = await compileOperation(schema, prepared)!(undefined, context, {});
    expect(bare.errors).toBeDefined();
    expect(asSent(bare)).not.toEqual(await byGraphql(prepared));
  });

  it('is what runs a query from its second time on', async () => {
    const prepared = prepare('{ hello item { lazy { id } } }');
    expect(compileOperation(schema, prepared)).not.toBeNull();
    const run = createExecutor(schema);
    await run(prepared, context);
    const type = schema.getQueryType()!.getFields()['hello']!;
    const original = type.resolve!;
    let info: object = {};
    type.resolve = (parent, args, contextValue, details) => {
      info = details;
      return original(parent, args, contextValue, details);
    };
    try {
      await run(prepared, context);
    } finally {
      type.resolve = original;
    }
    // graphql-js tells the type that the path goes through, graphql-jit does not.
    expect(info).not.toHaveProperty('path.typename');
  });

  it('is not asked for again what the database could not do in time', async () => {
    const run = createExecutor(schema);
    const prepared = prepare('{ failHard }');
    await run(prepared, context);
    state.calls.clear();
    const result = await run(prepared, context);
    expect(state.calls.get('failHard')).toBe(1);
    expect(result).toMatchObject({ data: null, errors: [{ path: ['failHard'] }] });
  });

  it('is not made of a mutation, which must not run twice', async () => {
    const run = createExecutor(schema);
    const prepared = prepare('mutation { a: touch b: touch(by: 10) failToTouch }');
    for (let time = 1; time <= 3; time += 1) {
      const result = await run(prepared, context);
      expect(result.data).toBeNull();
      expect(state.touched).toBe(11 * time);
    }
  });

  it('is not made of a query that would make a large function', () => {
    const nested = (levels: number) =>
      prepare(`{ item { ${'node { ... on Item { '.repeat(levels)}id${' } }'.repeat(levels)} } }`);
    expect(compileOperation(schema, nested(3))).not.toBeNull();
    const wide = (fields: number) =>
      `{ ${Array.from({ length: fields }, (_, index) => `a${index}: named { id name ... on Item { parts { id colour made } } ... on Box { first { id colour made } } }`).join(' ')} }`;
    expect(compileOperation(schema, prepare(wide(10)))).not.toBeNull();
    expect(compileOperation(schema, prepare(wide(49)))).toBeNull();
  });

  it('needs nobody to tell the type of an object that says it itself', async () => {
    const { schema: asynchronous } = createPlatformSchema();
    const resolveType = async ({ __typename }: { __typename: string }) => __typename;
    Object.assign(asynchronous.getType('Named')!, { resolveType });
    const prepared = createPrepareOperation(asynchronous)({ query: '{ named { id } }' }) as PreparedOperation;
    expect(await compileOperation(asynchronous, prepared)!(undefined, context, {})).toEqual({
      data: { named: [{ id: '1' }, { id: 'b1' }, { id: '2' }] },
    });
  });

  it('gives way for good when only graphql-js can run the query', async () => {
    const { schema: asynchronous } = createPlatformSchema();
    let asked = 0;
    const resolveType = async () => {
      asked += 1;
      return 'Item';
    };
    Object.assign(asynchronous.getType('Node')!, { resolveType });
    Object.assign(asynchronous.getQueryType()!.getFields()['node']!, { resolve: () => ({ id: '7' }) });
    const prepared = createPrepareOperation(asynchronous)({ query: '{ node(id: "7") { id } }' }) as PreparedOperation;
    const run = createExecutor(asynchronous);
    const askedFor: number[] = [];
    for (let time = 1; time <= 4; time += 1) {
      asked = 0;
      expect(asSent(await run(prepared, context))).toEqual({ data: { node: { id: '7' } } });
      askedFor.push(asked);
    }
    expect(askedFor).toEqual([1, 2, 1, 1]);
  });

  it('leaves the schema as it found it', () => {
    const before = schema.getType('Named') as { resolveType?: unknown };
    const resolveType = before.resolveType;
    compileOperation(schema, prepare('{ named { id } }'));
    expect(before.resolveType).toBe(resolveType);
  });
});
