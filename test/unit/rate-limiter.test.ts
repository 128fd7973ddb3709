import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Bucket } from '../../src/platform/limits/bucket.js';
import { networkOf } from '../../src/platform/limits/network.js';
import { RateLimiter } from '../../src/platform/limits/rate-limiter.js';

/** What can be done to a bucket, and time that passes. */
const step = fc.oneof(
  fc.record({ do: fc.constant('take' as const), points: fc.nat(150) }),
  fc.record({ do: fc.constant('giveBack' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant('charge' as const), points: fc.nat(150) }),
  fc.record({ do: fc.constant('pass' as const), milliseconds: fc.nat(5_000) }),
);

describe('a bucket', () => {
  it('never holds more than when it is full, and never grants more than that and what came back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(step),
        (full, rate, steps) => {
          let now = 0;
          let granted = 0;
          const taken: number[] = [];
          const bucket = new Bucket({ points: full, restoreRate: rate }, () => now);
          for (const each of steps) {
            if (each.do === 'pass') now += each.milliseconds;
            else if (each.do === 'charge') bucket.charge(each.points);
            else if (each.do === 'take' && bucket.take(each.points)) {
              granted += each.points;
              taken.push(each.points);
            } else if (each.do === 'giveBack' && taken.length > 0) {
              const back = taken.pop()! * each.share;
              bucket.giveBack(back);
              granted -= back;
            }
            expect(bucket.points).toBeLessThanOrEqual(full);
            expect(bucket.points).toBeGreaterThanOrEqual(-full);
            expect(granted).toBeLessThanOrEqual(full + (rate * now) / 1000 + 1e-6);
          }
        },
      ),
    );
  });

  it('says when it can pay, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.nat(1_000),
        (full, rate, more) => {
          let now = 0;
          const bucket = new Bucket({ points: full, restoreRate: rate }, () => now);
          bucket.charge(full + (more % full));
          const seconds = bucket.secondsUntil(full);
          now = seconds * 1000 - 1;
          expect(bucket.take(full)).toBe(false);
          now += 1.001;
          expect(bucket.take(full)).toBe(true);
        },
      ),
    );
  });

  it('never has what is more than a full one', () => {
    const bucket = new Bucket({ points: 10, restoreRate: 1 }, () => 0);
    expect(bucket.secondsUntil(11)).toBe(Infinity);
    expect([bucket.take(11), bucket.take(NaN), bucket.take(10), bucket.take(1)]).toEqual([false, false, true, false]);
  });
});

describe('what was used of late', () => {
  const used = (steps: (bucket: Bucket, pass: (seconds: number) => void) => void) => {
    let now = 0;
    const bucket = new Bucket({ points: 1_000, restoreRate: 100 }, () => now);
    steps(bucket, (seconds) => (now += seconds * 1000));
    return bucket.usedEachSecond;
  };

  it('is what was taken and charged, over five seconds', () => {
    expect(used(() => undefined)).toBe(0);
    expect(used((bucket) => bucket.take(500))).toBe(100);
    expect(used((bucket) => bucket.charge(50))).toBe(10);
    // Nothing was taken.
    expect(used((bucket) => bucket.take(1_001))).toBe(0);
  });

  it('is not what was given back', () => {
    const nearlyAllBack = used((bucket, pass) => {
      bucket.take(900);
      pass(0.05);
      bucket.giveBack(890);
    });
    expect(nearlyAllBack).toBeLessThan(2);
    expect(nearlyAllBack).toBeGreaterThanOrEqual(0);
  });

  it('counts ever less', () => {
    const after = (seconds: number) =>
      used((bucket, pass) => {
        bucket.take(500);
        pass(seconds);
      });
    expect(after(5)).toBeCloseTo(100 / Math.E, 10);
    expect(after(60)).toBeLessThan(0.01);
  });

  it('is, of somebody who goes on and on, what he uses', () => {
    const steady = used((bucket, pass) => {
      for (let time = 0; time < 3_000; time += 1) {
        expect(bucket.take(0.5)).toBe(true);
        pass(0.01);
      }
    });
    expect(steady).toBeGreaterThan(49);
    expect(steady).toBeLessThan(51);
  });

  it('is never negative, nor more than was used, and looking at it changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let now = 0;
        let most = 0;
        const bucket = new Bucket({ points: 100, restoreRate: 10 }, () => now);
        const unseen = new Bucket({ points: 100, restoreRate: 10 }, () => now);
        for (const each of steps) {
          if (each.do === 'pass') now += each.milliseconds;
          else if (each.do === 'take') most += bucket.take(each.points) && unseen.take(each.points) ? each.points : 0;
          else if (each.do === 'charge') {
            for (const one of [bucket, unseen]) one.charge(each.points);
            most += each.points;
          } else for (const one of [bucket, unseen]) one.giveBack(each.share * 100);
          expect(bucket.usedEachSecond).toBeGreaterThanOrEqual(0);
          expect(bucket.usedEachSecond).toBeLessThanOrEqual(most / 5 + 1e-9);
        }
        expect(bucket.usedEachSecond).toBeCloseTo(unseen.usedEachSecond, 6);
      }),
    );
  });
});

