/** Every event that passes the filter reaches the endpoint, in order, whatever the endpoint and the servers do meanwhile. */
import sql from 'sql-template-tag';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEASE_MILLISECONDS } from '../../src/modules/webhooks/webhook-leases.js';
import { ADMIN } from '../../src/platform/auth/viewer.js';
import { Database } from '../../src/platform/database/database.js';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { EventFilter, type EventFilterInput } from '../../src/platform/log/event-filter.js';
import type { LogEntry, NewLogEntry } from '../../src/platform/log/log-entry.js';
import { readStretch } from '../../src/platform/log/read.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { newEntry } from '../helpers/log-process.js';
import { startWebhookProcess, type WebhookProcess, type WebhookProcessOptions } from '../helpers/webhook-process.js';
import { accept, type Answer, startReceiver, verify, type WebhookReceiver } from '../helpers/webhook-receiver.js';
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

async function start(options: WebhookProcessOptions = {}): Promise<WebhookProcess> {
  const process = await startWebhookProcess(testDatabase.connection, options);
  closers.push(process.stop);
  return process;
}

async function receive(answer: Answer = accept): Promise<WebhookReceiver> {
  const receiver = await startReceiver({ answer });
  closers.push(receiver.close);
  return receiver;
}

const respond = (status: number, headers = {}): Answer => {
  return (response) => void response.writeHead(status, headers).end('an answer');
};

async function publish(process: WebhookProcess, count: number, entry: Partial<NewLogEntry> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await process.publish(entry));
  return ids;
}

/** The ids of the log under a filter, in its order. */
async function logged({ database }: WebhookProcess, filter: EventFilterInput = {}): Promise<string[]> {
  const { entries } = await readStretch(database, 0, 10_000, new EventFilter(filter));
  return entries.map(({ eventId }) => eventId);
}

/** The deliveries of an endpoint, oldest first, with the status codes (or `-`) of their attempts. */
async function deliveries({ database }: WebhookProcess, endpointId: string) {
  return database.rows<{ id: string; kind: string; messageId: string; status: string; attempts: string }>(sql`
    SELECT d.id, d.kind, d.message_id AS "messageId", d.status,
      (SELECT string_agg(coalesce(a.status_code::text, '-'), ' ' ORDER BY a.number)
        FROM webhook_attempt a WHERE a.delivery_id = d.id) AS attempts
    FROM webhook_delivery d WHERE d.endpoint_id = ${endpointId} ORDER BY d.created_at, d.id`);
}

