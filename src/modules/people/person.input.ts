/** What people change about themselves. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Text } from '../../common/input.js';
import { EmailAddress } from './email-address.js';
import { PERSON_NAME_LENGTH } from './invitation.input.js';
import { Person } from './person.entity.js';

@InputType({ description: 'A change to what is kept about you. What is left out stays as it is.' })
export class UpdateProfileInput {
  @Text(PERSON_NAME_LENGTH, { required: true })
  @Field(() => String, {
    nullable: true,
    description: `Your name, at most ${PERSON_NAME_LENGTH} characters. What your tokens say of it takes its place again.`,
  })
  name?: string | null;

  @EmailAddress()
  @Field(() => String, {
    nullable: true,
    description: 'Your e-mail address; null takes it away. What your tokens say of it takes its place again.',
  })
  email?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether you agree to be named in public as an author.' })
  namedPublicly?: boolean | null;
}

@InputType({ description: 'A person who is to be forgotten.' })
export class ErasePersonInput {
  @Id()
  @Field(() => ID, { description: 'The person: you, or for the operator anybody.' })
  personId: string;
}

@ObjectType({ description: 'What is kept about a person now, or why a change was refused.', simpleResolvers: true })
export class PersonPayload {
  @Field(() => Person, { nullable: true, description: 'The person; null when the change was refused.' })
  person: Person | null;

  @Field(() => [UserError], { description: 'Why the change was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'Whether a person was erased.', simpleResolvers: true })
export class ErasePersonPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'True when the person is forgotten; null when this was refused.',
  })
  erased: boolean | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
