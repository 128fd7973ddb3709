import { Bucket, type Clock, type Rate } from './bucket.js';

/** Buckets that are kept; some 20 MB when all are in use. */
export const MAXIMUM_BUCKETS = 100_000;
/** Buckets that are looked at, when the table is full, to find one that can be forgotten. */
const LOOKED_AT = 16;

/**
 * The buckets of all who are counted by one rate. They are in the memory of this process: with several processes each
 * grants the rate, and a restart fills them all.
 *
 * Only buckets that are full again are forgotten, which takes nothing away and grants nothing. When the table is full of
 * others, newcomers share one bucket: an attack from a great many addresses makes it tight for strangers, not for those
 * who are known, and never opens the door.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly strangers: Bucket;

  /** @param capacity buckets that are kept */
  constructor(
    private readonly rate: Rate,
    private readonly capacity = MAXIMUM_BUCKETS,
    private readonly now: Clock = () => performance.now(),
  ) {
    this.strangers = new Bucket(rate, now);
  }

  /** The bucket of somebody. To be asked for anew each time, for it may have been forgotten. */
  bucketOf(key: string): Bucket {
    const known = this.buckets.get(key);
    if (known !== undefined) return known;
    if (this.buckets.size >= this.capacity && !this.forgetSome()) return this.strangers;
    const bucket = new Bucket(this.rate, this.now);
    this.buckets.set(key, bucket);
    return bucket;
  }

  private forgetSome(): boolean {
    let looked = 0;
    for (const [key, bucket] of this.buckets) {
      this.buckets.delete(key);
      if (bucket.isUnused) return true;
      // To the end, so that the next newcomer's search goes on where this one ended.
      this.buckets.set(key, bucket);
      looked += 1;
      if (looked >= LOOKED_AT) return false;
    }
    return false;
  }
}
