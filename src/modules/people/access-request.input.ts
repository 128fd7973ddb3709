/** What the writes of requests for access take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Item, PARAGRAPH_LENGTH, Text } from '../../common/input.js';
import { CreatePartnerInput } from '../directory/partner.input.js';
import { EmailAddress } from './email-address.js';
import { AccessRequest } from './invitation.entity.js';
import { PERSON_NAME_LENGTH } from './invitation.input.js';

@InputType({
  description: 'A request to become the first manager of an organisation: one of the directory, or a new partner.',
})
export class RequestAccessInput {
  @Id()
  @Field(() => ID, { nullable: true, description: 'The organisation. Give either this or `newPartner`.' })
  organisationId?: string | null;

  @Item()
  @Field(() => CreatePartnerInput, {
    nullable: true,
    description: 'The partner that is not in the directory yet. It comes into it when the request is approved.',
  })
  newPartner?: CreatePartnerInput | null;

  @Text(PERSON_NAME_LENGTH, { required: true })
  @Field(() => String, { description: `Your name, at most ${PERSON_NAME_LENGTH} characters.` })
  name: string;

  @EmailAddress()
  @Field(() => String, { description: 'Where the operator can reach you.' })
  email: string;

  @Text(PARAGRAPH_LENGTH, { required: true })
  @Field(() => String, {
    description: `Why, and how the operator can see that it is so; at most ${PARAGRAPH_LENGTH} characters.`,
  })
  reason: string;
}

@InputType({ description: 'A request for access that is granted.' })
export class ApproveAccessRequestInput {
  @Id()
  @Field(() => ID, { description: 'The request.' })
  id: string;

  @Text(PARAGRAPH_LENGTH)
  @Field(() => String, { nullable: true, description: 'A word to who asked.' })
  comment?: string | null;
}

@InputType({ description: 'A request for access that is declined.' })
export class DeclineAccessRequestInput {
  @Id()
  @Field(() => ID, { description: 'The request.' })
  id: string;

  @Text(PARAGRAPH_LENGTH, { required: true })
  @Field(() => String, { description: 'Why, for who asked.' })
  comment: string;
}

@ObjectType({ description: 'A new request for access, or why there is none.', simpleResolvers: true })
export class RequestAccessPayload {
  @Field(() => AccessRequest, { nullable: true, description: 'The request; null when it was refused.' })
  accessRequest: AccessRequest | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Shown this once, so keep it: `accessRequest` tells with it what became of the request, and `acceptInvitation` takes it once the request is approved.',
  })
  token: string | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of a request for access.', simpleResolvers: true })
export class AccessRequestPayload {
  @Field(() => AccessRequest, { nullable: true, description: 'The request as it is now; null when this was refused.' })
  accessRequest: AccessRequest | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