describe('an endpoint', () => {
  it('is told what happens from then on, in the log’s order, each time signed', async () => {
    const process = await start();
    await publish(process, 2);
    const receiver = await receive();
    const { id, secret } = await process.endpoint(receiver.url);
    const ids = await publish(process, 30);
    await until(() => expect(receiver.messages).toHaveLength(30));
    expect(receiver.ids).toEqual((await logged(process)).slice(2));
    expect([...receiver.ids].sort()).toEqual([...ids].sort());
    for (const message of receiver.messages) {
      expect(verify(secret, message)).toMatchObject({
        type: 'knowledge.published',
        data: { id: message.headers['webhook-id'], type: 'PUBLISHED', recordKind: 'LESSON', relatedRecordId: null },
      });
      expect(message.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Medspil/test' });
    }
    await until(async () => expect((await process.read(id)).position).toBe(32));
  });

  it('that fails in between gets the rest in order, and nothing before its turn', async () => {
    const process = await start();
    // Every third request is answered well.
    const receiver = await receive((response, number) => void response.writeHead(number % 3 === 0 ? 200 : 500).end());
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 4);
    await until(() => expect(receiver.messages).toHaveLength(12));
    const order = await logged(process);
    const received = receiver.messages.map(({ headers }) => headers['webhook-id']);
    expect(received).toEqual(order.flatMap((one) => [one, one, one]));
    await until(async () =>
      expect(await deliveries(process, id)).toMatchObject(
        order.map((messageId) => ({ messageId, kind: 'EVENT', status: 'DELIVERED', attempts: '500 500 200' })),
      ),
    );
    expect(await process.read(id)).toMatchObject({ failingSince: null, nextAttemptAt: null });
    // The body is the same each time; a signature is good for its own time.
    expect(new Set(receiver.messages.slice(0, 3).map(({ body }) => body)).size).toBe(1);
  });

  it('does not wait for others that hang', async () => {
    const process = await start();
    const hanging = await receive(() => undefined);
    const receiver = await receive();
    for (let n = 0; n < 5; n++) await process.endpoint(hanging.url);
    await process.endpoint(receiver.url);
    await publish(process, 5);
    await until(() => expect(receiver.messages).toHaveLength(5));
    await until(() => expect(hanging.messages).toHaveLength(5));
    await hanging.close();
  });

  it('is told what the same filter gives a reader of the log', async () => {
    const process = await start();
    const receiver = await receive();
    const filter = {
      kinds: ['LESSON', 'EXPERIENCE'],
      types: ['PUBLISHED', 'RETRACTED'],
      recommendations: [2, 3],
      themes: ['reading', 'music'],
    };
    const { id } = await process.endpoint(receiver.url, { filter: filter as never });
    for (let n = 0; n < 120; n++) {
      const pick = <Value>(values: readonly Value[], step: number) => values[Math.floor(n / step) % values.length]!;
      await process.publish({
        type: pick(['PUBLISHED', 'REVISED', 'RETRACTED'] as const, 1),
        recordKind: pick(['LESSON', 'EXPERIENCE', 'CASE_STUDY'] as const, 2),
        recommendations: pick([[1], [2], [1, 3], []], 3),
        themes: pick([['reading'], ['music', 'sport'], ['sport'], []], 5),
      });
    }
    const expected = await logged(process, filter);
    expect(expected.length).toBeGreaterThan(5);
    await until(async () => expect((await process.read(id)).position).toBe(120));
    expect(receiver.messages.map(({ headers }) => headers['webhook-id'])).toEqual(expected);
  });

  it('is told by a new filter what lies behind the message under way', async () => {
    const process = await start();
    let answer!: () => void;
    const receiver = await receive((response) => {
      answer = () => response.writeHead(200).end();
    });
    const { id } = await process.endpoint(receiver.url, { filter: { kinds: ['LESSON'] } as never });
    // Both before the first is sent, so that it is known that nothing else passes.
    await process.database.inTransaction(async (transaction) => {
      for (const recordKind of ['LESSON', 'CASE_STUDY'] as const) {
        await process.log.append(transaction, newEntry({ recordKind }));
      }
    });
    await until(() => expect(receiver.messages).toHaveLength(1));
    await process.endpoints.update(ADMIN, { id, version: 1, filter: {} });
    answer();
    await until(() => expect(receiver.messages).toHaveLength(2));
    answer();
    expect(receiver.ids).toEqual(await logged(process));
  });

  it('begins at a cursor', async () => {
    const process = await start();
    await publish(process, 5);
    const { epoch, position } = await process.log.end();
    const receiver = await receive();
    await process.endpoint(receiver.url, { after: encodeCursor({ epoch, position: position - 3 }) });
    await until(() => expect(receiver.ids).toHaveLength(3));
    expect(receiver.ids).toEqual((await logged(process)).slice(2));
  });
});