describe('who waits for a bucket', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const emptied = () => {
    const bucket = new Bucket({ points: 10, restoreRate: 10 }, () => performance.now());
    bucket.take(10);
    return bucket;
  };

  it('is served in turn, and no sooner than there are points', async () => {
    const bucket = emptied();
    const served: string[] = [];
    bucket.wait(10, () => served.push('first'));
    bucket.wait(1, () => served.push('second'));
    await vi.advanceTimersByTimeAsync(990);
    expect(served).toEqual([]);
    expect(bucket.takeInTurn(1)).toBe(false);
    await vi.advanceTimersByTimeAsync(11);
    expect(served).toEqual(['first']);
    await vi.advanceTimersByTimeAsync(101);
    expect(served).toEqual(['first', 'second']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can give up, and keeps nobody behind it and no timer', async () => {
    const bucket = emptied();
    const served: string[] = [];
    const giveUp = bucket.wait(10, () => served.push('first'));
    const giveUpToo = bucket.wait(10, () => served.push('second'));
    bucket.wait(1, () => served.push('third'));
    giveUp();
    giveUpToo();
    await vi.advanceTimersByTimeAsync(1_001);
    expect(served).toEqual(['third']);
    const last = bucket.wait(10, () => served.push('last'));
    last();
    expect(vi.getTimerCount()).toBe(0);
    expect(bucket.takeInTurn(1)).toBe(true);
  });

  it('is told of it when others took the points meanwhile', async () => {
    const bucket = emptied();
    let served = false;
    bucket.wait(5, () => (served = true));
    await vi.advanceTimersByTimeAsync(400);
    expect(bucket.take(4)).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(served).toBe(false);
    await vi.advanceTimersByTimeAsync(310);
    expect(served).toBe(true);
  });
});

describe('the table of buckets', () => {
  const limiter = (capacity: number) => {
    const clock = { now: 0 };
    return { clock, limiter: new RateLimiter({ points: 10, restoreRate: 1 }, capacity, () => clock.now) };
  };

  it('has one for each', () => {
    const { limiter: table } = limiter(10);
    expect(table.bucketOf('a').take(10)).toBe(true);
    expect(table.bucketOf('a').take(1)).toBe(false);
    expect(table.bucketOf('b').take(10)).toBe(true);
  });

  it('forgets buckets that are full again, and those alone', () => {
    const { clock, limiter: table } = limiter(2);
    table.bucketOf('a').take(10);
    table.bucketOf('b').take(1);
    clock.now = 1_000;
    expect(table.bucketOf('c').take(10)).toBe(true);
    expect(table.bucketOf('a').take(2)).toBe(false);
    expect(table.bucketOf('c').take(1)).toBe(false);
  });

  it('lets newcomers share one bucket when it is full of used ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }), (capacity, newcomers) => {
        const { limiter: table } = limiter(capacity);
        for (let known = 0; known < capacity; known += 1) table.bucketOf(`known ${known}`).take(5);
        let granted = 0;
        for (let one = 0; one < newcomers; one += 1) if (table.bucketOf(`new ${one}`).take(1)) granted += 1;
        expect(granted).toBe(Math.min(10, newcomers));
        for (let known = 0; known < capacity; known += 1) {
          expect(table.bucketOf(`known ${known}`).take(5)).toBe(true);
          expect(table.bucketOf(`known ${known}`).take(1)).toBe(false);
        }
      }),
    );
  });
});

describe('an address counts', () => {
  it.each([
    ['by itself', '192.0.2.1', '192.0.2.1'],
    ['as IPv4 where it is written as IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['the same in the other spelling', '::ffff:c000:201', '192.0.2.1'],
    ['by its network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['by its network in short', '2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['as it is when it is none', 'unknown', 'unknown'],
  ])('%s', (_how, address, network) => expect(networkOf(address)).toBe(network));

  it('apart from the next network', () => expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1')));
});
