/** From text to a document that may be run. */
import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { requestError, type RequestErrorCode } from '../../common/errors.js';
import { checkDocument, MAXIMUM_ERRORS, MAXIMUM_TOKENS } from '../limits/document-limits.js';

/** Longest message that goes out: graphql's own quote names and values of the request, which may be long. */
const MESSAGE_LENGTH = 1_000;

/** Parses a document, checks its size, and validates it. Gives it, or why it cannot be run: errors with a code. */
export function readDocument(schema: GraphQLSchema, text: string): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: MAXIMUM_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode('GRAPHQL_PARSE_FAILED', error)];
    // The parser is recursive: some thousand brackets within each other use up the stack before the tokens.
    return [requestError('GRAPHQL_PARSE_FAILED', 'The document is nested too deeply to be read.')];
  }
  try {
    checkDocument(document);
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  const errors = validate(schema, document, undefined, { maxErrors: MAXIMUM_ERRORS });
  return errors.length > 0 ? errors.map((error) => withCode('GRAPHQL_VALIDATION_FAILED', error)) : document;
}

export function isDocument(outcome: DocumentNode | readonly GraphQLError[]): outcome is DocumentNode {
  return !Array.isArray(outcome);
}

// What a scalar's own parser threw must not stay on as the original, which is what decides about masking.
export function withCode(code: RequestErrorCode, { message, nodes, source, positions }: GraphQLError): GraphQLError {
  const shown = message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message;
  return new GraphQLError(shown, { nodes, source, positions, extensions: { code } });
}
