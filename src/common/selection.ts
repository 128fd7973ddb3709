/** Which fields an operation asks for below the one that is being resolved. */
import { Kind, type FieldNode, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

type Fragments = GraphQLResolveInfo['fragments'];

/** By field node: documents are parsed once and run many times. The same set comes again for the same node. */
const remembered = new WeakMap<FieldNode, Record<string, unknown>>();

/** Works something out once for a field of a document; a field whose selections were merged is worked out each time. */
function once<Result>(name: string, info: GraphQLResolveInfo, work: () => Result): Result {
  if (info.fieldNodes.length > 1) return work();
  const node = info.fieldNodes[0]!;
  let results = remembered.get(node);
  if (results === undefined) remembered.set(node, (results = {}));
  return (results[name] ??= work()) as Result;
}

/**
 * Names of the fields that are asked of the nodes of a connection, under `nodes` or under `edges { node }`. Fields that
 * `@skip` or `@include` may leave out are among them.
 */
export function fieldsOfNodes(info: GraphQLResolveInfo): ReadonlySet<string> {
  return once('nodes', info, () => {
    const edges = below(info.fieldNodes, 'edges', info.fragments);
    return namesBelow(
      [...below(info.fieldNodes, 'nodes', info.fragments), ...below(edges, 'node', info.fragments)],
      info,
    );
  });
}

/** Whether cursors are asked of the connection: those of its edges, or of its page. */
export function asksForCursors(info: GraphQLResolveInfo): boolean {
  return once('cursors', info, () => {
    const edges = below(info.fieldNodes, 'edges', info.fragments);
    return (
      below(edges, 'cursor', info.fragments).length > 0 || below(info.fieldNodes, 'pageInfo', info.fragments).length > 0
    );
  });
}

/** Names of the fields that are asked of the object that a field gives. */
export function fieldsOfObject(info: GraphQLResolveInfo): ReadonlySet<string> {
  return once('object', info, () => namesBelow(info.fieldNodes, info));
}

function namesBelow(parents: readonly FieldNode[], { fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  return new Set(parents.flatMap((parent) => fieldsIn(parent.selectionSet, fragments)).map(({ name }) => name.value));
}

function below(parents: readonly FieldNode[], name: string, fragments: Fragments): FieldNode[] {
  return parents.flatMap((parent) =>
    fieldsIn(parent.selectionSet, fragments).filter((field) => field.name.value === name),
  );
}

function fieldsIn(selectionSet: SelectionSetNode | undefined, fragments: Fragments): FieldNode[] {
  return (selectionSet?.selections ?? []).flatMap((selection) => {
    switch (selection.kind) {
      case Kind.FIELD:
        return [selection];
      case Kind.INLINE_FRAGMENT:
        return fieldsIn(selection.selectionSet, fragments);
      case Kind.FRAGMENT_SPREAD:
        return fieldsIn(fragments[selection.name.value]?.selectionSet, fragments);
    }
  });
}