describe('retries', () => {
  it('wait as long as the endpoint asks for', async () => {
    const process = await start();
    const receiver = await receive(respond(429, { 'retry-after': '3600' }));
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 1);
    await until(async () => expect((await process.read(id)).nextAttemptAt).not.toBeNull());
    const { nextAttemptAt, failingSince, position } = await process.read(id);
    const hours = (nextAttemptAt!.getTime() - failingSince!.getTime()) / 3_600_000;
    expect(hours).toBeGreaterThan(0.99);
    expect(hours).toBeLessThan(1.1);
    expect(position).toBe(0);
  });

  it('end with the endpoint disabled at its place, from which it goes on when it is enabled', async () => {
    const process = await start({
      retryTimes: { firstMilliseconds: 1, longestMilliseconds: 10, totalMilliseconds: 1_500 },
    });
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 1);
    await until(() => expect(receiver.messages).toHaveLength(1));
    receiver.answer = respond(302, { location: receiver.url });
    await publish(process, 3);
    await until(async () =>
      expect(await process.read(id)).toMatchObject({ status: 'DISABLED', disabledBecause: 'FAILING', position: 1 }),
    );
    const tried = (await deliveries(process, id)).at(-1)!;
    expect(tried).toMatchObject({ status: 'FAILED', attempts: expect.stringMatching(/^302( 302)+$/) });
    receiver.answer = accept;
    const { version } = await process.read(id);
    await process.endpoints.update(ADMIN, { id, version, isEnabled: true });
    await until(() => expect(receiver.ids).toHaveLength(4));
    expect(receiver.ids).toEqual(await logged(process));
    expect(await process.read(id)).toMatchObject({ status: 'ENABLED', disabledBecause: null, failingSince: null });
  });

  it('are over at once when the endpoint says that it is gone', async () => {
    const process = await start();
    const receiver = await receive(respond(410));
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 2);
    await until(async () =>
      expect(await process.read(id)).toMatchObject({ status: 'DISABLED', disabledBecause: 'GONE', position: 0 }),
    );
    expect(receiver.messages).toHaveLength(1);
    expect(await deliveries(process, id)).toMatchObject([{ status: 'FAILED', attempts: '410' }]);
  });

  it('are at once when the endpoint gets another address, which is told what the other one did not take', async () => {
    const process = await start({ retryTimes: { firstMilliseconds: 3_600_000 } });
    const broken = await receive(respond(500));
    const { id } = await process.endpoint(broken.url);
    await publish(process, 3);
    await until(async () => expect((await process.read(id)).nextAttemptAt).not.toBeNull());
    const receiver = await receive();
    await process.endpoints.update(ADMIN, { id, version: 1, url: receiver.url });
    await until(() => expect(receiver.ids).toHaveLength(3));
    expect(receiver.ids).toEqual(await logged(process));
    expect(broken.messages).toHaveLength(1);
    expect((await deliveries(process, id))[0]).toMatchObject({ status: 'DELIVERED', attempts: '500 204' });
  });
});

describe('an endpoint that is switched off and on', () => {
  it('misses nothing', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 2);
    await until(async () => expect((await process.read(id)).position).toBe(2));
    const off = await process.endpoints.update(ADMIN, { id, version: 1, isEnabled: false });
    expect(off).toMatchObject({ status: 'DISABLED', disabledBecause: 'BY_HAND', version: 2 });
    await publish(process, 3);
    // Whatever is told to this one was due after the other: what was due before would have been told by then.
    const witness = await receive();
    const { epoch } = await process.log.end();
    await process.endpoint(witness.url, { after: encodeCursor({ epoch, position: 0 }) });
    await until(() => expect(witness.ids).toHaveLength(5));
    expect(receiver.messages).toHaveLength(2);
    await process.endpoints.update(ADMIN, { id, version: 2, isEnabled: true });
    await until(() => expect(receiver.messages).toHaveLength(5));
    expect(receiver.ids).toEqual(await logged(process));
  });

  it('is refused when what it would be told next is gone, and goes on from the cursor that it is given', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await process.endpoints.update(ADMIN, { id, version: 1, isEnabled: false });
    await publish(process, 5);
    await process.log.end();
    await process.database.rows(sql`UPDATE knowledge_log_state SET kept_after = 3`);
    const { epoch } = await process.log.end();
    const oldest = encodeCursor({ epoch, position: 3 });
    await expect(process.endpoints.update(ADMIN, { id, version: 2, isEnabled: true })).rejects.toThrow(oldest);
    const older = encodeCursor({ epoch, position: 2 });
    await expect(process.deliveries.replay(ADMIN, { id, after: older })).rejects.toThrow(oldest);
    await process.deliveries.replay(ADMIN, { id, after: oldest });
    await process.endpoints.update(ADMIN, { id, version: 2, isEnabled: true });
    await until(() => expect(receiver.ids).toEqual([expect.anything(), expect.anything()]));
    expect(receiver.ids).toEqual(await lastIds(process, 2));
  });

  it('is disabled rather than made to skip when its place is lost while it is enabled', async () => {
    const process = await start({ retryTimes: { firstMilliseconds: 200, factor: 1 } });
    const receiver = await receive(respond(500));
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 5);
    await until(() => expect(receiver.messages.length).toBeGreaterThan(0));
    await process.log.end();
    await process.database.rows(sql`UPDATE knowledge_log_state SET kept_after = 3`);
    await until(async () =>
      expect(await process.read(id)).toMatchObject({ status: 'DISABLED', disabledBecause: 'EXPIRED', position: 0 }),
    );
    expect((await deliveries(process, id)).map(({ status }) => status)).toEqual(['FAILED']);
  });
});

