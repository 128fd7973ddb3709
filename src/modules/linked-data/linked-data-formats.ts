/** Nodes as the files in which linked data comes. */
import { CONTEXT_PATH } from './context.js';
import type { NodeObject } from './node-object.js';
import { quadsOf } from './quads.js';
import { turtleOf, turtlePrefixes } from './record-turtle.js';

const JSON_LD = { suffix: 'jsonld', mediaType: 'application/ld+json', name: 'JSON-LD' } as const;
const TURTLE = { suffix: 'ttl', mediaType: 'text/turtle', name: 'Turtle' } as const;

export const LINKED_DATA_FORMATS = [JSON_LD, TURTLE];

/** The formats, with what writes the nodes in them. */
export function linkedData(nodes: readonly NodeObject[], base: string) {
  return [
    { ...JSON_LD, write: () => writeJsonLd(nodes, base) },
    { ...TURTLE, write: () => writeTurtle(nodes, base) },
  ];
}

function writeJsonLd(nodes: readonly NodeObject[], base: string): string {
  const content = nodes.length === 1 ? nodes[0] : { '@graph': nodes };
  return `${JSON.stringify({ '@context': `${base}${CONTEXT_PATH}`, ...content }, null, 2)}\n`;
}

function writeTurtle(nodes: readonly NodeObject[], base: string): string {
  return `${turtlePrefixes(base)}\n${nodes.map((node) => turtleOf(quadsOf(node, base), base)).join('')}`;
}
