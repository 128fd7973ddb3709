import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { criteriaOf, KnowledgeEventCriteria } from '../knowledge-events/knowledge-event.types.js';
import { WebhookAttempt } from './webhook-attempt.entity.js';
import { WebhookDelivery, WebhookDeliveryConnection } from './webhook-delivery.entity.js';
import type { WebhookDeliveryService } from './webhook-delivery.service.js';
import { WebhookEndpoint, WebhookEndpointConnection } from './webhook-endpoint.entity.js';
import type { EndpointWithSecret, WebhookEndpointService } from './webhook-endpoint.service.js';
import {
  CreateWebhookEndpointInput,
  DeleteWebhookEndpointInput,
  DeleteWebhookEndpointPayload,
  PingWebhookEndpointInput,
  RedeliverWebhookDeliveryInput,
  ReplayWebhookEndpointInput,
  RotateWebhookSecretInput,
  UpdateWebhookEndpointInput,
  WebhookDeliveryPayload,
  WebhookEndpointPayload,
  WebhookSecretPayload,
} from './webhook.input.js';
import { attemptsOfDelivery, deliveriesOfEndpoint, SHOWN_ATTEMPTS } from './webhook.loaders.js';
import { WebhookDeliveryConnectionArguments, WebhookRequest } from './webhook.types.js';

