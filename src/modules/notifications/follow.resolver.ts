import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { criteriaOf, KnowledgeEventCriteria } from '../knowledge-events/knowledge-event.types.js';
import { Follow, FollowConnection } from './follow.entity.js';
import { ChangeFollowInput, FollowInput, FollowPayload, UnfollowInput, UnfollowPayload } from './follow.input.js';
import type { FollowService } from './follow.service.js';

@Resolver(() => Follow)
export class FollowResolver {
  constructor(private readonly service: FollowService) {}

  @Guard('inbox.use', 'inbox.use-own')
  @Query(() => FollowConnection, { description: 'What an organisation follows, or you yourself; newest first.' })
  follows(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, { nullable: true, description: 'The organisation; left out, your own follows.' })
    organisationId: string | undefined,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<Follow>> {
    return this.service.list(context, organisationId ?? null, page);
  }

  @Guard('inbox.use', 'inbox.use-own')
  @FieldResolver(() => KnowledgeEventCriteria, { description: 'Which events it matches.' })
  filter(@Root() { filter }: Follow): KnowledgeEventCriteria {
    return criteriaOf(filter);
  }

  @FieldResolver(() => String, { description: 'The place in the log where it begins: it tells of what lies behind.' })
  since(@Root() { epoch, afterPosition }: Follow): string {
    return encodeCursor({ epoch, position: afterPosition });
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The organisation whose inbox it fills; null when that is your own.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Follow) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => FollowPayload, {
    description:
      'Follows what a filter matches, from now on. The same filter once more changes name and level of the follow that is there, so that it can be sent again when an answer was lost. An inbox has at most 200 follows.',
  })
  follow(
    @Ctx() { viewer }: Context,
    @Arg('input', () => FollowInput, { description: 'What, and how much of it.' }) input: FollowInput,
  ): Promise<FollowPayload> {
    return payload('follow', () => this.service.follow(viewer, input));
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => FollowPayload, {
    description: 'Changes name or level of a follow. What is in the inbox stays there.',
  })
  changeFollow(
    @Ctx() { viewer }: Context,
    @Arg('input', () => ChangeFollowInput, { description: 'The change.' }) input: ChangeFollowInput,
  ): Promise<FollowPayload> {
    return payload('follow', () => this.service.change(viewer, input));
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => UnfollowPayload, { description: 'Ends a follow. What is in the inbox stays there.' })
  unfollow(
    @Ctx() { viewer }: Context,
    @Arg('input', () => UnfollowInput, { description: 'The follow.' }) input: UnfollowInput,
  ): Promise<UnfollowPayload> {
    return payload('follow', () => this.service.unfollow(viewer, input));
  }
}
