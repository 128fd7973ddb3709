/** deploy/nginx/nginx.conf before two servers on one database. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { follow, type Follower } from '../helpers/follower.js';
import { type Nginx, nginxPath, startNginx } from '../helpers/nginx.js';
import { keepPublishing, publishLesson } from '../helpers/publisher.js';
import type { GraphqlResponse } from '../helpers/server.js';
import { ask, endServerProcesses, type ServerProcess, startServerProcess } from '../helpers/server-process.js';
import { subscribe } from '../helpers/subscriber.js';
import { until } from '../helpers/until.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const patience = { timeout: 60_000, interval: 20 };
const KEY = 'the-key-of-both-servers';
const EVENTS = 'subscription ($after: String) { knowledgeEvents(after: $after) { id cursor recordId } }';
/**
 * Requests of one client, who sends them one by one, that may fail when a server goes: that which it was at work on, and
 * those that had reached its machine and not the server.
 */
const ON_THEIR_WAY = 3;

it('an nginx is there for the checks of its configuration', (context) => {
  if (nginxPath) return;
  const reason = 'No nginx at NGINX_PATH or in the usual places: deploy/nginx is not tried out.';
  if (process.env.CI) throw new Error(reason);
  console.warn(reason);
  context.skip(reason);
});

describe.runIf(nginxPath)('nginx before two servers', () => {
  let folder: string;
  let database: TestDatabase;
  let servers: ServerProcess[];
  let urls: string[];
  let nginx: Nginx;
  let url: string;
  const followers: Follower[] = [];

  const start = (port = '0', settings: Record<string, string> = {}) =>
    startServerProcess({
      PORT: port,
      DATA_DIR: folder,
      DATABASE_URL: database.connection.url,
      ADMIN_API_KEY: KEY,
      SEED: 'false',
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_ADDRESS: 'off',
      RATE_LIMIT_CREDENTIAL: 'off',
      ...settings,
    });
  const restart = async (index: number) => {
    servers[index] = await start(new URL(urls[index]!).port);
    await servers[index].ready;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-deploy-'));
    database = await createTestDatabase();
    servers = await Promise.all([start(), start()]);
    urls = await Promise.all(servers.map(({ ready }) => ready));
    nginx = await startNginx(urls);
    ({ url } = nginx);
  });
  afterEach(async () => {
    await Promise.all(followers.splice(0).map((follower) => follower.stop()));
  });
  afterAll(async () => {
    await nginx?.stop();
    await endServerProcesses();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function cursorNow(): Promise<string> {
    const { data, errors } = await ask(url, '{ knowledgeCursor }', {}, KEY);
    expect(errors).toBeUndefined();
    return data.knowledgeCursor;
  }

  /** Sends a request of which nothing is kept open, from an address of this machine. */
  async function send(
    address: string,
    { body, from, ...options }: { body?: string; from?: string; method?: string; headers?: Record<string, string> },
  ): Promise<IncomingMessage> {
    const sent = request(address, { ...options, agent: false, ...(from && { localAddress: from }) });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }
  const textOf = async (response: IncomingMessage) => Buffer.concat(await response.toArray()).toString();

  it('passes queries by GET and POST, and the other paths', async () => {
    expect((await ask(url, '{ __typename }')).data).toEqual({ __typename: 'Query' });
    const query = new URLSearchParams({ query: '{ __typename }' });
    const got = await fetch(`${url}/graphql?${query}`, { headers: { 'apollo-require-preflight': 'yes' } });
    expect(await got.json()).toMatchObject({ data: { __typename: 'Query' } });
    for (const [target, type] of [
      ['/readyz', 'application/json'],
      ['/schema.graphql', 'text/plain'],
      ['/graphiql', 'text/html'],
    ]) {
      const response = await fetch(`${url}${target}`);
      expect([target, response.status]).toEqual([target, 200]);
      expect(response.headers.get('content-type')).toContain(type);
    }
  });

  it('compresses what is long, and writes neither variables nor addresses into its log', async () => {
    const query = new URLSearchParams({
      query: '{ __schema { types { name description } } }',
      variables: '{"a":"canary"}',
    });
    const response = await fetch(`${url}/graphql?${query}`, { headers: { 'apollo-require-preflight': 'yes' } });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(((await response.json()) as GraphqlResponse).data.__schema.types.length).toBeGreaterThan(50);
    const log = await nginx.log();
    expect(log).toMatch(/ GET \/graphql 200 \d+ B [\d.]+ s 127\.0\.0\.1:\d+\n/);
    expect(log).not.toContain('canary');
  });

  it('leaves the refusal of a large body to the server, up to a point', async () => {
    const post = (bytes: number) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __typename }', more: 'x'.repeat(bytes) }),
      });
    expect((await post(1_000_000)).status).toBe(200);
    const refused = await post(1_050_000);
    expect(refused.status).toBe(413);
    expect(refused.headers.get('content-type')).toContain('json');
    expect((await post(2_000_000)).headers.get('content-type')).toContain('text/html');
  });

  it('passes a WebSocket', async () => {
    const subscriber = subscribe(url, EVENTS, { after: await cursorNow() });
    await subscriber.started;
    const id = await publishLesson(url, KEY, 'Through the proxy');
    await until(() => expect(subscriber.received).toMatchObject([{ recordId: id }]), patience);
    expect(subscriber.errors).toEqual([]);
    await subscriber.close();
  });

  it('passes each server-sent event at once, and the Last-Event-ID', async () => {
    const before = await cursorNow();
    const query = new URLSearchParams({ query: EVENTS });
    const open = async (headers: Record<string, string> = {}) => {
      const response = await send(`${url}/graphql/stream?${query}`, {
        headers: { accept: 'text/event-stream', ...headers },
      });
      expect(response.statusCode).toBe(200);
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      return { response, text: () => text };
    };
    const live = await open();
    // The first sign of life is three bytes, long before there is any event.
    await until(() => expect(live.text()).toMatch(/^:/), patience);
    const first = await publishLesson(url, KEY, 'Heard live');
    await until(() => expect(live.text()).toContain(first), patience);
    const second = await publishLesson(url, KEY, 'Heard live, too');
    await until(() => expect(live.text()).toContain(second), patience);
    live.response.destroy();

    const resumed = await open({ 'last-event-id': before });
    await until(() => expect(resumed.text()).toMatch(new RegExp(`${first}[^]*${second}`)), patience);
    resumed.response.destroy();
  });

  // Elsewhere a machine has one loopback address, and so one client.
  it.runIf(process.platform === 'linux')('tells the server who its clients are', async () => {
    const rationed = await start('0', { RATE_LIMIT_ADDRESS: '1000/1' });
    const serverUrl = await rationed.ready;
    const before = await startNginx([serverUrl, serverUrl]);
    const searchFrom = async (from: string, headers: Record<string, string>): Promise<GraphqlResponse> => {
      const response = await send(`${before.url}/graphql`, {
        method: 'POST',
        from,
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"query":"{ search(query: \\"lesson\\") { totalCount } }"}',
      });
      return JSON.parse(await textOf(response));
    };
    const left = (from: string, headers: Record<string, string> = {}): Promise<number> =>
      until(async () => {
        const { errors, extensions } = (await searchFrom(from, headers)) as any;
        // On a busy machine the server may turn anybody away for a moment.
        expect(errors).toBeUndefined();
        return extensions.cost.throttleStatus.currentlyAvailable;
      }, patience);
    const full = await left('127.0.0.8');
    for (let count = 0; count < 4; count++) await left('127.0.0.2');
    expect(await left('127.0.0.3')).toBe(full);
    expect(await left('127.0.0.2')).toBeLessThan(full - 100);
    expect(await left('127.0.0.2', { 'x-forwarded-for': '203.0.113.9' })).toBeLessThan(full - 100);
    await before.stop();
    await rationed.stop();
  });

  async function expectNothingMissed(publish: (urls: readonly string[]) => Promise<readonly string[]>): Promise<void> {
    const after = await cursorNow();
    for (const transport of ['websocket', 'sse', 'websocket', 'sse'] as const) {
      followers.push(await follow(transport, url, { cursor: after, key: KEY }));
    }
    const acknowledged = await publish([url]);
    const query = `query ($after: String) { knowledgeEvents(after: $after, first: 1000) { nodes { id recordId } } }`;
    const { nodes } = (await ask(url, query, { after }, KEY)).data.knowledgeEvents as { nodes: Follower['events'] };
    const published = nodes.map(({ recordId }) => recordId);
    expect(acknowledged.filter((id) => !published.includes(id))).toEqual([]);
    expect(new Set(published).size).toBe(published.length);
    for (const { events } of followers) {
      await until(() => expect(events.map(({ id }) => id)).toEqual(nodes.map(({ id }) => id)), patience);
    }
  }

  /** Goes on asking while something is done; the answers that were none. */
  async function failuresDuring(something: () => Promise<void>): Promise<{ asked: number; failed: string[] }> {
    let over = false;
    const done = something().finally(() => (over = true));
    const failed: string[] = [];
    let asked = 0;
    while (!over) {
      asked++;
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
        body: '{"query":"{ framework { definition } }"}',
      });
      const text = await response.text();
      if (response.status !== 200) failed.push(`${response.status} ${text}`);
    }
    await done;
    return { asked, failed };
  }

  function expectFew(most: number, ...failures: (readonly unknown[])[]): void {
    for (const failed of failures) expect(failed.length, failed.join('\n')).toBeLessThanOrEqual(most);
  }

  it('lets requests and subscribers go on when a server is killed', async () => {
    await expectNothingMissed(async (through) => {
      const publisher = keepPublishing(through, KEY);
      await until(() => expect(publisher.acknowledged.length).toBeGreaterThan(5), patience);
      const { asked, failed } = await failuresDuring(async () => {
        await servers[0]!.stop('SIGKILL');
        const before = publisher.acknowledged.length;
        await until(() => expect(publisher.acknowledged.length).toBeGreaterThan(before + 10), patience);
      });
      expect(asked).toBeGreaterThan(10);
      expectFew(ON_THEIR_WAY, failed, publisher.failures);
      await publisher.stop();
      return publisher.acknowledged;
    });
    await restart(0);
  });

  it('lets requests and subscribers go on while the servers are restarted, one after the other', async () => {
    await expectNothingMissed(async (through) => {
      const publisher = keepPublishing(through, KEY);
      const { asked, failed } = await failuresDuring(async () => {
        for (const index of [0, 1]) {
          expect(await servers[index]!.stop('SIGTERM')).toEqual({ code: 0, signal: null });
          await restart(index);
        }
      });
      await publisher.stop();
      expect(asked).toBeGreaterThan(100);
      expectFew(2 * ON_THEIR_WAY, failed, publisher.failures);
      return publisher.acknowledged;
    });
  });
});
