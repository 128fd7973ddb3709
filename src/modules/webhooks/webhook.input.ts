/** What the writes of webhooks take and give. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Item, LINE_LENGTH, Range, Text, TITLE_LENGTH, Version } from '../../common/input.js';
import { Url } from '../../common/scalars.js';
import { KnowledgeEventFilter } from '../knowledge-events/knowledge-event.types.js';
import { WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

const URL_LENGTH = 2000;
/** How long a secret may go on being good beside the one that takes its place, and how long it is unless told. */
const MOST_ROTATION_HOURS = 7 * 24;
const ROTATION_HOURS = 24;
const URL_DESCRIPTION = `Where the requests are to go: a public https address of at most ${URL_LENGTH} characters, without user and password.`;

@InputType({
  description:
    'A new endpoint. It takes no idempotency key, for a secret is shown once: where the answer was lost, delete that endpoint and make another.',
})
export class CreateWebhookEndpointInput {
  @Id()
  @Field(() => ID, { description: 'The organisation that it belongs to.' })
  organisationId: string;

  @Text(URL_LENGTH, { required: true })
  @Field(() => Url, { description: URL_DESCRIPTION })
  url: string;

  @Text(TITLE_LENGTH)
  @Field(() => String, {
    description: `What it is for, at most ${TITLE_LENGTH} characters.`,
    defaultValue: '',
  })
  description: string;

  @Item()
  @Field(() => KnowledgeEventFilter, { nullable: true, description: 'Which events it is told; all when left out.' })
  filter?: KnowledgeEventFilter | null;

  @Text(LINE_LENGTH)
  @Field(() => String, {
    nullable: true,
    description: 'A cursor: what happened since is told first. Left out, it is told what happens from now on.',
  })
  after?: string | null;
}

@InputType({ description: 'A change to an endpoint. What is left out, or null, stays as it is.' })
export class UpdateWebhookEndpointInput {
  @Id()
  @Field(() => ID, { description: 'The endpoint.' })
  id: string;

  @Version()
  @Field(() => Int, { description: 'The version that the change was made against.' })
  version: number;

  @Text(URL_LENGTH, { required: true })
  @Field(() => Url, { nullable: true, description: URL_DESCRIPTION })
  url?: string | null;

  @Text(TITLE_LENGTH)
  @Field(() => String, { nullable: true, description: `What it is for, at most ${TITLE_LENGTH} characters.` })
  description?: string | null;

  @Item()
  @Field(() => KnowledgeEventFilter, {
    nullable: true,
    description: 'Which events it is told, in place of the filter that it has; an empty one lets all pass.',
  })
  filter?: KnowledgeEventFilter | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it is told what happens. It goes on where it stood; a message that waits to be tried again is tried at once.',
  })
  isEnabled?: boolean | null;
}

@InputType({ description: 'An endpoint that is to be deleted, with the log of what was delivered to it.' })
export class DeleteWebhookEndpointInput {
  @Id()
  @Field(() => ID, { description: 'The endpoint.' })
  id: string;
}

@InputType({ description: 'A secret that is to be replaced.' })
export class RotateWebhookSecretInput {
  @Id()
  @Field(() => ID, { description: 'The endpoint.' })
  id: string;

  @Range(0, MOST_ROTATION_HOURS)
  @Field(() => Int, {
    description: `For how many hours messages are signed with the present secret as well, 0 to ${MOST_ROTATION_HOURS}. One that was replaced before ends at once.`,
    defaultValue: ROTATION_HOURS,
  })
  previousSecretHours: number;
}

@InputType({ description: 'A test of an endpoint.' })
export class PingWebhookEndpointInput {
  @Id()
  @Field(() => ID, { description: 'The endpoint; it may be disabled.' })
  id: string;
}

@InputType({ description: 'A message that is to be sent again.' })
export class RedeliverWebhookDeliveryInput {
  @Id()
  @Field(() => ID, { description: 'The delivery whose message it is.' })
  id: string;
}

@InputType({ description: 'A new place in the log for an endpoint.' })
export class ReplayWebhookEndpointInput {
  @Id()
  @Field(() => ID, { description: 'The endpoint.' })
  id: string;

  @Text(LINE_LENGTH, { required: true })
  @Field(() => String, {
    description:
      'A cursor of the knowledge log: all that happened since is told once more, in order. One that lies ahead of the endpoint’s own skips what is between.',
  })
  after: string;
}

@ObjectType({ description: 'An endpoint with its new secret, or why there is none.', simpleResolvers: true })
export class WebhookSecretPayload {
  @Field(() => WebhookEndpoint, { nullable: true, description: 'The endpoint; null when this was refused.' })
  webhookEndpoint: WebhookEndpoint | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The secret (`whsec_...`) that messages to it are signed with. It is shown here and never again; null when this was refused.',
  })
  secret: string | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of a write to an endpoint.', simpleResolvers: true })
export class WebhookEndpointPayload {
  @Field(() => WebhookEndpoint, {
    nullable: true,
    description: 'The endpoint as it is now; null when this was refused.',
  })
  webhookEndpoint: WebhookEndpoint | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of the deletion of an endpoint.', simpleResolvers: true })
export class DeleteWebhookEndpointPayload {
  @Field(() => ID, { nullable: true, description: 'The endpoint that is gone; null when this was refused.' })
  id: string | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'A message that is going to be sent, or why none is.', simpleResolvers: true })
export class WebhookDeliveryPayload {
  @Field(() => WebhookDelivery, {
    nullable: true,
    description: 'The delivery: read the endpoint’s deliveries for what becomes of it. Null when this was refused.',
  })
  webhookDelivery: WebhookDelivery | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
