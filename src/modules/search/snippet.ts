/** The part of a text that shows why a search found it. Pure rules; what a stem is, the database knows. */
import { fold } from '../../common/text.js';
import type { Excerpt } from './search.types.js';

const WORD = /[\p{L}\p{Nd}\u0300-\u036f]+/gu;
const EXCERPT_LENGTH = 240;
/** How much of it stands before the first match. */
const LEAD = 60;

/** The words of a text, as the search tells them apart: lower case, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.normalize('NFC').toLowerCase().match(WORD) ?? [])];
}

/**
 * Tells which words a query is about, by the same rule as `record_search_query` and `search_terms` in the database.
 *
 * @param asked the words of the query that carry meaning
 * @param stemmed words of the text that have the same stem as one of them, in lower case
 */
export function matcher(asked: readonly string[], stemmed: readonly string[]): (word: string) => boolean {
  const known = new Map<string, boolean>(stemmed.map((word) => [word, true]));
  const folded = asked.map(fold);
  const begins = (word: string) =>
    folded.some((wanted) => (wanted.length > 2 ? word.startsWith(wanted) : word === wanted));
  return (word) => {
    const lower = word.normalize('NFC').toLowerCase();
    let matches = known.get(lower);
    if (matches === undefined) {
      matches = begins(fold(lower)) || (/[åøöä]|aa/.test(lower) && begins(shortened(lower)));
      known.set(lower, matches);
    }
    return matches;
  };
}

/** As `search_shortened` in the database: a word as those write it who leave out the strokes of its letters. */
function shortened(lower: string): string {
  return lower
    .replace(/aa/g, 'a')
    .replace(/ø/g, 'o')
    .replace(/æ/g, 'ae')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');
}

/** Cuts out the part of a text where most of what was asked for stands together; its beginning where nothing does. */
export function excerptOf(source: string, matches: (word: string) => boolean): Excerpt {
  const text = source.replace(/\s+/g, ' ').trim();
  const words = [...text.matchAll(WORD)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    word: match[0].toLowerCase(),
  }));
  const found = words.filter(({ word }) => matches(word));
  const from = found[densest(found)]?.start ?? 0;
  // The cuts fall between words, unless a word is longer than the excerpt.
  const start = from <= LEAD ? 0 : (words.find((word) => word.start >= from - LEAD)?.start ?? from);
  const end = endOf(text, start, words);
  const before = start > 0 ? '…' : '';
  const shift = before.length - start;
  return {
    text: `${before}${text.slice(start, end)}${end < text.length ? '…' : ''}`,
    highlights: found
      .filter((word) => word.start >= start && word.end <= end)
      .map((word) => ({ start: word.start + shift, end: word.end + shift })),
  };
}

/** Where an excerpt ends that begins at `start`: behind a word, or inside one that is too long, but in no surrogate pair. */
function endOf(text: string, start: number, words: readonly { end: number }[]): number {
  const limit = start + EXCERPT_LENGTH;
  if (text.length <= limit) return text.length;
  const word = words.findLast(({ end }) => end <= limit && end > start);
  if (word !== undefined) return word.end;
  return /^[\ud800-\udbff]$/.test(text[limit - 1]!) ? limit - 1 : limit;
}

/** The match from which on the most different words are within one excerpt's reach. */
function densest(found: readonly { start: number; end: number; word: string }[]): number {
  let best = 0;
  let most = 0;
  for (let first = 0; first < found.length; first++) {
    const reach = found[first]!.start + EXCERPT_LENGTH - LEAD;
    const different = new Set<string>();
    for (let next = first; next < found.length && found[next]!.end <= reach; next++) different.add(found[next]!.word);
    if (different.size > most) [best, most] = [first, different.size];
  }
  return best;
}
