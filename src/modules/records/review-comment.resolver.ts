import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { ConnectionArguments } from '../../common/connection.js';
import { UserError } from '../../common/errors.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Author } from './author.js';
import { KnowledgeRecord } from './record.entity.js';
import { ReviewComment, ReviewCommentConnection } from './review-comment.entity.js';
import { AddReviewCommentInput, ResolveReviewCommentInput } from './review-comment.input.js';
import { authorOfComment, reviewCommentsOfRecord } from './review-comment.loaders.js';
import type { ReviewCommentService } from './review-comment.service.js';

@ObjectType({ description: 'What became of a comment.', simpleResolvers: true })
class ReviewCommentPayload {
  @Field(() => ReviewComment, { nullable: true, description: 'The comment; null when the write was refused.' })
  comment: ReviewComment | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ArgsType()
class ReviewCommentConnectionArguments extends ConnectionArguments {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Only comments that are open, or only those that are settled; both when left out.',
  })
  open?: boolean | null;
}

@Resolver(() => KnowledgeRecord)
export class ReviewResolver {
  constructor(private readonly service: ReviewCommentService) {}

  @Guard('record.comment')
  @Mutation(() => ReviewCommentPayload, {
    description: 'Says something of a version of a record, or of a field of it, to those who work on it.',
  })
  addReviewComment(
    @Ctx() context: Context,
    @Arg('input', () => AddReviewCommentInput, { description: 'The comment.' }) input: AddReviewCommentInput,
  ) {
    return payload('comment', async () => {
      const comment = await this.service.add(context.viewer, input);
      context.forget();
      return comment;
    });
  }

  @Guard('record.comment')
  @Mutation(() => ReviewCommentPayload, { description: 'Settles a comment. One that is settled stays as it is.' })
  resolveReviewComment(
    @Ctx() context: Context,
    @Arg('input', () => ResolveReviewCommentInput, { description: 'The comment.' }) input: ResolveReviewCommentInput,
  ) {
    return payload('comment', async () => {
      const comment = await this.service.resolve(context.viewer, input);
      context.forget();
      return comment;
    });
  }

  @Guard('record.read-unpublished')
  @FieldResolver(() => ReviewCommentConnection, {
    description: 'What was said of it, oldest first, for those who may see its drafts; empty for others.',
  })
  reviewComments(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Args(() => ReviewCommentConnectionArguments) page: ReviewCommentConnectionArguments,
  ) {
    return loader(reviewCommentsOfRecord).load({ parent: id, arguments: { ...page } });
  }
}

@Resolver(() => ReviewComment)
export class ReviewCommentResolver {
  @Guard('record.read-unpublished')
  @FieldResolver(() => Author, { nullable: true, description: 'Who said it.' })
  author(@Ctx() { loader }: Context, @Root() { id }: ReviewComment) {
    return loader(authorOfComment).load(id);
  }
}
