import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { eventOf, KnowledgeEvent } from '../knowledge-events/knowledge-event.types.js';
import { KnowledgeRecord } from '../records/record.entity.js';
import type { InboxFeed } from './inbox-feed.js';
import { Inbox, InboxItem, InboxItemConnection } from './inbox.entity.js';
import { toldCountOfRecord, unreadCountOfInbox } from './inbox.loaders.js';
import type { InboxService } from './inbox.service.js';
import {
  InboxItemFilter,
  InboxPayload,
  MarkInboxItemsInput,
  MarkInboxReadInput,
  type OwnedInbox,
  type ToldItem,
} from './inbox.types.js';

interface SubscriptionArguments {
  organisationId?: string;
  after?: string;
}

/** The feed reaches the subscription by the context: what its source is is said where no instance is at hand. */
export interface InboxContext extends Context {
  readonly inboxFeed: InboxFeed;
}

@Resolver(() => Inbox)
export class InboxResolver {
  constructor(private readonly service: InboxService) {}

  @Guard('inbox.use', 'inbox.use-own')
  @Query(() => Inbox, { description: 'What an organisation was told of, or you yourself.' })
  inbox(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, { nullable: true, description: 'The organisation; left out, your own inbox.' })
    organisationId?: string,
  ): Promise<OwnedInbox> {
    return this.service.read(context, organisationId ?? null);
  }

  @FieldResolver(() => Organisation, { nullable: true, description: 'Whose it is; null when it is your own.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: OwnedInbox) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }

  @FieldResolver(() => Int, { description: 'How many of its items nobody has read.' })
  unreadCount(@Ctx() { loader }: Context, @Root() { id }: OwnedInbox): Promise<number> | number {
    return id === null ? 0 : loader(unreadCountOfInbox).load(id);
  }

  @Guard('inbox.use', 'inbox.use-own')
  @FieldResolver(() => InboxItemConnection, { description: 'What is in it, newest first.' })
  items(
    @Ctx() context: Context,
    @Root() inbox: OwnedInbox,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => InboxItemFilter, { nullable: true, description: 'Which items.' })
    filter?: InboxItemFilter,
  ): Promise<Connection<ToldItem>> {
    return this.service.items(context, inbox, page, filter ?? {});
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => InboxPayload, { description: 'Marks items of an inbox as read, or as not read.' })
  async markInboxItems(
    @Ctx() { viewer, forget }: Context,
    @Arg('input', () => MarkInboxItemsInput, { description: 'Which, and as what.' }) input: MarkInboxItemsInput,
  ): Promise<InboxPayload> {
    const marked = await payload('inbox', () => this.service.mark(viewer, input));
    forget();
    return marked;
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => InboxPayload, { description: 'Marks an inbox as read, as a whole or up to a place.' })
  async markInboxRead(
    @Ctx() { viewer, forget }: Context,
    @Arg('input', () => MarkInboxReadInput, { description: 'Which, and up to where.' }) input: MarkInboxReadInput,
  ): Promise<InboxPayload> {
    const marked = await payload('inbox', () => this.service.markThrough(viewer, input));
    forget();
    return marked;
  }
}

@Resolver(() => InboxItem)
export class InboxItemResolver {
  @Guard('inbox.use', 'inbox.use-own')
  @Subscription(() => InboxItem, {
    name: 'inboxItems',
    description:
      'Tells what comes into an inbox: with `after`, everything since that cursor first, then what comes live, without gap or repeat; without it, only what happens from now on.',
    subscribe: ({ args, context }: { args: SubscriptionArguments; context: InboxContext }) =>
      context.inboxFeed.subscribe(context.viewer, { ...args, after: context.lastEventId ?? args.after }) as never,
  })
  inboxItem(
    @Root() item: ToldItem,
    @Arg('organisationId', () => ID, { nullable: true, description: 'The organisation; left out, your own inbox.' })
    _organisationId?: string,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last item that you have handled.' })
    _after?: string,
  ): ToldItem {
    return item;
  }

  @FieldResolver(() => Boolean, { description: 'Whether somebody has read it.' })
  isRead(@Root() { readAt }: ToldItem): boolean {
    return readAt !== null;
  }

  @FieldResolver(() => String, {
    description: 'The place of its event in the log: pass the last one you have handled as `after` and miss nothing.',
  })
  cursor(@Root() item: ToldItem): string {
    return encodeCursor(item);
  }

  @Guard('record.read')
  @FieldResolver(() => KnowledgeEvent, { description: 'What happened.' })
  event(@Root() item: ToldItem): KnowledgeEvent {
    return eventOf(item);
  }
}

@Resolver(() => KnowledgeRecord)
export class ToldResolver {
  @Guard('record.read-unpublished')
  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'How many inboxes were told of it, of libraries and of people; for those who may see its drafts, null for others.',
  })
  toldCount(@Ctx() { loader }: Context, @Root() { id }: KnowledgeRecord): Promise<number | null> {
    return loader(toldCountOfRecord).load(id);
  }
}
