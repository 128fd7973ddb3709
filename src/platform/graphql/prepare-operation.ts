/** The one door for operations, whichever way they come: HTTP, WebSocket or SSE. */
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { requestError, type RequestErrorCode } from '../../common/errors.js';
import { admit } from '../limits/admit.js';
import { DocumentCache } from './document-cache.js';

/** Lexical tokens of a document. The standard introspection query has some 300. */
export const MAXIMUM_TOKENS = 5_000;
const CACHED_CHARACTERS = 500_000;

/** An operation as its client sent it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** An operation that may run: it is valid, its variables fit, and it is within all limits. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As sent: the executors coerce them themselves. */
  readonly rawVariables: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Gives the operation ready to run, or why it cannot: errors that all carry a code. */
export type PrepareOperation = (request: OperationRequest) => PreparedOperation | readonly GraphQLError[];

export function isPrepared(preparation: PreparedOperation | readonly GraphQLError[]): preparation is PreparedOperation {
  return !Array.isArray(preparation);
}

export function createPrepareOperation(schema: GraphQLSchema): PrepareOperation {
  const documents = new DocumentCache(CACHED_CHARACTERS);
  // Without variables an operation costs the same each time.
  const admitted = new WeakSet<OperationDefinitionNode>();

  function readDocument(text: string): DocumentNode | readonly GraphQLError[] {
    const known = documents.get(text);
    if (known !== undefined) return known;
    let document: DocumentNode;
    try {
      document = parse(text, { maxTokens: MAXIMUM_TOKENS });
    } catch (error) {
      if (error instanceof GraphQLError) return [withCode('GRAPHQL_PARSE_FAILED', error)];
      // The parser is recursive: some thousand brackets within each other use up the stack before the tokens.
      return [requestError('GRAPHQL_PARSE_FAILED', 'The document is nested too deeply to be read.')];
    }
    const errors = validate(schema, document);
    if (errors.length > 0) return errors.map((error) => withCode('GRAPHQL_VALIDATION_FAILED', error));
    documents.set(text, document);
    return document;
  }

  return ({ query, operationName, variables }) => {
    const document = readDocument(query);
    if (!('kind' in document)) return document;

    const operation = getOperationAST(document, operationName);
    if (!operation) {
      return [
        requestError(
          'BAD_USER_INPUT',
          operationName == null
            ? 'The document has several operations: name the one to run in `operationName`.'
            : 'The document has no operation of the name that `operationName` gives.',
        ),
      ];
    }
    const rawVariables = variables ?? {};
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], rawVariables, {
      maxErrors: 50,
    });
    if (errors) return errors.map((error) => withCode('BAD_USER_INPUT', error));
    try {
      if (!admitted.has(operation)) {
        admit(schema, document, operation, coerced);
        if (!operation.variableDefinitions?.length) admitted.add(operation);
      }
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [error.extensions['code'] === undefined ? withCode('BAD_USER_INPUT', error) : error];
    }
    return { document, operation, rawVariables, variables: coerced };
  };
}

// What a scalar's own parser threw must not stay on as the original, which is what decides about masking.
function withCode(code: RequestErrorCode, { message, nodes, source, positions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}
