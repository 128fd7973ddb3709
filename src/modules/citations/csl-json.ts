/** Citations as CSL-JSON: what Zotero, Mendeley, pandoc and citation processors read. */
import type { RecordDocument } from '../documents/record-document.js';
import { abstractOf, authorsOf, type CitedAs, dayOf, issuedOn, noteOf, oneLine } from './citation.js';

/** An item as the schema of CSL 1.0.2 has it. */
export interface CslItem {
  readonly id: string;
  readonly type: 'webpage';
  readonly title: string;
  readonly author: readonly { readonly literal: string }[];
  readonly issued: CslDate;
  /** When it was first published, where that was another day. */
  readonly 'original-date'?: CslDate;
  readonly accessed: CslDate;
  readonly publisher: string;
  readonly URL: string;
  readonly version: string;
  readonly language: string;
  readonly abstract?: string;
  readonly note?: string;
}

interface CslDate {
  readonly 'date-parts': readonly (readonly number[])[];
}

export function cslItem(document: RecordDocument, { publisher, accessedOn }: CitedAs): CslItem {
  const issued = issuedOn(document);
  const first = dayOf(document.publishedAt);
  const abstract = abstractOf(document);
  const note = noteOf(document);
  return {
    id: document.url,
    type: 'webpage',
    title: oneLine(document.title),
    author: authorsOf(document).map((literal) => ({ literal })),
    issued: cslDate(issued),
    ...(first === issued ? {} : { 'original-date': cslDate(first) }),
    accessed: cslDate(accessedOn),
    publisher: oneLine(publisher),
    URL: document.url,
    version: String(document.version),
    language: document.language.toLowerCase(),
    ...(abstract === null ? {} : { abstract }),
    ...(note === null ? {} : { note }),
  };
}

/** A list of one item, as the files of reference managers have it. */
export function writeCslJson(document: RecordDocument, about: CitedAs): string {
  return `${JSON.stringify([cslItem(document, about)], null, 2)}\n`;
}

function cslDate(day: string): CslDate {
  return { 'date-parts': [day.split('-').map(Number)] };
}
