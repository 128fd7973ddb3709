/** A record as Turtle: the triples of its JSON-LD. */
import n3, { type Quad } from 'n3';
import type { RecordDocument } from '../documents/record-document.js';
import { quadsOf } from './quads.js';
import { type Publication, recordJsonLd } from './record-json-ld.js';
import { prefixes } from './terms.js';

/** What a file begins with whose records are written by {@link recordTurtle}. */
export function turtlePrefixes(base: string): string {
  return Object.entries(prefixes(base))
    .map(([prefix, address]) => `@prefix ${prefix}: <${address}>.\n`)
    .join('');
}

/** The record's triples, to follow {@link turtlePrefixes}, with an empty line at the end. */
export function recordTurtle(document: RecordDocument, base: string, publication?: Publication): string {
  return turtleOf(quadsOf(recordJsonLd(document, base, publication), base), base);
}

/** Triples, to follow {@link turtlePrefixes}. */
export function turtleOf(quads: readonly Quad[], base: string): string {
  const chunks: string[] = [];
  const writer = new n3.Writer({ write: (chunk: string) => void chunks.push(chunk), end: () => undefined } as never, {
    prefixes: prefixes(base),
    end: true,
  });
  // The prefixes stand once at the beginning of a file, not before each record.
  chunks.length = 0;
  writer.addQuads(quads as Quad[]);
  writer.end();
  return `${chunks.join('')}\n`;
}
