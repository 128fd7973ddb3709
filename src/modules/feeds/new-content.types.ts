/** The shape in which the hub of Danish libraries answers those who poll it: names and types are the hub's. */
import { GraphQLScalarType } from 'graphql';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

const LONGEST = 100;

export enum NewContentErrorCode {
  NOT_FOUND = 'NOT_FOUND',
  CURSOR_INVALID = 'CURSOR_INVALID',
  CURSOR_EXPIRED = 'CURSOR_EXPIRED',
}

registerEnumType(NewContentErrorCode, {
  name: 'NewContentErrorCode',
  description: 'Why a poll was not answered.',
  valuesConfig: {
    NOT_FOUND: { description: 'Nothing that can be polled has this `uuid`, or you may not see it.' },
    CURSOR_INVALID: { description: '`since` was not given by this server, or belongs to another history of its log.' },
    CURSOR_EXPIRED: { description: 'What follows `since` is not all kept any more; the message has what still works.' },
  },
});

/** The place in the log as a poller keeps it. The name is the hub's: a poller declares its variable by it. */
export const Time = new GraphQLScalarType<string, string>({
  name: 'Time',
  description:
    'How far a poller is. What this server gave as `youngest`, to be passed back unchanged: a cursor, or for those who began with a time something in the form of one (RFC 3339, "2005-08-15T15:52:01+00:00"), which need not be when anything happened.',
  serialize: String,
  parseValue: (value) => {
    if (typeof value === 'string' && value.length <= LONGEST) return value;
    throw new TypeError('Time must be a text that `youngest` gave, a time as RFC 3339 has it, or empty.');
  },
});

@ObjectType({ description: 'One reason why a poll was not answered. Nothing is lost.', simpleResolvers: true })
export class NewContentError {
  @Field(() => NewContentErrorCode, { description: 'The kind of error, for programs.' })
  code: NewContentErrorCode;

  @Field(() => String, { description: 'What is wrong and what to do about it, in English.' })
  message: string;
}

@ObjectType({ description: 'What changed since a poller last asked.', simpleResolvers: true })
export class NewContentResponse {
  @Field(() => [String], {
    description:
      'Records that changed, each once, in the order in which they first did. Read each by `node`: what is null there was taken back, and is to be removed from copies. Empty only when there is nothing further.',
  })
  uuids: string[];

  @Field(() => Time, {
    description: 'To be passed as `since` the next time. After an error: what was passed this time.',
  })
  youngest: string;

  @Field(() => [NewContentError], { description: 'Why there is no answer; empty when there is one.' })
  errors: NewContentError[];
}
