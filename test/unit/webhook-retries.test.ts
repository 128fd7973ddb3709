/** When a message that was not taken is tried again. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  JITTER,
  LONGEST_RETRY_AFTER_MILLISECONDS,
  RETRY_TIMES,
  retryDelay,
} from '../../src/modules/webhooks/retry-schedule.js';
import { readRetryAfter } from '../../src/modules/webhooks/webhook-client.js';

const THREE_DAYS = 3 * 24 * 60 * 60 * 1_000;

/** The waits of a message that is never taken, each attempt of which takes some time. */
function waits(randoms: readonly number[], attemptMilliseconds: number, retryAfterMilliseconds: number | null) {
  const delays: number[] = [];
  let failingMilliseconds = attemptMilliseconds;
  for (let failures = 1; failures < 1_000; failures++) {
    const random = randoms[failures % randoms.length]!;
    const delay = retryDelay({ failures, failingMilliseconds, retryAfterMilliseconds }, random);
    if (delay === null) return { delays, failingMilliseconds };
    delays.push(delay);
    failingMilliseconds += delay + attemptMilliseconds;
  }
  throw new Error('It never ends.');
}

const randoms = fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 1, maxLength: 40 });
const attempt = fc.integer({ min: 0, max: 10_000 });

describe('the retries', () => {
  it('end three days after the first attempt, with a last one at that time', () => {
    fc.assert(
      fc.property(
        randoms,
        attempt,
        fc.option(fc.integer({ min: 0, max: 10 * THREE_DAYS })),
        (some, took, retryAfter) => {
          const { delays, failingMilliseconds } = waits(some, took, retryAfter);
          expect(failingMilliseconds).toBeGreaterThanOrEqual(THREE_DAYS);
          expect(failingMilliseconds).toBeLessThanOrEqual(THREE_DAYS + 2 * took + 1);
          expect(delays.length).toBeLessThan(25);
        },
      ),
    );
  });

  it('come after ever longer waits, each within its bounds but for the last', () => {
    fc.assert(
      fc.property(randoms, attempt, (some, took) => {
        const { delays } = waits(some, took, null);
        delays.slice(0, -1).forEach((delay, index) => {
          const wait = Math.min(
            RETRY_TIMES.longestMilliseconds,
            RETRY_TIMES.firstMilliseconds * RETRY_TIMES.factor ** index,
          );
          expect(delay).toBeGreaterThanOrEqual(wait * (1 - JITTER));
          expect(delay).toBeLessThanOrEqual(Math.ceil(wait * (1 + JITTER)));
        });
        expect(delays.at(-1)!).toBeLessThanOrEqual(Math.ceil(RETRY_TIMES.longestMilliseconds * (1 + JITTER)));
      }),
    );
  });

  it('differ between endpoints that failed together', () => {
    const failure = { failures: 1, failingMilliseconds: 0, retryAfterMilliseconds: null };
    expect([0, 0.5, 0.999999].map((random) => retryDelay(failure, random))).toEqual([3_750, 5_000, 6_250]);
  });

  it('wait longer when they are asked to, but no longer than half a day, and never less', () => {
    const failure = { failures: 1, failingMilliseconds: 0 };
    expect(retryDelay({ ...failure, retryAfterMilliseconds: 60_000 }, 0.5)).toBe(60_000);
    expect(retryDelay({ ...failure, retryAfterMilliseconds: 1 }, 0.5)).toBe(5_000);
    expect(retryDelay({ ...failure, retryAfterMilliseconds: THREE_DAYS }, 0.5)).toBe(LONGEST_RETRY_AFTER_MILLISECONDS);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', null],
    ['0', null],
    ['soon', null],
    ['-5', null],
    ['', null],
    [undefined, null],
  ])('%s', (value, milliseconds) => expect(readRetryAfter(value, now)).toBe(milliseconds));
});
