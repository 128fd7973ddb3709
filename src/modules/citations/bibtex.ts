/** Citations as BibTeX with the fields of BibLaTeX, in UTF-8. */
import type { RecordDocument } from '../documents/record-document.js';
import { abstractOf, authorsOf, type CitedAs, issuedOn, noteOf, oneLine } from './citation.js';

/** By name and in braces that match: BibTeX counts those in a text, escaped or not. */
const COMMANDS: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '#': '\\#',
  $: '\\$',
  '%': '\\%',
  '&': '\\&',
  _: '\\_',
};

const LANGUAGES = { DA: 'danish', EN: 'english' } as const;

export function writeBibtex(document: RecordDocument, { publisher, accessedOn }: CitedAs): string {
  const issued = issuedOn(document);
  const abstract = abstractOf(document);
  const note = noteOf(document);
  const fields: readonly (readonly [string, string | null])[] = [
    // Twice in braces, for an organisation has no surname, and a style must not change a title's capitals.
    ['author', authorsOf(document).map(verbatim).join(' and ')],
    ['title', verbatim(oneLine(document.title))],
    // For those who know BibLaTeX's `date`, and for the older styles.
    ['date', issued],
    ['year', issued.slice(0, 4)],
    ['organization', escape(oneLine(publisher))],
    ['version', String(document.version)],
    ['langid', LANGUAGES[document.language]],
    ['url', address(document.url)],
    ['urldate', accessedOn],
    ['abstract', abstract && escape(abstract)],
    ['note', note && escape(note)],
  ];
  const lines = fields.flatMap(([name, value]) => (value === null ? [] : [`  ${name} = {${value}}`]));
  return `@online{medspil-${keyOf(document)},\n${lines.join(',\n')}\n}\n`;
}

/** The last part of its address, which no other record has. */
function keyOf({ url }: RecordDocument): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function verbatim(text: string): string {
  return `{${escape(text)}}`;
}

function escape(text: string): string {
  return text.replace(/[\\{}~^#$%&_]/g, (character) => COMMANDS[character]!);
}

/** Read as it is, but for braces, which an address can do without. */
function address(url: string): string {
  return url.replace(/[{}\\]/g, encodeURIComponent);
}
