import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime, Url } from '../../common/scalars.js';
import type { StoredFilter } from '../../platform/log/event-filter.js';
import { Organisation } from '../directory/organisation.entity.js';

export enum WebhookEndpointStatus {
  ENABLED = 'ENABLED',
  DISABLED = 'DISABLED',
}

registerEnumType(WebhookEndpointStatus, {
  name: 'WebhookEndpointStatus',
  description: 'Whether an endpoint is told what happens.',
  valuesConfig: {
    ENABLED: { description: 'It is told each event, in order, and again until it has taken it.' },
    DISABLED: { description: 'It is told nothing but pings and redeliveries. Its place in the log is kept.' },
  },
});

export enum WebhookDisabledReason {
  GONE = 'GONE',
  FAILING = 'FAILING',
  EXPIRED = 'EXPIRED',
  BY_HAND = 'BY_HAND',
}

registerEnumType(WebhookDisabledReason, {
  name: 'WebhookDisabledReason',
  description: 'Why an endpoint is told nothing.',
  valuesConfig: {
    GONE: { description: 'It answered 410 Gone.' },
    FAILING: { description: 'For three days it did not take the message whose turn it was.' },
    EXPIRED: { description: 'What it was to be told next is no longer in the log: choose a new place for it.' },
    BY_HAND: { description: 'Somebody switched it off.' },
  },
});

@Entity('webhook_endpoint')
@Check('webhook_endpoint_url', `url ~ '^https?://'`)
@Check('webhook_endpoint_filter', `jsonb_typeof(filter) = 'object'`)
@Check('webhook_endpoint_status', `status IN ('ENABLED', 'DISABLED')`)
@Check('webhook_endpoint_reason', 'see the migration')
@Check('webhook_endpoint_secret', 'octet_length(secret) BETWEEN 24 AND 64')
@Check('webhook_endpoint_position', 'position >= 0')
@Check('webhook_endpoint_disabled', `(status = 'DISABLED') = (disabled_because IS NOT NULL)`)
@Check('webhook_endpoint_rotation', '(previous_secret IS NULL) = (previous_secret_until IS NULL)')
@Check('webhook_endpoint_failing', '(failures > 0) = (failing_since IS NOT NULL) AND failures >= 0')
@Check('webhook_endpoint_next_attempt', 'see the migration')
@Index('webhook_endpoint_organisation_index', ['organisationId', 'createdAt', 'id'])
@ObjectType({
  description:
    'An address that is told what happens to the shared knowledge, by signed HTTP requests (Standard Webhooks): each event at least once, and in order.',
  simpleResolvers: true,
})
export class WebhookEndpoint {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_endpoint_pkey' })
  id: string;

  @ForeignKey(() => Organisation, { name: 'webhook_endpoint_organisation_fkey' })
  @Column({ type: 'uuid' })
  organisationId: string;

  @Field(() => Url, { description: 'Where the requests go.' })
  @Column({ type: 'text' })
  url: string;

  @Field(() => String, { description: 'What it is for, in the words of who made it; may be empty.' })
  @Column({ type: 'text' })
  description: string;

  @Column({ type: 'jsonb' })
  filter: StoredFilter;

  @Field(() => WebhookEndpointStatus, { description: 'Whether it is told what happens.' })
  @Column({ type: 'text' })
  status: WebhookEndpointStatus;

  @Field(() => WebhookDisabledReason, { nullable: true, description: 'Why it is disabled; null while it is enabled.' })
  @Column({ type: 'text', nullable: true })
  disabledBecause: WebhookDisabledReason | null;

  @Field(() => Int, {
    description: 'Counts the changes that people made to it. An update names the one it is based on.',
  })
  @Column({ type: 'integer' })
  version: number;

  @Column({ type: 'bytea' })
  secret: Buffer;

  @Column({ type: 'bytea', nullable: true })
  previousSecret: Buffer | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when messages are signed with the secret before this one, too; null when they are not.',
  })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  previousSecretUntil: Date | null;

  @Column({ type: 'bigint' })
  position: number;

  /** Of the history that the position belongs to: no column of this table. */
  epoch: string;

  @Column({ type: 'integer' })
  failures: number;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when it has not taken the message whose turn it is; null when all is well.',
  })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  failingSince: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When that message is tried again; null when none waits to be.',
  })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  nextAttemptAt: Date | null;

  @Column({ type: 'uuid', nullable: true })
  lease: string | null;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  leasedUntil: Date | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

export const WebhookEndpointConnection = connectionType('WebhookEndpoint', () => WebhookEndpoint);
