import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { LogEntry } from '../../platform/log/log-entry.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { KnowledgeRecord } from '../records/record.entity.js';
import { publishedRecordById } from '../records/record.loaders.js';
import { eventOf, KnowledgeEvent, KnowledgeEventConnection, KnowledgeEventFilter } from './knowledge-event.types.js';

/** The root field that the engine reads before all others of an operation, and hands over in the root value. */
export const KNOWLEDGE_CURSOR = 'knowledgeCursor';

interface EventArguments {
  after?: string;
  filter?: KnowledgeEventFilter;
}

/** The log reaches the subscription by the context: what its source is is said where no instance is at hand. */
export interface KnowledgeEventContext extends Context {
  readonly knowledgeLog: KnowledgeLog;
}

@Resolver(() => KnowledgeEvent)
export class KnowledgeEventResolver {
  constructor(private readonly log: KnowledgeLog) {}

  @Guard('record.read')
  @Query(() => KnowledgeEventConnection, {
    description:
      "What happened to the shared knowledge, oldest first. An edge's cursor is the event's, and serves a subscription as well.",
  })
  knowledgeEvents(
    @Ctx() { database }: Context,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('filter', () => KnowledgeEventFilter, { nullable: true, description: 'Which events.' })
    filter?: KnowledgeEventFilter,
  ): Promise<Connection<KnowledgeEvent>> {
    return this.log.page(database, page, filter, eventOf);
  }

  @Guard('record.read')
  @Query(() => String, {
    name: KNOWLEDGE_CURSOR,
    description:
      'The end of the log, read before anything else in the operation: query a page and this together, then subscribe with `after` set to it, and nothing in between is missed.',
  })
  knowledgeCursor(@Root() root: { [KNOWLEDGE_CURSOR]: string }): string {
    return root[KNOWLEDGE_CURSOR];
  }

  @Guard('record.read')
  @Subscription(() => KnowledgeEvent, {
    name: 'knowledgeEvents',
    description:
      'Tells what happens to the shared knowledge: with `after`, everything since that cursor first, then what happens live, without gap or repeat; without it, only what happens from now on.',
    subscribe: ({ args, context }: { args: EventArguments; context: KnowledgeEventContext }) =>
      context.knowledgeLog.subscribe({ ...args, after: context.lastEventId ?? args.after }) as never,
  })
  knowledgeEvent(
    @Root() entry: LogEntry,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last event that you have handled.' })
    _after?: string,
    @Arg('filter', () => KnowledgeEventFilter, { nullable: true, description: 'Which events.' })
    _filter?: KnowledgeEventFilter,
  ): KnowledgeEvent {
    return eventOf(entry);
  }

  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, {
    nullable: true,
    description: 'The record as it is now; null once it is retracted.',
  })
  record(@Ctx() { loader }: Context, @Root() { recordId }: KnowledgeEvent) {
    return loader(publishedRecordById).load(recordId);
  }

  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, {
    nullable: true,
    description: 'The other record that the event is about, where there is one; null once it is retracted.',
  })
  relatedRecord(@Ctx() { loader }: Context, @Root() { relatedRecordId }: KnowledgeEvent) {
    return relatedRecordId === null ? null : loader(publishedRecordById).load(relatedRecordId);
  }

  @FieldResolver(() => Organisation, {
    description:
      'The organisation behind it: that answers for the record, or adopted it, or whose experience is the evidence.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: KnowledgeEvent) {
    return loader(organisationById).load(organisationId);
  }
}
