import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { Cost } from '../../common/cost.js';
import { UserError } from '../../common/errors.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { CaseStudy } from '../case-studies/case-study.entity.js';
import { AsOf, costAsOf, lookUpCostAsOf, readAsOf } from '../records/as-of.js';
import { columnsOfNodes, columnsOfRecord } from '../records/record.columns.js';
import { recordById, writtenRecord } from '../records/record.loaders.js';
import { Experience, ExperienceConnection } from './experience.entity.js';
import { ExperienceFilter, ExperienceOrder } from './experience.filter.js';
import { CreateExperienceInput, UpdateExperienceInput } from './experience.input.js';
import { experiencesOfCaseStudy } from './experience.loaders.js';
import type { ExperienceContent, ExperienceService } from './experience.service.js';

@ObjectType({ description: 'What became of a write of an experience.', simpleResolvers: true })
class ExperiencePayload {
  @Field(() => Experience, {
    nullable: true,
    description: 'The experience as it is now; null when the write was refused.',
  })
  experience: Experience | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@Resolver(() => Experience)
export class ExperienceResolver {
  constructor(private readonly service: ExperienceService) {}

  @Guard('record.read')
  @Cost(lookUpCostAsOf)
  @Query(() => Experience, {
    nullable: true,
    description: 'One experience by its slug; null when there is none that you may see.',
  })
  experience(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('slug', () => String, { description: 'Its slug.' }) slug: string,
    @AsOf() asOf?: Date | null,
  ) {
    return readAsOf(context, asOf, (scope) => this.service.bySlug(scope, slug, columnsOfRecord(info)));
  }

  @Guard('record.read')
  @Cost(costAsOf)
  @Query(() => ExperienceConnection, { description: 'Experiences, newest published first unless told.' })
  experiences(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => ExperienceFilter, { nullable: true, description: 'Narrows the list.' })
    filter?: ExperienceFilter,
    @Arg('orderBy', () => ExperienceOrder, { nullable: true, description: 'The order of the list.' })
    orderBy?: ExperienceOrder,
    @AsOf() asOf?: Date | null,
  ): Promise<Connection<Experience>> {
    return readAsOf(context, asOf, (scope) =>
      this.service.list(scope, page, filter ?? {}, orderBy ?? undefined, columnsOfNodes(info)),
    );
  }

  @Guard('record.create')
  @Mutation(() => ExperiencePayload, { description: 'Writes a new experience as a draft.' })
  createExperience(
    @Ctx() context: Context,
    @Arg('input', () => CreateExperienceInput, { description: 'The experience.' }) input: CreateExperienceInput,
  ) {
    return payload('experience', async () =>
      writtenRecord(context, await this.service.create(context.viewer, input as ExperienceContent)),
    );
  }

  @Guard('record.update')
  @Mutation(() => ExperiencePayload, {
    description: 'Changes an experience. A published one stays as it is until the change is published in its turn.',
  })
  updateExperience(
    @Ctx() context: Context,
    @Arg('input', () => UpdateExperienceInput, { description: 'The change.' }) input: UpdateExperienceInput,
  ) {
    return payload('experience', async () =>
      writtenRecord(
        context,
        await this.service.update(context.viewer, input as Partial<ExperienceContent> & UpdateExperienceInput),
      ),
    );
  }

  @Guard('record.read')
  @FieldResolver(() => CaseStudy, {
    nullable: true,
    description: 'The case in which it was made; null once that is retracted.',
  })
  caseStudy(@Ctx() { loader }: Context, @Root() { caseStudyId }: Experience) {
    return loader(recordById).load(caseStudyId);
  }
}

@Resolver(() => CaseStudy)
export class CaseStudyExperiencesResolver {
  @Guard('record.read')
  @FieldResolver(() => ExperienceConnection, {
    description: 'What those who took part lived through, newest published first.',
  })
  experiences(
    @Ctx() { loader }: Context,
    @Root() { id }: CaseStudy,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(experiencesOfCaseStudy).load({
      parent: id,
      arguments: { ...page, columns: columnsOfNodes(info) },
      field: info.fieldNodes[0],
    });
  }
}
