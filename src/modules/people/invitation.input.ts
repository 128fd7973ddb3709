/** What the writes of invitations take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Text } from '../../common/input.js';
import { ApiKey } from './api-key.entity.js';
import { EmailAddress } from './email-address.js';
import { Invitation } from './invitation.entity.js';
import { Membership, Person, Role } from './person.entity.js';

/** Code units; those of tokens are the same for all that are genuine. */
export const TOKEN_LENGTH = 200;
export const PERSON_NAME_LENGTH = 200;

@InputType({ description: 'An invitation into an organisation.' })
export class InviteMemberInput {
  @Id()
  @Field(() => ID, { description: 'The organisation.' })
  organisationId: string;

  @EmailAddress()
  @Field(() => String, {
    description: 'The address of the one who is meant. Invitations are not mailed: pass the token on yourself.',
  })
  email: string;

  @Field(() => Role, { description: 'What the person is going to be.' })
  role: Role;
}

@InputType({ description: 'An invitation that is to end.' })
export class RevokeInvitationInput {
  @Id()
  @Field(() => ID, { description: 'The invitation.' })
  id: string;
}

@InputType({ description: 'That an invitation is accepted, and who does.' })
export class AcceptInvitationInput {
  @Text(TOKEN_LENGTH, { required: true })
  @Field(() => String, { description: 'The token of the invitation.' })
  token: string;

  @Text(PERSON_NAME_LENGTH, { required: true })
  @Field(() => String, {
    nullable: true,
    description: `Your name, at most ${PERSON_NAME_LENGTH} characters. Needed without a credential; with one you have a name here.`,
  })
  name?: string | null;

  @EmailAddress()
  @Field(() => String, {
    nullable: true,
    description:
      'Your e-mail address; the one that the invitation was made for, unless told. Ignored with a credential.',
  })
  email?: string | null;
}

@ObjectType({ description: 'A new invitation, or why there is none.', simpleResolvers: true })
export class InviteMemberPayload {
  @Field(() => Invitation, { nullable: true, description: 'The invitation; null when it was refused.' })
  invitation: Invitation | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What the person accepts it with. Shown this once: give it to the person, by a way that nobody else reads.',
  })
  token: string | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of an invitation.', simpleResolvers: true })
export class InvitationPayload {
  @Field(() => Invitation, { nullable: true, description: 'The invitation as it is now; null when this was refused.' })
  invitation: Invitation | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'The place that an invitation led to, or why it led nowhere.', simpleResolvers: true })
export class AcceptInvitationPayload {
  @Field(() => Person, { nullable: true, description: 'Who you are here; null when this was refused.' })
  person: Person | null;

  @Field(() => Membership, {
    nullable: true,
    description: 'Your place in the organisation; null when this was refused.',
  })
  membership: Membership | null;

  @Field(() => ApiKey, { nullable: true, description: 'Your first key; null when you came with a credential.' })
  apiKey: ApiKey | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first key itself, shown this once; null when you came with a credential.',
  })
  secret: string | null;

  @Field(() => [UserError], { description: 'Why this was refused; empty when it was not.' })
  errors: UserError[];
}
