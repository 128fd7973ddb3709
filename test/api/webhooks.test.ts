/** Webhooks through the front door: who may look after them, what is sent, and what is told of it afterwards. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberOf, organisationKey, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId, publish } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';
import { accept, startReceiver, verify, type WebhookReceiver } from '../helpers/webhook-receiver.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let database: pg.Client;
let receiver: WebhookReceiver;
let aarhus: string;
let manager: TestPerson;
let stranger: TestPerson;
/** All bytes that the server answered in this file. */
let heard = '';

beforeAll(async () => {
  server = await startTestServer({ environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128' } });
  database = new pg.Client({ connectionString: server.database.url });
  await database.connect();
  receiver = await startReceiver();
  aarhus = await libraryId(server);
  manager = await memberOf(server, aarhus, 'MANAGER');
  stranger = await memberOf(server, await libraryId(server, 'DK-710100'), 'MANAGER');
});
afterAll(async () => {
  await receiver.close();
  await database.end();
  await server.close();
});
beforeEach(async () => {
  await database.query('DELETE FROM webhook_endpoint');
  receiver.messages.length = 0;
  receiver.answer = accept;
});

const ENDPOINT = `id url description status disabledBecause version cursor failingSince nextAttemptAt previousSecretUntil
  createdAt filter { kinds types records organisations municipalities recommendations themes } organisation { id }`;
const DELIVERIES = `deliveries(first: 50) { totalCount nodes { id kind eventId eventType status createdAt nextAttemptAt
  request { headers { name value } body } attempts { number startedAt milliseconds statusCode responseBody error } } }`;

type Sender = Pick<TestPerson, 'query'>;

async function send(sender: Sender, query: string, variables: object): Promise<GraphqlResponse> {
  const response = await sender.query(query, variables);
  heard += JSON.stringify(response);
  return response;
}

/** Runs a mutation of webhooks and gives its payload. */
async function write(sender: Sender, name: string, selection: string, input: object): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const { data, errors } = await send(
    sender,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { code path message } } }`,
    { input },
  );
  expect(errors).toBeUndefined();
  return data[name];
}

async function create(input: object = {}, sender: Sender = manager): Promise<{ id: string; secret: string }> {
  const { webhookEndpoint, secret, errors } = await write(
    sender,
    'createWebhookEndpoint',
    'webhookEndpoint { id } secret',
    {
      organisationId: aarhus,
      url: receiver.url,
      ...input,
    },
  );
  expect(errors).toEqual([]);
  // The one answer that may hold it.
  heard = heard.replace(secret, '');
  return { id: webhookEndpoint.id, secret };
}

async function read(id: string, sender: Sender = manager): Promise<any> {
  const { data } = await send(sender, `query ($id: ID!) { webhookEndpoint(id: $id) { ${ENDPOINT} ${DELIVERIES} } }`, {
    id,
  });
  return data?.webhookEndpoint;
}

describe('a published record', () => {
  it('is told by its id, and in no word of its text', async () => {
    const { id, secret } = await create({
      description: 'Our website',
      filter: { kinds: ['LESSON'], types: ['PUBLISHED'] },
    });
    const lesson = await publish(server, await createLesson(server, { title: 'A canary sings', advice: 'Listen.' }));
    await until(() => expect(receiver.messages).toHaveLength(1));
    const [message] = receiver.messages;
    const body = verify(secret, message!);
    const { data } = await server.query(
      '{ knowledgeEvents(last: 1) { nodes { id cursor occurredAt organisation { id } } } }',
    );
    const [event] = data.knowledgeEvents.nodes;
    expect(body).toEqual({
      type: 'knowledge.published',
      timestamp: event.occurredAt,
      data: {
        id: event.id,
        cursor: event.cursor,
        type: 'PUBLISHED',
        occurredAt: event.occurredAt,
        recordId: lesson.id,
        recordKind: 'LESSON',
        recordVersion: lesson.version,
        relatedRecordId: null,
        organisationId: aarhus,
      },
    });
    expect(message!.headers).toMatchObject({
      'webhook-id': event.id,
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Medspil\/\d+\.\d+\.\d+$/),
    });
    const node = await server.query('query ($id: ID!) { node(id: $id) { ... on Lesson { title } } }', {
      id: body.data.recordId,
    });
    expect(node.data.node.title).toBe('A canary sings');
    await until(async () => expect((await read(id)).cursor).toBe(event.cursor));
    const endpoint = await read(id);
    expect(endpoint).toMatchObject({
      url: receiver.url,
      description: 'Our website',
      status: 'ENABLED',
      disabledBecause: null,
      version: 1,
      failingSince: null,
      nextAttemptAt: null,
      filter: { kinds: ['LESSON'], types: ['PUBLISHED'], themes: [] },
      organisation: { id: aarhus },
      deliveries: { totalCount: 1 },
    });
    const [delivery] = endpoint.deliveries.nodes;
    expect(delivery).toMatchObject({
      kind: 'EVENT',
      eventId: event.id,
      eventType: 'PUBLISHED',
      status: 'DELIVERED',
      nextAttemptAt: null,
      request: { body: message!.body },
      attempts: [{ number: 1, statusCode: 204, responseBody: '', error: null }],
    });
    const headers = Object.fromEntries(
      delivery.request.headers.map(({ name, value }: { name: string; value: string }) => [name, value]),
    );
    for (const [name, value] of Object.entries(headers)) expect(message!.headers[name]).toBe(value);
    const rows = await database.query('SELECT (d.*, a.*)::text AS text FROM webhook_delivery d, webhook_attempt a');
    expect(rows.rows[0].text).not.toMatch(/canary|Listen/);
  });

  it('that does not pass the filter moves the place without a message', async () => {
    const { id } = await create({ filter: { kinds: ['CASE_STUDY'] } });
    await publish(server, await createLesson(server));
    const { data } = await server.query('{ knowledgeCursor }');
    await until(async () => expect((await read(id)).cursor).toBe(data.knowledgeCursor));
    expect(receiver.messages).toHaveLength(0);
  });

  it('is told by whichever server of two there is', async () => {
    const sibling = await server.sibling();
    try {
      const { id } = await create({}, { query: (query, variables) => sibling.as(manager.key, query, variables) });
      for (let n = 0; n < 4; n++) await publish(server, await createLesson(server));
      await until(async () => expect((await read(id)).deliveries.totalCount).toBe(4));
    } finally {
      await sibling.close();
    }
    expect(receiver.ids).toHaveLength(4);
    expect(receiver.messages).toHaveLength(4);
  });
});

describe('what was not taken', () => {
  it('is shown with each answer, and when it is tried again', async () => {
    receiver.answer = (response, number) =>
      void response.writeHead(number === 1 ? 503 : 200).end(number === 1 ? 'busy\u0000\u001b[31m' : 'thanks');
    const { id } = await create();
    await publish(server, await createLesson(server));
    await until(async () => expect((await read(id)).deliveries.totalCount).toBe(1));
    const failing = await read(id);
    expect(failing).toMatchObject({
      failingSince: expect.any(String),
      nextAttemptAt: expect.any(String),
      deliveries: {
        nodes: [
          {
            status: 'PENDING',
            nextAttemptAt: failing.nextAttemptAt,
            attempts: [{ statusCode: 503, responseBody: 'busy[31m' }],
          },
        ],
      },
    });
    await until(async () =>
      expect(await read(id)).toMatchObject({
        failingSince: null,
        nextAttemptAt: null,
        deliveries: { nodes: [{ status: 'DELIVERED', nextAttemptAt: null, attempts: [{ number: 1 }, { number: 2 }] }] },
      }),
    );
    const waited = await database.query<{ seconds: number }>(
      `SELECT extract(epoch FROM max(started_at) - min(started_at))::float8 AS seconds FROM webhook_attempt`,
    );
    // Five seconds, a quarter more or less, and what the other server takes to look.
    expect(waited.rows[0]!.seconds).toBeGreaterThan(3.7);
    expect(waited.rows[0]!.seconds).toBeLessThan(12);
  });

  it('can be listed by its state', async () => {
    const { id } = await create();
    for (const status of [200, 500]) {
      receiver.answer = (response) => void response.writeHead(status).end();
      const { webhookDelivery } = await write(manager, 'pingWebhookEndpoint', 'webhookDelivery { id status }', { id });
      expect(webhookDelivery.status).toBe('PENDING');
      await until(async () =>
        expect((await read(id)).deliveries.nodes.map((one: { status: string }) => one.status)).not.toContain('PENDING'),
      );
    }
    const { data } = await manager.query(
      `query ($id: ID!) { webhookEndpoint(id: $id) {
        all: deliveries(first: 1) { nodes { kind } pageInfo { hasNextPage endCursor } }
        failed: deliveries(status: FAILED) { nodes { kind eventId eventType attempts { statusCode } } }
        pending: deliveries(status: PENDING) { totalCount } } }`,
      { id },
    );
    expect(data.webhookEndpoint).toMatchObject({
      all: { nodes: [{ kind: 'PING' }], pageInfo: { hasNextPage: true } },
      failed: { nodes: [{ kind: 'PING', eventId: null, eventType: null, attempts: [{ statusCode: 500 }] }] },
      pending: { totalCount: 0 },
    });
    const next = await manager.query(
      `query ($id: ID!, $after: String) { webhookEndpoint(id: $id) {
        deliveries(first: 5, after: $after) { nodes { status } } } }`,
      { id, after: data.webhookEndpoint.all.pageInfo.endCursor },
    );
    expect(next.data.webhookEndpoint.deliveries.nodes).toEqual([{ status: 'DELIVERED' }]);
  });
});

describe('an endpoint', () => {
  it('is changed at its version', async () => {
    const { id } = await create();
    const change = { id, version: 1, description: 'Another', filter: { themes: ['reading'] }, isEnabled: false };
    const { webhookEndpoint } = await write(
      manager,
      'updateWebhookEndpoint',
      `webhookEndpoint { ${ENDPOINT} }`,
      change,
    );
    expect(webhookEndpoint).toMatchObject({
      url: receiver.url,
      description: 'Another',
      version: 2,
      status: 'DISABLED',
      disabledBecause: 'BY_HAND',
      filter: { themes: ['reading'], kinds: [] },
    });
    const stale = await write(manager, 'updateWebhookEndpoint', 'webhookEndpoint { id }', {
      id,
      version: 1,
      isEnabled: true,
    });
    expect(stale).toMatchObject({ webhookEndpoint: null, errors: [{ code: 'VERSION_CONFLICT', path: ['version'] }] });
    const on = await write(
      manager,
      'updateWebhookEndpoint',
      'webhookEndpoint { status disabledBecause filter { themes } }',
      {
        id,
        version: 2,
        isEnabled: true,
        filter: {},
      },
    );
    expect(on.webhookEndpoint).toEqual({ status: 'ENABLED', disabledBecause: null, filter: { themes: [] } });
  });

  it('is deleted with what was delivered to it', async () => {
    const { id } = await create();
    await write(manager, 'pingWebhookEndpoint', 'webhookDelivery { id }', { id });
    await until(async () => expect((await read(id)).deliveries.nodes).toMatchObject([{ status: 'DELIVERED' }]));
    expect(await write(manager, 'deleteWebhookEndpoint', 'id', { id })).toEqual({ id, errors: [] });
    expect(await read(id)).toBeNull();
    expect((await database.query('SELECT FROM webhook_attempt')).rows).toHaveLength(0);
    expect(await write(manager, 'deleteWebhookEndpoint', 'id', { id })).toMatchObject({
      errors: [{ code: 'NOT_FOUND' }],
    });
  });

  it.each([
    ['a private address', 'https://10.0.0.1/'],
    ['a metadata address', 'http://169.254.169.254/latest/'],
    ['a password', 'https://user:secret@hooks.example.org/'],
    ['a fragment', 'https://hooks.example.org/#x'],
    ['too much of it', `https://hooks.example.org/${'x'.repeat(2000)}`],
  ])('is refused with %s', async (_what, url) => {
    const made = await write(manager, 'createWebhookEndpoint', 'secret', { organisationId: aarhus, url });
    expect(made).toMatchObject({ secret: null, errors: [{ code: 'INVALID', path: ['url'] }] });
    const { id } = await create();
    const changed = await write(manager, 'updateWebhookEndpoint', 'webhookEndpoint { id }', { id, version: 1, url });
    expect(changed).toMatchObject({ errors: [{ code: 'INVALID', path: ['url'] }] });
  });

  it('is refused with a filter that no event can pass, or a cursor that is none', async () => {
    const filtered = await write(manager, 'createWebhookEndpoint', 'secret', {
      organisationId: aarhus,
      url: receiver.url,
      filter: { municipalities: ['Aarhus'] },
    });
    expect(filtered.errors).toMatchObject([{ code: 'INVALID', path: ['filter', 'municipalities'] }]);
    const { id } = await create();
    for (const [name, input] of [
      ['createWebhookEndpoint', { organisationId: aarhus, url: receiver.url }],
      ['replayWebhookEndpoint', { id }],
    ] as const) {
      const { errors } = await write(manager, name, 'webhookEndpoint { id }', { ...input, after: 'x' });
      expect(errors).toMatchObject([{ code: 'INVALID', path: ['after'], message: expect.stringMatching('no cursor') }]);
    }
  });

  it('is one of at most twenty', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 22 }, () =>
        write(manager, 'createWebhookEndpoint', 'webhookEndpoint { id }', {
          organisationId: aarhus,
          url: receiver.url,
        }),
      ),
    );
    const refused = outcomes.filter(({ errors }) => errors.length > 0);
    expect(refused).toMatchObject([{ errors: [{ code: 'INVALID' }] }, { errors: [{ code: 'INVALID' }] }]);
  });

  it('whose name leads nowhere is not reached, and why is told', async () => {
    const { id } = await create({ url: 'https://nowhere.invalid/hook' });
    await write(manager, 'pingWebhookEndpoint', 'webhookDelivery { id }', { id });
    await until(async () =>
      expect((await read(id)).deliveries.nodes).toMatchObject([
        { status: 'FAILED', attempts: [{ statusCode: null, responseBody: null, error: expect.any(String) }] },
      ]),
    );
  });
});

