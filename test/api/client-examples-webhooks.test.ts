/** client-examples/library-developer/receive-webhooks.js before a server that sends, and before somebody who pretends to. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endRuns, EXAMPLES, run, type Run } from '../helpers/example.js';
import { createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const PROGRAM = path.join(EXAMPLES, 'library-developer/receive-webhooks.js');

let server: TestServer;
let folder: string;
let secret: string;
let endpoint: string;
let receiver: Run;
let port: string;
beforeAll(async () => {
  server = await startTestServer({ environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' } });
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-receiver-'));
  // The port is free again in a moment; the receiver is started once its secret is known, as it is in life.
  const probe = start('0', `whsec_${Buffer.alloc(32).toString('base64')}`);
  port = await portOf(probe);
  probe.interrupt();
  await probe.exitCode;
  const made = await mutate(server, 'createWebhookEndpoint', 'webhookEndpoint { id } secret', {
    organisationId: await libraryId(server),
    url: `http://127.0.0.1:${port}/medspil`,
  });
  expect(made.errors).toEqual([]);
  secret = made.secret;
  endpoint = made.webhookEndpoint.id;
  receiver = start(port, secret);
  await portOf(receiver);
});
afterAll(async () => {
  endRuns();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const handledFile = () => path.join(folder, 'handled.txt');
const start = (at: string, key: string) =>
  run(process.execPath, [PROGRAM, server.url, at, handledFile()], { environment: { WEBHOOK_SECRET: key } });

async function portOf({ output }: Run): Promise<string> {
  await until(() => expect(output()).toMatch(/listening on port \d+/));
  return /listening on port (\d+)/.exec(output())![1]!;
}

/** A message as the server sends it; each part may be another. */
async function send(id: string, { key = secret, at = new Date(), sent = '', signed = '' } = {}): Promise<number> {
  const body = signed || JSON.stringify({ type: 'ping', timestamp: at, data: { id, endpointId: endpoint } });
  const response = await fetch(`http://127.0.0.1:${port}/medspil`, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    },
    body: sent || body,
  });
  return response.status;
}

it('hears a ping, what is published and what is taken back', async () => {
  await mutate(server, 'pingWebhookEndpoint', 'webhookDelivery { status }', { id: endpoint });
  await until(() => expect(receiver.output()).toMatch(/^ping$/m));
  const lesson = await publish(server, await createLesson(server, { title: 'Told by webhook' }));
  await until(() => expect(receiver.output()).toContain('knowledge.published: Told by webhook\n'));
  await mutate(server, 'retract', 'record { id }', { id: lesson.id, version: lesson.version, reason: 'Not true.' });
  await until(() => expect(receiver.output()).toContain(`knowledge.retracted: (taken back: remove ${lesson.id})\n`));
});

it('handles each event once, also when it comes again after a restart', async () => {
  await publish(server, await createLesson(server, { title: 'Told once' }));
  await until(() => expect(receiver.output()).toContain('Told once'));
  const { data } = await server.admin(
    `query ($id: ID!) { webhookEndpoint(id: $id) { deliveries(first: 1, status: DELIVERED) { nodes { id eventId } } } }`,
    { id: endpoint },
  );
  const [{ id, eventId }] = data.webhookEndpoint.deliveries.nodes;
  expect(await readFile(handledFile(), 'utf8')).toContain(eventId);

  receiver.interrupt();
  await receiver.exitCode;
  receiver = start(port, secret);
  await portOf(receiver);
  await mutate(server, 'redeliverWebhookDelivery', 'webhookDelivery { id }', { id });
  await until(async () => {
    const { data } = await server.admin(
      'query ($id: ID!) { webhookEndpoint(id: $id) { deliveries(first: 1) { nodes { kind status } } } }',
      { id: endpoint },
    );
    expect(data.webhookEndpoint.deliveries.nodes).toEqual([{ kind: 'REDELIVERY', status: 'DELIVERED' }]);
  });
  expect(receiver.output()).not.toContain('Told once');
});

it('refuses what is not genuine, and what is old', async () => {
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  expect(await send('genuine', { at: minutesAgo(4) })).toBe(204);
  expect(await send('old', { at: minutesAgo(6) })).toBe(401);
  expect(await send('early', { at: minutesAgo(-6) })).toBe(401);
  expect(await send('of another secret', { key: `whsec_${Buffer.alloc(32, 1).toString('base64')}` })).toBe(401);
  expect(await send('changed on the way', { sent: '{"type":"ping"}' })).toBe(401);
  expect((await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: '{"type":"ping"}' })).status).toBe(401);
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(405);
  expect(receiver.output().match(/^ping$/gm)).toHaveLength(1);
  expect(await readFile(handledFile(), 'utf8')).toMatch(/^genuine$/m);
  expect(await readFile(handledFile(), 'utf8')).not.toMatch(/old|early|another|changed/);
});

it('lets Medspil send again what it could not handle', async () => {
  const event = (recordId: string) => JSON.stringify({ type: 'knowledge.published', data: { recordId } });
  // 50,001 characters are more than Medspil takes as an argument, so that reading the record fails.
  expect(await send('too much', { signed: event('x'.repeat(50_001)) })).toBe(500);
  expect(await readFile(handledFile(), 'utf8')).not.toContain('too much');
  expect(await send('just right', { signed: event('none') })).toBe(204);
  expect(receiver.output()).toContain('(taken back: remove none)');
});
