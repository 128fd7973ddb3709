/** What citations of a record are made from, whatever their format. */
import type { RecordDocument } from '../documents/record-document.js';

export interface CitedAs {
  /** Who publishes everything here, by name. */
  readonly publisher: string;
  /** The address of the licence. */
  readonly license: string;
  /** The day on which it was looked at, YYYY-MM-DD. */
  readonly accessedOn: string;
}

/** One text, as citations have it: on one line, and without what no line has. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}\ufffe\uffff]+/gu, ' ').trim();
}

/** The authors: the organisation that answers for the record. People are named where they agreed to it, in its history. */
export function authorsOf({ organisation }: RecordDocument): string[] {
  return [oneLine(organisation.name)];
}

/** The day on which the version that is cited was published. */
export function issuedOn({ updatedAt }: RecordDocument): string {
  return dayOf(updatedAt);
}

export function dayOf(time: string): string {
  return time.slice(0, 10);
}

/** What whoever cites it must not pass over; null for most. */
export function noteOf({ provenance, language }: RecordDocument): string | null {
  if (provenance !== 'ILLUSTRATIVE') return null;
  return language === 'DA' ? 'Illustration; opdigtet' : 'Illustration; invented';
}

/** The record in a few sentences, where it has such. */
export function abstractOf(document: RecordDocument): string | null {
  return document.recordKind === 'CASE_STUDY' ? oneLine(document.summary) || null : null;
}