describe('somebody else', () => {
  const MUTATIONS: Readonly<Record<string, readonly [selection: string, input: (world: World) => object]>> = {
    updateWebhookEndpoint: ['webhookEndpoint { id }', ({ id }) => ({ id, version: 1, isEnabled: false })],
    deleteWebhookEndpoint: ['id', ({ id }) => ({ id })],
    rotateWebhookSecret: ['secret', ({ id }) => ({ id })],
    pingWebhookEndpoint: ['webhookDelivery { id }', ({ id }) => ({ id })],
    redeliverWebhookDelivery: ['webhookDelivery { id }', ({ deliveryId }) => ({ id: deliveryId })],
    replayWebhookEndpoint: ['webhookEndpoint { id }', ({ id, cursor }) => ({ id, after: cursor })],
  };
  interface World {
    readonly id: string;
    readonly deliveryId: string;
    readonly cursor: string;
  }

  it('sees nothing of an endpoint, and changes nothing', async () => {
    receiver.answer = (response) => void response.writeHead(200).end('an answer with a canary');
    const { id } = await create({ url: `${receiver.url}?canary`, description: 'canary' });
    await write(manager, 'pingWebhookEndpoint', 'webhookDelivery { id }', { id });
    await until(async () => expect((await read(id)).deliveries.nodes).toMatchObject([{ status: 'DELIVERED' }]));
    const before = await read(id);
    const world = { id, deliveryId: before.deliveries.nodes[0].id, cursor: before.cursor };
    const state = async () => (await database.query('SELECT * FROM webhook_endpoint')).rows;
    const rows = await state();
    const audited = async () =>
      (await database.query(`SELECT FROM audit_log WHERE action = 'webhook.manage'`)).rows.length;
    const entries = await audited();
    let answers = JSON.stringify(await read(id, stranger));
    for (const [name, [selection, input]] of Object.entries(MUTATIONS)) {
      const answer = await write(stranger, name, selection, input(world));
      expect(answer.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
      answers += JSON.stringify(answer);
    }
    expect(await read(id, stranger)).toBeNull();
    for (const sender of [stranger, await memberOf(server, aarhus, 'EDITOR')]) {
      const list = await sender.query(
        `query ($id: ID!) { webhookEndpoints(organisationId: $id) { nodes { ${ENDPOINT} ${DELIVERIES} } } }`,
        { id: aarhus },
      );
      expect(list.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      answers += JSON.stringify(list);
    }
    expect(answers).not.toContain('canary');
    expect(await state()).toEqual(rows);
    expect(await audited()).toBe(entries);
  });

  it('may look after it with a key of the organisation’s that has the scope, and with no other', async () => {
    const system = await organisationKey(server, aarhus, ['WEBHOOKS']);
    const { id } = await create({}, { query: (query, variables) => server.as(system, query, variables) });
    expect(await read(id)).not.toBeNull();
    const other = await organisationKey(server, aarhus, ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'MANAGE']);
    const refused = await server.as(
      other,
      'mutation ($input: PingWebhookEndpointInput!) { pingWebhookEndpoint(input: $input) { errors { code } } }',
      { input: { id } },
    );
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('finds in the audit log who did what, and neither address nor secret', async () => {
    const { id, secret } = await create({ url: `${receiver.url}?canary` });
    const rotated = await write(manager, 'rotateWebhookSecret', 'secret', { id });
    heard = heard.replace(rotated.secret, '');
    const { data } = await manager.query(
      `query ($id: ID!) { auditLog(organisationId: $id, first: 5) { nodes { action targetId details } } }`,
      { id: aarhus },
    );
    const own = data.auditLog.nodes.filter(({ targetId }: { targetId: string }) => targetId === id);
    expect(own).toMatchObject([
      { action: 'webhook.manage', details: { secretRotated: true, previousSecretHours: 24 } },
      { action: 'webhook.manage', details: { made: true } },
    ]);
    expect(JSON.stringify(own)).not.toMatch(/canary|whsec_/);
    expect(JSON.stringify(own)).not.toContain(secret.slice(6));
  });
});

describe('what is too old', () => {
  it('goes at the next start: deliveries of more than 30 days, and replaced secrets', async () => {
    const { id } = await create();
    const rotated = await write(manager, 'rotateWebhookSecret', 'secret', { id, previousSecretHours: 1 });
    heard = heard.replace(rotated.secret, '');
    await database.query(`UPDATE webhook_endpoint SET previous_secret_until = now() - interval '1 second'`);
    await database.query(
      `INSERT INTO webhook_delivery (id, endpoint_id, kind, message_id, status, headers, body, created_at)
       SELECT gen_random_uuid(), $1, 'PING', gen_random_uuid(), 'FAILED', '{}', days, now() - days * interval '1 day'
       FROM unnest('{29,31}'::integer[]) AS days`,
      [id],
    );
    const sibling = await server.sibling();
    try {
      await until(async () => {
        expect((await database.query('SELECT body FROM webhook_delivery')).rows).toEqual([{ body: '29' }]);
        const { rows } = await database.query('SELECT previous_secret FROM webhook_endpoint');
        expect(rows).toEqual([{ previous_secret: null }]);
      });
    } finally {
      await sibling.close();
    }
  });
});

it('no secret was in any answer but the one that it was made in', () => expect(heard).not.toContain('whsec_'));
