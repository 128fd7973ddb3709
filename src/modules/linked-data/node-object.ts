import { parseUrl } from '../../common/url.js';
/** The part of JSON-LD that we write: every node has an IRI, so that no two sets of triples differ by blank nodes alone. */

export interface NodeObject {
  readonly '@id': string;
  readonly '@type'?: string | readonly string[];
  readonly [property: string]: NodeValue | undefined;
}

export type NodeValue = string | number | TextByLanguage | NodeObject | readonly (string | NodeObject)[];

/** One text, under the tag of its language. */
export interface TextByLanguage {
  readonly [language: string]: string;
}

type Draft = Readonly<Record<string, NodeValue | null | undefined>>;

/** A node with those of the properties that say something: nulls, empty texts and empty lists are left out. */
export function nodeObject(id: string, type: string | readonly string[] | undefined, properties: Draft): NodeObject {
  const node: Record<string, NodeValue> = { '@id': id };
  if (type !== undefined) node['@type'] = type;
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    node[name] = value;
  }
  return node as NodeObject;
}

/** A text with its language; null stays null, and nothing is said in no language. */
export function textIn(language: string, text: string | null): TextByLanguage | null {
  return text === null || text === '' ? null : { [language]: text };
}

/**
 * An address of the web as an IRI that RDF can hold: what people type may have characters that Turtle has no place for.
 * Null for what is no address.
 */
export function iri(address: string | null): string | null {
  const url = address === null ? null : parseUrl(address);
  return url === null ? null : url.href.replace(/[<>"{}|^`\\]/g, encodeURIComponent);
}
