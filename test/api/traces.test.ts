/** What reaches an OTLP receiver: operations in their callers' traces, statements below them, and no value of anybody. */
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishLesson } from '../helpers/publisher.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { connectSocketClient } from '../helpers/socket-client.js';
import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from '../helpers/trace-receiver.js';
import { startReceiver } from '../helpers/webhook-receiver.js';
import { until } from '../helpers/until.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SERVER = 2;
const CLIENT = 3;

let receiver: TraceReceiver;
let server: TestServer;
beforeAll(async () => {
  receiver = await startTraceReceiver();
  server = await startTestServer({
    seed: true,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8' },
  });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

async function send(body: object, headers: Record<string, string> = {}): Promise<void> {
  await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }).then((response) => response.text());
}

/** The first span that passes, once it is there. */
function spanOf(isIt: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan> {
  return until(() => {
    const span = receiver.spans.find(isIt);
    expect(span).toBeDefined();
    return span!;
  });
}

const inTrace = (id: string) => (span: ReceivedSpan) => span.traceId === id && span.kind === SERVER;

describe('an operation', () => {
  it('is a part of the trace that its request names', async () => {
    const query = 'query ASecretName { caseStudies(first: 3) { nodes { title parties { role } } } }';
    await send({ query }, { traceparent: `00-${TRACE}-${CALLER}-01`, 'x-request-id': 'known-7' });
    const span = await spanOf(inTrace(TRACE));
    expect(span).toMatchObject({ name: 'query caseStudies', parentSpanId: CALLER });
    expect(span.attributes).toMatchObject({
      'graphql.operation.type': 'query',
      'network.protocol.name': 'http',
      'url.path': '/graphql',
      'medspil.request.id': 'known-7',
      'medspil.statements': 2,
    });
    expect(span.resource).toMatchObject({ 'service.name': 'medspil' });
    expect(receiver.paths).toContain('/v1/traces');
    expect(JSON.stringify(receiver.spans)).not.toContain('ASecretName');
  });

  it('has its statements below it, without their values', async () => {
    const id = '1'.repeat(32);
    const query = 'query ($slug: String!) { caseStudy(slug: $slug) { title parties { role } } }';
    await send({ query, variables: { slug: 'limboland' } }, { traceparent: `00-${id}-${CALLER}-01` });
    const { spanId } = await spanOf(inTrace(id));
    const statements = receiver.spans.filter((span) => span.traceId === id && span.kind === CLIENT);
    expect(statements).toHaveLength(2);
    for (const { parentSpanId, attributes, name } of statements) {
      expect(parentSpanId).toBe(spanId);
      expect(name).toBe('SELECT');
      expect(attributes).toMatchObject({ 'db.system': 'postgresql', 'db.system.name': 'postgresql' });
      expect(attributes['db.query.text']).toMatch(/\$1/);
      expect(attributes['db.query.text']).not.toContain('limboland');
    }
  });

  it("that writes has the statements of its transaction, entities' too", async () => {
    await publishLesson(server.url, ADMIN_KEY, 'A lesson whose title is a secret');
    const publish = await spanOf(({ name }) => name === 'mutation publish');
    const statements = receiver.spans.filter(({ parentSpanId }) => parentSpanId === publish.spanId);
    const names = statements.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['START', 'UPDATE', 'INSERT', 'COMMIT']));
    expect(JSON.stringify(receiver.spans)).not.toContain('whose title is a secret');
  });

  it('that fails says of what', async () => {
    const id = '2'.repeat(32);
    await send(
      { query: 'mutation { createLesson(input: {organisationId: "x", title: "t", language: EN}) { lesson { id } } }' },
      {
        traceparent: `00-${id}-${CALLER}-01`,
      },
    );
    const span = await spanOf(inTrace(id));
    expect(span.status).toBe(2);
    expect(span.attributes['error.type']).toMatch(/^[A-Z_]+$/);
  });

  it('without a trace begins one, and so does one with a broken one', async () => {
    const query = '{ themes { slug } }';
    for (const traceparent of ['nonsense', `00-${'0'.repeat(32)}-${CALLER}-01`, `ff-${TRACE}-${CALLER}-01`]) {
      receiver.spans.length = 0;
      await send({ query: '{ __typename }' }, { traceparent });
      const span = await spanOf(({ name }) => name === 'query __typename');
      expect(span.parentSpanId ?? '').toBe('');
      expect(span.traceId).not.toBe(TRACE);
    }
    await send({ query });
  });

  it('whose caller keeps no trace is not kept here', async () => {
    const id = '3'.repeat(32);
    await send({ query: '{ __typename }' }, { traceparent: `00-${id}-${CALLER}-00` });
    await send({ query: '{ __typename }' }, { traceparent: `00-${'4'.repeat(32)}-${CALLER}-01` });
    await spanOf(inTrace('4'.repeat(32)));
    expect(receiver.spans.filter(({ traceId }) => traceId === id)).toEqual([]);
  });

  it('by WebSocket is traced with its connection', async () => {
    const client = await connectSocketClient(server.url);
    await client.ask('1', '{ themes { slug } }');
    client.socket.close();
    const span = await spanOf(({ attributes }) => attributes['network.protocol.name'] === 'websocket');
    expect(span.attributes['medspil.connection.id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

it('hands its trace on to those whom a webhook reaches', async () => {
  const hook = await startReceiver();
  const { data } = await server.admin('{ library(isil: "DK-775100") { id } }');
  const created = await server.admin(
    'mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { webhookEndpoint { id } errors { message } } }',
    { input: { organisationId: data.library.id, url: hook.url, filter: {}, description: 'traced' } },
  );
  expect(created.errors).toBeUndefined();
  await publishLesson(server.url, ADMIN_KEY, 'A lesson that is told of');
  await until(() => expect(hook.messages.length).toBeGreaterThan(0));
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(hook.messages[0]!.headers['traceparent']!)!;
  const span = await spanOf((candidate) => candidate.spanId === spanId);
  expect(span).toMatchObject({ traceId, kind: CLIENT, name: 'POST' });
  expect(span.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 204 });
  await hook.close();
});

it('sends what is left when the server stops', async () => {
  const own = await startTraceReceiver();
  const other = await startTestServer({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: own.endpoint } });
  await other.query('{ __typename }');
  await other.close();
  expect(own.spans.map(({ name }) => name)).toContain('query __typename');
  await own.close();
});

it.each(['that refuses', 'that never answers'])('goes on as ever with a receiver %s', async (what) => {
  const sockets = new Set<net.Socket>();
  const dead = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    if (what === 'that refuses') socket.destroy();
  });
  await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
  const { port } = dead.address() as AddressInfo;
  const other = await startTestServer({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } });
  for (let n = 0; n < 20; n++) expect((await other.query('{ __typename }')).errors).toBeUndefined();
  await until(() => expect(sockets.size).toBeGreaterThan(0));
  const start = performance.now();
  await other.close();
  expect(performance.now() - start).toBeLessThan(10_000);
  for (const socket of sockets) socket.destroy();
  dead.close();
});
