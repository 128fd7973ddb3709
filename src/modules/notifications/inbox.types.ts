/** What inboxes are asked by, and what the writes of items take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { DistinctValues, Id, Text } from '../../common/input.js';
import { ID_PATTERN } from '../../common/id.js';
import type { LogEntry } from '../../platform/log/log-entry.js';
import { Inbox, type InboxItem, type InboxOwner, InboxReason } from './inbox.entity.js';

/** An inbox as it is asked for; one that was not needed yet has no id. */
export interface OwnedInbox extends InboxOwner {
  readonly id: string | null;
}

/** An item with the entry of the log that it is about. */
export type ToldItem = Pick<InboxItem, 'id' | 'reason' | 'readAt'> & LogEntry;

/** Code units; a cursor of the log is shorter. */
const CURSOR_LENGTH = 200;

@InputType({ description: 'Which items of an inbox. What is left out narrows nothing.' })
export class InboxItemFilter {
  @Field(() => Boolean, { nullable: true, description: 'Those that were read, or those that were not.' })
  isRead?: boolean | null;

  @Field(() => [InboxReason], { nullable: true, description: 'Why they are there: any of these.' })
  reasons?: InboxReason[] | null;
}

@InputType({ description: 'Items that were read, or are to be read once more.' })
export class MarkInboxItemsInput {
  @DistinctValues({ pattern: ID_PATTERN })
  @Field(() => [ID], { description: 'The items, all of one inbox; at most 200.' })
  ids: string[];

  @Field(() => Boolean, { description: 'Whether they were read.' })
  isRead: boolean;
}

@InputType({ description: 'Up to where an inbox was read.' })
export class MarkInboxReadInput {
  @Id()
  @Field(() => ID, { nullable: true, description: 'The organisation whose inbox it is; left out, your own.' })
  organisationId?: string | null;

  @Text(CURSOR_LENGTH, { required: true })
  @Field(() => String, {
    nullable: true,
    description: 'The `cursor` of the last item that was read: what came after it stays unread. Left out, everything.',
  })
  through?: string | null;
}

@ObjectType({ description: 'An inbox as it is now, or why nothing was changed.', simpleResolvers: true })
export class InboxPayload {
  @Field(() => Inbox, { nullable: true, description: 'The inbox; null when this was refused.' })
  inbox: OwnedInbox | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
