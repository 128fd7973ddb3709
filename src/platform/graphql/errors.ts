/** What of an error leaves the server. */
import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Measures } from '../telemetry/measures.js';
import { logFields, type RequestOrigin } from '../telemetry/request-origin.js';
import { DomainError, requestError, type RequestErrorCode } from '../../common/errors.js';

/** The HTTP status that says the same as a code, for clients that accept `application/graphql-response+json`. */
const STATUS_BY_CODE: Readonly<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  QUERY_TOO_DEEP: 400,
  QUERY_TOO_EXPENSIVE: 400,
  RATE_LIMITED: 429,
  CURSOR_INVALID: 400,
  CURSOR_EXPIRED: 410,
  INTERNAL_SERVER_ERROR: 500,
};

/** PostgreSQL's code for a statement that ran into its time limit. */
const QUERY_CANCELED = '57014';

/** PostgreSQL's code for text that it cannot hold: NUL is the one character of Unicode that it has no place for. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

/** Where faults are told of; a pino logger is one. */
export interface FaultLogger {
  error(details: object, message: string): void;
}

/**
 * Makes errors fit to be sent. One with a code of ours goes out as it is. Anything else is a fault: it goes out as
 * INTERNAL_SERVER_ERROR with an id, under which the log has its message and stack, but neither variables nor headers.
 *
 * @param origin the request that they are told to; undefined where they are for many
 */
export type PresentErrors = (errors: readonly GraphQLError[], origin?: RequestOrigin) => GraphQLFormattedError[];

export function createErrorPresenter(logger: FaultLogger, measures?: Pick<Measures, 'errors'>): PresentErrors {
  return (errors, origin) => {
    // A failed batch fails many fields with one and the same error: that is one line in the log, and one id.
    const ids = new Map<unknown, string>();
    return errors.map((error) => {
      const cause = rootCause(error);
      let shown = shownError(cause);
      if (shown === undefined) {
        let id = ids.get(cause);
        if (id === undefined) {
          id = randomUUID();
          ids.set(cause, id);
          logger.error(
            { ...logFields(origin), errorId: id, path: error.path?.join('.'), fault: describeFault(cause) },
            'An operation failed',
          );
        }
        shown = requestError(
          'INTERNAL_SERVER_ERROR',
          `Internal server error (id ${id}). Quote the id when you report it.`,
          { id },
        );
      }
      if (measures !== undefined) measures.errors.of(String(shown.extensions['code'])).value += 1;
      return {
        message: shown.message,
        ...(error.locations && { locations: error.locations }),
        ...(error.path && { path: error.path }),
        extensions: shown.extensions,
      };
    });
  };
}

/** Wraps what was thrown outside any field, so that it can be presented. */
export function asGraphQLError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  const error = thrown instanceof Error ? thrown : new Error(`Thrown: ${String(thrown)}`);
  return new GraphQLError(error.message, { originalError: error });
}

/** Whether an error is the server's own fault, which the same request may not meet when it comes again. */
export function isFault(error: GraphQLError): boolean {
  return shownError(rootCause(error)) === undefined;
}

/** Whether the database gave up on a statement because of its time limit. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === QUERY_CANCELED;
}

/** The HTTP status for a response without `data`; 500 when an error has no code of ours. */
export function statusOf(errors: readonly GraphQLFormattedError[]): number {
  const code = errors[0]?.extensions?.['code'];
  return isRequestErrorCode(code) ? STATUS_BY_CODE[code] : 500;
}

/** The error below all of graphql's wrappings. */
export function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

function shownError(cause: unknown): GraphQLError | undefined {
  if (cause instanceof GraphQLError && isRequestErrorCode(cause.extensions?.['code'])) return cause;
  if (cause instanceof DomainError) {
    return requestError('BAD_USER_INPUT', cause.errors.map(({ message }) => message).join(' '), {
      errors: cause.errors,
    });
  }
  if (cause instanceof Error && (cause as { code?: unknown }).code === CHARACTER_NOT_IN_REPERTOIRE) {
    return requestError('BAD_USER_INPUT', 'Text must not hold the character NUL (U+0000).');
  }
  if (isStatementTimeout(cause)) {
    return requestError(
      'QUERY_TOO_EXPENSIVE',
      'This took longer than the database may take for one statement. Ask for less at once.',
    );
  }
  return undefined;
}

function isRequestErrorCode(code: unknown): code is RequestErrorCode {
  return typeof code === 'string' && Object.hasOwn(STATUS_BY_CODE, code);
}

/** Only these: the errors of drivers also carry the statement's parameters. */
function describeFault(fault: unknown): object {
  if (!(fault instanceof Error)) return { message: String(fault) };
  const { code } = fault as { code?: unknown };
  return {
    type: fault.name,
    message: fault.message,
    stack: fault.stack,
    ...(typeof code === 'string' && { code }),
  };
}
