import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { loadTrustedDocuments } from '../../src/platform/graphql/trusted-documents.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { ADMIN_KEY, startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { TRANSPORTS } from '../helpers/transports.js';
import { until } from '../helpers/until.js';

const { schema } = createPlatformSchema();
const idOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const HELLO = 'query Hello($n: String) { hello(name: $n) }';
const TOUCH = 'mutation { touch }';
const EVENTS = 'subscription { events { id } }';
const UNKNOWN = idOf('{ unknown }');

let folder: string;
let open: PlatformServer;
let closed: PlatformServer;

async function file(content: unknown): Promise<string> {
  const name = path.join(folder, `${Math.random()}.json`);
  await writeFile(name, typeof content === 'string' ? content : JSON.stringify(content));
  return name;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-documents-'));
  const documents = await file(Object.fromEntries([HELLO, TOUCH, EVENTS].map((text) => [idOf(text), text])));
  open = await startPlatformServer({ trustedDocuments: await loadTrustedDocuments(schema, documents, false) });
  closed = await startPlatformServer({ trustedDocuments: await loadTrustedDocuments(schema, documents, true) });
});
afterAll(async () => {
  await Promise.all([open.close(), closed.close()]);
  await rm(folder, { recursive: true });
});

describe.each(TRANSPORTS)('a known document, over %s', (_name, send) => {
  it('is run by its id alone, with variables', async () => {
    for (const server of [open, closed]) {
      for (const n of ['you', 'them']) {
        const { result } = await send(server.url, { documentId: idOf(HELLO), variables: { n } });
        expect(result).toMatchObject({
          data: { hello: `Hello ${n}` },
          extensions: { cost: { requestedQueryCost: 5 } },
        });
      }
    }
  });

  it('may change things, and its cost can be asked for', async () => {
    const { touched } = open.state;
    const dry = await send(open.url, { documentId: idOf(TOUCH), queryCost: 'dry-run' });
    expect(dry.result).toMatchObject({ data: null, extensions: { cost: { requestedQueryCost: 10 } } });
    expect(open.state.touched).toBe(touched);
    expect((await send(open.url, { documentId: idOf(TOUCH) })).result.data).toEqual({ touch: touched + 1 });
  });

  it.each([UNKNOWN, 'hello', idOf(HELLO).toUpperCase()])('is not any other: %s', async (documentId) => {
    for (const [server, advice] of [
      [open, '`query`'],
      [closed, 'operator'],
    ] as const) {
      const { result } = await send(server.url, { documentId });
      expect(result.errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining(advice),
          extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
        }),
      ]);
    }
  });

  it('is not sent as text at the same time', async () => {
    for (const server of [open, closed]) {
      const { result } = await send(server.url, { documentId: idOf(HELLO), query: HELLO });
      expect(result.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(result.errors).toHaveLength(1);
    }
  });

  it.each([
    ['a text', '{ hello }'],
    ['the text of a known one', HELLO],
    ['introspection', getIntrospectionQuery()],
    ['what cannot be read', '{'],
  ])('is all that runs where the operator says so: not %s', async (_what, query) => {
    for (const authorization of [undefined, `Bearer ${ADMIN_KEY}`]) {
      const { result } = await send(closed.url, { query, ...(authorization && { authorization }) });
      expect(result.data).toBeUndefined();
      expect(result.errors).toEqual([
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'FORBIDDEN' }) }),
      ]);
    }
  });
});

it('is named in the address as well', async () => {
  const parameters = new URLSearchParams({ documentId: idOf(HELLO), variables: '{"n":"you"}' });
  const headers = { 'apollo-require-preflight': 'yes', accept: 'text/event-stream, application/json' };
  for (const server of [open, closed]) {
    const response = await fetch(`${server.url}/graphql?${parameters}`, { headers });
    expect(await response.json()).toMatchObject({ data: { hello: 'Hello you' } });
    const stream = await fetch(`${server.url}/graphql/stream?${parameters}`, { headers });
    expect(await stream.text()).toContain('"hello":"Hello you"');
  }
  parameters.set('query', HELLO);
  const both = await fetch(`${open.url}/graphql?${parameters}`, { headers });
  expect(await both.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  const change = await fetch(`${open.url}/graphql?documentId=${idOf(TOUCH)}`, { headers });
  expect(change.status).toBe(405);
});

it('is no secret word of the server that stands for another document', async () => {
  expect(await (await closed.post({ query: 'documentId' })).json()).toMatchObject({
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  });
});

it.each([
  ['beside the query', { query: '', documentId: idOf(EVENTS) }],
  ['in the extensions', { query: '', extensions: { documentId: idOf(EVENTS) } }],
])('is subscribed to by a client of graphql-ws, with its id %s', async (_where, payload) => {
  const client = createClient({ url: closed.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  const received: unknown[] = [];
  client.subscribe(payload, {
    next: (result) => received.push(result.data),
    error: (error) => received.push(error),
    complete: () => undefined,
  });
  await until(() => expect(closed.state.events.listeners).toBe(1));
  closed.state.events.send({ eventId: 'e1', text: 'one' });
  await until(() => expect(received).toEqual([{ events: { id: 'e1' } }]));
  await client.dispose();
  await until(() => expect(closed.state.events.listeners).toBe(0));
});

describe('the server does not start with', () => {
  const loading = async (content: unknown) => loadTrustedDocuments(schema, await file(content), false);

  it.each([
    ['a file that is no JSON', '{', /which is no JSON/],
    ['a file that holds a list', [HELLO], /holds no object/],
    ['a document that is no text', { [idOf(HELLO)]: { hello: true } }, /is no text/],
    [
      'an id that is another document’s',
      { [idOf(TOUCH)]: HELLO },
      new RegExp(`not the id of its document.*${idOf(HELLO)}`),
    ],
    ['an id in another spelling', { [idOf(HELLO).slice('sha256:'.length)]: HELLO }, /not the id of its document/],
    [
      'a document that does not fit the schema',
      { [idOf('{ nothing }')]: '{ nothing }' },
      /Cannot query field "nothing"/,
    ],
    ['a document that cannot be read', { [idOf('{')]: '{' }, /cannot be run: Syntax Error/],
  ])('%s', async (_what, content, message) => {
    await expect(loading(content)).rejects.toThrow(message);
    await expect(loading(content)).rejects.toThrow(/^TRUSTED_DOCUMENTS is "/);
  });

  it('a file that is not there', async () => {
    const missing = path.join(folder, 'missing.json');
    await expect(loadTrustedDocuments(schema, missing, false)).rejects.toThrow(/which cannot be read: ENOENT/);
  });

  it('no file, when nothing but its documents is to be run', async () => {
    await expect(loadTrustedDocuments(schema, undefined, true)).rejects.toThrow(/TRUSTED_DOCUMENTS_ONLY/);
    expect(await loadTrustedDocuments(schema, undefined, false)).toBeUndefined();
  });
});

it('without documents no id is known', async () => {
  const server = await startPlatformServer();
  try {
    expect(await (await server.post({ documentId: idOf(HELLO) })).json()).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
  } finally {
    await server.close();
  }
});
