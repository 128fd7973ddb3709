/** Rules for text that people typed. */

/**
 * Folds text to the form in which names and searches are compared: lower case, Danish and German letters written out
 * (`å` as `aa`, `ø` as `oe`, `æ` as `ae`), all other diacritics dropped. The database has the same rule as `fold(text)`.
 */
export function fold(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[åøæöäß]/g, (letter) => WRITTEN_OUT[letter as keyof typeof WRITTEN_OUT])
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '');
}

const WRITTEN_OUT = { å: 'aa', ø: 'oe', æ: 'ae', ö: 'oe', ä: 'ae', ß: 'ss' };

/**
 * Characters that have no place in a text, by what is wrong with them. Marks of direction (U+200E, U+200F) and joiners
 * (U+200C, U+200D) are none of them: Arabic, Persian and Indic scripts and many emoji are not written right without.
 */
const FORBIDDEN: readonly (readonly [pattern: RegExp, reason: string])[] = [
  // NUL is the one character of Unicode that PostgreSQL has no place for.
  [/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u, 'a control character'],
  [/[\u202a-\u202e\u2066-\u2069]/u, 'which turns the direction of text, so that it reads otherwise than it is'],
  // UTF-8 cannot write it at all.
  [/\p{Surrogate}/u, 'half of a character'],
  [/\p{Noncharacter_Code_Point}/u, 'which is no character'],
  [/\ufeff/u, 'a byte order mark'],
];
const ANY_FORBIDDEN = new RegExp(FORBIDDEN.map(([pattern]) => pattern.source).join('|'), 'gu');

/** Names the first character of a text that has no place in any, e.g. `U+0007, a control character`; null for none. */
export function forbiddenCharacter(text: string): string | null {
  const [character] = text.match(ANY_FORBIDDEN) ?? [];
  if (character === undefined) return null;
  const [, reason] = FORBIDDEN.find(([pattern]) => pattern.test(character))!;
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}, ${reason}`;
}

/** Takes out of a text what {@link forbiddenCharacter} names; a page break or vertical tab becomes a line feed. */
export function withoutForbiddenCharacters(text: string): string {
  return text.replace(/\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g, '\n').replace(ANY_FORBIDDEN, '');
}

/** Brings a text into the form that is stored: composed characters (NFC), line feeds, no white space around. */
export function normaliseText(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .trim();
}

/** Makes the readable part of an address: `Bibliotek på Nørrebro` gives `bibliotek-paa-noerrebro`. May be empty. */
export function slugify(text: string): string {
  return fold(text)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');
}
