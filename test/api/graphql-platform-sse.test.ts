import { request } from 'node:http';
import { createClient, type Client } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;
const clients: Client[] = [];

beforeEach(async () => {
  server = await startPlatformServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  await server.close();
});

function newClient(headers: Record<string, string> = {}): Client {
  const client = createClient({ url: `${server.url}/graphql/stream`, headers, retryAttempts: 0 });
  clients.push(client);
  return client;
}

async function once(client: Client, query: string, variables?: Record<string, unknown>): Promise<any> {
  for await (const result of client.iterate({ query, variables })) return result;
}

const stream = (search: Record<string, string>, headers: Record<string, string> = { accept: 'text/event-stream' }) =>
  fetch(`${server.url}/graphql/stream?${new URLSearchParams(search)}`, { headers });

describe('by server-sent events', () => {
  it('queries, mutations and subscriptions run', async () => {
    const client = newClient();
    expect(await once(client, '{ hello }')).toMatchObject({ data: { hello: 'Hello world' } });
    expect(await once(client, 'mutation { touch }')).toMatchObject({ data: { touch: 1 } });
    const results: any[] = [];
    const stop = client.subscribe(
      { query: 'subscription { events { id text } }' },
      { next: (result) => results.push(result), error: () => undefined, complete: () => undefined },
    );
    await until(() => expect(server.state.events.listeners).toBe(1));
    for (const eventId of ['1', '2', '3']) server.state.events.send({ eventId, text: `event ${eventId}` });
    await until(() => expect(results.map(({ data }) => data.events.id)).toEqual(['1', '2', '3']));
    stop();
    await until(() => expect(server.state.events.listeners).toBe(0));
  });

  it('the events are those of the protocol, for a GET as well', async () => {
    const response = await stream({ query: 'query ($n: String) { hello(name: $n) }', variables: '{"n":"you"}' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toMatch(
      /^:\n\nevent: next\ndata: {"data":{"hello":"Hello you"},"extensions":{.*}}\n\nevent: complete\ndata:\n\n$/,
    );
  });

  it.each([
    ['GRAPHQL_PARSE_FAILED', '{'],
    ['GRAPHQL_VALIDATION_FAILED', '{ nothing }'],
    ['BAD_USER_INPUT', 'query ($n: Int!) { items(first: $n) { totalCount } }'],
    ['QUERY_TOO_DEEP', `{ item { ${'lazy { '.repeat(20)}id${' }'.repeat(20)} } }`],
    ['QUERY_TOO_EXPENSIVE', '{ items(first: 50000) { nodes { id } } }'],
    ['INTERNAL_SERVER_ERROR', '{ fail(how: "fault") }'],
    ['CURSOR_EXPIRED', 'subscription { broken(how: "cursor") { id } }'],
    ['CURSOR_EXPIRED', 'subscription { broken(how: "later cursor") { id } }'],
  ])('the same is refused as elsewhere: %s', async (code, query) => {
    const { errors } = await once(newClient(), query);
    expect(errors[0].extensions.code).toBe(code);
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  it('the key says who asks', async () => {
    const query = '{ viewer { role } }';
    expect((await once(newClient(), query)).data.viewer.role).toBe('ANONYMOUS');
    expect((await once(newClient({ authorization: `Bearer ${ADMIN_KEY}` }), query)).data.viewer.role).toBe('ADMIN');
    const wrong = await stream({ query }, { accept: 'text/event-stream', authorization: 'Bearer wrong' });
    expect(wrong.status).toBe(401);
  });

  it.each([
    ['without a query', {}, 400],
    ['with variables that are no JSON', { query: '{ hello }', variables: '{' }, 400],
    ['with variables that are a list', { query: '{ hello }', variables: '[]' }, 400],
    ['that would change something', { query: 'mutation { touch }' }, 405],
  ])('a GET %s is refused', async (_name, search, status) => {
    const response = await stream(search as Record<string, string>);
    expect(response.status).toBe(status);
    expect(((await response.json()) as any).errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(server.state.touched).toBe(0);
  });

  it('a client that takes no events is told so', async () => {
    expect((await stream({ query: '{ hello }' }, { accept: 'application/json' })).status).toBe(406);
    expect((await stream({ query: '{ hello }' }, {})).status).toBe(200);
  });

  it('a source that breaks ends the stream without "complete", so that its client comes again', async () => {
    const response = await stream({ query: 'subscription { broken(how: "later fault") { id } }' });
    await expect(response.text()).rejects.toThrow();
    expect(server.logged.join()).toContain('a-secret-of-the-server');
  });

  it('a client that dies ends its subscription, also before the first event', async () => {
    const controller = new AbortController();
    const response = await fetch(
      `${server.url}/graphql/stream?${new URLSearchParams({ query: 'subscription { events { id } }' })}`,
      { signal: controller.signal },
    );
    expect(response.status).toBe(200);
    await until(() => expect(server.state.events.listeners).toBe(1));
    controller.abort();
    await until(() => expect(server.state.events.listeners).toBe(0));
  });

  it('a client that reads slowly is not read ahead for', async () => {
    await server.close();
    server = await startPlatformServer({ keepAliveMilliseconds: 100 });
    const search = new URLSearchParams({ query: 'subscription { events { id text } }' });
    const slow = request(`${server.url}/graphql/stream?${search}`, (response) => response.pause());
    slow.on('error', () => undefined);
    slow.end();
    await until(() => expect(server.state.events.listeners).toBe(1));
    const text = 'x'.repeat(100_000);
    for (let id = 0; id < 500; id += 1) server.state.events.send({ eventId: String(id), text });
    await until(() => expect(server.state.executions).toBeGreaterThan(10));
    // What the system buffers for a connection is some megabytes; the rest of the fifty stays where it is until the
    // client, which takes nothing, is given up.
    await until(() => expect(server.state.events.listeners).toBe(0));
    expect(server.state.executions).toBeLessThan(250);
    slow.destroy();
  });

  it('the connection shows that it lives, and ends without "complete" when the server stops', async () => {
    await server.close();
    server = await startPlatformServer({ keepAliveMilliseconds: 20 });
    const response = await stream({ query: 'subscription { events { id } }' });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.length < 9) text += (await reader.read()).value;
    expect(text).toMatch(/^(:\n\n){3,}$/);
    const closing = server.close();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    await closing;
    expect(text).not.toContain('complete');
    expect(server.state.events.listeners).toBe(0);
  });
});
