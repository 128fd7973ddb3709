import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { Theme } from '../framework/framework.entity.js';
import { recommendationByNumber } from '../framework/framework.loaders.js';
import { Recommendation } from '../framework/framework.types.js';
import { Source } from './content.entity.js';
import { KnowledgeRecord } from './record.entity.js';
import { RecordTransitionInput, RequestChangesInput, RetractInput } from './record.input.js';
import {
  recommendationNumbersByRow,
  sourcesByRow,
  themesByRow,
  workingCopyByRecord,
  writtenRecord,
} from './record.loaders.js';
import type { RecordService } from './record.service.js';

@ObjectType({ description: 'What became of a step of a record on its way.', simpleResolvers: true })
class RecordPayload {
  @Field(() => KnowledgeRecord, {
    nullable: true,
    description: 'The record as it is now; null when the step was refused.',
  })
  record: KnowledgeRecord | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@Resolver(() => KnowledgeRecord)
export class RecordResolver {
  constructor(private readonly service: RecordService) {}

  @Guard('record.submit')
  @Mutation(() => RecordPayload, { description: 'Submits a draft for review.' })
  submitForReview(
    @Ctx() context: Context,
    @Arg('input', () => RecordTransitionInput, { description: 'The record and its version.' })
    input: RecordTransitionInput,
  ) {
    return payload('record', async () =>
      writtenRecord(context, await this.service.submitForReview(context.viewer, input)),
    );
  }

  @Guard('record.review')
  @Mutation(() => RecordPayload, { description: 'Sends a record in review back to be changed.' })
  requestChanges(
    @Ctx() context: Context,
    @Arg('input', () => RequestChangesInput, { description: 'The record, its version, and what to change.' })
    input: RequestChangesInput,
  ) {
    return payload('record', async () =>
      writtenRecord(context, await this.service.requestChanges(context.viewer, input)),
    );
  }

  @Guard('record.publish')
  @Mutation(() => RecordPayload, {
    description:
      'Publishes a record in review. A case must meet the definition of a partnership, unless its documentation is INCOMPLETE; what looks like personal data (`warnings`) must be acknowledged. Where the organisation asks for a second person, nobody publishes what they wrote themselves.',
  })
  publish(
    @Ctx() context: Context,
    @Arg('input', () => RecordTransitionInput, { description: 'The record and its version.' })
    input: RecordTransitionInput,
  ) {
    return payload('record', async () => writtenRecord(context, await this.service.publish(context.viewer, input)));
  }

  @Guard('record.retract')
  @Mutation(() => RecordPayload, {
    description: 'Takes a published record back, for good. An edit of it in progress is dropped.',
  })
  retract(
    @Ctx() context: Context,
    @Arg('input', () => RetractInput, { description: 'The record, its version, and why.' }) input: RetractInput,
  ) {
    return payload('record', async () => writtenRecord(context, await this.service.retract(context.viewer, input)));
  }

  @FieldResolver(() => Organisation, { description: 'The organisation that answers for it.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: KnowledgeRecord) {
    return loader(organisationById).load(organisationId);
  }

  @FieldResolver(() => [Recommendation], { description: 'The recommendations of the framework that it bears on.' })
  async recommendations(@Ctx() { loader }: Context, @Root() { rowId }: KnowledgeRecord) {
    return loader(recommendationByNumber).loadMany(await loader(recommendationNumbersByRow).load(rowId));
  }

  @FieldResolver(() => [Theme], { description: 'What it is about.' })
  themes(@Ctx() { loader }: Context, @Root() { rowId }: KnowledgeRecord) {
    return loader(themesByRow).load(rowId);
  }

  @FieldResolver(() => [Source], { description: 'Where its claims come from; without any it is undocumented.' })
  sources(@Ctx() { loader }: Context, @Root() { rowId }: KnowledgeRecord) {
    return loader(sourcesByRow).load(rowId);
  }

  @Guard('record.read-unpublished')
  @FieldResolver(() => KnowledgeRecord, {
    nullable: true,
    description:
      'The edit in progress of a published record, for those who may see drafts. Its `version` is the one to name in the next step.',
  })
  workingCopy(@Ctx() { loader }: Context, @Root() { id, workingCopyOf }: KnowledgeRecord) {
    return workingCopyOf === null ? loader(workingCopyByRecord).load(id) : null;
  }
}
