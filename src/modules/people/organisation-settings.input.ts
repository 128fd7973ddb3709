/** What the settings of organisations take and give. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Version } from '../../common/input.js';
import { Organisation } from '../directory/organisation.entity.js';

@InputType({ description: 'How an organisation works from now on.' })
export class UpdateOrganisationSettingsInput {
  @Id()
  @Field(() => ID, { description: 'The organisation.' })
  organisationId: string;

  @Version()
  @Field(() => Int, { description: 'The version of the organisation that the change was made against.' })
  version: number;

  @Field(() => Boolean, { description: 'Whether what one of its people wrote is published by another.' })
  secondPersonRequired: boolean;
}

@ObjectType({ description: 'An organisation with its settings, or why a change was refused.', simpleResolvers: true })
export class OrganisationSettingsPayload {
  @Field(() => Organisation, { nullable: true, description: 'The organisation; null when the change was refused.' })
  organisation: Organisation | null;

  @Field(() => [UserError], { description: 'Why the change was refused; empty when it was not.' })
  errors: UserError[];
}
