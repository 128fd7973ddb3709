import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { Person } from '../people/person.entity.js';

/** Whose an inbox is: exactly one of the two. */
export interface InboxOwner {
  readonly personId: string | null;
  readonly organisationId: string | null;
}

@Entity('inbox')
@Check('inbox_owner', 'num_nonnulls(person_id, organisation_id) = 1')
@Unique('inbox_person_key', ['personId'])
@Unique('inbox_organisation_key', ['organisationId'])
@ObjectType({
  description: 'What a person, or an organisation by its members, was told of: each event of the log once.',
})
export class Inbox implements InboxOwner {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'inbox_pkey' })
  id: string;

  @ForeignKey(() => Person, { name: 'inbox_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;

  @ForeignKey(() => Organisation, { name: 'inbox_organisation_fkey' })
  @Column({ type: 'uuid', nullable: true })
  organisationId: string | null;

  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

export enum InboxReason {
  FOLLOWED = 'FOLLOWED',
  ADOPTED = 'ADOPTED',
}

registerEnumType(InboxReason, {
  name: 'InboxReason',
  description: 'Why something is in an inbox.',
  valuesConfig: {
    FOLLOWED: { description: 'A follow matches the event.' },
    ADOPTED: { description: 'Another organisation used a record that is yours, or that you wrote.' },
  },
});

@Entity('inbox_item')
@Check('inbox_item_reason', `reason IN ('FOLLOWED', 'ADOPTED')`)
@Unique('inbox_item_key', ['inboxId', 'position'])
@Index('inbox_item_position_index', ['position'])
@Index('inbox_item_unread_index', ['inboxId', 'position'], { where: 'read_at IS NULL' })
@ObjectType({ description: 'One event in an inbox.' })
export class InboxItem {
  @Field(() => ID, { description: 'Its id.', simple: true })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'inbox_item_pkey' })
  id: string;

  @ForeignKey(() => Inbox, { name: 'inbox_item_inbox_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  inboxId: string;

  @Column({ type: 'bigint' })
  position: number;

  @Field(() => InboxReason, { description: 'Why it is here.', simple: true })
  @Column({ type: 'text' })
  reason: InboxReason;

  @Field(() => DateTime, { nullable: true, description: 'When it was read; null while it is not.', simple: true })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  readAt: Date | null;
}

export const InboxItemConnection = connectionType('InboxItem', () => InboxItem);