@Resolver(() => WebhookEndpoint)
export class WebhookResolver {
  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly messages: WebhookDeliveryService,
  ) {}

  @Guard('webhook.manage')
  @Query(() => WebhookEndpointConnection, {
    description: 'The webhook endpoints of an organisation whose webhooks you look after, newest first.',
  })
  webhookEndpoints(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, { description: 'The organisation.' }) organisationId: string,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<WebhookEndpoint>> {
    return this.endpoints.list(context, organisationId, page);
  }

  @Guard('webhook.manage')
  @Query(() => WebhookEndpoint, {
    nullable: true,
    description: 'One webhook endpoint; null when there is none, or you do not look after it.',
  })
  webhookEndpoint(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'Its id.' }) id: string,
  ): Promise<WebhookEndpoint | null> {
    return this.endpoints.get(context, id);
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookSecretPayload, {
    description:
      'Makes an endpoint that is told what happens, by signed HTTP requests (https://www.standardwebhooks.com). An organisation has at most 20. The answer is the only place of its secret.',
  })
  createWebhookEndpoint(
    @Ctx() { viewer }: Context,
    @Arg('input', () => CreateWebhookEndpointInput, { description: 'The endpoint.' })
    input: CreateWebhookEndpointInput,
  ): Promise<WebhookSecretPayload> {
    return withSecret(() => this.endpoints.create(viewer, input));
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookEndpointPayload, { description: 'Changes an endpoint, or switches it on or off.' })
  updateWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('input', () => UpdateWebhookEndpointInput, { description: 'The change.' }) input: UpdateWebhookEndpointInput,
  ): Promise<WebhookEndpointPayload> {
    return payload('webhookEndpoint', () => this.write(context, () => this.endpoints.update(context.viewer, input)));
  }

  @Guard('webhook.manage')
  @Mutation(() => DeleteWebhookEndpointPayload, {
    description: 'Deletes an endpoint with the log of what was delivered to it.',
  })
  deleteWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('input', () => DeleteWebhookEndpointInput, { description: 'The endpoint.' })
    input: DeleteWebhookEndpointInput,
  ): Promise<DeleteWebhookEndpointPayload> {
    return payload('id', () => this.write(context, () => this.endpoints.delete(context.viewer, input)));
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookSecretPayload, {
    description:
      'Replaces the secret of an endpoint. For a time messages carry a signature by each, so that the receiver can change over when it suits.',
  })
  rotateWebhookSecret(
    @Ctx() { viewer }: Context,
    @Arg('input', () => RotateWebhookSecretInput, { description: 'The endpoint.' }) input: RotateWebhookSecretInput,
  ): Promise<WebhookSecretPayload> {
    return withSecret(() => this.endpoints.rotateSecret(viewer, input));
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookDeliveryPayload, {
    description: 'Has a test message (`"type": "ping"`) sent to an endpoint, once, also to one that is disabled.',
  })
  pingWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('input', () => PingWebhookEndpointInput, { description: 'The endpoint.' }) input: PingWebhookEndpointInput,
  ): Promise<WebhookDeliveryPayload> {
    return payload('webhookDelivery', () => this.write(context, () => this.messages.ping(context.viewer, input)));
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookDeliveryPayload, {
    description:
      'Has a message sent once more, with the same `webhook-id`, in a delivery of its own and outside the order of the others.',
  })
  redeliverWebhookDelivery(
    @Ctx() context: Context,
    @Arg('input', () => RedeliverWebhookDeliveryInput, { description: 'The message.' })
    input: RedeliverWebhookDeliveryInput,
  ): Promise<WebhookDeliveryPayload> {
    return payload('webhookDelivery', () => this.write(context, () => this.messages.redeliver(context.viewer, input)));
  }

  @Guard('webhook.manage')
  @Mutation(() => WebhookEndpointPayload, {
    description:
      'Puts an endpoint to another place in the log: everything since is told (once more), in order, with the same ids.',
  })
  replayWebhookEndpoint(
    @Ctx() context: Context,
    @Arg('input', () => ReplayWebhookEndpointInput, { description: 'The place.' }) input: ReplayWebhookEndpointInput,
  ): Promise<WebhookEndpointPayload> {
    return payload('webhookEndpoint', () => this.write(context, () => this.messages.replay(context.viewer, input)));
  }

  @FieldResolver(() => Organisation, { description: 'The organisation that it belongs to.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: WebhookEndpoint) {
    return loader(organisationById).load(organisationId);
  }

  @Guard('webhook.manage')
  @FieldResolver(() => KnowledgeEventCriteria, { description: 'Which events it is told.' })
  filter(@Root() { filter }: WebhookEndpoint): KnowledgeEventCriteria {
    return criteriaOf(filter);
  }

  @FieldResolver(() => String, {
    description: 'Its place in the log: all before it was delivered, or did not pass the filter.',
  })
  cursor(@Root() { epoch, position }: WebhookEndpoint): string {
    return encodeCursor({ epoch, position });
  }

  @Guard('webhook.manage')
  @FieldResolver(() => WebhookDeliveryConnection, { description: 'What was sent to it, newest first.' })
  deliveries(
    @Ctx() { loader }: Context,
    @Root() { id }: WebhookEndpoint,
    @Args(() => WebhookDeliveryConnectionArguments) page: WebhookDeliveryConnectionArguments,
  ) {
    return loader(deliveriesOfEndpoint).load({ parent: id, arguments: { ...page } });
  }

  /** What was read before is not what there is after. */
  private async write<Value>(context: Context, work: () => Promise<Value>): Promise<Value> {
    const value = await work();
    context.forget();
    return value;
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The event that it tells of, which is the message’s `webhook-id` as well; null for a ping.',
  })
  eventId(@Root() { eventType, messageId }: WebhookDelivery): string | null {
    return eventType === null ? null : messageId;
  }

  @Guard('webhook.manage')
  @FieldResolver(() => WebhookRequest, { description: 'What was sent.' })
  request(@Root() { headers, body }: WebhookDelivery): WebhookRequest {
    return { headers: Object.entries(headers).map(([name, value]) => ({ name, value })), body };
  }

  @Guard('webhook.manage')
  @FieldResolver(() => [WebhookAttempt], {
    description: `Each time that it was sent, the first first; of very many the last ${SHOWN_ATTEMPTS}.`,
  })
  attempts(@Ctx() { loader }: Context, @Root() { id }: WebhookDelivery) {
    return loader(attemptsOfDelivery).load(id);
  }
}

async function withSecret(work: () => Promise<EndpointWithSecret>): Promise<WebhookSecretPayload> {
  const { made, errors } = await payload('made', work);
  return { webhookEndpoint: made?.webhookEndpoint ?? null, secret: made?.secret ?? null, errors };
}
