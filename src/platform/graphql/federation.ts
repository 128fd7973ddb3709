/**
 * The schema as a subgraph of Apollo Federation 2: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec.
 * What a router asks beyond it goes through the same door and the same limits as everything else.
 */
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  extendSchema,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLUnionType,
  isObjectType,
  Kind,
  parse,
  print,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { requestError } from '../../common/errors.js';
import type { Context } from '../auth/context.js';

/** Finds the object of a key; null where there is none that the viewer may see. */
export type FindEntity = (context: Context, value: string) => Promise<{ readonly __typename: string } | null>;

/** By the name of an object or interface type: its keys, each of one field, which is a text or an id. */
export type Entities = Readonly<Record<string, Readonly<Record<string, FindEntity>>>>;

/** Types that every subgraph with connections has, field for field the same. */
const SHAREABLE = ['PageInfo'];

/** Keys on interfaces, by which another subgraph can add to all its types at once, came with 2.3. */
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])`;

interface Representation {
  readonly __typename: string;
  readonly [field: string]: string;
}

/**
 * Makes the subgraph: the same schema with `_service` and `_entities`.
 *
 * @param sdl the text of the schema
 */
export function federate(schema: GraphQLSchema, sdl: string, entities: Entities): GraphQLSchema {
  const federated = extendSchema(schema, parse(extensionOf(schema, entities)));
  const text = subgraphText(sdl, entities);
  const any = federated.getType('_Any') as GraphQLScalarType;
  any.parseValue = readRepresentation;
  any.parseLiteral = (node, variables) => readRepresentation(valueFromASTUntyped(node, variables));
  (federated.getType('_Entity') as GraphQLUnionType).resolveType = (value: { __typename: string }) => value.__typename;
  const { _service, _entities } = (federated.getQueryType() as GraphQLObjectType).getFields();
  _service!.extensions = { action: 'record.read' };
  _service!.resolve = () => ({ sdl: text });
  _entities!.extensions = { action: 'record.read' };
  _entities!.resolve = (_root, { representations }: { representations: Representation[] }, context: Context) =>
    // One that cannot be read is an error of its own: the others were asked for by other parts of the router's query.
    Promise.all(representations.map((one) => findEntity(entities, context, one).catch((error: Error) => error)));
  return federated;
}

function extensionOf(schema: GraphQLSchema, entities: Entities): string {
  const objects = Object.keys(entities).filter((name) => isObjectType(schema.getType(name)));
  return `
    """What a router knows of an entity: its type as \`__typename\`, and a key."""
    scalar _Any
    """Anything that has a key."""
    union _Entity = ${objects.join(' | ')}
    """What a router reads of this subgraph when it composes it with others."""
    type _Service {
      """The schema with the directives of Apollo Federation 2."""
      sdl: String!
    }
    extend type Query {
      """The schema as a subgraph."""
      _service: _Service!
      """Entities by their keys, in the order of the representations; null for each that is not there."""
      _entities(
        """What the router knows of each."""
        representations: [_Any!]!
      ): [_Entity]!
    }`;
}

/** The text of the schema with keys. Printing a schema leaves directives out, so they are put into the text. */
function subgraphText(sdl: string, entities: Entities): string {
  const withDirectives = (node: DefinitionNode & { readonly name: { readonly value: string } }) => {
    const keys = Object.keys(entities[node.name.value] ?? {}).map((field) => directive('key', { fields: field }));
    const shareable = SHAREABLE.includes(node.name.value) ? [directive('shareable', {})] : [];
    return { ...node, directives: [...((node as { directives?: [] }).directives ?? []), ...keys, ...shareable] };
  };
  const document = visit(parse(sdl), { ObjectTypeDefinition: withDirectives, InterfaceTypeDefinition: withDirectives });
  return `${LINK}\n\n${print(document)}\n`;
}

function directive(name: string, values: Readonly<Record<string, string>>): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(values).map(([argument, value]) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: argument },
      value: { kind: Kind.STRING, value },
    })),
  };
}

/**
 * Keeps the texts alone, among which the keys are: nothing else is read here, however deep it goes.
 *
 * @throws GraphQLError for what names no type; the variable or literal is then refused
 */
function readRepresentation(value: unknown): Representation {
  if (typeof value === 'object' && value !== null && typeof (value as Representation).__typename === 'string') {
    return Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === 'string')) as Representation;
  }
  throw new GraphQLError('A representation is an object with the name of its type as `__typename`.');
}

async function findEntity(entities: Entities, context: Context, representation: Representation) {
  const { __typename } = representation;
  const keys = Object.hasOwn(entities, __typename) ? entities[__typename]! : undefined;
  if (keys === undefined) {
    throw requestError('BAD_USER_INPUT', `There is no entity of the type "${__typename.slice(0, 100)}" here.`);
  }
  const key = Object.keys(keys).find((field) => Object.hasOwn(representation, field));
  if (key === undefined) {
    const names = Object.keys(keys).join(' or ');
    throw requestError('BAD_USER_INPUT', `A representation of ${__typename} has no key: send its ${names} as text.`);
  }
  return keys[key]!(context, representation[key]!);
}
