import { getIntrospectionQuery, getOperationAST, getVariableValues, Kind, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/explorer/operations.js';
import { admit, MAXIMUM_COST, MAXIMUM_DEPTH, MAXIMUM_ROOT_FIELDS } from '../../src/platform/limits/admit.js';
import { MINIMUM_COST, operationCost } from '../../src/platform/limits/cost.js';
import { buildGraphqlSchema } from '../../src/schema.js';
import { aboveMinimumCost } from '../helpers/minimum-cost.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';

const { schema } = createPlatformSchema();

function read(query: string, raw: Record<string, unknown> = {}) {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document)!;
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], raw);
  if (errors) throw errors[0];
  return [schema, document, operation, coerced!] as const;
}

/** Without the least price, which would hide what small operations cost. */
const cost = (query: string, variables?: Record<string, unknown>): number =>
  operationCost(...read(aboveMinimumCost(query), variables)).points - MINIMUM_COST;

describe('the cost of an operation', () => {
  it.each([
    ['scalars are free', 0, '{ hello __typename }'],
    ['scalars are free on objects as well', 1, '{ item { id name colour } }'],
    ['an alias is not: it makes more of the same', 2, '{ a: hello b: hello hello }'],
    ['an object counts one', 1, '{ item { id name } }'],
    ['objects within objects', 3, '{ item { lazy { lazy { id } } } }'],
    ['aliases of objects', 3, '{ a: item { id } b: item { id } c: item { id } }'],
    // connection + n * (edge + node)
    ['a page by its edges', 1 + 3 * 2, '{ items(first: 3) { edges { cursor node { id } } } }'],
    ['a page by its nodes', 1 + 3, '{ items(first: 3) { nodes { id } totalCount } }'],
    ['a page from the end', 1 + 4, '{ items(last: 4) { nodes { id } } }'],
    ['the larger of both ends', 1 + 9, '{ items(first: 2, last: 9) { nodes { id } } }'],
    ['a page of no stated length', 1 + 20, '{ items { nodes { id } } }'],
    ['null is no stated length', 1 + 20, '{ items(first: null) { nodes { id } } }'],
    ['the default in the schema', 1 + 1 + 10, '{ node(id: 1) { ... on Box { items { nodes { id } } } } }'],
    ['an empty page', 1, '{ items(first: 0) { nodes { id lazy { id } } } }'],
    ['a negative page makes nothing cheaper', 1 + 1, '{ items(first: -5) { nodes { id } } item { id } }'],
    [
      'pages within pages',
      1 + 10 * (1 + 1 + 5 * 1),
      '{ items(first: 10) { nodes { boxes(first: 5) { nodes { id } } } } }',
    ],
    ['page information is an object', 1 + 1, '{ items(first: 0) { pageInfo { hasNextPage } } }'],
    ['other lists are five long', 5 * (1 + 5), '{ named { ... on Item { parts { id } } } }'],
    ['lists of scalars are free', 1, '{ item { tags } }'],
    ['ids say how many', 3, '{ nodes(ids: ["1", "2", "3"]) { id } }'],
    [
      'a type with pages that is no connection',
      1 + 7 + 7 * 2,
      '{ graph(from: 1, first: 7) { nodes { id } edges { node { id } } } }',
    ],
    ['and without a stated length', 1 + 20, '{ graph(from: 1) { nodes { id } } }'],
    ['introspection is counted like the rest', 1 + 5, '{ __schema { types { name } } }'],
    ['a mutation is dear', 10, 'mutation { touch }'],
    ['each of them', 22, 'mutation { a: touch b: touch }'],
  ])('%s', (_name, expected, query) => expect(cost(query)).toBe(expected));

  it.each([
    ['nothing but scalars', MINIMUM_COST, '{ hello }'],
    ['less than that', MINIMUM_COST, '{ item { lazy { lazy { id } } } }'],
    ['as much', MINIMUM_COST, '{ items(first: 4) { nodes { id } } }'],
    ['more', MINIMUM_COST + 1, '{ items(first: 5) { nodes { id } } }'],
    ['an event', MINIMUM_COST, 'subscription { events { id } }'],
    ['an event of which more is asked', 1 + 5, 'subscription { events { a: id b: id c: id d: id e: id } }'],
  ])('has a least price: %s', (_what, expected, query) => {
    expect(operationCost(...read(query)).points).toBe(expected);
  });

  it.each([
    ['given', 1 + 50, { n: 50 }],
    ['left out', 1 + 20, {}],
    ['null', 1 + 20, { n: null }],
  ])('is worked out with a variable that is %s', (_name, expected, variables) =>
    expect(cost('query ($n: Int) { items(first: $n) { nodes { id } } }', variables)).toBe(expected),
  );

  it('takes the default of a variable', () => {
    const query = 'query ($n: Int = 30) { items(first: $n) { nodes { id } } }';
    expect(cost(query)).toBe(31);
    expect(cost(query, { n: 2 })).toBe(3);
    expect(cost(query, { n: null })).toBe(21);
  });

  it('counts ids in variables', () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Item { lazy { id } } } }';
    expect(cost(query, { ids: Array.from({ length: 100 }, String) })).toBe(200);
    expect(cost(query, { ids: 'one' })).toBe(2);
    expect(cost(query, { ids: [] })).toBe(0);
  });

  it('leaves out what the variables leave out', () => {
    const query =
      'query ($y: Boolean!) { items(first: 5) @include(if: $y) { nodes { id } } item @skip(if: $y) { id } ...F @skip(if: $y) } fragment F on Query { things { __typename } }';
    expect(cost(query, { y: true })).toBe(6);
    expect(cost(query, { y: false })).toBe(1 + 5);
  });

  it('goes through both kinds of fragments, with the page of the field around them', () => {
    expect(
      cost(
        '{ a: items(first: 2) { ...P } b: items(first: 3) { ... { ...P } } } fragment P on ItemConnection { nodes { id } }',
      ),
    ).toBe(1 + 2 + 1 + 3);
    expect(cost('{ named { ... on Item { lazy { id } } ...B } } fragment B on Box { first { id } }')).toBe(
      5 * (1 + 1 + 1),
    );
  });

  it('is found at once where fragments spread each other many times', () => {
    const fragments = Array.from(
      { length: 100 },
      (_, n) => `fragment F${n} on Item { a: lazy { ...F${n + 1} } b: lazy { ...F${n + 1} } ...F${n + 1} }`,
    );
    const operation = read(`{ item { ...F0 } } ${fragments.join(' ')} fragment F100 on Item { id }`);
    const started = performance.now();
    expect(operationCost(...operation).points).toBeGreaterThan(1e40);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('refuses an argument that is null where its type has no null', () => {
    const query = 'query ($r: Int = 3) { echo(required: $r) }';
    expect(cost(query)).toBe(0);
    expect(() => cost(query, { r: null })).toThrow(/must not be null/);
  });
});

