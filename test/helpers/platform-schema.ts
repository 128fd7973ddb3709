/** A small schema with everything that the GraphQL platform has to deal with, and with resolvers that fail in every way. */
import { buildSchema, GraphQLError, GraphQLScalarType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { refuse, requestError, UserErrorCode } from '../../src/common/errors.js';
import type { Context } from '../../src/platform/auth/context.js';
import { TestEvents } from './test-events.js';
import { TestLine } from './test-line.js';

const SDL = /* GraphQL */ `
  scalar Day
  enum Colour {
    RED
    GREEN
    BLUE
  }
  interface Node {
    id: ID!
  }
  interface Named implements Node {
    id: ID!
    name(upper: Boolean = false): String!
  }
  union Thing = Item | Box
  type Item implements Node & Named {
    id: ID!
    name(upper: Boolean = false): String!
    colour: Colour
    made: Day
    tags: [String!]!
    strict: String!
    lazy: Item
    boxes(first: Int, last: Int): BoxConnection!
    parts: [Item!]!
    flaky: [Item]
    node: Node
  }
  type Box implements Node & Named {
    id: ID!
    name(upper: Boolean = false): String!
    items(first: Int = 10): ItemConnection!
    first: Item
  }
  type PageInfo {
    hasNextPage: Boolean!
  }
  type ItemEdge {
    cursor: String!
    node: Item!
  }
  type ItemConnection {
    edges: [ItemEdge!]!
    nodes: [Item!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type BoxEdge {
    cursor: String!
    node: Box!
  }
  type BoxConnection {
    edges: [BoxEdge!]!
    nodes: [Box!]!
    pageInfo: PageInfo!
  }
  type Graph {
    nodes: [Node!]!
    edges: [ItemEdge!]!
    truncated: Boolean!
  }
  input Shade {
    colour: Colour!
    day: Day
    deep: [Int!]
  }
  type Viewer {
    role: String!
    actor: String!
  }
  type Query {
    hello(name: String = "world"): String!
    viewer: Viewer!
    item(id: ID! = "1"): Item
    mustItem(id: ID!): Item!
    items(first: Int, last: Int, after: String): ItemConnection!
    graph(from: ID!, first: Int): Graph!
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    named: [Named!]!
    things: [Thing!]!
    echo(shade: Shade, colour: Colour, day: Day, list: [Int], required: Int! = 7): String
    slow: String
    fail(how: String!): String
    failHard: String!
    mystery: Node
  }
  type Mutation {
    touch(by: Int! = 1): Int!
    failToTouch: Int!
  }
  type Event {
    id: ID!
    text(upper: Boolean = false): String!
    viewer: String!
  }
  type Subscription {
    events(after: String, stop: Int): Event!
    broken(how: String!): Event!
    line(after: String): Event!
  }
`;

export interface Item {
  readonly __typename: 'Item';
  readonly id: string;
}

export interface Box {
  readonly __typename: 'Box';
  readonly id: string;
}

/** What was asked of the resolvers, and the events that subscriptions hear. */
export class PlatformState {
  readonly events = new TestEvents<{ eventId: string; text: string }>();
  /** The events that subscriptions to `line` hear. */
  readonly line = new TestLine();
  /** How often an event was executed. */
  executions = 0;
  touched = 0;
  /** How often each query field was resolved. */
  readonly calls = new Map<string, number>();
}

const item = (id: string): Item => ({ __typename: 'Item', id });
const box = (id: string): Box => ({ __typename: 'Box', id });
const find = (id: string): Item | Box | null => (id === '0' ? null : id.startsWith('b') ? box(id) : item(id));

export class DatabaseError extends Error {
  readonly code: string;
  readonly parameters = ['a-secret-parameter'];
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function fail(how: string): never {
  switch (how) {
    case 'fault':
      throw new Error('a-secret-of-the-server');
    case 'database':
      throw new DatabaseError('08006', 'the connection broke');
    case 'timeout':
      throw new DatabaseError('57014', 'canceling statement due to statement timeout');
    case 'forbidden':
      throw requestError('FORBIDDEN', 'Not you.');
    case 'cursor':
      throw requestError('CURSOR_EXPIRED', 'That was too long ago.');
    case 'domain':
      throw refuse(UserErrorCode.NOT_FOUND, 'No such thing.', ['id']);
    case 'foreign':
      throw new GraphQLError('a-secret-of-a-library', { extensions: { code: 'SOMETHING_ELSE' } });
    default:
      throw `not even an error: ${how}`;
  }
}

export function createPlatformSchema(state = new PlatformState()): { schema: GraphQLSchema; state: PlatformState } {
  const schema = buildSchema(SDL);
  const page = (nodes: readonly object[]) => ({
    nodes,
    edges: nodes.map((node, index) => ({ cursor: `c${index}`, node })),
    pageInfo: { hasNextPage: false },
    totalCount: async () => nodes.length,
  });
  const count = <Arguments, Value>(name: string, work: (parent: any, args: Arguments, context: Context) => Value) => {
    return (parent: unknown, args: Arguments, context: Context): Value => {
      state.calls.set(name, (state.calls.get(name) ?? 0) + 1);
      return work(parent, args, context);
    };
  };
  const name = ({ id }: Item, { upper }: { upper: boolean }) => (upper ? `NAME ${id}` : `name ${id}`);
  const numbered = (length: number) => Array.from({ length }, (_, index) => item(String(index + 1)));

  resolve(schema, 'Query', {
    hello: (_: unknown, { name }: { name: string | null }) => `Hello ${name}`,
    viewer: (_: unknown, __: unknown, { viewer }: Context) => ({ role: viewer.kind, actor: viewer.actor }),
    item: async (_: unknown, { id }: { id: string }) => find(id),
    mustItem: async (_: unknown, { id }: { id: string }) => find(id),
    items: (_: unknown, { first, last }: { first?: number; last?: number }) => page(numbered(first ?? last ?? 20)),
    graph: () => ({ nodes: [item('1'), box('b1')], edges: [], truncated: false }),
    node: (_: unknown, { id }: { id: string }) => find(id),
    nodes: (_: unknown, { ids }: { ids: string[] }) => Promise.all(ids.map(find)),
    named: async () => [item('1'), box('b1'), item('2')],
    things: () => [box('b1'), item('1')],
    // In one order, for graphql-jit and graphql-js fill in defaults at different moments.
    echo: (_: unknown, args: object) => JSON.stringify(args, ['list', 'required', 'shade', 'colour', 'day', 'deep']),
    fail: count('fail', async (_, { how }: { how: string }) => fail(how)),
    failHard: count('failHard', async () => fail('timeout')),
    mystery: async () => ({ what: 'no type at all' }),
  });
  resolve(schema, 'Item', {
    name,
    colour: ({ id }: Item) => (id === '9' ? 'PURPLE' : ['RED', 'GREEN', 'BLUE'][Number(id) % 3]),
    made: ({ id }: Item) => new Date(Date.UTC(2010, 0, Number(id))),
    tags: ({ id }: Item) => (id === '4' ? ['one', null, 'three'] : ['one', 'two']),
    strict: ({ id }: Item) => (Number(id) % 3 === 0 ? null : `strict ${id}`),
    lazy: async ({ id }: Item) => item(String(Number(id) + 1)),
    boxes: () => page([box('b1'), box('b2')]),
    parts: ({ id }: Item) => [item(`${id}1`), item(`${id}2`)],
    // The later entry settles first, which graphql-jit answers with a list that is too long.
    flaky: ({ id }: Item) => [
      new Promise((_, reject) => setTimeout(reject, 5, requestError('FORBIDDEN', 'Not this one.'))),
      Promise.resolve(item(`${id}9`)),
    ],
    node: ({ id }: Item) => box(`b${id}`),
  });
  resolve(schema, 'Box', {
    name,
    items: (_: unknown, { first }: { first: number }) => page(numbered(Math.min(first, 3))),
    first: () => item('1'),
  });
  resolve(schema, 'Mutation', {
    touch: async (_: unknown, { by }: { by: number }) => (state.touched += by),
    failToTouch: () => fail('fault'),
  });
  resolve(schema, 'Event', {
    id: ({ eventId }: { eventId: string }) => {
      state.executions += 1;
      return eventId;
    },
    text: ({ text }: { text: string }, { upper }: { upper: boolean }) => (upper ? text.toUpperCase() : text),
    viewer: (_: unknown, __: unknown, { viewer }: Context) => viewer.actor,
  });
  const subscriptions = (schema.getType('Subscription') as GraphQLObjectType).getFields();
  subscriptions['events']!.subscribe = () => state.events.listen();
  subscriptions['events']!.resolve = (event: unknown) => event;
  subscriptions['line']!.subscribe = (_: unknown, { after }: { after?: string | null }, { lastEventId }: Context) =>
    state.line.source(lastEventId ?? after);
  subscriptions['line']!.resolve = (event: unknown) => event;
  subscriptions['broken']!.subscribe = (_: unknown, { how }: { how: string }) =>
    how.startsWith('later ') ? failing(how.slice('later '.length)) : fail(how);
  Object.assign(schema.getType('Day') as GraphQLScalarType, {
    serialize: (value: Date) => value.toISOString().slice(0, 10),
    parseValue: parseDay,
    parseLiteral: ({ value }: { value: string }) => parseDay(value),
  });
  return { schema, state };
}

function failing(how: string): AsyncIterator<unknown> & AsyncIterable<unknown> {
  return {
    next: async () => fail(how),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function parseDay(value: unknown): Date {
  const day = new Date(`${value}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) throw new TypeError(`${value} is no day.`);
  return day;
}

function resolve(schema: GraphQLSchema, type: string, resolvers: Record<string, unknown>): void {
  const fields = (schema.getType(type) as GraphQLObjectType).getFields();
  for (const [name, resolver] of Object.entries(resolvers)) fields[name]!.resolve = resolver as never;
}
