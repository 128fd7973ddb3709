/** Citations as RIS: what EndNote and most library systems read. */
import type { RecordDocument } from '../documents/record-document.js';
import { abstractOf, authorsOf, type CitedAs, issuedOn, noteOf, oneLine } from './citation.js';

export function writeRis(document: RecordDocument, { publisher, accessedOn }: CitedAs): string {
  const issued = issuedOn(document);
  const lines: readonly (readonly [string, string | null])[] = [
    ['TY', 'ELEC'],
    ['ID', document.url],
    ...authorsOf(document).map((author) => ['AU', author] as const),
    ['TI', oneLine(document.title)],
    ['PY', issued.slice(0, 4)],
    ['DA', slashed(issued)],
    ['PB', oneLine(publisher)],
    ['ET', String(document.version)],
    ['LA', document.language.toLowerCase()],
    ['AB', abstractOf(document)],
    ['N1', noteOf(document)],
    ['UR', document.url],
    ['Y2', slashed(accessedOn)],
    // Nothing behind it, but the space belongs to the tag.
    ['ER', ''],
  ];
  // The format is older than lines that end in a line feed alone.
  return lines.flatMap(([tag, value]) => (value === null ? [] : [`${tag}  - ${value}\r\n`])).join('');
}

function slashed(day: string): string {
  return day.replaceAll('-', '/');
}
