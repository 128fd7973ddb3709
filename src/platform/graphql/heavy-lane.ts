/** Few large operations at a time, so that small ones find their way between them. */
import { requestError } from '../../common/errors.js';
import { Counts } from '../limits/counts.js';

/** From this cost on an operation is large. */
export const HEAVY_POINTS = 800;
const AT_A_TIME = 2;
/** Large operations that one caller, and all together, may have waiting. */
const WAITING_PER_CALLER = 100;
const WAITING = 1_000;

/**
 * A result is worked out and written in one thread, and what is large keeps all others waiting for as long as that takes:
 * twenty at once for twenty times as long. PostgreSQL has no more processors for it either. So they take turns, caller by
 * caller, and there is an end to how many wait.
 */
export class HeavyLane {
  private readonly counts = new Counts(WAITING_PER_CALLER);
  private readonly waiting = new Map<string, (() => void)[]>();
  private total = 0;
  private running = 0;

  /**
   * Runs the work at once or when it is its caller's turn.
   *
   * @param key whose work it is
   * @throws RATE_LIMITED when too much of it waits already
   */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.running < AT_A_TIME) this.running += 1;
    else await this.turnOf(key);
    try {
      return await work();
    } finally {
      const next = this.next();
      // It takes the place over; an immediate lets what is small go first.
      if (next) setImmediate(next);
      else this.running -= 1;
    }
  }

  private turnOf(key: string): Promise<void> {
    if (this.total >= WAITING || !this.counts.take(key)) {
      throw requestError('RATE_LIMITED', 'Too many large operations wait already. Try again in a second.', {
        retryAfter: 1,
      });
    }
    this.total += 1;
    return new Promise((resolve) => {
      const queue = this.waiting.get(key);
      if (queue) queue.push(resolve);
      else this.waiting.set(key, [resolve]);
    });
  }

  /** The first of the caller whose turn it is, who then stands behind all others. */
  private next(): (() => void) | undefined {
    for (const [key, queue] of this.waiting) {
      this.waiting.delete(key);
      const first = queue.shift();
      if (queue.length > 0) this.waiting.set(key, queue);
      this.counts.giveBack(key);
      this.total -= 1;
      return first;
    }
    return undefined;
  }
}
