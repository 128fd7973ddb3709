import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import { payload } from '../../common/payload.js';
import { JsonObject } from '../../common/scalars.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import type { ErasureService } from './erasure.service.js';
import { ErasePersonInput, ErasePersonPayload, PersonPayload, UpdateProfileInput } from './person.input.js';
import type { PersonService } from './person.service.js';
import type { PersonalData, PersonalDataService } from './personal-data.service.js';

/** All that somebody wrote in years comes at once. */
const EXPORT_COST = 1_000;

@Resolver()
export class PersonalDataResolver {
  constructor(
    private readonly personService: PersonService,
    private readonly personalDataService: PersonalDataService,
    private readonly erasureService: ErasureService,
  ) {}

  @Guard('person.manage', 'person.manage-own')
  @Cost(EXPORT_COST)
  @Query(() => JsonObject, {
    description:
      'Everything that is kept about you: `person`, and lists of `identities`, `memberships`, `apiKeys`, `organisationKeysMade`, `invitations`, `accessRequests`, `revisions`, `reviewComments`, `follows`, `inboxItems`, `digests`, `digestConfirmations` and `auditEntries`.',
  })
  personalData(
    @Ctx() context: Context,
    @Arg('personId', () => ID, { nullable: true, description: 'Somebody else, for the operator; you unless told.' })
    personId: string | null,
  ): Promise<PersonalData> {
    return this.personalDataService.read(context, personId ?? null);
  }

  @Guard('person.manage-own')
  @Mutation(() => PersonPayload, { description: 'Changes what is kept about you.' })
  updateProfile(
    @Ctx() context: Context,
    @Arg('input', () => UpdateProfileInput, { description: 'The change.' }) input: UpdateProfileInput,
  ): Promise<PersonPayload> {
    return payload('person', async () => {
      const person = await this.personService.updateProfile(context.viewer, input);
      context.forget();
      return person;
    });
  }

  @Guard('person.manage', 'person.manage-own')
  @Mutation(() => ErasePersonPayload, {
    description:
      'Forgets you, or for the operator anybody: name, address, identities, memberships and keys. What was written stays, by somebody whom nobody knows. It cannot be undone.',
  })
  erasePerson(
    @Ctx() context: Context,
    @Arg('input', () => ErasePersonInput, { description: 'Who.' }) input: ErasePersonInput,
  ): Promise<ErasePersonPayload> {
    return payload('erased', async () => {
      const erased = await this.erasureService.erase(context.viewer, input);
      context.forget();
      return erased;
    });
  }
}
