/** What a document may hold at the most, looked at before it is validated: these bounds are for validation's own sake. */
import { Kind, type ASTNode, type DocumentNode, type SelectionSetNode } from 'graphql';
import { requestError } from '../../common/errors.js';

/** Lexical tokens. The standard introspection query has some 300. */
export const MAXIMUM_TOKENS = 5_000;
/** Fields under another name than their own. */
export const MAXIMUM_ALIASES = 100;
/** Directives of the whole document, and of one place in it. */
export const MAXIMUM_DIRECTIVES = 50;
export const MAXIMUM_DIRECTIVES_IN_A_PLACE = 4;
/** Times that one response name is asked for in one selection: validation compares each with each. */
export const MAXIMUM_REPETITIONS = 50;
/** Errors that validation, or the reading of variables, collects before it gives up. */
export const MAXIMUM_ERRORS = 20;

/**
 * Checks the size of a document that was just parsed.
 *
 * @throws QUERY_TOO_EXPENSIVE, for the first bound that is passed
 */
export function checkDocument(document: DocumentNode): void {
  let aliases = 0;
  let directives = 0;

  function visit(node: ASTNode): void {
    if ('directives' in node && node.directives !== undefined && node.directives.length > 0) {
      check(node.directives.length, MAXIMUM_DIRECTIVES_IN_A_PLACE, 'directives in one place', 'Leave some out.');
      directives += node.directives.length;
      check(directives, MAXIMUM_DIRECTIVES, 'directives', 'Send several operations.');
    }
    if (node.kind === Kind.FIELD && node.alias !== undefined) {
      aliases += 1;
      check(aliases, MAXIMUM_ALIASES, 'aliases', 'Ask for many things by `nodes(ids:)`, or send several operations.');
    }
    if (node.kind === Kind.OPERATION_DEFINITION) node.variableDefinitions?.forEach(visit);
    if ('selectionSet' in node && node.selectionSet !== undefined) {
      checkRepetitions(node.selectionSet);
      node.selectionSet.selections.forEach(visit);
    }
  }

  document.definitions.forEach(visit);
}

function checkRepetitions({ selections }: SelectionSetNode): void {
  if (selections.length <= MAXIMUM_REPETITIONS) return;
  const counts = new Map<string, number>();
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) continue;
    const name =
      selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : `...${selection.name.value}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    check(count, MAXIMUM_REPETITIONS, 'times the same field in one selection', 'Ask for it once.');
  }
}

function check(count: number, maximum: number, what: string, advice: string): void {
  if (count <= maximum) return;
  throw requestError(
    'QUERY_TOO_EXPENSIVE',
    `The document has more ${what} than the ${maximum} that are possible. ${advice}`,
    { maximum },
  );
}
