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

/** Makes the readable part of an address: `Bibliotek på Nørrebro` gives `bibliotek-paa-noerrebro`. May be empty. */
export function slugify(text: string): string {
  return fold(text)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '');
}
