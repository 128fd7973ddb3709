import fc from 'fast-check';
import { execute, type GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { DeclaredCost } from '../../src/common/cost.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { createPrepareOperation, isPrepared } from '../../src/platform/graphql/prepare-operation.js';
import { MINIMUM_COST } from '../../src/platform/limits/cost.js';
import { ResultCosts } from '../../src/platform/limits/result-cost.js';
import { aboveMinimumCost } from '../helpers/minimum-cost.js';
import { contextOf } from '../helpers/platform-server.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';

const { schema } = createPlatformSchema();
const declare = (type: string, field: string, cost: DeclaredCost) => {
  (schema.getType(type) as GraphQLObjectType).getFields()[field]!.extensions = { cost };
};
declare('ItemConnection', 'totalCount', 5);
declare('Query', 'graph', ({ first }) => 20 * (Number(first ?? 20) / 10));
declare('Query', 'hello', 7);

const prepareOperation = createPrepareOperation(schema);

/** What an operation costs without the least price, which would hide what small ones do. */
async function run(query: string, variables: Record<string, unknown> = {}) {
  const prepared = prepareOperation({ query: aboveMinimumCost(query), variables });
  if (!isPrepared(prepared)) throw new Error(prepared.errors.join('; '));
  const { document, rawVariables } = prepared;
  const { data, errors } = await execute({
    schema,
    document,
    variableValues: rawVariables,
    contextValue: contextOf(ANONYMOUS),
  });
  if (errors) throw errors[0];
  const requested = prepared.cost.points;
  const costs = new ResultCosts(schema);
  return {
    data,
    requested: requested - MINIMUM_COST,
    actual: costs.cost(prepared, data!, requested) - MINIMUM_COST,
    raw: costs.cost(prepared, data!, Infinity) - MINIMUM_COST,
  };
}

it('the least price is that of every result, whatever was found', async () => {
  const query = '{ item { boxes(first: 100) { nodes { id } } } }';
  const prepared = prepareOperation({ query });
  if (!isPrepared(prepared)) throw new Error(prepared.errors.join('; '));
  const { data } = await execute({ schema, document: prepared.document, contextValue: contextOf(ANONYMOUS) });
  expect(new ResultCosts(schema).cost(prepared, data!, 1 + 1 + 100)).toBe(MINIMUM_COST);
});

const costs = async (query: string, variables?: Record<string, unknown>) => {
  const { requested, actual } = await run(query, variables);
  return [requested, actual];
};

describe('what fields declare is added', () => {
  it.each([
    ['to one that is asked for by itself', [7, 7], '{ hello }'],
    ['for every occurrence', [14 + 1, 14 + 1], '{ hello a: hello }'],
    ['once for one that is asked for twice, but for the estimate', [14, 7], '{ hello hello }'],
    ['beside the objects', [1 + 2 + 5, 1 + 2 + 5], '{ items(first: 2) { nodes { id } totalCount } }'],
    [
      'for every parent',
      [1 + 1 + 5 * (1 + 1 + 1 + 5), 1 + 1 + 2 * (1 + 1 + 1 + 5)],
      '{ item { boxes(first: 5) { nodes { items(first: 1) { pageInfo { hasNextPage } totalCount } } } } }',
    ],
    ['by the arguments', [1 + 60, 1 + 60], '{ graph(from: "1", first: 30) { truncated } }'],
    ['by the arguments left out', [1 + 40, 1 + 40], '{ graph(from: "1") { truncated } }'],
  ])('%s', async (_name, expected, query) => expect(await costs(query)).toEqual(expected));

  it('by the variables of each run', async () => {
    const query = 'query ($n: Int) { graph(from: "1", first: $n) { truncated } }';
    expect(await costs(query, { n: 10 })).toEqual([21, 21]);
    expect(await costs(query, { n: 50 })).toEqual([101, 101]);
  });

  it('and a figure that is none refuses the operation', () => {
    declare('Query', 'slow', () => NaN);
    expect(prepareOperation({ query: '{ slow }' })).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', field: 'slow' } }],
    });
  });
});

