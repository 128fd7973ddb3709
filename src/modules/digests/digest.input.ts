/** What the setting of a digest takes and gives. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id } from '../../common/input.js';
import { Language } from '../../common/language.js';
import { Digest, DigestFrequency } from './digest.entity.js';

@InputType({ description: 'How often to be told by e-mail what is new in an inbox.' })
export class SetDigestInput {
  @Id()
  @Field(() => ID, {
    nullable: true,
    description: 'An organisation that you belong to, for a digest of its inbox to yourself; left out, of your own.',
  })
  organisationId?: string | null;

  @Field(() => DigestFrequency, { description: 'How often; NONE ends it.' })
  frequency: DigestFrequency;

  @Field(() => Language, { description: 'The language of the mails. What they tell of keeps its own.' })
  language: Language;
}

@ObjectType({ description: 'A digest as it is now, or why it is not.', simpleResolvers: true })
export class DigestPayload {
  @Field(() => Digest, { nullable: true, description: 'The digest; null when this was refused.' })
  digest: Digest | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
