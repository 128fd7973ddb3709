/** Who comes in, decided before anything of a request is read. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import QuickLRU from 'quick-lru';
import type { Authenticate } from '../auth/authenticate.js';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { Bucket } from '../limits/bucket.js';
import type { Caller } from './caller.js';
import { rateRefusal, type Rates, shutRefusal } from './rates.js';

/** Points for a credential that turns out to be nobody's: it was looked up all the same. */
const WRONG_CREDENTIAL_POINTS = 10;
/** A body costs a point for each of these bytes, from the second on. */
const BYTES_PER_POINT = 1024;
const HELD_MILLISECONDS = 500;
const KNOWN_CREDENTIALS = 10_000;
const KNOWN_FOR_MILLISECONDS = 10 * 60 * 1000;

/**
 * Tells who a request is from, and turns away whoever has nothing left: then neither its body is read nor its credential
 * looked up. A credential that was good lately is looked up in any case, so that a request with one is not kept out by
 * what others do from the same address. A new WebSocket is: its credential comes only after the handshake.
 */
export class Entrance {
  private readonly known = new QuickLRU<string, true>({
    maxSize: KNOWN_CREDENTIALS,
    maxAge: KNOWN_FOR_MILLISECONDS,
  });

  constructor(
    private readonly authenticate: Authenticate,
    private readonly rates: Rates,
  ) {}

  /**
   * Charges for what a caller sends, which has to be read whatever it turns out to be.
   *
   * @throws RATE_LIMITED when the caller has nothing left
   */
  weigh(caller: Caller, bytes: number): void {
    const bucket = this.rates.bucketOf(caller);
    if (bucket === undefined) return;
    this.requireOpen(bucket);
    bucket.charge(Math.floor(bytes / BYTES_PER_POINT));
  }

  /**
   * Takes what something costs that is no operation; all that a caller can have where that is less.
   *
   * @returns is told how many points it came to, once, and gives back the others; what is never told of is kept
   * @throws RATE_LIMITED when the caller does not have as much
   */
  pay(caller: Caller, points: number): (usedPoints: number) => void {
    const bucketOf = this.rates.accountOf(caller);
    if (bucketOf === undefined) return () => undefined;
    const bucket = bucketOf();
    this.requireOpen(bucket);
    const price = Math.min(points, bucket.rate.points);
    if (!bucket.take(price)) throw rateRefusal(bucket, { points: price, rootFields: 1, dearestField: '' });
    return (usedPoints) => bucketOf().giveBack(Math.max(0, price - usedPoints));
  }

  /**
   * @param authorization as for {@link Authenticate}
   * @throws UNAUTHENTICATED; RATE_LIMITED for a credential that was not good lately
   */
  async identify(authorization: string | undefined, address: string): Promise<Viewer> {
    if (authorization === undefined) return ANONYMOUS;
    const strangers = this.rates.bucketOf({ viewer: ANONYMOUS, address });
    // Not the credential itself: it is not to lie about in memory for longer than its request.
    const digest = createHash('sha256').update(authorization).digest('base64');
    if (strangers !== undefined && !this.known.has(digest)) this.requireOpen(strangers);
    try {
      const viewer = await this.authenticate(authorization);
      this.known.set(digest, true);
      return viewer;
    } catch (error) {
      // Anything else is our own failure, which tells nothing of the credential.
      if (error instanceof GraphQLError) {
        this.known.delete(digest);
        strangers?.charge(WRONG_CREDENTIAL_POINTS);
      }
      throw error;
    }
  }

  /**
   * Lets whoever was turned away wait for the answer while shares are cut: a client that asks again
   * the moment it is refused would else be answered as fast as it can ask.
   */
  async hold(errors: readonly GraphQLError[]): Promise<void> {
    if (this.rates.isUnderPressure && errors[0]?.extensions['code'] === 'RATE_LIMITED') await delay(HELD_MILLISECONDS);
  }

  private requireOpen(bucket: Bucket): void {
    if (this.rates.isShut(bucket)) throw shutRefusal(bucket);
  }
}
