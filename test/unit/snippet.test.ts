import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerptOf, matcher, wordsOf } from '../../src/modules/search/snippet.js';

const filler = (count: number) => 'fyld '.repeat(count);

function shown(source: string, asked: string[], stemmed: string[] = []) {
  const { text, highlights } = excerptOf(source, matcher(asked, stemmed));
  return { text, words: highlights.map(({ start, end }) => text.slice(start, end)) };
}

test('words are told apart as the search does it', () => {
  expect(wordsOf('Børn, BØRN og bo\u0308rn: foo/bar-2010!')).toEqual(['børn', 'og', 'börn', 'foo', 'bar', '2010']);
  expect(wordsOf(' "!" ')).toEqual([]);
});

test.each([
  ['boern', 'Børnene', true],
  ['born', 'Børnene', true],
  ['børn', 'BØRN', true],
  ['aarhus', 'Århus', true],
  ['arhus', 'Aarhus', true],
  ['bib', 'bibliotek', true],
  ['dr', 'drama', false],
  ['dr', 'DR', true],
  ['tek', 'bibliotek', false],
])('%j is shown in %j: %s', (asked, word, expected) => {
  expect(matcher([asked], [])(word)).toBe(expected);
});

test('a word with the stem of what was asked for is shown', () => {
  expect(shown('Agree on libraries.', ['library'], ['libraries']).words).toEqual(['libraries']);
});

test('a long text is cut where most of what was asked for stands together', () => {
  const source = `Aftale. ${filler(100)}en aftale om   økonomi ${filler(100)}`;
  const { text, words } = shown(source, ['aftale', 'økonomi']);
  expect(words).toEqual(['aftale', 'økonomi']);
  expect(text).toMatch(/^…fyld .* en aftale om økonomi .*fyld…$/);
});

test('a text in which nothing was found begins at its beginning', () => {
  expect(shown(filler(100), ['andet'])).toEqual({ text: `${filler(48).trim()}…`, words: [] });
  expect(shown('', ['andet'])).toEqual({ text: '', words: [] });
});

test('whatever the text: a short part of it, with every match in that part', () => {
  const word = fc.oneof(
    fc.constantFrom('børn', 'Børnene', 'og', 'bibliotek', '<b>', '\n', '—', '😀'.repeat(150), 'x', 'x'.repeat(300)),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const source = words.join(' ');
      const matches = matcher(['børn'], []);
      const { text, highlights } = excerptOf(source, matches);
      const plain = text.replace(/^…/, '').replace(/…$/, '');
      expect(source.replace(/\s+/g, ' ').replace(/…/g, '')).toContain(plain.replace(/…/g, ''));
      expect(text.length).toBeLessThanOrEqual(242);
      expect(text).not.toMatch(/\p{Surrogate}/u);
      for (const { start, end } of highlights) expect(matches(text.slice(start, end))).toBe(true);
      if (wordsOf(source).some(matches)) expect(highlights.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
