/** What holds for every type of the schema. Each rule gives one line for each place that breaks it. */
import {
  type GraphQLArgument,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLType,
} from 'graphql';

type Member = GraphQLArgument | GraphQLEnumValue | GraphQLField<unknown, unknown> | GraphQLInputField;

interface Element {
  /** Where it is, e.g. `Query.node(id)`. */
  readonly place: string;
  readonly element: GraphQLNamedType | Member;
  /** The type that it is a member of. */
  readonly parent: GraphQLNamedType | null;
}

/** Everything in the schema that has a name of ours. */
function elements(schema: GraphQLSchema): Element[] {
  const found: Element[] = [];
  for (const type of ownTypes(schema)) {
    found.push({ place: type.name, element: type, parent: null });
    for (const member of membersOf(type)) {
      const place = `${type.name}.${member.name}`;
      found.push({ place, element: member, parent: type });
      for (const argument of 'args' in member ? member.args : []) {
        found.push({ place: `${place}(${argument.name})`, element: argument, parent: type });
      }
    }
  }
  return found;
}

function ownTypes(schema: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !(isScalarType(type) && isSpecifiedScalarType(type)),
  );
}

function membersOf(type: GraphQLNamedType): Member[] {
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return Object.values(type.getFields());
  return isEnumType(type) ? [...type.getValues()] : [];
}

function fieldsOf(schema: GraphQLSchema): { place: string; field: GraphQLField<unknown, unknown> }[] {
  return ownTypes(schema)
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ place: `${type.name}.${field.name}`, field })),
    );
}

/** A sentence that says more than the name does. */
export function undescribed(schema: GraphQLSchema): string[] {
  const letters = (text: string) => text.toLowerCase().replace(/\b(the|an?|of)\b|[^a-z]/g, '');
  return elements(schema).flatMap(({ place, element }) => {
    const description = element.description ?? '';
    if (description.trim() === '') return [`${place} has no description`];
    if (!/^\P{Lowercase_Letter}.*[.?!]$/su.test(description))
      return [`${place} is described by no whole sentence: ${description}`];
    return letters(description) === letters(element.name) ? [`${place} is described by its name alone`] : [];
  });
}

/** The cases that tell at a glance what a name is. Scalars keep the names under which the world knows them. */
export function misnamed(schema: GraphQLSchema): string[] {
  return elements(schema)
    .filter(({ element, parent }) => {
      if (isScalarType(element)) return false;
      if (parent === null) return !/^([A-Z][a-z0-9]+)+$/.test(element.name);
      if (isEnumType(parent)) return !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(element.name);
      return !/^[a-z][a-z0-9]*([A-Z][a-z0-9]+)*$/.test(element.name);
    })
    .map(({ place }) => place);
}

const DEPRECATION = /^Use `(?:(\w+)\.)?(\w+)` instead\. (?:.+ )?Removed on (\d{4}-\d{2}-\d{2})\.$/s;

/** "Use `other` instead. Removed on 2027-06-30.", where `other` or `Type.other` is there and is not deprecated itself. */
export function carelesslyDeprecated(schema: GraphQLSchema): string[] {
  return elements(schema).flatMap(({ place, element, parent }) => {
    const reason = 'deprecationReason' in element ? element.deprecationReason : undefined;
    if (reason == null) return [];
    const [, typeName, memberName, date] = DEPRECATION.exec(reason) ?? [];
    if (date === undefined || Number.isNaN(Date.parse(date)))
      return [`${place} names no replacement or no date: ${reason}`];
    const type = typeName === undefined ? parent : schema.getType(typeName);
    const siblings: readonly Member[] =
      place.endsWith(')') && typeName === undefined ? siblingArguments(schema, place) : membersOf(type!);
    const replacement = type && siblings.find(({ name }) => name === memberName);
    return replacement && replacement.deprecationReason == null
      ? []
      : [`${place} is replaced by what is not there: ${reason}`];
  });
}

