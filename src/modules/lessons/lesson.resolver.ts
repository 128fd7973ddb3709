import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Field, FieldResolver, Info, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { Cost } from '../../common/cost.js';
import { UserError } from '../../common/errors.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { CaseStudy, CaseStudyConnection } from '../case-studies/case-study.entity.js';
import { Experience } from '../experiences/experience.entity.js';
import { AsOf, costAsOf, lookUpCostAsOf, readAsOf } from '../records/as-of.js';
import { columnsOfNodes, columnsOfRecord } from '../records/record.columns.js';
import { recordById, writtenRecord } from '../records/record.loaders.js';
import { Confidence, Evidence, Lesson, LessonConnection } from './lesson.entity.js';
import { LessonFilter, LessonOrder } from './lesson.filter.js';
import { AddEvidenceInput, CreateLessonInput, UpdateLessonInput } from './lesson.input.js';
import {
  caseStudiesOfLesson,
  confidenceByLesson,
  evidenceByLesson,
  lessonsOfCaseStudy,
  lessonsOfExperience,
} from './lesson.loaders.js';
import type { LessonContent, LessonService } from './lesson.service.js';

@ObjectType({ description: 'What became of a write of a lesson.', simpleResolvers: true })
class LessonPayload {
  @Field(() => Lesson, { nullable: true, description: 'The lesson as it is now; null when the write was refused.' })
  lesson: Lesson | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@Resolver(() => Lesson)
export class LessonResolver {
  constructor(private readonly service: LessonService) {}

  @Guard('record.read')
  @Cost(lookUpCostAsOf)
  @Query(() => Lesson, {
    nullable: true,
    description: 'One lesson by its slug; null when there is none that you may see.',
  })
  lesson(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('slug', () => String, { description: 'Its slug.' }) slug: string,
    @AsOf() asOf?: Date | null,
  ) {
    return readAsOf(context, asOf, (scope) => this.service.bySlug(scope, slug, columnsOfRecord(info)));
  }

  @Guard('record.read')
  @Cost(costAsOf)
  @Query(() => LessonConnection, { description: 'Lessons, newest published first unless told.' })
  lessons(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => LessonFilter, { nullable: true, description: 'Narrows the list.' }) filter?: LessonFilter,
    @Arg('orderBy', () => LessonOrder, { nullable: true, description: 'The order of the list.' }) orderBy?: LessonOrder,
    @AsOf() asOf?: Date | null,
  ): Promise<Connection<Lesson>> {
    return readAsOf(context, asOf, (scope) =>
      this.service.list(scope, page, filter ?? {}, orderBy ?? undefined, columnsOfNodes(info)),
    );
  }

  @Guard('record.create')
  @Mutation(() => LessonPayload, { description: 'Writes a new lesson as a draft.' })
  createLesson(
    @Ctx() context: Context,
    @Arg('input', () => CreateLessonInput, { description: 'The lesson.' }) input: CreateLessonInput,
  ) {
    return payload('lesson', async () =>
      writtenRecord(context, await this.service.create(context.viewer, input as LessonContent)),
    );
  }

  @Guard('record.update')
  @Mutation(() => LessonPayload, {
    description: 'Changes a lesson. A published one stays as it is until the change is published in its turn.',
  })
  updateLesson(
    @Ctx() context: Context,
    @Arg('input', () => UpdateLessonInput, { description: 'The change.' }) input: UpdateLessonInput,
  ) {
    return payload('lesson', async () =>
      writtenRecord(
        context,
        await this.service.update(context.viewer, input as Partial<LessonContent> & UpdateLessonInput),
      ),
    );
  }

  @Guard('record.add-evidence')
  @Mutation(() => LessonPayload, { description: 'Rests a lesson on an experience that supports or contradicts it.' })
  addEvidence(
    @Ctx() context: Context,
    @Arg('input', () => AddEvidenceInput, { description: 'The evidence.' }) input: AddEvidenceInput,
  ) {
    return payload('lesson', async () => writtenRecord(context, await this.service.addEvidence(context.viewer, input)));
  }

  @Guard('record.read')
  @FieldResolver(() => [Evidence], {
    description: 'The published experiences that support or contradict it, oldest first, the first 1,000.',
  })
  evidence(@Ctx() { loader }: Context, @Root() { id }: Lesson) {
    return loader(evidenceByLesson).load(id);
  }

  @FieldResolver(() => Confidence, { description: 'How much its evidence lets one rely on it. Computed.' })
  confidence(@Ctx() { loader }: Context, @Root() { id }: Lesson) {
    return loader(confidenceByLesson).load(id);
  }

  @Guard('record.read')
  @FieldResolver(() => CaseStudyConnection, {
    description: 'The cases that its evidence comes from, newest published first.',
  })
  caseStudies(
    @Ctx() { loader }: Context,
    @Root() { id }: Lesson,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(caseStudiesOfLesson).load({
      parent: id,
      arguments: { ...page, columns: columnsOfNodes(info) },
      field: info.fieldNodes[0],
    });
  }
}

@Resolver(() => Evidence)
export class EvidenceResolver {
  @Guard('record.read')
  @FieldResolver(() => Experience, { description: 'The experience that supports or contradicts the lesson.' })
  experience(@Ctx() { loader }: Context, @Root() { experienceId }: Evidence) {
    return loader(recordById).load(experienceId);
  }
}

@Resolver(() => Experience)
export class ExperienceLessonsResolver {
  @Guard('record.read')
  @FieldResolver(() => LessonConnection, { description: 'The lessons that it is evidence of, newest published first.' })
  lessons(
    @Ctx() { loader }: Context,
    @Root() { id }: Experience,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(lessonsOfExperience).load({
      parent: id,
      arguments: { ...page, columns: columnsOfNodes(info) },
      field: info.fieldNodes[0],
    });
  }
}

@Resolver(() => CaseStudy)
export class CaseStudyLessonsResolver {
  @Guard('record.read')
  @FieldResolver(() => LessonConnection, {
    description: 'The lessons that its experiences are evidence of, newest published first.',
  })
  lessons(
    @Ctx() { loader }: Context,
    @Root() { id }: CaseStudy,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(lessonsOfCaseStudy).load({
      parent: id,
      arguments: { ...page, columns: columnsOfNodes(info) },
      field: info.fieldNodes[0],
    });
  }
}
