import type { FormattedExecutionResult } from 'graphql';
import type { Bucket } from '../limits/bucket.js';
import type { Admission, AdmittedOperation } from './admission.js';
import type { Caller } from './caller.js';

/** Pays for the events of one subscription, from its caller's points. */
export class Payments {
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly admission: Admission,
    private readonly operation: AdmittedOperation,
    private readonly caller: Caller,
  ) {}

  /**
   * Works out an event's result as soon as its caller has the points that it may cost, and gives back those it did not.
   * After {@link end} the promise of one that waits is never settled.
   */
  async pay(work: () => Promise<FormattedExecutionResult>): Promise<FormattedExecutionResult> {
    const bucket = this.admission.rates.bucketOf(this.caller);
    if (bucket === undefined) return work();
    const { points } = this.operation.cost;
    if (!bucket.takeInTurn(points)) await this.wait(bucket, points);
    const result = await work();
    bucket.giveBack(points - this.admission.actualCost(this.operation, result));
    return result;
  }

  private wait(bucket: Bucket, points: number): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = bucket.wait(points, () => {
        this.waiting.delete(giveUp);
        resolve();
      });
      this.waiting.add(giveUp);
    });
  }

  /** Waits no longer. */
  end(): void {
    for (const giveUp of this.waiting) giveUp();
    this.waiting.clear();
  }
}
