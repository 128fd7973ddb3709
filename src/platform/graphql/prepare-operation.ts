/** The one door for operations, whichever way they come: HTTP, WebSocket or SSE. */
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { requestError } from '../../common/errors.js';
import { admit } from '../limits/admit.js';
import { operationCost, type OperationCost } from '../limits/cost.js';
import { MAXIMUM_ERRORS } from '../limits/document-limits.js';
import { DocumentCache } from './document-cache.js';
import { isDocument, readDocument, withCode } from './read-document.js';
import type { TrustedDocuments } from './trusted-documents.js';

const CACHED_CHARACTERS = 500_000;

/** What asks for an operation's cost instead of its result. */
export const DRY_RUN = 'dry-run';

/** An operation as its client sent it. */
export interface OperationRequest {
  /** The document; null, undefined or empty when {@link OperationRequest.documentId} names it. */
  readonly query?: string | null | undefined;
  /** As sent, whatever it is. */
  readonly documentId?: unknown;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  /** What is to be done besides running it, as sent: {@link DRY_RUN}, or undefined. */
  readonly queryCost?: unknown;
}

/** An operation that may run: it is valid, its variables fit, and it is within all limits. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As sent: the executors coerce them themselves. */
  readonly rawVariables: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What it may cost. */
  readonly cost: OperationCost;
  /** Whether nothing but its cost is asked for. */
  readonly isDryRun: boolean;
}

/** An operation that must not run. */
export interface RefusedOperation {
  /** Why; they all carry a code. */
  readonly errors: readonly GraphQLError[];
  /** What it would cost; undefined when that is not known. */
  readonly cost: OperationCost | undefined;
}

/** What comes of reading a document: it, or why it cannot be run. */
export type ReadOutcome = DocumentNode | readonly GraphQLError[];

/**
 * Gives the operation ready to run, or why it cannot.
 *
 * @param reading wraps the reading of a document that is not known yet, which is the one dear part of preparing
 */
export type PrepareOperation = (
  request: OperationRequest,
  reading?: (read: () => ReadOutcome) => ReadOutcome,
) => PreparedOperation | RefusedOperation;

export function isPrepared<Prepared extends PreparedOperation>(
  preparation: Prepared | { readonly errors: readonly GraphQLError[] },
): preparation is Prepared {
  return 'operation' in preparation;
}

export function createPrepareOperation(schema: GraphQLSchema, trusted?: TrustedDocuments): PrepareOperation {
  const known = new DocumentCache(CACHED_CHARACTERS);
  // Without variables an operation costs the same each time.
  const admitted = new WeakMap<OperationDefinitionNode, OperationCost>();

  const documentOf = (
    { query, documentId }: OperationRequest,
    reading: Parameters<PrepareOperation>[1],
  ): ReadOutcome => {
    if (documentId != null) return query ? [AMBIGUOUS()] : trustedDocument(trusted, documentId);
    if (trusted?.only) return [UNTRUSTED()];
    if (!query) return [requestError('BAD_USER_INPUT', 'There is no operation: send its text in `query`.')];
    const cached = known.get(query);
    if (cached !== undefined) return cached;
    const read = () => readDocument(schema, query);
    const document = reading === undefined ? read() : reading(read);
    if (isDocument(document)) known.set(query, document);
    return document;
  };

  return (request, reading) => {
    const { operationName, variables, queryCost } = request;
    if (queryCost !== undefined && queryCost !== DRY_RUN) return refused([WRONG_QUERY_COST()]);
    const document = documentOf(request, reading);
    if (!isDocument(document)) return refused(document);
    const operation = getOperationAST(document, operationName);
    if (!operation) return refused([operationName == null ? SEVERAL_OPERATIONS() : NO_SUCH_OPERATION()]);

    const rawVariables = variables ?? NO_VARIABLES;
    const hasVariables = Boolean(operation.variableDefinitions?.length);
    const { coerced, errors } = hasVariables
      ? getVariableValues(schema, operation.variableDefinitions!, rawVariables, { maxErrors: MAXIMUM_ERRORS })
      : { coerced: NO_VARIABLES, errors: undefined };
    if (errors) return refused(errors.map((error) => withCode('BAD_USER_INPUT', error)));
    let cost = admitted.get(operation);
    try {
      if (cost === undefined) {
        cost = operationCost(schema, document, operation, coerced);
        admit(document, operation, cost);
        if (!hasVariables) admitted.set(operation, cost);
      }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return refused([error.extensions['code'] === undefined ? withCode('BAD_USER_INPUT', error) : error], cost);
    }
    return { document, operation, rawVariables, variables: coerced, cost, isDryRun: queryCost === DRY_RUN };
  };
}

const NO_VARIABLES: Readonly<Record<string, unknown>> = Object.freeze({});

function refused(errors: readonly GraphQLError[], cost?: OperationCost): RefusedOperation {
  return { errors, cost };
}

function trustedDocument(trusted: TrustedDocuments | undefined, documentId: unknown): ReadOutcome {
  const document = typeof documentId === 'string' ? trusted?.documents.get(documentId) : undefined;
  if (document !== undefined) return document;
  const advice = trusted?.only
    ? 'Ask the operator of this server to add the document.'
    : 'Send its text in `query` instead, or ask the operator of this server to add it.';
  return [requestError('BAD_USER_INPUT', `No document of this \`documentId\` is known here. ${advice}`)];
}

const AMBIGUOUS = () =>
  requestError('BAD_USER_INPUT', 'Send either `query` or `documentId`: together they may mean two things.');
const UNTRUSTED = () =>
  requestError('FORBIDDEN', 'This server runs known documents only: name one by its id in `documentId`.');
const WRONG_QUERY_COST = () =>
  requestError(
    'BAD_USER_INPUT',
    `The only query cost that can be asked for is "${DRY_RUN}": send it, or leave it out.`,
  );
const SEVERAL_OPERATIONS = () =>
  requestError('BAD_USER_INPUT', 'The document has several operations: name the one to run in `operationName`.');
const NO_SUCH_OPERATION = () =>
  requestError('BAD_USER_INPUT', 'The document has no operation of the name that `operationName` gives.');
