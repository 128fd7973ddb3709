import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { DocumentCache } from '../../src/platform/graphql/document-cache.js';

const text = (name: string, length: number) => `{ ${name} }`.padEnd(length, ' ');

it('remembered documents are bounded by their text, and the one not used for longest goes first', () => {
  const cache = new DocumentCache(1_000);
  const texts = Array.from({ length: 10 }, (_, index) => text(`f${index}`, 100));
  for (const each of texts) cache.set(each, parse(each));
  expect(cache.size).toBe(10);
  expect(cache.get(texts[0]!)).toBeDefined();
  cache.set(text('more', 100), parse('{ more }'));
  expect(cache.size).toBe(10);
  expect(cache.get(texts[0]!)).toBeDefined();
  expect(cache.get(texts[1]!)).toBeUndefined();
});

it('a single large document does not drive out the others', () => {
  const cache = new DocumentCache(1_000);
  cache.set('{ small }', parse('{ small }'));
  cache.set(text('large', 101), parse('{ large }'));
  expect(cache.get('{ small }')).toBeDefined();
  expect(cache.size).toBe(1);
});

it('the same document twice counts once', () => {
  const cache = new DocumentCache(1_000);
  const same = text('same', 100);
  for (let time = 0; time < 50; time += 1) cache.set(same, parse(same));
  for (let index = 0; index < 9; index += 1) cache.set(text(`f${index}`, 100), parse('{ f }'));
  expect(cache.get(same)).toBeDefined();
});
