/** Lets operations in that are within all limits and can be paid for, and settles with their callers afterwards. */
import { GraphQLError, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Bucket } from '../limits/bucket.js';
import type { OperationCost } from '../limits/cost.js';
import { ResultCosts } from '../limits/result-cost.js';
import type { Caller } from './caller.js';
import {
  createPrepareOperation,
  isPrepared,
  type OperationRequest,
  type PreparedOperation,
  type PrepareOperation,
  type RefusedOperation,
} from './prepare-operation.js';
import {
  costReport,
  rateRefusal,
  Rates,
  readOnCharge,
  shutRefusal,
  type CostReport,
  type RateOptions,
} from './rates.js';
import type { TrustedDocuments } from './trusted-documents.js';

export interface AdmissionOptions extends RateOptions {
  /** Documents that can be named by an id; none unless given. */
  readonly trustedDocuments?: TrustedDocuments | undefined;
}

/** An operation that may run, and is paid for. */
export interface AdmittedOperation extends PreparedOperation {
  /** What it was paid from; undefined when nothing is rationed. */
  readonly bucket: Bucket | undefined;
}

/** What every answer has in its `extensions`. */
export interface CostExtensions {
  readonly [name: string]: unknown;
  readonly cost: CostReport;
}

/** An operation that does not run. */
export interface Refusal {
  /** Why; they all carry a code. */
  readonly errors: readonly GraphQLError[];
  readonly extensions: CostExtensions;
}

/** The same for all transports. */
export class Admission {
  readonly rates: Rates;
  private readonly prepareOperation: PrepareOperation;
  private readonly results: ResultCosts;

  constructor(schema: GraphQLSchema, { trustedDocuments, ...rates }: AdmissionOptions) {
    this.rates = new Rates(rates);
    this.prepareOperation = createPrepareOperation(schema, trustedDocuments);
    this.results = new ResultCosts(schema);
  }

  /**
   * Makes an operation ready to run, and takes what it may cost. Also one that its transport then refuses, e.g. a mutation
   * by GET, is paid for; a dry run is not.
   */
  admit(request: OperationRequest, caller: Caller): AdmittedOperation | Refusal {
    const bucket = this.rates.bucketOf(caller);
    if (bucket && this.rates.isShut(bucket)) return refusal({ errors: [shutRefusal(bucket)], cost: undefined }, bucket);
    const preparation = this.prepareOperation(request, bucket && ((read) => readOnCharge(bucket, read)));
    if (!isPrepared(preparation)) return refusal(preparation, bucket);
    if (bucket && !preparation.isDryRun && !bucket.take(preparation.cost.points)) {
      return refusal({ errors: [rateRefusal(bucket, preparation.cost)], cost: preparation.cost }, bucket);
    }
    return { ...preparation, bucket };
  }

  /**
   * For an operation that waited. It is paid for, whatever its caller has left by now.
   *
   * @throws RATE_LIMITED when its caller has used more than its share meanwhile
   */
  requireShare({ bucket }: AdmittedOperation): void {
    if (bucket && this.rates.isOverShare(bucket)) throw shutRefusal(bucket);
  }

  /** Gives back what an operation did not use, and tells what it did. */
  settle(operation: AdmittedOperation, result: FormattedExecutionResult): CostExtensions {
    const { bucket, cost } = operation;
    const actual = this.actualCost(operation, result);
    bucket?.giveBack(cost.points - actual);
    return { cost: costReport(bucket, cost, actual) };
  }

  /** Gives everything back for an operation that its transport does not run. */
  cancel({ bucket, cost }: AdmittedOperation): CostExtensions {
    bucket?.giveBack(cost.points);
    return { cost: costReport(bucket, cost) };
  }

  /** What a result did cost. One with errors costs what was requested: it does not show what was done for it. */
  actualCost(operation: PreparedOperation, { data, errors }: FormattedExecutionResult): number {
    const requested = operation.cost.points;
    return data && errors === undefined ? this.results.cost(operation, data, requested) : requested;
  }

  /** What is answered to a dry run. */
  estimate({ bucket, cost }: AdmittedOperation): FormattedExecutionResult {
    return { data: null, extensions: { cost: costReport(bucket, cost) } };
  }
}

function refusal({ errors, cost }: RefusedOperation, bucket: Bucket | undefined): Refusal {
  const report = costReport(bucket, cost);
  const [first, ...others] = errors;
  return {
    errors: [isAboutCost(first!, cost) ? withCost(first!, report) : first!, ...others],
    extensions: { cost: report },
  };
}

function isAboutCost({ extensions }: GraphQLError, cost: OperationCost | undefined): boolean {
  return cost !== undefined || extensions['code'] === 'RATE_LIMITED';
}

/** A WebSocket's error message has place for errors alone. */
function withCost({ message, extensions }: GraphQLError, cost: CostReport): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, cost } });
}
