/** When a message that was not taken is tried again: after ever longer times, for three days. */

export interface RetryTimes {
  /** Before the second attempt. */
  readonly firstMilliseconds: number;
  /** By how much each wait is longer than the one before. */
  readonly factor: number;
  readonly longestMilliseconds: number;
  /** From the first attempt to the last. */
  readonly totalMilliseconds: number;
}

const HOUR = 60 * 60 * 1_000;

/** 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, and then every 8 h: some fifteen attempts. */
export const RETRY_TIMES: RetryTimes = {
  firstMilliseconds: 5_000,
  factor: 4,
  longestMilliseconds: 8 * HOUR,
  totalMilliseconds: 72 * HOUR,
};

/** How far a wait may lie from what the times say, as a part of it: endpoints that failed together do not come back together. */
export const JITTER = 0.25;

/** The longest wait that an endpoint can ask for by `Retry-After`. */
export const LONGEST_RETRY_AFTER_MILLISECONDS = 12 * HOUR;

export interface Failure {
  /** Attempts of this message that failed, counting this one. */
  readonly failures: number;
  /** Since the first of them. */
  readonly failingMilliseconds: number;
  /** What the endpoint asked for; it makes the wait longer, never shorter. */
  readonly retryAfterMilliseconds: number | null;
}

/**
 * How long to wait before the next attempt. The last one comes when the time is over, however long the wait before it.
 *
 * @param random from 0 to below 1
 * @returns milliseconds; null when there is none left to make
 */
export function retryDelay(failure: Failure, random: number, times: RetryTimes = RETRY_TIMES): number | null {
  const left = times.totalMilliseconds - failure.failingMilliseconds;
  if (left <= 0) return null;
  const wait = Math.min(times.longestMilliseconds, times.firstMilliseconds * times.factor ** (failure.failures - 1));
  const varied = wait * (1 + JITTER * (2 * random - 1));
  const asked = Math.min(failure.retryAfterMilliseconds ?? 0, LONGEST_RETRY_AFTER_MILLISECONDS);
  return Math.ceil(Math.min(left, Math.max(varied, asked)));
}
