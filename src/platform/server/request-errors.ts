/** How requests fail before any operation runs. */
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { requestError } from '../../common/errors.js';
import { asGraphQLError, statusOf, type PresentErrors } from '../graphql/errors.js';
import { acceptsGraphqlResponse, GRAPHQL_RESPONSE_TYPE, JSON_TYPE } from './media-type.js';

/** Largest body of a request, in bytes; it also bounds a WebSocket message. */
export const MAXIMUM_BODY_BYTES = 1024 * 1024;

/** An error of the request as such, with the HTTP status that says so more closely than its code does. */
export class HttpError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

type RequestFailure = FastifyError | GraphQLError | HttpError;

/** Answers whatever is thrown on the way to an operation with GraphQL's `errors`, so that clients meet one shape only. */
export function registerRequestErrors(server: FastifyInstance, presentErrors: PresentErrors): void {
  server.setErrorHandler((error: RequestFailure, request, reply) => {
    const errors = presentErrors([asRequestError(error)], { transport: 'http', requestId: request.id });
    const status = error instanceof GraphQLError ? statusOf(errors) : (error.statusCode ?? 500);
    if (error instanceof HttpError) reply.headers(error.headers);
    const retryAfter = errors[0]?.extensions?.['retryAfter'];
    if (typeof retryAfter === 'number') {
      // What was not read of the request would otherwise be read to find the next one.
      reply.headers({ 'retry-after': String(retryAfter), connection: 'close' });
    }
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="medspil"');
    return reply.code(status).type(responseType(request)).send(JSON.stringify({ errors }));
  });

  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('There is nothing here. GraphQL is at /graphql.\n'),
  );
}

function responseType(request: FastifyRequest): string {
  return acceptsGraphqlResponse(request.headers.accept) ? GRAPHQL_RESPONSE_TYPE : JSON_TYPE;
}

function asRequestError(error: RequestFailure): GraphQLError {
  if (error instanceof GraphQLError) return error;
  switch ('code' in error ? error.code : undefined) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return requestError(
        'BAD_USER_INPUT',
        `The request is larger than ${MAXIMUM_BODY_BYTES / 1024 / 1024} MiB. Send it in several parts.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return requestError(
        'BAD_USER_INPUT',
        'The body has no media type that is understood: send "Content-Type: application/json".',
      );
    default:
      if (error.statusCode === 429) return requestError('RATE_LIMITED', error.message);
      // Said on purpose, so it is no fault for the log.
      if (error instanceof HttpError && error.statusCode >= 500) {
        return requestError('INTERNAL_SERVER_ERROR', error.message);
      }
      return error.statusCode !== undefined && error.statusCode < 500
        ? requestError('BAD_USER_INPUT', error.message)
        : asGraphQLError(error);
  }
}
