import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pressure } from '../../src/platform/limits/pressure.js';

const LEAST = 0.05;

/** Looks are taken every ten milliseconds, and late by those that are given. */
function watch(): { pressure: Pressure; lookAfter: (lateMilliseconds: number) => number } {
  let now = 1_000;
  const pressure = new Pressure(() => now);
  pressure.start();
  pressure.stop();
  return {
    pressure,
    lookAfter: (late) => {
      now += 10 + late;
      pressure.look();
      return pressure.share;
    },
  };
}

describe('everybody’s share', () => {
  it('is whole while timers are on time, or nearly so', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 19 })), (lates) => {
        const { lookAfter } = watch();
        for (const late of lates) expect(lookAfter(late)).toBe(1);
      }),
    );
  });

  it.each([
    [20, 0.6],
    [39, 0.6],
    [40, 0.6 ** 2],
    [79, 0.6 ** 3],
    [120, 0.05],
  ])('is cut once for each twenty milliseconds that a timer is late: %d', (late, share) => {
    expect(watch().lookAfter(late)).toBeCloseTo(share, 10);
  });

  it('is cut by many small delays as by one large', () => {
    const { lookAfter } = watch();
    for (let time = 0; time < 5; time += 1) lookAfter(20);
    expect(lookAfter(20)).toBeCloseTo(watch().lookAfter(120), 10);
  });

  it('is never less than the least, however long nothing could be looked at', () => {
    const { lookAfter } = watch();
    expect([lookAfter(300), lookAfter(300_000), lookAfter(40)]).toEqual([LEAST, LEAST, LEAST]);
  });

  it('comes back slowly: not within ten seconds, but within twenty', () => {
    const { lookAfter } = watch();
    let share = lookAfter(10_000);
    const looks = (count: number) => {
      for (let time = 0; time < count; time += 1) share = lookAfter(0);
    };
    looks(1_000);
    expect(share).toBeLessThan(0.7);
    looks(1_000);
    expect(share).toBe(1);
  });

  it('stays within its bounds, falls when a timer is late and only then', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: -9, max: 500 }))), (lates) => {
        const { lookAfter } = watch();
        let before = 1;
        for (const late of lates) {
          const share = lookAfter(late);
          expect(share).toBeGreaterThanOrEqual(LEAST);
          expect(share).toBeLessThanOrEqual(1);
          if (late < 20) expect(share).toBe(Math.min(1, before + 0.0005));
          else expect(share).toBeCloseTo(Math.max(LEAST, before * 0.6 ** Math.floor(late / 20)), 10);
          before = share;
        }
      }),
    );
  });
});

describe('the watch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('looks by itself from start to stop', () => {
    let blocked = 0;
    const pressure = new Pressure(() => performance.now() + blocked);
    blocked = 1_000;
    vi.advanceTimersByTime(100);
    expect(pressure.share).toBe(1);
    pressure.start();
    vi.advanceTimersByTime(100);
    expect(pressure.share).toBe(1);
    blocked += 65;
    vi.advanceTimersByTime(10);
    expect(pressure.share).toBeCloseTo(0.6 ** 3, 10);
    const { share } = pressure;
    vi.advanceTimersByTime(100);
    expect(pressure.share).toBeGreaterThan(share);
    pressure.stop();
    blocked += 1_000;
    const last = pressure.share;
    vi.advanceTimersByTime(100);
    expect(pressure.share).toBe(last);
    expect(vi.getTimerCount()).toBe(0);
  });
});
