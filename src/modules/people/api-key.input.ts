/** What the writes of keys take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { DistinctValues, Id, Text, TITLE_LENGTH } from '../../common/input.js';
import { DateTime } from '../../common/scalars.js';
import { ApiKey, ApiKeyScope } from './api-key.entity.js';

/** How far ahead the end of a key may lie. */
export const MAXIMUM_KEY_YEARS = 5;

@InputType({
  description:
    'A new key. It takes no idempotency key, for a secret is shown once: where the answer was lost, revoke that key and make another.',
})
export class CreateApiKeyInput {
  @Id()
  @Field(() => ID, {
    nullable: true,
    description:
      'The organisation whose system is to have it; it stays good when who made it leaves. Left out, it is a key of your own, which reaches as far as your roles do.',
  })
  organisationId?: string | null;

  @Text(TITLE_LENGTH, { required: true })
  @Field(() => String, { description: `What it is for, at most ${TITLE_LENGTH} characters.` })
  name: string;

  @DistinctValues()
  @Field(() => [ApiKeyScope], {
    description: 'What it may be used for: at least one, and none that the credential that you use lacks.',
  })
  scopes: ApiKeyScope[];

  @Field(() => DateTime, {
    nullable: true,
    description: `When it ends by itself, at most ${MAXIMUM_KEY_YEARS} years ahead; left out, it does not. A key made with a key ends no later than that one.`,
  })
  expiresAt?: Date | null;
}

@InputType({ description: 'A key to be revoked.' })
export class RevokeApiKeyInput {
  @Id()
  @Field(() => ID, { description: 'The key.' })
  id: string;
}

@ObjectType({ description: 'The new key, or why there is none.', simpleResolvers: true })
export class CreateApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key; null when the write was refused.' })
  apiKey: ApiKey | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The key itself, for `Authorization: Bearer ...`. It is shown here and never again; null when the write was refused.',
  })
  secret: string | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of the revocation of a key.', simpleResolvers: true })
export class RevokeApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The revoked key; null when the write was refused.' })
  apiKey: ApiKey | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
