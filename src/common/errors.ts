/** The two ways in which a request is told that something is wrong. */
import { GraphQLError } from 'graphql';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

/** Why a write was refused. Clients branch on the code; the message is for people. */
export enum UserErrorCode {
  INVALID = 'INVALID',
  REQUIRED = 'REQUIRED',
  NOT_FOUND = 'NOT_FOUND',
  VERSION_CONFLICT = 'VERSION_CONFLICT',
  IDEMPOTENCY_CONFLICT = 'IDEMPOTENCY_CONFLICT',
  INVALID_TRANSITION = 'INVALID_TRANSITION',
  NOT_A_PARTNERSHIP = 'NOT_A_PARTNERSHIP',
  DUPLICATE = 'DUPLICATE',
}

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Why a write was refused.',
  valuesConfig: {
    INVALID: { description: 'The value is not acceptable: the message says what is.' },
    REQUIRED: { description: 'A value is missing that this step needs.' },
    NOT_FOUND: { description: 'No such record, organisation or other thing, or you may not see it.' },
    VERSION_CONFLICT: { description: 'Somebody changed the record since the version that you named. Read it again.' },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key was used before with other content.' },
    INVALID_TRANSITION: { description: 'The record is not in a status from which this step is possible.' },
    NOT_A_PARTNERSHIP: { description: 'The case lacks a part of the definition of a partnership.' },
    DUPLICATE: { description: 'It is there already.' },
  },
});

@ObjectType({
  description: 'One reason why a write was refused. Nothing was changed.',
  simpleResolvers: true,
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'The kind of error, for programs.' })
  code: UserErrorCode;

  @Field(() => String, { description: 'What is wrong and what to do about it, in English.' })
  message: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Where in `input` the error lies, outermost field first; list positions count from "0". Null when it is about the whole.',
  })
  path: string[] | null;
}

/** Thrown by services when a write is refused for reasons that its caller can mend. It reaches the payload's `errors`. */
export class DomainError extends Error {
  override name = 'DomainError';
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map((error) => `${error.code}: ${error.message}`).join('; '));
    this.errors = errors;
  }
}

/** Builds a {@link DomainError} with a single reason. */
export function refuse(
  code: UserErrorCode,
  message: string,
  path: readonly (string | number)[] | null = null,
): DomainError {
  return new DomainError([userError(code, message, path)]);
}

export function userError(
  code: UserErrorCode,
  message: string,
  path: readonly (string | number)[] | null = null,
): UserError {
  return Object.assign(new UserError(), { code, message, path: path?.map(String) ?? null });
}

/** The codes of `extensions.code` on top-level errors: the request itself could not be served. */
export type RequestErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'QUERY_TOO_DEEP'
  | 'QUERY_TOO_EXPENSIVE'
  | 'RATE_LIMITED'
  | 'CURSOR_INVALID'
  | 'CURSOR_EXPIRED'
  | 'INTERNAL_SERVER_ERROR';

/** Builds a top-level error with a stable code. Whatever else is thrown is masked. */
export function requestError(
  code: RequestErrorCode,
  message: string,
  extensions: Record<string, unknown> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions } });
}
