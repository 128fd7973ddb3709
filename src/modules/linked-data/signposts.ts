/** Signposting (FAIR level 1): links by which programs find their way from a page, in its headers and in its head. */
import type { PageLink } from './html.js';
import type { NodeObject } from './node-object.js';
import { PROPERTIES, TYPES } from './terms.js';

/** A `Link` header, RFC 8288. */
export function linkHeader(links: readonly PageLink[]): string {
  return links
    .map(({ rel, href, type }) => `<${href}>; rel="${rel}"${type === undefined ? '' : `; type="${type}"`}`)
    .join(', ');
}

/**
 * What search engines understand of a node: its terms of schema.org, with texts in one language. Nothing is told here
 * that the whole does not say.
 */
export function schemaOrg(node: NodeObject): object {
  return { '@context': 'https://schema.org', ...plain(node) };
}

function plain(node: NodeObject): Readonly<Record<string, unknown>> {
  const types = [node['@type'] ?? []].flat().filter((type) => TYPES[type]?.startsWith('schema:'));
  const result: Record<string, unknown> = { '@id': node['@id'] };
  if (types.length > 0) result['@type'] = types.length === 1 ? types[0] : types;
  for (const [name, value] of Object.entries(node)) {
    const term = PROPERTIES[name];
    if (term === undefined || !term.id.startsWith('schema:') || value === undefined) continue;
    const told = (each: unknown) => plainValue(each, term.coercion.as === 'node' && !ADDRESSES.includes(name));
    result[term.id.slice('schema:'.length)] = Array.isArray(value) ? value.map(told) : told(value);
  }
  return result;
}

/** Of the properties whose values are addresses and not things that are told of. */
const ADDRESSES = ['url', 'sameAs', 'license'];

function plainValue(value: unknown, isNode: boolean): unknown {
  if (typeof value === 'string' && isNode) return { '@id': value };
  if (typeof value !== 'object' || value === null) return value;
  return '@id' in value ? plain(value as NodeObject) : Object.values(value)[0];
}
