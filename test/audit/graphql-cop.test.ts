/**
 * The twelve checks of graphql-cop (https://github.com/dolevf/graphql-cop), over every way in. Each is also tried on a
 * server without guards, where it must succeed. Three of them find here what is meant to be: this API is for others, who
 * need its schema, its explorer and helpful messages.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { attack, type Transport, TRANSPORTS } from '../helpers/attack-target.js';
import { startNaiveServer } from '../helpers/naive-server.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

interface Check {
  readonly id: string;
  readonly what: string;
  /** Where it applies; everywhere unless told. */
  readonly transports?: readonly Transport[];
  /** Whether the attack succeeds. */
  readonly succeeds: (url: string, transport: Transport) => Promise<boolean>;
}

const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

const get = async (url: string, transport: Transport, search: Record<string, string>, headers = {}) => {
  const path = transport === 'sse' ? '/graphql/stream' : '/graphql';
  const response = await fetch(`${url}${path}?${new URLSearchParams(search)}`, { headers });
  return response.text();
};

const hasData = (text: string) => /"data":\{"/.test(text);

const CHECKS: readonly Check[] = [
  {
    id: 'COP-01',
    what: 'a hundred and one aliases of one field',
    succeeds: async (url, transport) => {
      const query = `query cop { ${repeat(101, (index) => `alias${index}:__typename`)} }`;
      return (await attack(url, transport, { query })).data?.alias100 !== undefined;
    },
  },
  {
    id: 'COP-02',
    what: 'ten operations in one request',
    // One operation to a message and to a stream: their protocols know no array at all.
    transports: ['http'],
    succeeds: async (url, transport) => {
      const { data } = await attack(url, transport, Array(10).fill({ query: 'query cop { __typename }' }));
      return Array.isArray(data) && data.length === 10;
    },
  },
  {
    id: 'COP-03',
    what: 'a query by GET, as another site’s page can send it',
    transports: ['http'],
    succeeds: async (url, transport) => hasData(await get(url, transport, { query: 'query cop { __typename }' })),
  },
  {
    id: 'COP-04',
    what: 'a form, as another site’s page can send it',
    transports: ['http', 'sse'],
    succeeds: async (url, transport) => {
      const response = await fetch(`${url}/graphql${transport === 'sse' ? '/stream' : ''}`, {
        method: 'POST',
        headers: { accept: '*/*' },
        body: new URLSearchParams({ query: 'query cop { __typename }' }),
      });
      return hasData(await response.text());
    },
  },
  {
    id: 'COP-05',
    what: 'tracing',
    transports: ['http'],
    succeeds: async (url, transport) =>
      (await attack(url, transport, { query: 'query cop { __typename }' })).extensions?.tracing !== undefined,
  },
  {
    id: 'COP-06',
    what: 'five hundred times the same field',
    succeeds: async (url, transport) => {
      const { data } = await attack(url, transport, { query: `query cop { ${repeat(500, () => '__typename')} }` });
      return data?.__typename !== undefined;
    },
  },
  {
    id: 'COP-10',
    what: 'ten unknown directives on a field',
    succeeds: async (url, transport) => {
      const { errors, data } = await attack(url, transport, {
        query: `query cop { __typename ${repeat(10, () => '@aa')} }`,
      });
      return data !== undefined || (errors?.length ?? 0) >= 10;
    },
  },
  {
    id: 'COP-11',
    what: 'a circle through introspection',
    succeeds: async (url, transport) => {
      const circle = (depth: number): string => (depth === 0 ? 'name' : `type { fields { ${circle(depth - 1)} } }`);
      const query = `query cop { __schema { types { fields { ${circle(4).replace('fields { name }', 'name')} } } } }`;
      return (await attack(url, transport, { query })).data?.__schema !== undefined;
    },
  },
  {
    id: 'COP-12',
    what: 'a mutation by GET',
    transports: ['http', 'sse'],
    succeeds: async (url, transport) =>
      hasData(
        await get(
          url,
          transport,
          { query: 'mutation cop { __typename }' },
          { 'apollo-require-preflight': '1', accept: transport === 'sse' ? 'text/event-stream' : '*/*' },
        ),
      ),
  },
];

/** Here they succeed, and are meant to. */
const MEANT: readonly Check[] = [
  {
    id: 'COP-07',
    what: 'suggestions in error messages',
    transports: ['http'],
    succeeds: async (url, transport) =>
      (await attack(url, transport, { query: 'query cop { viewr { role } }' })).text.includes('Did you mean'),
  },
  {
    id: 'COP-08',
    what: 'an explorer',
    transports: ['http'],
    succeeds: async (url) => (await (await fetch(`${url}/graphiql`)).text()).includes('<title>'),
  },
  {
    id: 'COP-09',
    what: 'introspection',
    succeeds: async (url, transport) =>
      (await attack(url, transport, { query: 'query cop { __schema { types { name } } }' })).data?.__schema !==
      undefined,
  },
];

const overEach = (checks: readonly Check[]) =>
  checks.flatMap((check) =>
    (check.transports ?? TRANSPORTS).map((transport) => [check.id, check.what, transport, check] as const),
  );

describe('graphql-cop', () => {
  let server: TestServer;
  let naive: { url: string; close(): Promise<void> };

  beforeAll(async () => {
    [server, naive] = await Promise.all([startTestServer(), startNaiveServer()]);
  });
  afterAll(async () => {
    await Promise.all([server.close(), naive.close()]);
  });

  test.each(TRANSPORTS)('what is asked decently over %s is answered', async (transport) => {
    const { data } = await attack(server.url, transport, { query: 'query cop { __typename }' });
    expect(data).toEqual({ __typename: 'Query' });
  });

  test.each(overEach(CHECKS))('%s MUST NOT succeed: %s (%s)', async (_id, _what, transport, check) => {
    expect(await check.succeeds(server.url, transport)).toBe(false);
  });

  test.each(overEach(MEANT))('%s is meant to succeed: %s (%s)', async (_id, _what, transport, check) => {
    expect(await check.succeeds(server.url, transport)).toBe(true);
  });

  test.each(overEach([...CHECKS, ...MEANT.filter(({ id }) => id !== 'COP-07')]))(
    '%s succeeds on a server without guards: %s (%s)',
    async (_id, _what, transport, check) => {
      expect(await check.succeeds(naive.url, transport)).toBe(true);
    },
  );

  test('COP-03 MUST NOT succeed as a WebSocket that another site’s page opens', async () => {
    const refused = (url: string) =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
          origin: 'https://evil.example',
        });
        socket.once('error', () => resolve(true));
        socket.once('open', () => {
          socket.close();
          resolve(false);
        });
      });
    expect(await refused(server.url)).toBe(true);
    expect(await refused(naive.url)).toBe(false);
  });

  test('all twelve are here', () => {
    const ids = [...CHECKS, ...MEANT].map(({ id }) => id).sort();
    expect(ids).toEqual(Array.from({ length: 12 }, (_, index) => `COP-${String(index + 1).padStart(2, '0')}`));
  });
});
