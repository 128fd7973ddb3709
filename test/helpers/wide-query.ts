/** Queries that ask for everything that a schema has, down to some depth. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isRequiredArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/**
 * Writes the selection of a root field: all fields without required arguments, through all types of each interface.
 *
 * @param field text as it stands in the query, with its arguments, e.g. `node(id: "1")`
 * @param depth levels of objects; connections and their edges are one together
 */
export function wideQuery(schema: GraphQLSchema, field: string, depth: number): string {
  const name = /^\w+/.exec(field)![0];
  const type = getNamedType(schema.getQueryType()!.getFields()[name]!.type);
  return `{ ${field} ${isCompositeType(type) ? selection(schema, type, depth) : ''} }`;
}

/** @param siblings types that may stand in the same place */
function selection(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  depth: number,
  siblings: readonly GraphQLObjectType[] = [],
): string {
  if (isAbstractType(type)) {
    const possibleTypes = schema.getPossibleTypes(type);
    const types = possibleTypes.map(
      (possible) => `... on ${possible.name} ${selection(schema, possible, depth, possibleTypes)}`,
    );
    return `{ __typename ${types.join(' ')} }`;
  }
  if (!('getFields' in type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).map((field) => fieldSelection(schema, type, field, depth, siblings));
  return `{ __typename ${fields.join(' ')} }`;
}

function fieldSelection(
  schema: GraphQLSchema,
  parent: GraphQLObjectType | GraphQLInterfaceType,
  field: GraphQLField<unknown, unknown>,
  depth: number,
  siblings: readonly GraphQLObjectType[],
): string {
  if (field.args.some(isRequiredArgument)) return '';
  const fields = parent.getFields();
  const type = getNamedType(field.type);
  // One name under two types of an interface may stand for two things; an alias keeps them apart.
  const isAmbiguous = siblings.some((sibling) => {
    const same = sibling.getFields()[field.name];
    return same !== undefined && String(same.type) !== String(field.type);
  });
  const alias = isAmbiguous ? `${parent.name}_${field.name}: ${field.name}` : field.name;
  if (isLeafType(type)) return alias;
  const inner = /(Connection|Edge)$/.test(parent.name) || /(Edge|PageInfo)$/.test(type.name) ? depth : depth - 1;
  if (inner < 0 || !isCompositeType(type)) return '';
  // The same things as below `edges`: once is enough.
  if (field.name === 'nodes' && 'edges' in fields) return `${alias} { __typename }`;
  const page = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : '';
  return `${alias}${page} ${selection(schema, type, inner)}`;
}
