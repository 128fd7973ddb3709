/** The commands of client-examples/library-developer/curl.md, as they stand there. */
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { endRuns, EXAMPLES, isMissing, runToEnd, shellBlocks } from '../helpers/example.js';
import { organisationKey } from '../helpers/people.js';
import { createCaseStudy, createLesson, libraryId, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { startReceiver, verify, type WebhookReceiver } from '../helpers/webhook-receiver.js';

const FILE = path.join(EXAMPLES, 'library-developer/curl.md');

let server: TestServer;
let receiver: WebhookReceiver;
let blocks: Awaited<ReturnType<typeof shellBlocks>>;
let environment: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer({ seed: true, environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' } });
  receiver = await startReceiver();
  blocks = await shellBlocks(FILE);
  const odense = await libraryId(server, 'DK-746100');
  const scopes = ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS'];
  environment = {
    MEDSPIL_URL: server.url,
    MEDSPIL_KEY: await organisationKey(server, odense, scopes),
    WEBHOOK_URL: receiver.url,
  };
});
afterEach(endRuns);
afterAll(async () => {
  await receiver.close();
  await server.close();
});

const inShell = it.skipIf(isMissing('curl', 'jq', 'openssl'));

/** Runs a block of a section in bash, which stops at the first command that fails. */
function runBlock(heading: string, place = 0, more: Record<string, string> = {}): Promise<string> {
  const { commands } = blocks.filter((block) => block.heading === heading)[place]!;
  return runToEnd('bash', ['-euo', 'pipefail', '-c', commands], { environment: { ...environment, ...more } });
}

it('has no block that is not run here', () => {
  expect(blocks.map(({ heading }) => heading)).toEqual([
    'The same with curl', // only sets the variables
    'A library by its ISIL',
    'The cases of a municipality',
    'Sharing an experience',
    'Polling, as the hub is polled',
    'Hearing at once, instead',
    'Being told by webhooks',
    'Being told by webhooks',
  ]);
});

inShell('looks up a library and the cases of a municipality', async () => {
  expect(JSON.parse(await runBlock('A library by its ISIL'))).toMatchObject({
    name: expect.stringContaining('Odense'),
    municipality: { code: '0461' },
  });
  await publish(server, await createCaseStudy(server, { title: 'By the Limfjord', municipalityCode: '0851' }));
  expect(JSON.parse(await runBlock('The cases of a municipality')).nodes).toContainEqual({
    slug: 'by-the-limfjord',
    title: 'By the Limfjord',
  });
});

inShell('shares an experience once', async () => {
  const answers = async () =>
    (await runBlock('Sharing an experience'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).data);
  const [created, , published] = await answers();
  expect(published.publish).toMatchObject({ record: { status: 'PUBLISHED' }, errors: [] });
  const [again, submitted, ...rest] = await answers();
  expect(again.createExperience.experience.id).toBe(created.createExperience.experience.id);
  expect(submitted.submitForReview.errors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
  expect(rest).toEqual([]);
});

inShell(
  'polls, and hears at once',
  async () => {
    const lesson = await publish(server, await createLesson(server, { title: 'For children', themes: ['children'] }));
    const polled = JSON.parse(await runBlock('Polling, as the hub is polled'));
    expect(polled).toMatchObject({ uuids: expect.arrayContaining([lesson.id]), errors: [] });
    const heard = await runBlock('Hearing at once, instead');
    expect(heard).toMatch(/^event: next$/m);
    expect(heard).toContain('"title":"For children"');
    expect(heard).toMatch(/^id: ?\S+$/m);
  },
  40_000,
);

inShell('makes an endpoint whose messages openssl can check', async () => {
  const [secret, ping] = (await runBlock('Being told by webhooks')).trim().split('\n');
  expect(JSON.parse(ping!).data.pingWebhookEndpoint.errors).toEqual([]);
  await expect.poll(() => receiver.messages.length).toBe(1);
  const [message] = receiver.messages;
  expect(verify(secret!, message!)).toMatchObject({ type: 'ping' });
  const { headers, body } = message!;
  const signature = await runBlock('Being told by webhooks', 1, {
    WEBHOOK_SECRET: secret!,
    WEBHOOK_ID: headers['webhook-id']!,
    WEBHOOK_TIMESTAMP: headers['webhook-timestamp']!,
    BODY: body,
  });
  expect(signature.trim()).toBe(headers['webhook-signature']);
  expect(new Webhook(secret!).sign('other', new Date(), body)).not.toBe(signature.trim());
});
