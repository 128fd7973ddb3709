/** GraphQL as the transports see it. */
import { OperationTypeNode, type FormattedExecutionResult, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Cancellation } from '../../common/cancellation.js';
import type { Authenticate } from '../auth/authenticate.js';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import { Measures, type ReadTally } from '../telemetry/measures.js';
import type { Tracing } from '../telemetry/tracing.js';
import { Admission, type AdmissionOptions, type AdmittedOperation, type Refusal } from './admission.js';
import { type Caller, callerKey } from './caller.js';
import { Entrance } from './entrance.js';
import { asGraphQLError, createErrorPresenter, type FaultLogger, type PresentErrors } from './errors.js';
import { createExecutor } from './execute.js';
import { HEAVY_POINTS, HeavyLane } from './heavy-lane.js';
import { operationTooLong, runInTime, runToTheEnd, type WatchClient } from './operation-time.js';
import { type OperationLogger, OperationWatch } from './operation-watch.js';
import { isPrepared, type OperationRequest, type PreparedOperation } from './prepare-operation.js';
import { createRootValue, type ReadFirst } from './read-first.js';
import { createSubscriber, type Subscribe } from './subscribe.js';

export interface GraphqlEngineOptions extends AdmissionOptions {
  readonly schema: GraphQLSchema;
  /** Makes the context of one operation or one event, whose reads are added up where that is given. */
  readonly createContext: (viewer: Viewer, cancellation: Cancellation, reads?: ReadTally) => Context;
  /** The time that one operation, or one event, may take. */
  readonly operationMilliseconds: number;
  /** Subscriptions that one caller may have at a time; as many as it likes unless given. */
  readonly subscriptionsPerCaller?: number | undefined;
  readonly authenticate: Authenticate;
  readonly logger: FaultLogger & Partial<OperationLogger>;
  /** Where the engine counts what it does. */
  readonly measures?: Measures | undefined;
  /** Traces operations; none are traced unless given. */
  readonly tracing?: Tracing | undefined;
  /** Root fields that are read before all others of their operation. */
  readonly readFirst?: ReadFirst | undefined;
  /** Whether requests can be served, e.g. whether the database answers. */
  readonly isReady: () => Promise<boolean>;
}

/** What HTTP, WebSocket and SSE run operations by. */
export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  /** Gives an operation that is ready to run, within all limits and paid for; or why it must not run. */
  readonly prepare: (request: OperationRequest, caller: Caller) => AdmittedOperation | Refusal;
  /** A refusal as it is sent where an answer is expected. */
  readonly refuse: (refusal: Refusal, caller: Caller) => Promise<FormattedExecutionResult>;
  /** Refuses an operation after all, which its transport cannot run. */
  readonly refusePrepared: (prepared: AdmittedOperation, error: GraphQLError) => FormattedExecutionResult;
  /**
   * Runs a query or mutation, or tells what any operation would cost when that is all that was asked for. The result is
   * fit to be sent.
   *
   * @param watchClient by which a query ends when its client leaves; a mutation that has begun goes on
   */
  readonly run: (
    prepared: AdmittedOperation,
    caller: Caller,
    watchClient?: WatchClient,
  ) => Promise<FormattedExecutionResult>;
  readonly subscribe: Subscribe;
  /** Who a request is from, and whether what it brings is read. */
  readonly entrance: Entrance;
  readonly presentErrors: PresentErrors;
  readonly measures: Measures;
}

export function createGraphqlEngine({
  schema,
  createContext,
  operationMilliseconds,
  subscriptionsPerCaller,
  authenticate,
  logger,
  measures = new Measures(),
  tracing,
  readFirst = {},
  isReady,
  ...limits
}: GraphqlEngineOptions): GraphqlEngine {
  const presentErrors = createErrorPresenter(logger, measures);
  const watch = new OperationWatch({ measures, tracing, logger });
  const execute = createExecutor(schema);
  const rootValueOf = createRootValue(readFirst);
  const admission = new Admission(schema, limits);
  const entrance = new Entrance(authenticate, admission.rates);
  const heavyLane = new HeavyLane();
  const subscribe = createSubscriber({
    schema,
    execute,
    createContext,
    operationMilliseconds,
    presentErrors,
    admission,
    watch,
    measures,
    subscriptionsPerCaller,
    isReady,
  });
  return {
    schema,
    prepare: (request, caller) => {
      const preparation = admission.admit(request, caller);
      if (!isPrepared(preparation)) watch.refused(preparation, caller.origin);
      return preparation;
    },
    refuse: async ({ errors, extensions }, { origin }) => {
      await entrance.hold(errors);
      return { errors: presentErrors(errors, origin), extensions };
    },
    refusePrepared: (prepared, error) => ({ errors: presentErrors([error]), extensions: admission.cancel(prepared) }),
    run: async (prepared, caller, watchClient) => {
      if (prepared.isDryRun) return admission.estimate(prepared);
      const { viewer, origin } = caller;
      const run = prepared.operation.operation === OperationTypeNode.MUTATION ? runToTheEnd : runInTime;
      const limit = { milliseconds: operationMilliseconds, overtime: operationTooLong, watchClient };
      return watch.run(prepared, origin, async (reads) => {
        let result: FormattedExecutionResult;
        try {
          const work = async (cancellation: Cancellation) => {
            cancellation.throwIfCancelled();
            const reading = rootValueOf(prepared);
            const rootValue = reading && (await reading);
            return execute(prepared, createContext(viewer, cancellation, reads), rootValue);
          };
          // Its turn may come when its caller has used too much.
          const workInTurn = (cancellation: Cancellation) => {
            admission.requireShare(prepared);
            return work(cancellation);
          };
          const isHeavy = prepared.cost.points >= HEAVY_POINTS;
          const { data, errors } = await run(limit, (cancellation) =>
            isHeavy ? heavyLane.run(callerKey(caller), () => workInTurn(cancellation)) : work(cancellation),
          );
          result = errors === undefined ? { data } : { data, errors: presentErrors(errors, origin) };
        } catch (error) {
          result = { errors: presentErrors([asGraphQLError(error)], origin) };
        }
        return { ...result, extensions: admission.settle(prepared, result) };
      });
    },
    entrance,
    subscribe: (prepared, request) => watch.start(prepared, request.caller.origin, () => subscribe(prepared, request)),
    presentErrors,
    measures,
  };
}
/** Whether an operation is to be run by `subscribe`: the cost of a subscription alone is told by `run`. */
export function isSubscription({ operation, isDryRun }: PreparedOperation): boolean {
  return operation.operation === OperationTypeNode.SUBSCRIPTION && !isDryRun;
}
