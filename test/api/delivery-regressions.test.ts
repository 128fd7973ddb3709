/** Holes that were found in delivery, each as somebody would use it. */
import net from 'node:net';
import { Duplex } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cancellation } from '../../src/common/cancellation.js';
import { WebhookClient } from '../../src/modules/webhooks/webhook-client.js';
import { WebhookTargets } from '../../src/modules/webhooks/webhook-target.js';
import { attemptsOfDelivery, SHOWN_ATTEMPTS } from '../../src/modules/webhooks/webhook.loaders.js';
import { createContext } from '../../src/platform/auth/context.js';
import { ADMIN } from '../../src/platform/auth/viewer.js';
import type { Database } from '../../src/platform/database/database.js';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { NextFrame } from '../../src/platform/server/socket-frame.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { startTestServer } from '../helpers/server.js';
import { connectSocketClient } from '../helpers/socket-client.js';
import { startWebhookProcess, type WebhookProcess } from '../helpers/webhook-process.js';
import { type Answer, accept, startReceiver, type WebhookReceiver } from '../helpers/webhook-receiver.js';
import { until } from '../helpers/until.js';

let testDatabase: TestDatabase;
let closers: (() => Promise<unknown>)[];
beforeEach(async () => {
  testDatabase = await createTestDatabase();
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  await testDatabase.drop();
});

async function start(): Promise<WebhookProcess> {
  const process = await startWebhookProcess(testDatabase.connection);
  closers.push(process.stop);
  return process;
}

async function receive(answer: Answer = accept): Promise<WebhookReceiver> {
  const receiver = await startReceiver({ answer });
  closers.push(receiver.close);
  return receiver;
}

async function organisation(database: Database): Promise<string> {
  const row = await database.row<{ id: string }>(sql`
    INSERT INTO organisation (id, kind, name, country, sector, version, created_at, updated_at)
    VALUES (${uuidv7()}, 'PARTNER', 'A partner', 'DK', 'PUBLIC', 1, now(), now()) RETURNING id`);
  return row!.id;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of buffers that are still in use. */
function memory(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

describe('webhooks', () => {
  it('of one organisation that are slow to take what they are told do not keep those of others waiting', async () => {
    const process = await start();
    const slow = await receive((response) => void setTimeout(() => response.writeHead(204).end(), 1_000));
    const quick = await receive();
    const organisationId = await organisation(process.database);
    const after = encodeCursor(await process.log.end());
    for (let n = 0; n < 15; n++) await process.publish({});
    for (let n = 0; n < 20; n++) await process.endpoint(slow.url, { organisationId, after });
    await until(() => expect(slow.messages.length).toBeGreaterThanOrEqual(10));
    await process.endpoint(quick.url, { after });
    await until(() => expect(quick.messages).toHaveLength(15));
    // Those that are slow had only begun with their three hundred messages.
    expect(slow.messages.length).toBeLessThan(100);
    // And each of these has its turn.
    await until(async () => {
      const told = await process.database.rows(sql`SELECT FROM webhook_endpoint
        WHERE organisation_id = ${organisationId} AND position > ${0}`);
      expect(told).toHaveLength(20);
    });
  });

  it('are not sent the same in a flood while the database refuses what became of it', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await process.database.rows(sql`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'refused'; END $$`);
    await process.database.rows(sql`CREATE TRIGGER refuse BEFORE INSERT ON webhook_attempt EXECUTE FUNCTION refuse()`);
    const begin = performance.now();
    await process.publish({});
    await until(() => expect(receiver.messages.length).toBeGreaterThanOrEqual(3));
    // Two polls, each some three quarters of a second or more after the one before.
    expect(performance.now() - begin).toBeGreaterThan(1_000);
    await process.database.rows(sql`DROP TRIGGER refuse ON webhook_attempt`);
    await until(async () => expect((await process.read(id)).position).toBe(1));
  });

  it('are cut off when they give interim answers without end', async () => {
    const lines = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1_000);
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      const write = () => {
        while (!socket.destroyed && socket.write(lines));
      };
      socket.once('data', write).on('drain', write);
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const client = new WebhookClient({ targets: new WebhookTargets({ allowedNetworks: ['127.0.0.0/8'] }) });
    const { port } = server.address() as net.AddressInfo;
    const answer = await client.send(`http://127.0.0.1:${port}/`, {}, '{}');
    expect(answer).toMatchObject({ statusCode: null, error: expect.stringContaining('EMSGSIZE') });
    expect(answer.milliseconds).toBeLessThan(5_000);
  });

  it('show the last attempts of a delivery, however many somebody made of it', async () => {
    const process = await start();
    const receiver = await receive((response) => void response.writeHead(500).end());
    const { id } = await process.endpoint(receiver.url);
    await process.publish({});
    await until(() => expect(receiver.messages.length).toBeGreaterThan(0));
    await process.worker.stop();
    const delivery = await process.database.row<{ id: string }>(
      sql`SELECT id FROM webhook_delivery WHERE endpoint_id = ${id}`,
    );
    await process.database.rows(sql`
      INSERT INTO webhook_attempt (delivery_id, number, started_at, milliseconds, status_code)
      SELECT ${delivery!.id}, number, now(), 1, 500 FROM generate_series(10000, 10199) AS number`);
    const context = createContext(process.database, ADMIN, new Cancellation());
    const attempts = await context.loader(attemptsOfDelivery).load(delivery!.id);
    expect(attempts.map(({ number }) => number)).toEqual(Array.from({ length: SHOWN_ATTEMPTS }, (_, n) => 10_150 + n));
  });
});

describe('a WebSocket', () => {
  it('has its operations named in few characters, for each event has the name in it', async () => {
    const server = await startTestServer();
    closers.push(server.close);
    const client = await connectSocketClient(server.url);
    const [refusal] = await client.ask('x'.repeat(257), 'subscription { knowledgeEvents { id } }');
    expect(refusal).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    expect(await client.ask('x'.repeat(256), '{ knowledgeCursor }')).toMatchObject({ data: expect.anything() });
    client.socket.close();
    await client.closed;
  });

  it('keeps a large event a few times at the most, whatever operations are called', async () => {
    const before = memory();
    const frame = new NextFrame(Buffer.alloc(2 ** 20));
    const sink = new Duplex({ read: () => {}, write: (_bytes, _encoding, written) => written() });
    for (let length = 1; length <= 100; length++) frame.send(sink, 'x'.repeat(length));
    await until(() => expect((memory() - before) / 2 ** 20).toBeLessThan(10));
    frame.send(sink, 'still in use');
  });
});
