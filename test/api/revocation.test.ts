/** Connections that are open end when their credential does, or comes to stand for something else. */
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type OidcIssuer, startOidcIssuer } from '../helpers/oidc-issuer.js';
import { openSocket, openStream, type OpenSubscription } from '../helpers/open-subscription.js';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createLesson, libraryId, mutate, publish, type Reference } from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const AUDIENCE = 'https://medspil.example/graphql';
const WITHIN_MILLISECONDS = 1_000;
const SUBSCRIPTION = 'subscription { knowledgeEvents { type recordId record { workingCopy { id } } } }';

let issuer: OidcIssuer;
let server: TestServer;
let sibling: TestServer;
let database: pg.Client;
let organisationId: string;
let person: TestPerson;
const opened: OpenSubscription[] = [];

beforeAll(async () => {
  issuer = await startOidcIssuer();
  server = await startTestServer({ environment: { OIDC_ISSUER: issuer.url, OIDC_AUDIENCE: AUDIENCE } });
  sibling = await server.sibling();
  database = new pg.Client(server.database.url);
  await database.connect();
  organisationId = await libraryId(server);
});

afterAll(async () => {
  await database.end();
  await sibling.close();
  await server.close();
  await issuer.stop();
});

beforeEach(async () => {
  person = await memberOf(server, organisationId, 'EDITOR');
});

afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function bySocket({ url }: TestServer, credential?: string): Promise<OpenSubscription> {
  return track(await openSocket(url, SUBSCRIPTION, payloadOf(credential)));
}

async function byStream({ url }: TestServer, credential?: string): Promise<OpenSubscription> {
  return track(await openStream(url, SUBSCRIPTION, payloadOf(credential)));
}

function track(open: OpenSubscription): OpenSubscription {
  opened.push(open);
  return open;
}

function payloadOf(credential: string | undefined): { authorization?: string } {
  return credential === undefined ? {} : { authorization: `Bearer ${credential}` };
}

/** Makes a key of the person's own. */
async function keyOf(owner: TestPerson, input: object = {}): Promise<{ id: string; key: string }> {
  const { data } = await owner.query(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } secret errors { message } } }',
    { input: { name: 'n', scopes: ['READ_DRAFTS', 'WRITE', 'MANAGE'], ...input } },
  );
  expect(data.createApiKey.errors).toEqual([]);
  return { id: data.createApiKey.apiKey.id, key: data.createApiKey.secret };
}

async function revoke(id: string): Promise<void> {
  await mutate(server, 'revokeApiKey', 'apiKey { id }', { id });
}

/** What happens to a person's key, and whether it is over then or stands for something else. */
const CAUSES: [what: string, happen: (keyId: string) => Promise<unknown>, over: boolean][] = [
  ['the key is revoked', revoke, true],
  ['the key’s end comes', (id) => database.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [id]), true],
  [
    'the person is erased',
    () =>
      database.query(
        `UPDATE person SET erased_at = now(), name = NULL, email = NULL, email_confirmed = false, named_publicly = false
          WHERE id = $1`,
        [person.personId],
      ),
    true,
  ],
  [
    'the role is lowered',
    () =>
      mutate(server, 'changeMemberRole', 'membership { role }', {
        organisationId,
        personId: person.personId,
        role: 'CONTRIBUTOR',
      }),
    false,
  ],
  [
    'the person is removed from the organisation',
    () => mutate(server, 'removeMember', 'membership { role }', { organisationId, personId: person.personId }),
    false,
  ],
  [
    'the person comes into another organisation',
    async () =>
      database.query(
        `INSERT INTO membership (person_id, organisation_id, role, origin, created_at)
          VALUES ($1, $2, 'CONTRIBUTOR', 'INVITATION', now())`,
        [person.personId, await libraryId(server, 'DK-710100')],
      ),
    false,
  ],
];

