/** How deep an operation reaches into the graph. */
import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { fragmentsByName } from './document.js';

/**
 * The number of fields on the operation's longest path, through fragments: 1 for `{ viewer }`. What lies below `__schema`
 * and `__type` does not count: graphql's own rule bounds it, and the standard introspection query is 15 deep.
 *
 * @param document valid, so that its fragments form no circle
 */
export function operationDepth(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = fragmentsByName(document);
  // Each fragment is walked once, or fifty of them that spread the next one twice would take forever.
  const known = new Map<string, number>();

  function depthOf({ selections }: SelectionSetNode): number {
    let deepest = 0;
    for (const selection of selections) {
      let depth: number;
      switch (selection.kind) {
        case Kind.FIELD: {
          const { value: name } = selection.name;
          const introspection = name === '__schema' || name === '__type';
          depth = 1 + (selection.selectionSet && !introspection ? depthOf(selection.selectionSet) : 0);
          break;
        }
        case Kind.INLINE_FRAGMENT:
          depth = depthOf(selection.selectionSet);
          break;
        case Kind.FRAGMENT_SPREAD:
          depth = depthOfFragment(selection.name.value);
          break;
      }
      if (depth > deepest) deepest = depth;
    }
    return deepest;
  }

  function depthOfFragment(name: string): number {
    let depth = known.get(name);
    if (depth === undefined) {
      const fragment = fragments.get(name);
      depth = fragment === undefined ? 0 : depthOf(fragment.selectionSet);
      known.set(name, depth);
    }
    return depth;
  }

  return depthOf(operation.selectionSet);
}
