/** What a request to an endpoint held. */
import { ArgsType, Field, ObjectType } from 'type-graphql';
import { ConnectionArguments } from '../../common/connection.js';
import { Guard } from '../../platform/auth/guard.js';
import { WebhookDeliveryStatus } from './webhook-delivery.entity.js';

@ObjectType({ description: 'One header of a request.', simpleResolvers: true })
export class WebhookHeader {
  @Field(() => String, { description: 'Its name, in lower case.' })
  name: string;

  @Field(() => String, { description: 'What it said.' })
  value: string;
}

@ObjectType({ description: 'What was sent to an endpoint.', simpleResolvers: true })
export class WebhookRequest {
  @Guard('webhook.manage')
  @Field(() => [WebhookHeader], {
    description: 'The headers of the last attempt; empty before the first. Time and signature differ between attempts.',
  })
  headers: WebhookHeader[];

  @Field(() => String, { description: 'The body, the same in each attempt: a JSON object.' })
  body: string;
}

@ArgsType()
export class WebhookDeliveryConnectionArguments extends ConnectionArguments {
  @Field(() => WebhookDeliveryStatus, { nullable: true, description: 'Only those in this state; all when left out.' })
  status?: WebhookDeliveryStatus | null;
}
