/** What the schema promises, and how it may change. */
import { readFile } from 'node:fs/promises';
import {
  BreakingChangeType,
  buildSchema,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { readReleases } from '../../src/reference/schema-reference.js';
import { buildGraphqlSchema, printGraphqlSchema } from '../../src/schema.js';
import {
  carelesslyDeprecated,
  irregularConnections,
  irregularMutations,
  looseLists,
  misnamed,
  undescribed,
} from './schema-rules.js';

/**
 * Changes since the last release that clients have to know of, with the reason for each. To be emptied with a release,
 * when `schema.graphql` is copied to `src/reference/releases`.
 */
const ACCEPTED_CHANGES: Record<string, string> = {};

/** By ids, so no longer than the caller's own list; and a part of a whole that `first` bounds. */
const UNPAGED_LISTS = ['Query.nodes', 'KnowledgeGraph.nodes'];

/** Nothing that a client sends or reads now can notice these. */
const HARMLESS: ReadonlySet<string> = new Set([
  DangerousChangeType.OPTIONAL_ARG_ADDED,
  DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
]);

/** What became of `before` that may break a client, and what of it is not accepted, or is accepted but did not happen. */
function unacceptedChanges(before: GraphQLSchema, after: GraphQLSchema, accepted: Record<string, string>): string[] {
  const changes = [...findBreakingChanges(before, after), ...findDangerousChanges(before, after)]
    .filter(({ type }) => !HARMLESS.has(type))
    .map(({ description }) => description);
  return [
    ...changes.filter((change) => !(change in accepted)),
    ...Object.keys(accepted)
      .filter((change) => !changes.includes(change))
      .map((change) => `Accepted but not made: ${change}`),
  ];
}

const readText = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');
const { version } = JSON.parse(await readText('../../package.json')) as { version: string };
/** The last one before the version that is being made. */
const released = readReleases().findLast((release) => release.version !== version)!.schema;

describe('the schema', () => {
  let schema: GraphQLSchema;

  beforeAll(() => {
    schema = buildGraphqlSchema();
  });

  it('is what schema.graphql says', async () => {
    const text = await readText('../../schema.graphql');
    expect(text, 'schema.graphql is out of date: run `npm run schema`').toBe(printGraphqlSchema(schema));
  });

  it('describes everything in whole sentences', () => expect(undescribed(schema)).toEqual([]));

  it('writes each name in the case of its kind', () => expect(misnamed(schema)).toEqual([]));

  it('says of what is deprecated what replaces it, and from when on', () => {
    expect(carelesslyDeprecated(schema)).toEqual([]);
  });

  it('has mutations of one input and one payload', () => {
    expect(Object.keys(schema.getMutationType()!.getFields()).length).toBeGreaterThan(10);
    expect(irregularMutations(schema)).toEqual([]);
  });

  it('has connections as Relay knows them', () => expect(irregularConnections(schema)).toEqual([]));

  it('pages its lists, which hold no null', () => expect(looseLists(schema, UNPAGED_LISTS)).toEqual([]));

  it('keeps what clients were promised', async () => {
    const contract = buildSchema(await readText('contract.graphql'));
    expect(findBreakingChanges(contract, schema).map(({ description }) => description)).toEqual([]);
  });

  it('breaks no client of the last release unawares', () => {
    expect(unacceptedChanges(released, schema, ACCEPTED_CHANGES)).toEqual([]);
  });
});

describe('the checks notice', () => {
  it('what is not described', () => {
    const schema = buildSchema(`
      "All that can be asked."
      type Query {
        "One thing."
        thing("Which colour it has." colour: Colour, size: Int): Thing
      }
      type Thing {
        "name"
        name: String
        "The old name."
        oldName: String
        "No full stop"
        size: Int
      }
      "Colours there are."
      enum Colour { RED }
      "What to look for."
      input Filter { limit: Int }
    `);
    expect(undescribed(schema)).toEqual([
      'Query.thing(size) has no description',
      'Thing has no description',
      'Thing.name is described by no whole sentence: name',
      'Thing.oldName is described by its name alone',
      'Thing.size is described by no whole sentence: No full stop',
      'Colour.RED has no description',
      'Filter.limit has no description',
    ]);
  });

  it('names in a case that is not theirs', () => {
    const schema = buildSchema(`
      type Query { Thing(THE_id: ID, isbn10: ID): snake_type, rulesOfPlay: Colour, ok: URL }
      type snake_type { id: ID }
      enum Colour { RED, lightBlue }
      scalar URL
    `);
    expect(misnamed(schema)).toEqual(['Query.Thing', 'Query.Thing(THE_id)', 'snake_type', 'Colour.lightBlue']);
  });

  it('what is deprecated without a way out', () => {
    const schema = buildSchema(`
      type Query {
        good: Int @deprecated(reason: "Use \`better\` instead. It counts all. Removed on 2027-06-30.")
        goodToo: Int @deprecated(reason: "Use \`Other.best\` instead. Removed on 2027-06-30.")
        better(old: Int @deprecated(reason: "Use \`new\` instead. Removed on 2027-06-30."), new: Int): Int
        silent: Int @deprecated
        dateless: Int @deprecated(reason: "Use \`better\` instead.")
        timeless: Int @deprecated(reason: "Use \`better\` instead. Removed on 2027-13-30.")
        endless: Int @deprecated(reason: "Use \`nothing\` instead. Removed on 2027-06-30.")
        circular: Int @deprecated(reason: "Use \`good\` instead. Removed on 2027-06-30.")
        misled(old: Int @deprecated(reason: "Use \`better\` instead. Removed on 2027-06-30.")): Int
        other: Other
      }
      type Other { best: Int }
    `);
    expect(carelesslyDeprecated(schema).map((line) => line.split(' ')[0])).toEqual([
      'Query.silent',
      'Query.dateless',
      'Query.timeless',
      'Query.endless',
      'Query.circular',
      'Query.misled(old)',
    ]);
  });

  it('mutations that go their own way', () => {
    const schema = buildSchema(`
      type Query { ok: Int }
      type Mutation {
        good(input: GoodInput!): GoodPayload!
        bare(id: ID!): GoodPayload!
        optional(input: GoodInput): GoodPayload!
        naked(input: GoodInput!): Good!
        nullable(input: GoodInput!): GoodPayload
        silent(input: GoodInput!): SilentPayload!
        certain(input: GoodInput!): CertainPayload!
      }
      input GoodInput { id: ID! }
      type Good { id: ID! }
      type UserError { message: String! }
      type GoodPayload { good: Good, errors: [UserError!]! }
      type SilentPayload { good: Good, errors: [UserError!] }
      type CertainPayload { good: Good!, errors: [UserError!]! }
    `);
    expect(irregularMutations(schema)).toEqual([
      'bare takes (id: ID!), not one input',
      'optional takes (input: GoodInput), not one input',
      'naked gives Good!, not a payload',
      'nullable gives GoodPayload, not a payload',
      'silent gives no errors',
      'CertainPayload.good cannot be null, though the write may be refused',
    ]);
  });

  it('connections and lists that go their own way', () => {
    const schema = buildSchema(`
      interface Node { id: ID! }
      type Book implements Node { id: ID! }
      type PageInfo { hasNextPage: Boolean! }
      type BookConnection { edges: [BookEdge!]!, nodes: [Book!]!, pageInfo: PageInfo!, totalCount: Int! }
      type BookEdge { cursor: String!, node: Book! }
      type LooseConnection { edges: [LooseEdge]!, nodes: [Book!]!, pageInfo: PageInfo!, totalCount: Int }
      type LooseEdge { cursor: ID!, node: Book! }
      type Query {
        books(first: Int, after: String, last: Int, before: String): BookConnection!
        forward(first: Int, after: String): BookConnection!
        loose: LooseConnection
        half(first: Int, after: String, last: Int): BookConnection!
        all: [Book!]!
        holes: [String]
        known: [Book]!
      }
    `);
    expect(irregularConnections(schema)).toEqual([
      'LooseConnection.edges is not [LooseEdge!]!',
      'LooseConnection.totalCount is not Int!',
      'LooseEdge.cursor is not String!',
      'Query.loose may be null',
      'Query.loose cannot be paged through',
      'Query.half cannot be paged through',
    ]);
    expect(looseLists(schema, ['Query.known'])).toEqual([
      'LooseConnection.edges may hold null',
      'Query.all is not paged',
      'Query.holes may hold null',
    ]);
  });

  it('changes that break clients, unless they are accepted', () => {
    const before = buildSchema('type Query { a: Int, b(c: Int): Colour } enum Colour { RED }');
    const after = buildSchema('type Query { b(c: Int, d: Int): Colour, e: Int } enum Colour { RED, BLUE }');
    const removed = 'Query.a was removed.';
    const added = 'BLUE was added to enum type Colour.';
    expect(unacceptedChanges(before, after, {})).toEqual([removed, added]);
    expect(unacceptedChanges(before, after, { [removed]: 'It was always null.', [added]: 'It was missing.' })).toEqual(
      [],
    );
    expect(unacceptedChanges(before, before, { [removed]: 'Left over.' })).toEqual([
      `Accepted but not made: ${removed}`,
    ]);
    expect(findBreakingChanges(before, after)).toMatchObject([{ type: BreakingChangeType.FIELD_REMOVED }]);
  });
});
