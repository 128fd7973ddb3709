/** What feeds say of events, in the language of the record. */
import type { EventType } from '../../platform/log/log-entry.js';
import type { RecordKind } from '../records/record.entity.js';
import type { LanguageTag } from './feed.js';

interface Wording {
  readonly types: Readonly<Record<EventType, string>>;
  readonly kinds: Readonly<Record<RecordKind, string>>;
  readonly illustration: string;
  readonly illustrationNote: string;
}

export const WORDING: Readonly<Record<LanguageTag, Wording>> = {
  en: {
    types: {
      PUBLISHED: 'Published',
      REVISED: 'Revised',
      RETRACTED: 'Taken back',
      LINKED: 'Linked',
      UNLINKED: 'Link taken away',
      ADOPTED: 'Used',
      EVIDENCE_ADDED: 'New evidence',
    },
    kinds: { CASE_STUDY: 'Case study', EXPERIENCE: 'Experience', LESSON: 'Lesson' },
    illustration: 'illustration',
    illustrationNote: 'An illustration, invented to show how the platform works.',
  },
  da: {
    types: {
      PUBLISHED: 'Udgivet',
      REVISED: 'Ændret',
      RETRACTED: 'Trukket tilbage',
      LINKED: 'Forbundet',
      UNLINKED: 'Forbindelse fjernet',
      ADOPTED: 'Brugt',
      EVIDENCE_ADDED: 'Ny erfaring knyttet til',
    },
    kinds: { CASE_STUDY: 'Case', EXPERIENCE: 'Erfaring', LESSON: 'Læring' },
    illustration: 'illustration',
    illustrationNote: 'En illustration, opdigtet for at vise, hvordan platformen virker.',
  },
};

/** Of a record that is no longer there only its kind is told, in English: nothing says any more which language it had. */
export function titleOfRetracted(type: EventType, kind: RecordKind): string {
  const { types, kinds } = WORDING.en;
  const what = `${kinds[kind].toLowerCase()}, taken back`;
  return type === 'RETRACTED' ? `${types[type]}: ${kinds[kind].toLowerCase()}` : `${types[type]}: ${what} since`;
}

export const RETRACTED_SUMMARY = 'This record was taken back by those who published it. Remove it from copies.';

/** Of a summary at the most, in UTF-16 code units. */
export const SUMMARY_LENGTH = 500;

/** The beginning of a text, cut between words and not within a character. */
export function excerpt(text: string, length = SUMMARY_LENGTH): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  const lastSpace = start.search(/\s\S*$/);
  return `${start.slice(0, lastSpace > length / 2 ? lastSpace : undefined).trimEnd()}…`;
}
