/** Who has used up how much, and what is told of it. */
import type { GraphQLError } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { Bucket, Rate } from '../limits/bucket.js';
import type { OperationCost } from '../limits/cost.js';
import type { Pressure } from '../limits/pressure.js';
import { RateLimiter } from '../limits/rate-limiter.js';
import { type Caller, callerKey } from './caller.js';
import type { ReadOutcome } from './prepare-operation.js';

/** Points for a millisecond in which a document is parsed and validated, and the milliseconds that are free. */
const POINTS_PER_MILLISECOND = 10;
const FREE_MILLISECONDS = 2;

/** The whole share, in rates: short bursts are to pass when little is amiss. */
const SHARED_RATES = 2;

export interface RateOptions {
  /** What one address without a credential may use up; no limit unless given. */
  readonly addressRate?: Rate | undefined;
  /** What one credential may use up; no limit unless given. */
  readonly credentialRate?: Rate | undefined;
  /** What share of its rate each may use; all of it unless given. */
  readonly pressure?: Pick<Pressure, 'share'> | undefined;
}

/** What every answer tells of its cost, under the names that Shopify's API has for it. */
export interface CostReport {
  /** Null when the operation could not be read, or was not looked at. */
  readonly requestedQueryCost: number | null;
  /** Null when it did not run. */
  readonly actualQueryCost: number | null;
  /** Null when nothing is rationed. */
  readonly throttleStatus: {
    readonly maximumAvailable: number;
    readonly currentlyAvailable: number;
    readonly restoreRate: number;
  } | null;
}

/** The buckets of all callers: one for each credential, and for those without one for each address. */
export class Rates {
  private readonly addresses: RateLimiter | undefined;
  private readonly credentials: RateLimiter | undefined;
  private readonly pressure: Pick<Pressure, 'share'> | undefined;

  constructor({ addressRate, credentialRate, pressure }: RateOptions) {
    this.addresses = limiterOf(addressRate);
    this.credentials = limiterOf(credentialRate);
    this.pressure = pressure;
  }

  /** Whether everybody's share is cut at this moment. */
  get isUnderPressure(): boolean {
    return this.share < 1;
  }

  /** Whether nothing more is done for a caller at this moment: its bucket is empty, or it has lately used more than its share. */
  isShut(bucket: Bucket): boolean {
    return bucket.points < 1 || this.isOverShare(bucket);
  }

  /**
   * Whether a caller has lately used more than its share. Those who bring a server to its limits wait for it, and not those
   * who ask for little.
   */
  isOverShare(bucket: Bucket): boolean {
    return this.isUnderPressure && bucket.usedEachSecond > this.share * SHARED_RATES * bucket.rate.restoreRate;
  }

  private get share(): number {
    return this.pressure?.share ?? 1;
  }

  /** Undefined for a caller who may use as much as he likes. */
  bucketOf(caller: Caller): Bucket | undefined {
    return this.limiterOf(caller)?.bucketOf(callerKey(caller));
  }

  /** The same for whoever looks often, and each time for a moment: to be called anew each time. */
  accountOf(caller: Caller): (() => Bucket) | undefined {
    const limiter = this.limiterOf(caller);
    if (limiter === undefined) return undefined;
    const key = callerKey(caller);
    return () => limiter.bucketOf(key);
  }

  private limiterOf({ viewer }: Caller): RateLimiter | undefined {
    return viewer.kind === 'ANONYMOUS' ? this.addresses : this.credentials;
  }
}

function limiterOf(rate: Rate | undefined): RateLimiter | undefined {
  return rate === undefined || rate.points === Infinity ? undefined : new RateLimiter(rate);
}

/** Reads a document and charges the time, also of one that is refused. Whoever has nothing left has none read on credit. */
export function readOnCharge(bucket: Bucket, read: () => ReadOutcome): ReadOutcome {
  if (bucket.points < 1) return [rateRefusal(bucket, undefined)];
  // The processor's time: the clock's would also count what other programs take.
  const before = process.cpuUsage();
  const outcome = read();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000 - FREE_MILLISECONDS;
  if (milliseconds > 0) bucket.charge(milliseconds * POINTS_PER_MILLISECOND);
  return outcome;
}

export function costReport(
  bucket: Bucket | undefined,
  cost: OperationCost | undefined,
  actual: number | null = null,
): CostReport {
  return {
    requestedQueryCost: cost?.points ?? null,
    actualQueryCost: actual,
    throttleStatus: bucket
      ? {
          maximumAvailable: bucket.rate.points,
          currentlyAvailable: Math.max(0, Math.floor(bucket.points)),
          restoreRate: bucket.rate.restoreRate,
        }
      : null,
  };
}

/** Why nothing is done for a caller, before anything of the request is known. */
export function shutRefusal(bucket: Bucket): GraphQLError {
  const { message, extensions } =
    bucket.points < 1
      ? rateRefusal(bucket, undefined)
      : requestError('RATE_LIMITED', 'The server is busy, and you have used much lately. Try again in a second.', {
          retryAfter: 1,
        });
  return requestError('RATE_LIMITED', message, { ...extensions, cost: costReport(bucket, undefined) });
}

/**
 * Why an operation cannot be paid for.
 *
 * @param cost undefined when it was not worked out, because nothing is left at all
 */
export function rateRefusal(bucket: Bucket, cost: OperationCost | undefined): GraphQLError {
  const points = cost?.points ?? 1;
  const { points: full, restoreRate } = bucket.rate;
  const seconds = bucket.secondsUntil(points);
  if (cost !== undefined && seconds === Infinity) {
    return requestError(
      'QUERY_TOO_EXPENSIVE',
      `The operation costs ${points} points, and you have ${full} at the most: it can never run. The dearest part of ` +
        `it is \`${cost.dearestField}\`: ask for a smaller page there (\`first\`), or leave it out.`,
      { field: cost.dearestField, maximumCost: full },
    );
  }
  const retryAfter = Math.max(1, Math.ceil(seconds));
  return requestError(
    'RATE_LIMITED',
    `You have used up your points: the operation costs ${points}, and ${restoreRate} come back each second. ` +
      `Try again in ${retryAfter} s.`,
    { retryAfter },
  );
}