function siblingArguments(schema: GraphQLSchema, place: string): readonly GraphQLArgument[] {
  const fieldPlace = place.slice(0, place.indexOf('('));
  return fieldsOf(schema).find((field) => field.place === fieldPlace)?.field.args ?? [];
}

/** One `input`; what was written, or null and the reasons. */
export function irregularMutations(schema: GraphQLSchema): string[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args, type }) => {
    const argument = args.map((one) => `${one.name}: ${String(one.type)}`).join(', ');
    if (!/^input: \w+Input!$/.test(argument)) return [`${name} takes (${argument}), not one input`];
    const payload = getNamedType(type);
    if (String(type) !== `${payload.name}!` || !payload.name.endsWith('Payload') || !isObjectType(payload)) {
      return [`${name} gives ${String(type)}, not a payload`];
    }
    const { errors, ...values } = payload.getFields();
    if (String(errors?.type) !== '[UserError!]!') return [`${name} gives no errors`];
    const certain = Object.values(values).filter((field) => isNonNullType(field.type));
    return certain.map((field) => `${payload.name}.${field.name} cannot be null, though the write may be refused`);
  });
}

/** https://relay.dev/graphql/connections.htm, with `nodes` and `totalCount` besides. */
export function irregularConnections(schema: GraphQLSchema): string[] {
  const connections = ownTypes(schema).filter((type) => type.name.endsWith('Connection'));
  const wrongTypes = connections.filter(isObjectType).flatMap((type) => {
    const entry = type.name.slice(0, -'Connection'.length);
    const edge = schema.getType(`${entry}Edge`) as GraphQLObjectType | undefined;
    const node = getNamedType(edge?.getFields().node?.type);
    return [
      ...mistyped(type, { edges: `[${entry}Edge!]!`, nodes: `[${node}!]!`, pageInfo: 'PageInfo!', totalCount: 'Int!' }),
      ...(edge === undefined ? [] : mistyped(edge, { cursor: 'String!', node: `${node}!` })),
    ];
  });
  const wrongFields = fieldsOf(schema).flatMap(({ place, field }) => {
    if (!getNamedType(field.type).name.endsWith('Connection')) return [];
    const types = Object.fromEntries(field.args.map((argument) => [argument.name, String(argument.type)]));
    const forward = types.first === 'Int' && types.after === 'String';
    const backward = types.last === 'Int' && types.before === 'String';
    const oneWay = types.last === undefined && types.before === undefined;
    return [
      ...(isNonNullType(field.type) ? [] : [`${place} may be null`]),
      ...(forward && (backward || oneWay) ? [] : [`${place} cannot be paged through`]),
    ];
  });
  return [...wrongTypes, ...wrongFields];
}

function mistyped(type: GraphQLObjectType, expected: Record<string, string>): string[] {
  return Object.entries(expected)
    .filter(([name, fieldType]) => String(type.getFields()[name]?.type) !== fieldType)
    .map(([name, fieldType]) => `${type.name}.${name} is not ${fieldType}`);
}

/** Lists that grow with the knowledge base without being paged, and lists that may hold null. */
export function looseLists(schema: GraphQLSchema, exceptions: readonly string[]): string[] {
  return fieldsOf(schema).flatMap(({ place, field }) => {
    const list = isNonNullType(field.type) ? field.type.ofType : field.type;
    if (!isListType(list) || exceptions.includes(place)) return [];
    return [
      ...(isNonNullType(list.ofType) ? [] : [`${place} may hold null`]),
      ...(isNodeType(list.ofType) && !/Connection\.nodes$/.test(place) ? [`${place} is not paged`] : []),
    ];
  });
}

function isNodeType(type: GraphQLType): boolean {
  const named = getNamedType(type);
  return (isObjectType(named) || isInterfaceType(named)) && named.getInterfaces().some(({ name }) => name === 'Node');
}