async function lastIds({ database }: WebhookProcess, count: number): Promise<string[]> {
  const { entries } = await readStretch(database, 5 - count, count, new EventFilter());
  return entries.map(({ eventId }: LogEntry) => eventId);
}

describe('somebody asks for', () => {
  it('a ping, also of a disabled endpoint', async () => {
    const process = await start();
    const receiver = await receive();
    const { id, secret } = await process.endpoint(receiver.url);
    await process.endpoints.update(ADMIN, { id, version: 1, isEnabled: false });
    const asked = await process.deliveries.ping(ADMIN, { id });
    expect(asked).toMatchObject({ kind: 'PING', status: 'PENDING', eventType: null });
    await until(() => expect(receiver.messages).toHaveLength(1));
    expect(verify(secret, receiver.messages[0]!)).toMatchObject({ type: 'ping', data: { endpointId: id } });
    receiver.answer = respond(500);
    await process.deliveries.ping(ADMIN, { id });
    await until(async () =>
      expect(await deliveries(process, id)).toMatchObject([
        { kind: 'PING', status: 'DELIVERED', attempts: '204' },
        { kind: 'PING', status: 'FAILED', attempts: '500' },
      ]),
    );
    expect(await process.read(id)).toMatchObject({ status: 'DISABLED', failingSince: null });
  });

  it('a message again: the same id and body, and the place stays', async () => {
    const process = await start();
    const receiver = await receive();
    const { id, secret } = await process.endpoint(receiver.url);
    await publish(process, 3);
    await until(async () => expect(await deliveries(process, id)).toHaveLength(3));
    const [first] = await deliveries(process, id);
    await process.deliveries.redeliver(ADMIN, { id: first!.id });
    await until(() => expect(receiver.messages).toHaveLength(4));
    expect(receiver.messages[3]!.body).toBe(receiver.messages[0]!.body);
    expect(receiver.messages[3]!.headers['webhook-id']).toBe(first!.messageId);
    verify(secret, receiver.messages[3]!);
    await until(async () =>
      expect((await deliveries(process, id))[3]).toMatchObject({ kind: 'REDELIVERY', status: 'DELIVERED' }),
    );
    expect((await process.read(id)).position).toBe(3);
  });

  it('everything since a cursor', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 5);
    await until(async () => expect((await process.read(id)).position).toBe(5));
    const { epoch } = await process.log.end();
    const after = encodeCursor({ epoch, position: 2 });
    expect(await process.deliveries.replay(ADMIN, { id, after })).toMatchObject({ position: 2 });
    await until(() => expect(receiver.messages).toHaveLength(8));
    const order = await logged(process);
    expect(receiver.messages.map(({ headers }) => headers['webhook-id'])).toEqual([...order, ...order.slice(2)]);
  });

  it('no more than a few at a time, and nothing of what is still tried', async () => {
    const process = await start({ retryTimes: { firstMilliseconds: 3_600_000 } });
    const receiver = await receive(respond(500));
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 1);
    await until(async () => expect(await deliveries(process, id)).toHaveLength(1));
    const [tried] = await deliveries(process, id);
    await expect(process.deliveries.redeliver(ADMIN, { id: tried!.id })).rejects.toThrow('INVALID_TRANSITION');
    receiver.answer = () => undefined;
    for (let n = 0; n < 10; n++) await process.deliveries.ping(ADMIN, { id });
    await expect(process.deliveries.ping(ADMIN, { id })).rejects.toThrow('10 pings and redeliveries wait');
    await receiver.close();
  });
});

