import type { Bucket } from '../limits/bucket.js';
import type { Caller } from './caller.js';
import type { Rates } from './rates.js';

/** Pays for the events of one subscription, one at a time, from its caller's points. */
export class Payments {
  private readonly bucketOf: (() => Bucket) | undefined;
  private giveUp: (() => void) | undefined;

  /** @param points what an event may cost */
  constructor(
    rates: Rates,
    caller: Caller,
    private readonly points: number,
  ) {
    this.bucketOf = rates.accountOf(caller);
  }

  /** Takes what an event may cost, or nothing when the caller does not have it or others wait for theirs. */
  take(): boolean {
    return this.bucketOf === undefined || this.bucketOf().takeInTurn(this.points);
  }

  /** Takes it as soon as the caller has it. After {@link end} the promise of one that waits is never settled. */
  takeLater(): Promise<void> {
    return new Promise((resolve) => {
      this.giveUp = this.bucketOf!().wait(this.points, () => {
        this.giveUp = undefined;
        resolve();
      });
    });
  }

  /** Gives back what was taken for an event and not used. */
  settle(usedPoints: number): void {
    if (this.bucketOf !== undefined && usedPoints < this.points) this.bucketOf().giveBack(this.points - usedPoints);
  }

  /** Waits no longer. */
  end(): void {
    this.giveUp?.();
    this.giveUp = undefined;
  }
}
