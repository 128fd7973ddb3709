/** Turns an operation into a function, by graphql-jit, which runs it some ten times faster than graphql-js. */
import {
  defaultTypeResolver,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { fieldDefinition, fragmentsByName } from '../limits/document.js';
import { conditionalDocument } from './conditions.js';
import type { PreparedOperation } from './prepare-operation.js';

/** An operation as a function. What it gives is only to be trusted when it has no errors: see `execute.ts`. */
export type CompiledOperation = (
  rootValue: unknown,
  context: unknown,
  rawVariables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult> | ExecutionResult;

/**
 * Fields that the compiled function may have. An interface makes a copy of what lies below it for each of its types, so
 * six of three types within each other make a thousand fields of eight; that took 0.1 s to compile, nine of them 1.6 s.
 */
export const MAXIMUM_COMPILED_FIELDS = 1_000;

/**
 * Variables that conditions may be asked of. Each combination of their values is compiled by itself, when it comes: this
 * bounds how often.
 */
const MAXIMUM_CONDITIONS = 3;

/** Compiles a prepared query; null when graphql-jit cannot, or when it would take too long. */
export function compileOperation(schema: GraphQLSchema, prepared: PreparedOperation): CompiledOperation | null {
  if (!isSmall(schema, prepared)) return null;
  const { variables, decide } = conditionalDocument(prepared);
  if (variables === undefined) return compileDocument(schema, prepared.document, prepared.operation);
  if (variables.length > MAXIMUM_CONDITIONS) return null;

  const compiled = new Map<string, CompiledOperation | null>();
  return (rootValue, context, rawVariables) => {
    const values = booleans(prepared.operation, variables, rawVariables);
    const key = Object.values(values).join();
    let chosen = compiled.get(key);
    if (chosen === undefined) {
      compiled.set(key, (chosen = compileDocument(schema, decide(values), prepared.operation)));
    }
    if (chosen === null) throw new Error('graphql-jit cannot compile this.');
    return chosen(rootValue, context, rawVariables);
  };
}

function compileDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  { name }: OperationDefinitionNode,
): CompiledOperation | null {
  const compiled = withGuardedTypes(schema, () =>
    compileQuery(schema, document, name?.value, { disablingCapturingStackErrors: true }),
  );
  return isCompiledQuery(compiled) ? compiled.query : null;
}

/** @throws for a condition that is null, which is for graphql-js to tell */
function booleans(
  { variableDefinitions = [] }: OperationDefinitionNode,
  names: readonly string[],
  rawVariables: Readonly<Record<string, unknown>>,
): Record<string, boolean> {
  return Object.fromEntries(
    names.map((name) => {
      const initial = variableDefinitions.find(({ variable }) => variable.name.value === name)?.defaultValue;
      const value = Object.hasOwn(rawVariables, name)
        ? rawVariables[name]
        : initial?.kind === Kind.BOOLEAN && initial.value;
      if (typeof value !== 'boolean') throw new TypeError(`The condition $${name} is neither true nor false.`);
      return [name, value];
    }),
  );
}

/**
 * graphql-jit calls the functions that tell an object's type without a `try`: one that throws after a promise leaves the
 * operation waiting for ever and ends the process by an unhandled rejection. It cannot await them either. It keeps the
 * functions that it finds while compiling, so for that moment, in which nothing else can run, it finds ones that answer
 * "unknown" instead; graphql-js, which always has the originals, then says what is wrong.
 */
function withGuardedTypes<Result>(schema: GraphQLSchema, compile: () => Result): Result {
  const restore: (() => void)[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) {
      const original = type.resolveType;
      restore.push(() => (type.resolveType = original));
      type.resolveType = guardedResolveType(type);
    } else if (isObjectType(type) && type.isTypeOf) {
      const original = type.isTypeOf;
      restore.push(() => (type.isTypeOf = original));
      type.isTypeOf = guardedIsTypeOf(original);
    }
  }
  try {
    return compile();
  } finally {
    for (const undo of restore) undo();
  }
}

function guardedResolveType(type: GraphQLAbstractType): NonNullable<GraphQLAbstractType['resolveType']> {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  return (value, context, info) => {
    // Not asked for when the object says it: type-graphql makes an async function of every `resolveType`.
    const stated = (value as { __typename?: unknown } | null)?.__typename;
    return typeof stated === 'string' ? stated : settled(() => resolveType(value, context, info, type));
  };
}

function guardedIsTypeOf(
  isTypeOf: NonNullable<GraphQLObjectType['isTypeOf']>,
): NonNullable<GraphQLObjectType['isTypeOf']> {
  return (value, context, info) => settled(() => isTypeOf(value, context, info)) ?? false;
}

function settled<Value>(call: () => Value | PromiseLike<Value>): Value | undefined {
  try {
    const value = call();
    if (!isPromiseLike(value)) return value;
    value.then(undefined, () => undefined);
  } catch {
    // Told by graphql-js, which meets it again.
  }
  return undefined;
}

function isPromiseLike<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<Value> | null | undefined)?.then === 'function';
}

function isSmall(schema: GraphQLSchema, { document, operation }: PreparedOperation): boolean {
  const fragments = fragmentsByName(document);
  let steps = 0;

  // True while the walk is within its steps; every selection is one, so that it ends soon whatever the document.
  function walk({ selections }: SelectionSetNode, parent: GraphQLCompositeType): boolean {
    return selections.every((selection) => {
      steps += 1;
      if (steps > MAXIMUM_COMPILED_FIELDS) return false;
      switch (selection.kind) {
        case Kind.INLINE_FRAGMENT:
          return walk(selection.selectionSet, narrowed(selection.typeCondition, parent));
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value)!;
          return walk(fragment.selectionSet, narrowed(fragment.typeCondition, parent));
        }
        case Kind.FIELD: {
          if (selection.selectionSet === undefined) return true;
          const type = getNamedType(fieldDefinition(parent, selection.name.value)?.type);
          if (!isCompositeType(type)) return false;
          const copies = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
          return copies.every((copy) => walk(selection.selectionSet!, copy));
        }
      }
    });
  }

  function narrowed(condition: NamedTypeNode | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    return condition ? (schema.getType(condition.name.value) as GraphQLCompositeType) : parent;
  }

  return walk(operation.selectionSet, schema.getRootType(operation.operation)!);
}