describe('a secret that is replaced', () => {
  it('signs beside the new one until its time is over', async () => {
    const process = await start();
    const receiver = await receive();
    const { id, secret: first } = await process.endpoint(receiver.url);
    const ping = async () => {
      const before = receiver.messages.length;
      await process.deliveries.ping(ADMIN, { id });
      await until(() => expect(receiver.messages).toHaveLength(before + 1));
      return receiver.messages.at(-1)!;
    };
    const { secret: second, webhookEndpoint } = await process.endpoints.rotateSecret(ADMIN, {
      id,
      previousSecretHours: 24,
    });
    const hours = (webhookEndpoint.previousSecretUntil!.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.1);
    const both = await ping();
    expect(both.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    for (const secret of [first, second]) expect(verify(secret, both)).toMatchObject({ type: 'ping' });
    await process.database.rows(sql`UPDATE webhook_endpoint SET previous_secret_until = now()`);
    const late = await ping();
    expect(() => verify(first, late)).toThrow();
    verify(second, late);
    const { secret: third } = await process.endpoints.rotateSecret(ADMIN, { id, previousSecretHours: 0 });
    const last = await ping();
    expect(() => verify(second, last)).toThrow();
    verify(third, last);
  });
});

describe('several servers', () => {
  it('share the endpoints, each of which hears one message at a time', async () => {
    const processes = [await start(), await start()];
    const [one] = processes;
    let together = 0;
    let most = 0;
    const busy: Answer = async (response) => {
      most = Math.max(most, ++together);
      await new Promise((resolve) => setImmediate(resolve));
      together--;
      response.writeHead(200).end();
    };
    const receiver = await receive(busy);
    await one!.endpoint(receiver.url);
    await Promise.all(processes.map((process) => publish(process, 40)));
    await until(() => expect(receiver.ids).toHaveLength(80));
    expect(receiver.messages).toHaveLength(80);
    expect(receiver.ids).toEqual(await logged(one!));
    expect(most).toBe(1);
  });

  it('take over from one that died, once its lease is over', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await process.database.rows(sql`
      UPDATE webhook_endpoint SET lease = gen_random_uuid(), leased_until = now() + interval '2 seconds'`);
    await publish(process, 2);
    const { leasedUntil } = (await process.database.row<{ leasedUntil: Date }>(
      sql`SELECT leased_until AS "leasedUntil" FROM webhook_endpoint WHERE id = ${id}`,
    ))!;
    await until(() => expect(receiver.ids).toHaveLength(2));
    expect(Date.now()).toBeGreaterThanOrEqual(leasedUntil.getTime());
    expect(receiver.ids).toEqual(await logged(process));
  });

  it('are not disturbed by one that was stopped in the middle and comes back', async () => {
    const stopped = await start();
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const receiver = await receive(async (response, number) => {
      if (number > 1) return void response.writeHead(500).end();
      await released;
      response.writeHead(200).end();
    });
    const { id } = await stopped.endpoint(receiver.url);
    await publish(stopped, 1);
    await until(() => expect(receiver.messages).toHaveLength(1));
    // What time does to the lease of who does not renew it.
    await stopped.database.rows(sql`UPDATE webhook_endpoint SET leased_until = now()`);
    await start({ retryTimes: { firstMilliseconds: 3_600_000 } });
    await until(async () => expect(await deliveries(stopped, id)).toMatchObject([{ attempts: '500' }]));
    release();
    await stopped.worker.stop();
    expect(await stopped.read(id)).toMatchObject({ position: 0, failingSince: expect.any(Date) });
    expect(await deliveries(stopped, id)).toMatchObject([{ status: 'PENDING', attempts: '500' }]);
  });
});

