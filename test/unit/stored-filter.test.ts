/** Filters that lie in a table: the same filter is the same text, and means what it meant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventFilter, storedFilter } from '../../src/platform/log/event-filter.js';

const values = fc.uniqueArray(fc.constantFrom('a', 'b', 'C', 'ø'), { maxLength: 4 });
const filters = fc.record({
  kinds: fc.option(values),
  records: fc.option(values),
  themes: fc.option(values, { nil: undefined }),
  recommendations: fc.uniqueArray(fc.integer({ min: 1, max: 10 })),
});

test('lists in another order or with another case of ids are the same filter', () => {
  fc.assert(
    fc.property(filters, (filter) => {
      const turned = {
        ...filter,
        kinds: filter.kinds && [...filter.kinds].reverse(),
        records: filter.records?.map((id) => id.toUpperCase()),
        recommendations: [...filter.recommendations].reverse(),
      };
      expect(JSON.stringify(storedFilter(turned))).toBe(JSON.stringify(storedFilter(filter)));
      expect(storedFilter(storedFilter(filter))).toEqual(storedFilter(filter));
    }),
  );
});

test('a list that filters nothing is left out, one that nothing passes is not', () => {
  expect(storedFilter({ kinds: [], themes: null, types: undefined })).toEqual({});
  const { condition } = new EventFilter(storedFilter({ records: ['no id'] }));
  expect(condition.text).toContain('record_id');
});
