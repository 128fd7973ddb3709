/** An endpoint of webhooks that can be made bad, and what it took. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, startReceiver, verify, type WebhookReceiver } from '../helpers/webhook-receiver.js';
import { post } from './post.js';
import type { Random } from './random.js';
import type { ReceivedEvent, Recorder } from './recorder.js';
import { ADMIN_KEY, type Site } from './site.js';

const CREATE = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { webhookEndpoint { id } secret errors { code message } }
}`;
const DELETE = `mutation ($input: DeleteWebhookEndpointInput!) {
  deleteWebhookEndpoint(input: $input) { errors { code } }
}`;

/** Ways not to take a message. */
const BAD: Readonly<Record<string, Answer>> = {
  fails: (response) => void response.writeHead(500).end(),
  'is overloaded': (response) => void response.writeHead(503, { 'retry-after': '1' }).end(),
  redirects: (response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  'is no server of HTTP': (response) => void response.socket?.end('\0\u0007 garbage \r\n\r\n'),
  'breaks off': (response) => void response.socket?.destroy(),
  'says nothing': () => undefined,
};

export class WebhookSubscriber {
  private bad: Answer | undefined;
  private secret = '';
  private id = '';

  private constructor(
    readonly recorder: Recorder,
    private readonly site: Site,
    private readonly receiver: WebhookReceiver,
  ) {
    recorder.open();
    receiver.answer = (response, number, message) => {
      if (this.bad !== undefined) return this.bad(response, number, message);
      this.take(message);
      response.writeHead(204).end();
    };
  }

  static async open(site: Site, recorder: Recorder, organisationId: string): Promise<WebhookSubscriber> {
    const receiver = await startReceiver();
    const subscriber = new WebhookSubscriber(recorder, site, receiver);
    const { cursor, history } = recorder;
    const input = { organisationId, url: receiver.url, after: cursor, filter: history.filter };
    const { data, text } = await post(site.servers[0]!.url, CREATE, { input }, ADMIN_KEY);
    const made = data?.createWebhookEndpoint;
    if (made?.webhookEndpoint == null) throw new Error(text);
    subscriber.id = made.webhookEndpoint.id;
    subscriber.secret = made.secret;
    return subscriber;
  }

  /** Is bad for a while, in one way after the other. */
  async misbehave(random: Random, milliseconds: number): Promise<void> {
    const until = Date.now() + milliseconds;
    while (Date.now() < until) {
      this.bad = BAD[random.pick(Object.keys(BAD))];
      await delay(Math.min(random.between(50, 12_000), until - Date.now()));
    }
    this.heal();
  }

  heal(): void {
    this.bad = undefined;
  }

  async close(): Promise<void> {
    this.heal();
    await post(this.site.servers[0]!.url, DELETE, { input: { id: this.id } }, ADMIN_KEY).catch(() => undefined);
    await this.receiver.close();
  }

  /** What is answered well counts as taken, and comes again only when the answer was lost. */
  private take(message: WebhookReceiver['messages'][number]): void {
    try {
      const { data } = verify(this.secret, message) as { data: ReceivedEvent };
      this.recorder.receive(0, message.body, data);
      if (data.id !== message.headers['webhook-id']) this.recorder.refuse(`${data.id} came by another id`);
    } catch (error) {
      this.recorder.refuse(`a message that is not signed: ${(error as Error).message}`);
    }
  }
}
