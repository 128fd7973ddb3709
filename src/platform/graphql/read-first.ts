/** Root fields that are read before all others of their operation, whatever the order in which these run. */
import { Kind, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { fragmentsByName } from '../limits/document.js';
import type { PreparedOperation } from './prepare-operation.js';

/** Readers by the name of the root field. What they give reaches the field's resolver by the root value, under that name. */
export type ReadFirst = Readonly<Record<string, () => Promise<unknown>>>;

/** Makes the root value of an operation, with what is to be read first where the operation asks for it. */
export function createRootValue(readFirst: ReadFirst): (prepared: PreparedOperation) => Promise<object> | undefined {
  const readers = Object.entries(readFirst);
  // By operation, so that the answer is forgotten with the parsed document.
  const asked = new WeakMap<object, ReadonlySet<string>>();
  return ({ document, operation }) => {
    let fields = asked.get(operation);
    if (fields === undefined) {
      fields = rootFields(operation.selectionSet, fragmentsByName(document));
      asked.set(operation, fields);
    }
    const wanted = readers.filter(([name]) => fields.has(name));
    return wanted.length === 0 ? undefined : readAll(wanted);
  };
}

async function readAll(readers: readonly (readonly [string, () => Promise<unknown>])[]): Promise<object> {
  return Object.fromEntries(await Promise.all(readers.map(async ([name, read]) => [name, await read()] as const)));
}

function rootFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  names = new Set<string>(),
): ReadonlySet<string> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) names.add(selection.name.value);
    else if (selection.kind === Kind.INLINE_FRAGMENT) rootFields(selection.selectionSet, fragments, names);
    else rootFields(fragments.get(selection.name.value)!.selectionSet, fragments, names);
  }
  return names;
}
