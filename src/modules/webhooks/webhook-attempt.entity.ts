import { Field, Int, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { DateTime } from '../../common/scalars.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';

@Entity('webhook_attempt')
@Check('webhook_attempt_outcome', 'num_nonnulls(status_code, error) > 0')
@ObjectType({ description: 'One request to an endpoint, and how it was answered.', simpleResolvers: true })
export class WebhookAttempt {
  @ForeignKey(() => WebhookDelivery, { name: 'webhook_attempt_delivery_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_attempt_pkey' })
  deliveryId: string;

  @Field(() => Int, { description: 'Counts the attempts of its delivery, from 1.' })
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'webhook_attempt_pkey' })
  number: number;

  @Field(() => DateTime, { description: 'When it began.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  startedAt: Date;

  @Field(() => Int, { description: 'How long it took, in milliseconds, with finding the address.' })
  @Column({ type: 'integer' })
  milliseconds: number;

  @Field(() => Int, { nullable: true, description: 'The status code of the answer; null when none came.' })
  @Column({ type: 'integer', nullable: true })
  statusCode: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The beginning of the answer, at most 4,096 bytes, without control characters; null when none came.',
  })
  @Column({ type: 'text', nullable: true })
  responseBody: string | null;

  @Field(() => String, { nullable: true, description: 'Why there is no whole answer; null when there is one.' })
  @Column({ type: 'text', nullable: true })
  error: string | null;
}