describe('a message whose receipt could not be written', () => {
  it('comes again, soon, and nothing else before it', async () => {
    let failures = 0;
    const process = await start({
      between: (database) =>
        Object.assign(Object.create(database) as Database, {
          rows: (statement: { text: string }) => {
            if (!statement.text.includes('webhook_attempt') || failures > 0) return database.rows(statement as never);
            failures++;
            return Promise.reject(new Error('the database is gone'));
          },
        }),
    });
    const receiver = await receive();
    await process.endpoint(receiver.url);
    const before = Date.now();
    await publish(process, 3);
    await until(() => expect(receiver.messages).toHaveLength(4));
    const order = await logged(process);
    expect(receiver.messages.map(({ headers }) => headers['webhook-id'])).toEqual([order[0], ...order]);
    expect(process.errors.map(({ message }) => message)).toEqual(['the database is gone']);
    // The process knows its own lost lease: it does not wait for the end of it.
    expect(Date.now() - before).toBeLessThan(LEASE_MILLISECONDS);
  });

  it('comes again as soon when others are being looked for at that very moment', async () => {
    let look!: () => void;
    let fail!: () => void;
    const looking = new Promise<void>((resolve) => (look = resolve));
    const failed = new Promise<void>((resolve) => (fail = resolve));
    const receiver = await receive();
    let claims = 0;
    let failures = 0;
    const process = await start({
      between: (database) =>
        Object.assign(Object.create(database) as Database, {
          rows: async (statement: { text: string }) => {
            if (statement.text.includes('SKIP LOCKED') && receiver.messages.length > 0 && claims++ === 0) {
              const rows = await database.rows(statement as never);
              look();
              await failed;
              return rows;
            }
            if (statement.text.includes('webhook_attempt') && failures++ === 0) {
              await looking;
              setImmediate(fail);
              throw new Error('the database is gone');
            }
            return database.rows(statement as never);
          },
        }),
    });
    const { id } = await process.endpoint(receiver.url);
    const before = Date.now();
    await publish(process, 1);
    await until(async () => expect((await process.read(id)).position).toBe(1));
    expect(receiver.messages).toHaveLength(2);
    expect(Date.now() - before).toBeLessThan(LEASE_MILLISECONDS);
  });
});

describe('stopping', () => {
  it('waits for the answer of the request under way, and no other follows', async () => {
    const process = await start();
    let answer!: () => void;
    const receiver = await receive((response) => {
      answer = () => response.writeHead(200).end();
    });
    const { id } = await process.endpoint(receiver.url);
    await publish(process, 2);
    await until(() => expect(receiver.messages).toHaveLength(1));
    const stopped = process.worker.stop();
    answer();
    await stopped;
    expect((await process.read(id)).position).toBe(1);
    expect(await deliveries(process, id)).toMatchObject([{ status: 'DELIVERED' }]);
    expect(receiver.messages).toHaveLength(1);
    const other = await start();
    await until(() => expect(receiver.messages).toHaveLength(2));
    answer();
    await until(async () => expect((await other.read(id)).position).toBe(2));
  });
});

describe('the log of deliveries', () => {
  it('keeps the last 1,000 of an endpoint', async () => {
    const process = await start();
    const receiver = await receive();
    const { id } = await process.endpoint(receiver.url);
    await process.database.rows(sql`
      INSERT INTO webhook_delivery (id, endpoint_id, kind, message_id, status, headers, body, created_at)
      SELECT gen_random_uuid(), ${id}, 'PING', gen_random_uuid(), 'FAILED', '{}', n, now() - n * interval '1 second'
      FROM generate_series(1, 1100) AS n`);
    await publish(process, 1);
    await until(async () => expect(await deliveries(process, id)).toHaveLength(1_000));
    const kept = await deliveries(process, id);
    expect(kept.at(-1)).toMatchObject({ kind: 'EVENT', status: 'DELIVERED' });
    const oldest = await process.database.row<{ body: string }>(
      sql`SELECT body FROM webhook_delivery ORDER BY created_at LIMIT 1`,
    );
    expect(oldest).toEqual({ body: '999' });
  });
});
