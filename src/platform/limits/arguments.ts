/** How much the arguments of a query may hold. What a mutation takes is checked by its input class. */
import { requestError } from '../../common/errors.js';

/** Characters (UTF-16 code units) of one string. */
export const MAXIMUM_ARGUMENT_CHARACTERS = 10_000;
/** Entries of one list, e.g. `ids`. */
export const MAXIMUM_ARGUMENT_ENTRIES = 1_000;

/** What is too large, and where in the value, outermost first. */
interface Excess {
  readonly path: string[];
  readonly what: string;
}

/**
 * Checks the values of a field's arguments, wherever they stand: in lists, in input objects, in variables or literals.
 *
 * @param path of the field, by response names
 * @throws BAD_USER_INPUT with the path of the argument, e.g. `caseStudies.filter.themes`
 */
export function checkArguments(values: Readonly<Record<string, unknown>>, path: readonly string[]): void {
  const excess = excessIn(values);
  if (excess === undefined) return;
  const argument = [...path, ...excess.path].join('.');
  throw requestError('BAD_USER_INPUT', `The argument \`${argument}\` has ${excess.what}. Send several operations.`, {
    argument,
  });
}

// The path is put together only once something is too large.
function excessIn(value: unknown): Excess | undefined {
  if (typeof value === 'string') {
    if (value.length <= MAXIMUM_ARGUMENT_CHARACTERS) return undefined;
    return { path: [], what: `${value.length} characters; at most ${MAXIMUM_ARGUMENT_CHARACTERS} are possible` };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value) && value.length > MAXIMUM_ARGUMENT_ENTRIES) {
    return { path: [], what: `${value.length} entries; at most ${MAXIMUM_ARGUMENT_ENTRIES} are possible` };
  }
  for (const name in value) {
    const excess = excessIn((value as Record<string, unknown>)[name]);
    if (excess !== undefined) {
      excess.path.unshift(name);
      return excess;
    }
  }
  return undefined;
}