describe('an operation is refused', () => {
  const refusal = (query: string, variables?: Record<string, unknown>): unknown => {
    try {
      const [, document, operation] = read(query, variables);
      admit(document, operation, operationCost(...read(query, variables)));
      return null;
    } catch (error) {
      return (error as { extensions: { code: string } }).extensions.code;
    }
  };
  const nested = (levels: number) => `{ item { ${'lazy { '.repeat(levels - 2)}id${' }'.repeat(levels - 2)} } }`;
  const pages = 'query ($n: Int) { items(first: $n) { nodes { id } } }';
  const wide = (fields: number) => `{ ${'hello '.repeat(fields - 1)} a: hello }`;

  it('when it is too deep, and not before', () => {
    expect(refusal(nested(MAXIMUM_DEPTH))).toBeNull();
    expect(refusal(nested(MAXIMUM_DEPTH + 1))).toBe('QUERY_TOO_DEEP');
  });

  it('when it may return too much, and not before', () => {
    expect(refusal(pages, { n: MAXIMUM_COST - 1 })).toBeNull();
    expect(refusal(pages, { n: MAXIMUM_COST })).toBe('QUERY_TOO_EXPENSIVE');
    expect(refusal(pages, { n: 2 ** 31 - 1 })).toBe('QUERY_TOO_EXPENSIVE');
  });

  it('when it starts too much, and not before', () => {
    expect(refusal(wide(MAXIMUM_ROOT_FIELDS))).toBeNull();
    expect(refusal(wide(MAXIMUM_ROOT_FIELDS + 1))).toBe('QUERY_TOO_EXPENSIVE');
    const hidden = `{ ...F ...G } fragment F on Query { ${'hello '.repeat(30)} } fragment G on Query { ${'hello '.repeat(30)} }`;
    expect(refusal(hidden)).toBe('QUERY_TOO_EXPENSIVE');
  });

  it('when aliases make an object large', () => {
    const aliases = Array.from({ length: 100 }, (_, n) => `a${n}: id`).join(' ');
    expect(refusal(`{ items(first: 1000) { nodes { ${aliases} } } }`)).toBe('QUERY_TOO_EXPENSIVE');
    expect(refusal('{ items(first: 1000) { nodes { id name colour made } } }')).toBeNull();
  });

  it('but none of those that the explorer opens with', () => {
    const whole = buildGraphqlSchema();
    const queries = operations.flatMap(({ query }) => {
      const document = parse(query);
      return document.definitions.map((definition) => ({ document, definition }));
    });
    const variables = { words: 'partnerskab', from: '0' };
    let admitted = 0;
    for (const { document, definition } of queries) {
      if (definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === 'mutation') continue;
      admit(document, definition, operationCost(whole, document, definition, variables));
      admitted += 1;
    }
    expect(admitted).toBeGreaterThanOrEqual(4);
    const introspection = parse(getIntrospectionQuery());
    const operation = getOperationAST(introspection)!;
    admit(introspection, operation, operationCost(whole, introspection, operation, {}));
  });

  it('but never for asking what there is', () => {
    expect(refusal(getIntrospectionQuery())).toBeNull();
    expect(
      refusal(
        getIntrospectionQuery({
          descriptions: true,
          specifiedByUrl: true,
          directiveIsRepeatable: true,
          schemaDescription: true,
          inputValueDeprecation: true,
          oneOf: true,
        }),
      ),
    ).toBeNull();
  });
});
