import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Language } from '../../common/language.js';
import { DateTime } from '../../common/scalars.js';
import { Inbox } from '../notifications/inbox.entity.js';
import { Person } from '../people/person.entity.js';

export enum DigestFrequency {
  NONE = 'NONE',
  DAILY = 'DAILY',
  WEEKLY = 'WEEKLY',
}

registerEnumType(DigestFrequency, {
  name: 'DigestFrequency',
  description: 'How often a digest comes, if there is anything new.',
  valuesConfig: {
    NONE: { description: 'Not at all.' },
    DAILY: { description: 'Each morning, a little after seven o’clock in Denmark.' },
    WEEKLY: { description: 'On Monday mornings, a little after seven o’clock in Denmark.' },
  },
});

export enum DigestPauseReason {
  ADDRESS_REFUSED = 'ADDRESS_REFUSED',
  MESSAGE_REFUSED = 'MESSAGE_REFUSED',
}

registerEnumType(DigestPauseReason, {
  name: 'DigestPauseReason',
  description: 'Why a digest is no longer sent, although it was asked for.',
  valuesConfig: {
    ADDRESS_REFUSED: { description: 'The mail server says that there is no such address, and said so several times.' },
    MESSAGE_REFUSED: { description: 'The mail server does not want the message, and said so several times.' },
  },
});

@Entity('digest')
@Check('digest_frequency', `frequency IN ('NONE', 'DAILY', 'WEEKLY')`)
@Check('digest_language', `language IN ('DA', 'EN')`)
@Check('digest_paused', 'see the migration')
@Check('digest_position', 'see the migration')
@Check('digest_next', 'see the migration')
@Check('digest_token', 'octet_length(unsubscribe_token) = 32')
@Check('digest_failures', 'failures >= refusals AND refusals >= 0')
@Unique('digest_inbox_key', ['inboxId', 'personId'])
@Unique('digest_token_key', ['unsubscribeToken'])
@Index('digest_person_index', ['personId'])
@Index('digest_next_index', ['nextAt'])
@ObjectType({
  description: 'What is new in an inbox, by e-mail to one person. Nothing new, no mail.',
  simpleResolvers: true,
})
export class Digest {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'digest_pkey' })
  id: string;

  @ForeignKey(() => Person, { name: 'digest_person_fkey' })
  @Column({ type: 'uuid' })
  personId: string;

  @ForeignKey(() => Inbox, { name: 'digest_inbox_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  inboxId: string;

  /** Of the inbox: no column of this table. */
  organisationId: string | null;

  @Field(() => DigestFrequency, { description: 'How often it comes.' })
  @Column({ type: 'text' })
  frequency: DigestFrequency;

  @Field(() => Language, { description: 'In which language.' })
  @Column({ type: 'text' })
  language: Language;

  /** No column of this table. */
  @Field(() => Boolean, {
    description:
      'Whether the person’s address is known to be theirs: until then nothing is sent but the question whether they want it.',
  })
  isConfirmed: boolean;

  @Field(() => DigestPauseReason, {
    nullable: true,
    description: 'Why it is not sent, although it was asked for; null when it is. Setting it again makes it go on.',
  })
  @Column({ type: 'text', nullable: true })
  pausedBecause: DigestPauseReason | null;

  @Column({ type: 'bigint' })
  position: number;

  @Column({ type: 'bigint', nullable: true })
  sendingPosition: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the next one is due, if there is anything to tell; null when none is going to come.',
  })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  nextAt: Date | null;

  @Column({ type: 'integer' })
  failures: number;

  @Column({ type: 'integer' })
  refusals: number;

  @Column({ type: 'bytea' })
  unsubscribeToken: Buffer;

  @Column({ type: 'uuid', nullable: true })
  lease: string | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  leasedUntil: Date | null;

  @Field(() => DateTime, { description: 'When it was first asked for.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}
