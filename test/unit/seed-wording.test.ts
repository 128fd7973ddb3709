import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { caseStudies } from '../../src/seed/case-studies.js';
import { definition, initiatives, potentials, rationales, recommendations, themes } from '../../src/seed/framework.js';
import { illustrativeExperiences } from '../../src/seed/illustration-experiences.js';
import { illustrativeAdoptions, illustrativeLessons, illustrativeLinks } from '../../src/seed/illustration-lessons.js';
import { illustrativeCaseStudies } from '../../src/seed/illustrations.js';

function everyString(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(everyString) : [];
}

/** Every run of `length` words in the text that the original has too, whatever the case, markup and punctuation. */
function copiedPhrases(text: string, original: string, length: number): string[] {
  const words = (value: string) => value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const haystack = ` ${words(original).join(' ')} `;
  const ours = words(text);
  return ours
    .map((_, start) => ours.slice(start, start + length))
    .filter((phrase) => phrase.length === length && haystack.includes(` ${phrase.join(' ')} `))
    .map((phrase) => phrase.join(' '));
}

describe('wording of the seed', () => {
  const slidesFile = new URL('../../../shared/seed/nye-partnerskaber-2010.txt', import.meta.url);
  // Five would find "DR og børnebiblioteket i Aalborg", which is names.
  const wordsInARow = 6;

  it('finds a copied phrase in a sample', () => {
    const original = 'At **bibliotekerne** går i gang, hver gang nogen spørger om vej.';
    expect(copiedPhrases('Hvis bibliotekerne går i gang hver gang, er det fint.', original, wordsInARow)).toEqual([
      'bibliotekerne går i gang hver gang',
    ]);
    expect(copiedPhrases('Bibliotekerne går i gang, når de bliver spurgt.', original, wordsInARow)).toEqual([]);
  });

  it('is our own: no phrase of the slides', ({ skip }) => {
    if (!existsSync(slidesFile)) {
      console.warn('Not checked for copied phrases: the slides are not part of this repository.');
      skip('the slides are absent');
    }
    // Titles and names of bodies are cited as they are, so sources are left out.
    const texts = everyString([
      definition,
      [rationales, potentials, recommendations, initiatives],
      themes,
      [...caseStudies, ...illustrativeCaseStudies, ...illustrativeExperiences, ...illustrativeLessons].map(
        (record) => ({ ...record, sources: [] }),
      ),
      illustrativeLinks,
      illustrativeAdoptions,
    ]);
    const slides = readFileSync(slidesFile, 'utf8');
    expect(texts.flatMap((text) => copiedPhrases(text, slides, wordsInARow))).toEqual([]);
  });
});