describe('what an operation did cost', () => {
  it.each([
    ['is what was found', [1 + 1 + 20, 1 + 1 + 2], '{ item { boxes { nodes { id } } } }'],
    ['is no more than was found', [1, 0], '{ item(id: "0") { id } }'],
    [
      'is nothing for what was not asked of this type',
      [5 * (1 + 1 + 1), 3 + 3],
      '{ named { ... on Item { lazy { id } } ... on Box { first { id } } } }',
    ],
    [
      'knows all that fragments ask of one field',
      [1 + 2 + 2, 1 + 1 + 2],
      '{ item { ...A ...B } } fragment A on Item { lazy { node { id } } } fragment B on Item { lazy { lazy { id } } }',
    ],
    ['leaves out what was left out', [1, 1], '{ item { id lazy @skip(if: true) { id } } }'],
    ['counts aliases of scalars', [1 + 2, 1 + 2], '{ item { a: id b: id id } }'],
  ])('%s', async (_name, expected, query) => expect(await costs(query)).toEqual(expected));

  it('is no more than was requested, also where a list is longer than it was taken to be', async () => {
    const types = await run('{ __schema { types { name } } }');
    expect([types.requested, types.actual]).toEqual([1 + 5, 1 + 5]);
    expect(types.raw).toBeGreaterThan(1 + 5);
  });

  it('is what was requested when the result has more places than are told apart', async () => {
    const fragments = Array.from(
      { length: 10 },
      (_, level) => `fragment F${level} on Item { a: lazy { ...F${level + 1} } b: lazy { ...F${level + 1} } }`,
    );
    const query = `{ item { ...F0 } } ${fragments.join(' ')} fragment F10 on Item { lazy { id } node { id } }`;
    const { requested, raw } = await run(query);
    expect([requested, raw]).toEqual([2 ** 11 - 1 + 2 * 2 ** 10, Infinity]);
  });

  it('counts introspection, too', async () => {
    const { data, raw } = await run('{ __schema { types { name fields { name } } } }');
    expect(raw).toBe(objectsIn(data));
  });

  it('is, without aliases and weights, the number of objects in the result, and never more than was requested', async () => {
    await fc.assert(
      fc.asyncProperty(selectionOf('Query', 4), async (selection) => {
        const { data, requested, actual, raw } = await run(`{ ${selection} }`);
        expect(raw).toBe(objectsIn(data));
        expect(actual).toBe(Math.min(raw, requested));
      }),
      { numRuns: 200 },
    );
  });
});

function objectsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof Date) return 0;
  const parts = Object.values(value).reduce((sum: number, part) => sum + objectsIn(part), 0);
  return Array.isArray(value) ? parts : parts + Object.values(value).filter(isObject).length + listed(value);
}

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const listed = (object: object): number =>
  Object.values(object).reduce(
    (sum: number, value) => sum + (Array.isArray(value) ? value.filter(isObject).length : 0),
    0,
  );

/** Fields with what they lead to; those with arguments ask for pages. */
const FIELDS: Record<string, [name: string, type: string | null][]> = {
  Query: [
    ['item', 'Item'],
    ['items(first: 3)', 'ItemConnection'],
    ['node(id: "b1")', 'Node'],
    ['named', 'Node'],
    ['viewer', null],
  ],
  Item: [
    ['id', null],
    ['lazy', 'Item'],
    ['boxes(first: 2)', 'BoxConnection'],
    ['parts', 'Item'],
    ['node', 'Node'],
  ],
  Box: [
    ['id', null],
    ['items(first: 2)', 'ItemConnection'],
    ['first', 'Item'],
  ],
  Node: [
    ['id', null],
    ['... on Item', 'Item'],
    ['... on Box', 'Box'],
  ],
  ItemConnection: [
    ['nodes', 'Item'],
    ['edges { node', 'Item'],
    ['__typename', null],
  ],
  BoxConnection: [
    ['nodes', 'Box'],
    ['__typename', null],
  ],
};

function selectionOf(type: string, levels: number): fc.Arbitrary<string> {
  const fields = FIELDS[type]!.filter(([, below]) => below === null || levels > 0);
  const choices = fc.subarray(fields, { minLength: 1 }).filter((chosen) => levels > 0 || chosen.length > 0);
  return choices.chain((chosen) =>
    fc
      .tuple(...chosen.map(([, below]) => (below === null ? fc.constant('') : selectionOf(below, levels - 1))))
      .map((parts) =>
        chosen
          .map(([name, below], index) => {
            if (name === 'viewer') return 'viewer { actor }';
            if (below === null) return name;
            return `${name} { ${parts[index]} }${name.includes('{') ? ' }' : ''}`;
          })
          .join(' '),
      ),
  );
}
