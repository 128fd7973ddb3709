/** The context that gives the words of our JSON-LD their meaning. */
import { prefixes, PROPERTIES, type Term, TYPES } from './terms.js';

export const CONTEXT_PATH = '/ns/context.jsonld';

/**
 * What stands in the file at {@link CONTEXT_PATH}, under `@context`: JSON-LD 1.1.
 *
 * @param base the address of the server as clients know it, without a slash at the end
 */
export function context(base: string): Readonly<Record<string, unknown>> {
  return {
    '@version': 1.1,
    ...prefixes(base),
    ...TYPES,
    ...Object.fromEntries(Object.entries(PROPERTIES).map(([name, term]) => [name, definition(term, base)])),
  };
}

function definition({ id, coercion }: Term, base: string): unknown {
  switch (coercion.as) {
    case 'node':
      return { '@id': id, '@type': '@id' };
    case 'concept':
      return { '@id': id, '@type': '@vocab', '@context': { '@vocab': conceptPrefix(coercion.of, base) } };
    case 'text':
      return { '@id': id, '@container': '@language' };
    case 'plain':
      return id;
    case 'literal':
      return { '@id': id, '@type': `xsd:${coercion.type}` };
  }
}

/** What the IRIs of an enum's values begin with. */
export function conceptPrefix(of: string, base: string): string {
  return `${base}/ns#${of}-`;
}
