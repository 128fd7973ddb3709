/** GraphQL as the transports see it. */
import { OperationTypeNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import { asGraphQLError, createErrorPresenter, type FaultLogger, type PresentErrors } from './errors.js';
import { createExecutor } from './execute.js';
import { createPrepareOperation, type PreparedOperation, type PrepareOperation } from './prepare-operation.js';
import { createRootValue, type ReadFirst } from './read-first.js';
import { createSubscriber, type Subscribe } from './subscribe.js';

export interface GraphqlEngineOptions {
  readonly schema: GraphQLSchema;
  /** Makes the context of one operation or one event. */
  readonly createContext: (viewer: Viewer) => Context;
  readonly logger: FaultLogger;
  /** Root fields that are read before all others of their operation. */
  readonly readFirst?: ReadFirst | undefined;
}

/** What HTTP, WebSocket and SSE run operations by. */
export interface GraphqlEngine {
  readonly schema: GraphQLSchema;
  readonly prepare: PrepareOperation;
  /** Runs a query or mutation; the result is fit to be sent. */
  readonly run: (prepared: PreparedOperation, viewer: Viewer) => Promise<FormattedExecutionResult>;
  readonly subscribe: Subscribe;
  readonly presentErrors: PresentErrors;
}

export function createGraphqlEngine({
  schema,
  createContext,
  logger,
  readFirst = {},
}: GraphqlEngineOptions): GraphqlEngine {
  const presentErrors = createErrorPresenter(logger);
  const execute = createExecutor(schema);
  const rootValueOf = createRootValue(readFirst);
  return {
    schema,
    prepare: createPrepareOperation(schema),
    run: async (prepared, viewer) => {
      try {
        const reading = rootValueOf(prepared);
        const rootValue = reading && (await reading);
        const { data, errors } = await execute(prepared, createContext(viewer), rootValue);
        return errors === undefined ? { data } : { data, errors: presentErrors(errors) };
      } catch (error) {
        return { errors: presentErrors([asGraphQLError(error)]) };
      }
    },
    subscribe: createSubscriber({ schema, execute, createContext, presentErrors }),
    presentErrors,
  };
}

export function isSubscription({ operation }: PreparedOperation): boolean {
  return operation.operation === OperationTypeNode.SUBSCRIPTION;
}
