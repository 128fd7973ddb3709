import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import type { StoredFilter } from '../../platform/log/event-filter.js';
import { Inbox } from './inbox.entity.js';

export enum WatchLevel {
  EVERYTHING = 'EVERYTHING',
  NEW_RECORDS = 'NEW_RECORDS',
  NOTHING = 'NOTHING',
}

registerEnumType(WatchLevel, {
  name: 'WatchLevel',
  description: 'How much of what a follow matches comes into the inbox.',
  valuesConfig: {
    EVERYTHING: { description: 'Every event.' },
    NEW_RECORDS: { description: 'Records that are published for the first time, and nothing else.' },
    NOTHING: { description: 'Nothing of it, also where another follow of the same inbox matches: it is muted.' },
  },
});

@Entity('follow')
@Check('follow_name', `name <> ''`)
@Check('follow_filter', `jsonb_typeof(filter) = 'object'`)
@Check('follow_level', `level IN ('EVERYTHING', 'NEW_RECORDS', 'NOTHING')`)
@Check('follow_after_position', 'after_position >= 0')
@Index('follow_filter_key', { synchronize: false })
@Index('follow_inbox_index', ['inboxId', 'createdAt', 'id'])
@ObjectType({ description: 'What somebody wants to be told of, from a moment on.' })
export class Follow {
  @Field(() => ID, { description: 'Its id.', simple: true })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'follow_pkey' })
  id: string;

  @ForeignKey(() => Inbox, { name: 'follow_inbox_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  inboxId: string;

  @Field(() => String, { description: 'What it is called.', simple: true })
  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'jsonb' })
  filter: StoredFilter;

  @Field(() => WatchLevel, { description: 'How much of it comes into the inbox.', simple: true })
  @Column({ type: 'text' })
  level: WatchLevel;

  @Column({ type: 'bigint' })
  afterPosition: number;

  @Field(() => DateTime, { description: 'When it was begun.', simple: true })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  /** Of its inbox. */
  organisationId: string | null;
  /** Of the log. */
  epoch: string;
}

export const FollowConnection = connectionType('Follow', () => Follow);
