import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEntry } from '../../src/platform/log/log-entry.js';
import { RecentEntries } from '../../src/platform/log/recent-entries.js';

test('gives exactly what follows a position, or says that it cannot', () => {
  fc.assert(
    fc.property(
      fc.record({ capacity: fc.integer({ min: 1, max: 8 }), start: fc.nat(20), added: fc.nat(20), limit: fc.nat(8) }),
      ({ capacity, start, added, limit }) => {
        const recent = new RecentEntries(capacity, start);
        const end = start + added;
        for (let position = start + 1; position <= end; position++) recent.add({ position } as LogEntry);
        const oldest = end - Math.min(added, capacity);
        for (let position = 0; position <= end; position++) {
          const wanted = Array.from({ length: Math.min(limit, end - position) }, (_, index) => position + 1 + index);
          const found = recent.after(position, limit)?.map((entry) => entry.position);
          expect(found).toEqual(position < oldest ? undefined : wanted);
        }
      },
    ),
  );
});
