import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { OrganisationSettingsPayload, UpdateOrganisationSettingsInput } from './organisation-settings.input.js';
import type { OrganisationSettingsService } from './organisation-settings.service.js';

@Resolver()
export class OrganisationSettingsResolver {
  constructor(private readonly settingsService: OrganisationSettingsService) {}

  @Guard('organisation.update')
  @Mutation(() => OrganisationSettingsPayload, {
    description: 'Changes how an organisation that you manage works here.',
  })
  updateOrganisationSettings(
    @Ctx() context: Context,
    @Arg('input', () => UpdateOrganisationSettingsInput, { description: 'The settings.' })
    input: UpdateOrganisationSettingsInput,
  ): Promise<OrganisationSettingsPayload> {
    return payload('organisation', async () => {
      const organisation = await this.settingsService.update(context.viewer, input);
      context.forget();
      return organisation;
    });
  }
}
