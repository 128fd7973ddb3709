import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { Cost } from '../../common/cost.js';
import { UserError } from '../../common/errors.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { municipalityByCode, organisationById } from '../directory/organisation.loaders.js';
import { Municipality } from '../directory/municipality.entity.js';
import { Organisation } from '../directory/organisation.entity.js';
import { rationaleByNumber } from '../framework/framework.loaders.js';
import { Rationale } from '../framework/framework.types.js';
import { AsOf, costAsOf, lookUpCostAsOf, readAsOf } from '../records/as-of.js';
import { columnsOfNodes, columnsOfRecord } from '../records/record.columns.js';
import { writtenRecord } from '../records/record.loaders.js';
import { CaseStudy, CaseStudyConnection } from './case-study.entity.js';
import { CaseStudyFilter, CaseStudyOrder } from './case-study.filter.js';
import { CreateCaseStudyInput, UpdateCaseStudyInput } from './case-study.input.js';
import {
  benefitsByRow,
  contributionsByParty,
  fundingByRow,
  partiesByRow,
  rationaleNumbersByRow,
  rulesOfPlayByRow,
} from './case-study.loaders.js';
import type { CaseStudyContent, CaseStudyService } from './case-study.service.js';
import { DefinitionCheck, definitionCheckByRow } from './definition-check.js';
import { Benefit, Contribution, Funding, Party, RuleOfPlay } from './partnership.entity.js';

@ObjectType({ description: 'What became of a write of a case study.', simpleResolvers: true })
class CaseStudyPayload {
  @Field(() => CaseStudy, {
    nullable: true,
    description: 'The case study as it is now; null when the write was refused.',
  })
  caseStudy: CaseStudy | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@Resolver(() => CaseStudy)
export class CaseStudyResolver {
  constructor(private readonly service: CaseStudyService) {}

  @Guard('record.read')
  @Cost(lookUpCostAsOf)
  @Query(() => CaseStudy, {
    nullable: true,
    description: 'One case study by its slug; null when there is none that you may see.',
  })
  caseStudy(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('slug', () => String, { description: 'Its slug, e.g. "limboland".' }) slug: string,
    @AsOf() asOf?: Date | null,
  ) {
    return readAsOf(context, asOf, (scope) => this.service.bySlug(scope, slug, columnsOfRecord(info)));
  }

  @Guard('record.read')
  @Cost(costAsOf)
  @Query(() => CaseStudyConnection, { description: 'Case studies, newest published first unless told.' })
  caseStudies(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => CaseStudyFilter, { nullable: true, description: 'Narrows the list.' })
    filter?: CaseStudyFilter,
    @Arg('orderBy', () => CaseStudyOrder, { nullable: true, description: 'The order of the list.' })
    orderBy?: CaseStudyOrder,
    @AsOf() asOf?: Date | null,
  ): Promise<Connection<CaseStudy>> {
    return readAsOf(context, asOf, (scope) =>
      this.service.list(scope, page, filter ?? {}, orderBy ?? undefined, columnsOfNodes(info)),
    );
  }

  @Guard('record.create')
  @Mutation(() => CaseStudyPayload, { description: 'Writes a new case study as a draft.' })
  createCaseStudy(
    @Ctx() context: Context,
    @Arg('input', () => CreateCaseStudyInput, { description: 'The case study.' }) input: CreateCaseStudyInput,
  ) {
    return payload('caseStudy', async () =>
      writtenRecord(context, await this.service.create(context.viewer, input as CaseStudyContent)),
    );
  }

  @Guard('record.update')
  @Mutation(() => CaseStudyPayload, {
    description: 'Changes a case study. A published one stays as it is until the change is published in its turn.',
  })
  updateCaseStudy(
    @Ctx() context: Context,
    @Arg('input', () => UpdateCaseStudyInput, { description: 'The change.' }) input: UpdateCaseStudyInput,
  ) {
    return payload('caseStudy', async () =>
      writtenRecord(
        context,
        await this.service.update(context.viewer, input as Partial<CaseStudyContent> & UpdateCaseStudyInput),
      ),
    );
  }

  @FieldResolver(() => [Party], { description: 'Who takes part.' })
  parties(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(partiesByRow).load(rowId);
  }

  @FieldResolver(() => [RuleOfPlay], { description: 'What the parties agreed on in writing.' })
  rulesOfPlay(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(rulesOfPlayByRow).load(rowId);
  }

  @FieldResolver(() => [Benefit], { description: 'Who gains what.' })
  benefits(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(benefitsByRow).load(rowId);
  }

  @FieldResolver(() => [Funding], { description: 'Money from pools and funds.' })
  funding(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(fundingByRow).load(rowId);
  }

  @FieldResolver(() => [Rationale], { description: 'The rationales of the framework that it answers to.' })
  async rationales(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(rationaleByNumber).loadMany(await loader(rationaleNumbersByRow).load(rowId));
  }

  @FieldResolver(() => Municipality, {
    nullable: true,
    description: 'The municipality where it is at home, if it is at home in one.',
  })
  municipality(@Ctx() { loader }: Context, @Root() { municipalityCode }: CaseStudy) {
    return municipalityCode === null ? null : loader(municipalityByCode).load(municipalityCode);
  }

  @FieldResolver(() => DefinitionCheck, { description: 'Which part of the definition of a partnership it meets.' })
  definitionCheck(@Ctx() { loader }: Context, @Root() { rowId }: CaseStudy) {
    return loader(definitionCheckByRow).load(rowId);
  }
}

@Resolver(() => Party)
export class PartyResolver {
  @FieldResolver(() => Organisation, { description: 'The library or partner that takes part.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Party) {
    return loader(organisationById).load(organisationId);
  }

  @FieldResolver(() => [Contribution], { description: 'What it brings in.' })
  contributions(@Ctx() { loader }: Context, @Root() party: Party) {
    return loader(contributionsByParty).load(party);
  }
}
