/** Runs what `prepareOperation` let pass. */
import {
  defaultFieldResolver,
  execute,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Context } from '../auth/context.js';
import { compileOperation, type CompiledOperation } from './compile.js';
import { isStatementTimeout, rootCause } from './errors.js';
import type { PreparedOperation } from './prepare-operation.js';

/** Runs a prepared operation. Errors are in the result, as resolvers threw them; nothing is masked yet. */
export type Execute = (
  prepared: PreparedOperation,
  context: Pick<Context, 'cancellation'>,
  rootValue?: unknown,
) => Promise<ExecutionResult>;

interface Plan {
  runs: number;
  /** Undefined until it is worth trying; null once it turned out that graphql-js has to do it. */
  compiled: CompiledOperation | null | undefined;
}

/**
 * Makes the executor. A query that comes again is compiled; mutations, and each operation the first time, are run by
 * graphql-js. A compiled query's result is taken only when it is free of errors: graphql-jit misplaces the entries of a
 * list of promises when one rejects, and its own errors carry no code. Reading twice changes nothing, so graphql-js then
 * runs the query anew, with the same loaders, and its report is the one that counts.
 *
 * Fields without a resolver must be plain values: graphql-jit neither awaits a promise there nor calls a function.
 */
export function createExecutor(schema: GraphQLSchema): Execute {
  // By operation, so that a plan lives exactly as long as the parsed document is remembered.
  const plans = new WeakMap<OperationDefinitionNode, Plan>();
  guardMutations(schema);

  function planFor(prepared: PreparedOperation): Plan {
    let plan = plans.get(prepared.operation);
    if (plan === undefined) {
      const isQuery = prepared.operation.operation === OperationTypeNode.QUERY;
      plan = { runs: 0, compiled: isQuery ? undefined : null };
      plans.set(prepared.operation, plan);
    }
    plan.runs += 1;
    if (plan.compiled === undefined && plan.runs > 1) plan.compiled = compileOperation(schema, prepared);
    return plan;
  }

  return async (prepared, context, rootValue) => {
    const plan = planFor(prepared);
    const attempt = plan.compiled ? await runCompiled(plan.compiled, prepared, context, rootValue) : undefined;
    if (attempt?.result) return attempt.result;
    // Its reads were ended with it, and would be again.
    context.cancellation.throwIfCancelled();
    const result = await execute({
      schema,
      document: prepared.document,
      operationName: prepared.operation.name?.value,
      variableValues: prepared.rawVariables,
      contextValue: context,
      rootValue,
    });
    // Something that graphql-js can do and graphql-jit cannot: not tried again.
    if (attempt?.isOwnFault && result.errors === undefined) plan.compiled = null;
    return result;
  };
}

/** Lets no root field of a mutation begin once its time is over; graphql-js runs them one after the other. */
function guardMutations(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, fieldArguments, context: Pick<Context, 'cancellation'>, info) => {
      context.cancellation.throwIfCancelled();
      return resolve(source, fieldArguments, context, info);
    };
  }
}

interface Attempt {
  /** Undefined when graphql-js has to run the query. */
  readonly result?: ExecutionResult;
  /** Whether the compiled function failed by itself, and not because a resolver threw. */
  readonly isOwnFault?: boolean;
}

async function runCompiled(
  compiled: CompiledOperation,
  { rawVariables }: PreparedOperation,
  context: unknown,
  rootValue: unknown,
): Promise<Attempt> {
  let result: ExecutionResult;
  try {
    result = await compiled(rootValue, context, rawVariables);
  } catch {
    return { isOwnFault: true };
  }
  if (result.errors === undefined) return result.data ? { result } : { isOwnFault: true };
  // A database that could not make it in time is not asked for the same once more.
  const timeout = result.errors.find((error) => isStatementTimeout(rootCause(error)));
  if (timeout) return { result: { data: null, errors: [timeout] } };
  return { isOwnFault: result.errors.some((error) => error.originalError == null) };
}
