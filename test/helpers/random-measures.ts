/** What random operations are measured by. */
import {
  getNullableType,
  GraphQLList,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsByName } from '../../src/platform/limits/document.js';

/** A copy of a schema in which an error takes away nothing but its own field. */
export function withNullableFields(schema: GraphQLSchema): GraphQLSchema {
  const copy = lexicographicSortSchema(schema);
  const nullable = (type: GraphQLOutputType): GraphQLOutputType => {
    const inner = getNullableType(type);
    return isListType(inner) ? new GraphQLList(nullable(inner.ofType)) : inner;
  };
  for (const type of Object.values(copy.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) field.type = nullable(field.type);
  }
  return copy;
}

/** Fields, each counted as often as it is reached through fragments. */
export function fieldCount(document: DocumentNode): number {
  const fragments = fragmentsByName(document);
  const below = ({ selections }: SelectionSetNode): number =>
    selections.reduce((count, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        return count + below(fragments.get(selection.name.value)!.selectionSet);
      const inner = selection.selectionSet ? below(selection.selectionSet) : 0;
      return count + inner + (selection.kind === Kind.FIELD ? 1 : 0);
    }, 0);
  return document.definitions.reduce(
    (count, definition) => count + (definition.kind === Kind.OPERATION_DEFINITION ? below(definition.selectionSet) : 0),
    0,
  );
}
