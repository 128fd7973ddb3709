import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Municipality } from './municipality.entity.js';
import { Library, Organisation, OrganisationConnection } from './organisation.entity.js';
import { OrganisationFilter, OrganisationOrder } from './organisation.filter.js';
import { libraryByIsil, municipalityByCode } from './organisation.loaders.js';
import type { OrganisationService } from './organisation.service.js';
import { CreatePartnerInput, PartnerPayload, UpdatePartnerInput } from './partner.input.js';
import type { PartnerService, PartnerUpdate } from './partner.service.js';

@Resolver(() => Organisation)
export class OrganisationResolver {
  constructor(
    private readonly organisationService: OrganisationService,
    private readonly partnerService: PartnerService,
  ) {}

  @Guard('directory.read')
  @Query(() => Library, { nullable: true, description: 'A library by its ISIL; null when the directory has none.' })
  library(
    @Arg('isil', () => String, { description: 'The ISIL, e.g. "DK-775100".' }) isil: string,
    @Ctx() context: Context,
  ): Promise<Library | null> {
    return context.loader(libraryByIsil).load(isil);
  }

  @Guard('directory.read')
  @Query(() => OrganisationConnection, { description: 'Libraries and partners, by name unless told.' })
  organisations(
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => OrganisationFilter, { nullable: true, description: 'Which organisations.' })
    filter: OrganisationFilter | null,
    @Arg('orderBy', () => OrganisationOrder, { nullable: true, description: 'In which order; by name unless told.' })
    orderBy: OrganisationOrder | null,
    @Ctx() context: Context,
  ): Promise<Connection<Organisation>> {
    return this.organisationService.list(context, page, filter, orderBy);
  }

  @FieldResolver(() => Municipality, {
    nullable: true,
    description: 'The Danish municipality where it is at home, if it is in Denmark and that is known.',
  })
  municipality(@Root() organisation: Organisation, @Ctx() context: Context): Promise<Municipality | null> | null {
    return organisation.municipalityCode === null
      ? null
      : context.loader(municipalityByCode).load(organisation.municipalityCode);
  }

  @Guard('organisation.create')
  @Mutation(() => PartnerPayload, { description: 'Adds a partner to the directory.' })
  createPartner(
    @Arg('input', () => CreatePartnerInput, { description: 'The partner.' }) input: CreatePartnerInput,
    @Ctx() context: Context,
  ): Promise<PartnerPayload> {
    return payload('partner', () => this.partnerService.create(context.viewer, input));
  }

  @Guard('organisation.update')
  @Mutation(() => PartnerPayload, { description: 'Changes a partner.' })
  updatePartner(
    @Arg('input', () => UpdatePartnerInput, { description: 'The change.' }) input: UpdatePartnerInput,
    @Ctx() context: Context,
  ): Promise<PartnerPayload> {
    return payload('partner', () => this.partnerService.update(context.viewer, input as PartnerUpdate));
  }
}
