import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counts } from '../../src/platform/limits/counts.js';

describe('counts', () => {
  it('are kept for each by itself, and end at the maximum', () => {
    const counts = new Counts(2);
    expect([counts.take('a'), counts.take('a'), counts.take('a'), counts.take('b')]).toEqual([true, true, false, true]);
  });

  it('are never more than the maximum, nor less than what is free', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), takes: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step), (maximum, steps) => {
        const counts = new Counts(maximum);
        const held = new Map<string, number>();
        for (const { key, takes } of steps) {
          const before = held.get(key) ?? 0;
          if (takes) {
            expect(counts.take(key)).toBe(before < maximum);
            held.set(key, Math.min(maximum, before + 1));
          } else if (before > 0) {
            counts.giveBack(key);
            held.set(key, before - 1);
          }
        }
      }),
    );
  });

  it('without a maximum have no end', () => {
    const counts = new Counts(Infinity);
    expect(Array.from({ length: 1_000 }, () => counts.take('a'))).not.toContain(false);
  });

  it('forget whoever has nothing any more', () => {
    const counts = new Counts(1);
    for (const key of ['a', 'b', 'a']) {
      counts.take(key);
      counts.giveBack(key);
    }
    expect(counts).toMatchObject({ counts: new Map() });
  });
});
