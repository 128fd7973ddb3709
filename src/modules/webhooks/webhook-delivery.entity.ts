import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { KnowledgeEventType } from '../knowledge-events/knowledge-event.types.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

export enum WebhookDeliveryKind {
  EVENT = 'EVENT',
  PING = 'PING',
  REDELIVERY = 'REDELIVERY',
}

registerEnumType(WebhookDeliveryKind, {
  name: 'WebhookDeliveryKind',
  description: 'Why a message was sent.',
  valuesConfig: {
    EVENT: { description: 'Something happened, and it was its turn.' },
    PING: { description: 'Somebody asked for a test. Tried once.' },
    REDELIVERY: { description: 'Somebody asked for an earlier message again. Tried once, outside the order.' },
  },
});

export enum WebhookDeliveryStatus {
  PENDING = 'PENDING',
  DELIVERED = 'DELIVERED',
  FAILED = 'FAILED',
}

registerEnumType(WebhookDeliveryStatus, {
  name: 'WebhookDeliveryStatus',
  description: 'What became of a message.',
  valuesConfig: {
    PENDING: { description: 'It is going to be tried, or tried again.' },
    DELIVERED: { description: 'The endpoint answered that it took it (2xx).' },
    FAILED: {
      description:
        'It is not tried again. Of an event this means that the endpoint was disabled, or given another place or filter: once it goes on, the event comes in a delivery of its own.',
    },
  },
});

@Entity('webhook_delivery')
@Check('webhook_delivery_kind', `kind IN ('EVENT', 'PING', 'REDELIVERY')`)
@Check('webhook_delivery_event_type', 'see the migration')
@Check('webhook_delivery_status', `status IN ('PENDING', 'DELIVERED', 'FAILED')`)
@Check('webhook_delivery_event', `kind <> 'EVENT' OR event_type IS NOT NULL`)
@Check('webhook_delivery_ping', `kind <> 'PING' OR event_type IS NULL`)
@Index('webhook_delivery_endpoint_index', ['endpointId', 'createdAt', 'id'])
@Index('webhook_delivery_created_index', ['createdAt'])
@Index('webhook_delivery_pending_index', ['endpointId', 'createdAt'], { where: `status = 'PENDING'` })
@Index('webhook_delivery_event_key', ['endpointId'], {
  unique: true,
  where: `kind = 'EVENT' AND status = 'PENDING'`,
})
@ObjectType({
  description:
    'One message to an endpoint, with what was sent and each answer. Kept 30 days, the last 1,000 of each endpoint.',
  simpleResolvers: true,
})
export class WebhookDelivery {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_delivery_pkey' })
  id: string;

  @ForeignKey(() => WebhookEndpoint, { name: 'webhook_delivery_endpoint_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  endpointId: string;

  @Field(() => WebhookDeliveryKind, { description: 'Why it was sent.' })
  @Column({ type: 'text' })
  kind: WebhookDeliveryKind;

  @Column({ type: 'uuid' })
  messageId: string;

  @Field(() => KnowledgeEventType, { nullable: true, description: 'What happened; null for a ping.' })
  @Column({ type: 'text', nullable: true })
  eventType: KnowledgeEventType | null;

  @Field(() => WebhookDeliveryStatus, { description: 'What became of it.' })
  @Column({ type: 'text' })
  status: WebhookDeliveryStatus;

  @Column({ type: 'jsonb' })
  headers: Readonly<Record<string, string>>;

  @Column({ type: 'text' })
  body: string;

  @Field(() => DateTime, { description: 'When it was first sent, or asked for.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  /** Of the endpoint, as far as it is about this delivery: no column of this table. */
  @Field(() => DateTime, { nullable: true, description: 'When it is tried again; null when it is not, or at once.' })
  nextAttemptAt: Date | null;
}

export const WebhookDeliveryConnection = connectionType('WebhookDelivery', () => WebhookDelivery);