describe.each(CAUSES)('when %s', (_what, happen, over) => {
  it('its sockets and streams end within a second, of all servers, and no others', async () => {
    const { id, key } = await keyOf(person);
    const other = await memberOf(server, organisationId, 'EDITOR');
    const strangers = await Promise.all(
      [undefined, ADMIN_KEY, other.key].flatMap((credential) => [
        bySocket(server, credential),
        byStream(server, credential),
      ]),
    );
    const sockets = await Promise.all([bySocket(server, key), bySocket(server, key), bySocket(sibling, key)]);
    const streams = await Promise.all([byStream(server, key), byStream(server, key), byStream(sibling, key)]);

    await happen(id);
    const start = performance.now();
    const socketEnds = await Promise.all(sockets.map(({ ended }) => ended));
    const streamEnds = await Promise.all(streams.map(({ ended }) => ended));

    expect(new Set(socketEnds.map(({ how }) => how))).toEqual(new Set([over ? '4401' : '4403']));
    expect(new Set(streamEnds.map(({ how }) => how))).toEqual(new Set([over ? 'UNAUTHENTICATED' : 'broken off']));
    const latest = Math.max(...[...socketEnds, ...streamEnds].map(({ at }) => at - start));
    expect(latest).toBeLessThan(WITHIN_MILLISECONDS);
    expect(strangers.map(({ isOpen }) => isOpen())).toEqual(strangers.map(() => true));

    for (const one of [server, sibling]) {
      const { errors } = await one.as(key, '{ viewer { role } }');
      expect(errors?.[0]?.extensions.code).toBe(over ? 'UNAUTHENTICATED' : undefined);
    }
  });
});

it('a key of an organisation takes its connections with it', async () => {
  const { apiKey, secret } = await mutate(server, 'createApiKey', 'apiKey { id } secret', {
    organisationId,
    name: 'n',
    scopes: ['WRITE'],
  });
  const [socket, stream] = [await bySocket(server, secret), await byStream(server, secret)];
  await revoke(apiKey.id);
  const start = performance.now();
  expect((await socket.ended).how).toBe('4401');
  expect((await stream.ended).how).toBe('UNAUTHENTICATED');
  expect(performance.now() - start).toBeLessThan(WITHIN_MILLISECONDS);
});

it('connections end by themselves with the key that was made for a time', async () => {
  const expiresAt = Date.now() + 1_500;
  const { key } = await keyOf(person, { expiresAt: new Date(expiresAt).toISOString() });
  const [socket, stream] = [await bySocket(server, key), await byStream(server, key)];
  const [socketEnd, streamEnd] = await Promise.all([socket.ended, stream.ended]);
  expect([socketEnd.how, streamEnd.how]).toEqual(['4401', 'UNAUTHENTICATED']);
  for (const { at } of [socketEnd, streamEnd]) {
    const late = performance.timeOrigin + at - expiresAt;
    // The clocks of the test and of performance.now() may differ by a few milliseconds.
    expect(late).toBeGreaterThan(-50);
    expect(late).toBeLessThan(WITHIN_MILLISECONDS);
  }
});

it('connections end with the token that they came with', async () => {
  const seconds = Math.floor(Date.now() / 1000);
  const token = await issuer.sign({
    iss: issuer.url,
    aud: AUDIENCE,
    sub: 'astrid',
    name: 'Astrid',
    iat: seconds,
    exp: seconds + 2,
  });
  const [socket, stream] = [await bySocket(server, token), await byStream(sibling, token)];
  expect((await socket.ended).how).toBe('4401');
  expect((await stream.ended).how).toBe('UNAUTHENTICATED');
});

it('connections end also when a look at their credential failed before', async () => {
  const { id, key } = await keyOf(person);
  const [socket, stream] = [await bySocket(server, key), await byStream(sibling, key)];
  const observer = new pg.Client(server.database.url);
  await observer.connect();
  const looks = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await database.query('BEGIN');
  try {
    await database.query('LOCK TABLE api_key IN ACCESS EXCLUSIVE MODE');
    // Each server's look waits for the lock, until its connection breaks.
    await until(async () => expect((await observer.query(`SELECT ${looks}`)).rowCount).toBe(2));
    await observer.query(`SELECT pg_terminate_backend(pid) ${looks}`);
    await database.query('UPDATE api_key SET revoked_at = now() WHERE id = $1', [id]);
  } finally {
    await database.query('COMMIT');
    await observer.end();
  }
  const start = performance.now();
  expect((await socket.ended).how).toBe('4401');
  expect((await stream.ended).how).toBe('UNAUTHENTICATED');
  expect(performance.now() - start).toBeLessThan(WITHIN_MILLISECONDS);
});

