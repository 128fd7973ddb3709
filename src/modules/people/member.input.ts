/** What the writes of members take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id } from '../../common/input.js';
import { Membership, Role } from './person.entity.js';

@InputType({ description: 'What a member is to be from now on.' })
export class ChangeMemberRoleInput {
  @Id()
  @Field(() => ID, { description: 'The organisation.' })
  organisationId: string;

  @Id()
  @Field(() => ID, { description: 'The person.' })
  personId: string;

  @Field(() => Role, { description: 'The new role.' })
  role: Role;
}

@InputType({ description: 'A member who is to be one no longer.' })
export class RemoveMemberInput {
  @Id()
  @Field(() => ID, { description: 'The organisation.' })
  organisationId: string;

  @Id()
  @Field(() => ID, { description: 'The person; you yourself, to leave.' })
  personId: string;
}

@ObjectType({ description: 'What became of a membership.', simpleResolvers: true })
export class MembershipPayload {
  @Field(() => Membership, {
    nullable: true,
    description: 'The membership as it is now, or as it was before it ended; null when this was refused.',
  })
  membership: Membership | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