it('a client that does not leave gets nothing done any more', async () => {
  const { id, key } = await keyOf(person);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: { id?: string; type: string }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as { type: string }));
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: payloadOf(key) })));
  await until(() => expect(messages).toMatchObject([{ type: 'connection_ack' }]));
  const write = (title: string) => {
    const input = { title, language: 'EN', organisationId, context: 'c', advice: 'a' };
    const query =
      'mutation ($input: CreateLessonInput!) { createLesson(input: $input) { lesson { id } errors { message } } }';
    socket.send(JSON.stringify({ id: title, type: 'subscribe', payload: { query, variables: { input } } }));
  };
  const written = async (title: string) =>
    (await database.query('SELECT FROM record WHERE title = $1', [title])).rowCount;
  write('Before the end');
  await until(async () => expect(await written('Before the end')).toBe(1));

  // It does not answer the server's close, and goes on.
  socket.close = () => undefined;
  await revoke(id);
  await until(() => expect((socket as unknown as Record<string, unknown>)['_closeFrameReceived']).toBe(true));
  expect(socket.readyState).toBe(socket.OPEN);
  write('After the end');
  // Cut off in the end, by when its message has long been there.
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await written('After the end')).toBe(0);
});

describe('clients with other rights', () => {
  let lesson: Reference;
  let adopters: string[];

  beforeEach(async () => {
    const { data } = await server.query('{ organisations(first: 200) { nodes { id } } }');
    adopters = data.organisations.nodes.map(({ id }: { id: string }) => id);
    lesson = await publish(server, await createLesson(server));
    const { errors } = await mutate(server, 'updateLesson', 'lesson { id }', {
      id: lesson.id,
      version: lesson.version,
      title: 'An edit',
    });
    expect(errors).toEqual([]);
  });

  /** An event of the record, for which each organisation is good once. */
  const adopt = async () => {
    const { errors } = await mutate(server, 'recordAdoption', 'adoption { id }', {
      recordId: lesson.id,
      organisationId: adopters.pop(),
      taken: 'All of it.',
    });
    expect(errors).toEqual([]);
  };

  const clients: [name: string, start: (onEvent: (event: any) => void, onConnected: () => void) => () => void][] = [
    [
      'graphql-ws',
      (onEvent, onConnected) => {
        const client = createClient({
          url: `${server.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          connectionParams: payloadOf(person.key),
          retryWait: async () => undefined,
          on: { connected: onConnected },
        });
        const stop = client.subscribe(
          { query: SUBSCRIPTION },
          { next: onEvent, error: () => undefined, complete: () => undefined },
        );
        return () => {
          stop();
          void client.dispose();
        };
      },
    ],
    [
      'graphql-sse',
      (onEvent, onConnected) => {
        const client = createSseClient({
          url: `${server.url}/graphql/stream`,
          headers: payloadOf(person.key) as Record<string, string>,
          retry: async () => undefined,
          on: { connected: onConnected },
        });
        const stop = client.subscribe(
          { query: SUBSCRIPTION },
          { next: onEvent, error: () => undefined, complete: () => undefined },
        );
        return () => {
          stop();
          client.dispose();
        };
      },
    ],
  ];

  it.each(clients)('come again by %s, and see what they may see now', async (_name, start) => {
    const events: any[] = [];
    let connected = 0;
    const stop = start(
      (event) => events.push(event.data?.knowledgeEvents),
      () => (connected += 1),
    );
    try {
      await until(() => expect(connected).toBe(1));
      await until(async () => {
        await adopt();
        expect(events).not.toEqual([]);
      });
      expect(events[0].record.workingCopy.id).toBe(lesson.id);
      await mutate(server, 'removeMember', 'membership { role }', { organisationId, personId: person.personId });
      await until(() => expect(connected).toBe(2));
      events.length = 0;
      await until(async () => {
        await adopt();
        expect(events).not.toEqual([]);
      });
      expect(events.map(({ record }) => record)).toEqual(events.map(() => ({ workingCopy: null })));
    } finally {
      stop();
    }
  });
});
