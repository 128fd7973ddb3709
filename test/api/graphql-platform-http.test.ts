import { get } from 'node:http';
import { connect } from 'node:net';
import { getIntrospectionQuery, GraphQLError } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createErrorPresenter } from '../../src/platform/graphql/errors.js';
import { DatabaseError } from '../helpers/platform-schema.js';
import { ADMIN_KEY, startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;

beforeAll(async () => {
  server = await startPlatformServer();
});
afterAll(() => server.close());
beforeEach(() => {
  server.logged.length = 0;
});

const MODERN = { accept: 'application/graphql-response+json' };

async function answer(query: string, variables?: object, headers?: Record<string, string>): Promise<any> {
  return (await server.post({ query, variables }, headers)).json();
}

async function refusal(
  query: string,
  variables?: object,
): Promise<[code: string, status: number, plainStatus: number]> {
  const modern = await server.post({ query, variables }, MODERN);
  const plain = await server.post({ query, variables });
  const body = (await modern.json()) as any;
  expect(await plain.json()).toEqual(body);
  expect(body).not.toHaveProperty('data');
  return [body.errors[0].extensions.code, modern.status, plain.status];
}

describe('a query over HTTP', () => {
  it('is answered, the first time and compiled', async () => {
    for (let time = 0; time < 3; time += 1) {
      expect(
        await answer('query ($n: String) { hello(name: $n) items(first: 2) { nodes { id } } }', { n: 'you' }),
      ).toMatchObject({
        data: { hello: 'Hello you', items: { nodes: [{ id: '1' }, { id: '2' }] } },
      });
    }
  });

  it('may be a GET, which needs a header that no page of another site can send unasked', async () => {
    const url = `${server.url}/graphql?query=${encodeURIComponent('{ hello }')}`;
    const bare = await fetch(url);
    expect([bare.status, await bare.text()]).toEqual([400, expect.stringContaining('CSRF')]);
    const good = await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } });
    expect(await good.json()).toMatchObject({ data: { hello: 'Hello world' } });
  });

  it('cannot change anything by GET', async () => {
    const url = `${server.url}/graphql?query=${encodeURIComponent('mutation { touch }')}`;
    const response = await fetch(url, { headers: { 'apollo-require-preflight': 'yes' } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect(server.state.touched).toBe(0);
    expect(await answer('mutation { touch }')).toMatchObject({ data: { touch: 1 } });
  });

  it('may ask for the schema', async () => {
    expect((await answer(getIntrospectionQuery())).data.__schema.types.length).toBeGreaterThan(10);
  });

  it('may not be a list of queries', async () => {
    const response = await server.post([{ query: '{ hello }' }, { query: '{ hello }' }]);
    expect(response.status).toBe(400);
  });

  it('of another method is told which there are', async () => {
    const response = await fetch(`${server.url}/graphql`, { method: 'PUT' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('an operation is refused', () => {
  it.each([
    ['that cannot be read', 'GRAPHQL_PARSE_FAILED', 400, '{ hello'],
    ['that has too many tokens', 'GRAPHQL_PARSE_FAILED', 400, `{ ${'hello '.repeat(5_000)} }`],
    ['that is nested beyond reading', 'GRAPHQL_PARSE_FAILED', 400, `{ echo(list: ${'['.repeat(4_900)} }`],
    ['that does not fit the schema', 'GRAPHQL_VALIDATION_FAILED', 400, '{ nothing }'],
    [
      'that asks for introspection within itself',
      'GRAPHQL_VALIDATION_FAILED',
      400,
      `{ __schema { types { ${'fields { type { '.repeat(4)}name${' } }'.repeat(4)} } } }`,
    ],
    ['that is too deep', 'QUERY_TOO_DEEP', 400, `{ item { ${'lazy { '.repeat(20)}id${' }'.repeat(20)} } }`],
    ['that is too expensive', 'QUERY_TOO_EXPENSIVE', 400, '{ items(first: 50000) { nodes { id } } }'],
    ['that is a subscription', 'BAD_USER_INPUT', 400, 'subscription { events { id } }'],
    ['that is one of two', 'BAD_USER_INPUT', 400, 'query A { hello } query B { hello }'],
  ])('%s', async (_name, code, status, query) => {
    expect(await refusal(query)).toEqual([code, status, 200]);
  });

  it('whose variables do not fit, or make it too expensive', async () => {
    const query = 'query ($n: Int!) { items(first: $n) { nodes { id } } }';
    expect(await refusal(query, {})).toEqual(['BAD_USER_INPUT', 400, 200]);
    expect(await refusal(query, { n: 'ten' })).toEqual(['BAD_USER_INPUT', 400, 200]);
    expect(await refusal(query, { n: 100_000_000 })).toEqual(['QUERY_TOO_EXPENSIVE', 400, 200]);
    expect((await answer(query, { n: 2 })).data.items.nodes).toHaveLength(2);
    expect(await refusal(query, { n: 100_000_000 })).toEqual(['QUERY_TOO_EXPENSIVE', 400, 200]);
  });

  it('with an argument that a variable makes null', async () => {
    const query = 'query ($r: Int = 3) { echo(required: $r) }';
    expect(await refusal(query, { r: null })).toEqual(['BAD_USER_INPUT', 400, 200]);
  });

  it('with each of its errors told', async () => {
    const { errors } = await answer(
      'query ($a: Int!, $b: Int!) { a: items(first: $a) { totalCount } b: items(first: $b) { totalCount } }',
      {},
    );
    expect(errors).toHaveLength(2);
    expect(errors[0].locations).toEqual([{ line: 1, column: 8 }]);
  });

  it('when the request is larger than 1 MiB', async () => {
    const response = await server.post({ query: '{ hello }', variables: { a: 'x'.repeat(1024 * 1024) } });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      errors: [{ message: expect.stringContaining('1 MiB'), extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  it.each([
    ['no JSON', '{ not json', 400, {}],
    ['no query', {}, 400, {}],
    ['text', '{ hello }', 415, { 'content-type': 'text/plain' }],
    ['a form', 'query={hello}', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
  ])('when the body is %s', async (_name, body, status, headers) => {
    const response = await server.post(body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as any;
    expect(errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT' });
    expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules/);
  });
});

it('a request to no proper host is refused, and is no fault of ours', async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = { host: 'a b[', 'apollo-require-preflight': 'yes' };
    get(`${server.url}/graphql?query=%7Bhello%7D`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  expect(status).toBe(400);
  expect(server.logged.join()).not.toContain('An operation failed');
});

describe('who asks', () => {
  const role = async (authorization?: string): Promise<unknown> => {
    const response = await server.post({ query: '{ viewer { role actor } }' }, authorization ? { authorization } : {});
    return response.status === 200 ? ((await response.json()) as any).data.viewer.role : response;
  };

  it('is known by the key', async () => {
    expect(await role()).toBe('ANONYMOUS');
    expect(await role(`Bearer ${ADMIN_KEY}`)).toBe('ADMIN');
    expect(await role(`bearer ${ADMIN_KEY}`)).toBe('ADMIN');
  });

  it.each(['Bearer wrong', `Bearer ${ADMIN_KEY}x`, 'Bearer', 'Basic YTpi', ADMIN_KEY])(
    'is nobody with "%s"',
    async (credential) => {
      const response = (await role(credential)) as Response;
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('Bearer'),
      ]);
      const body = (await response.json()) as any;
      expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    },
  );
});

describe('an error of a resolver', () => {
  const failing = async (how: string) =>
    (await answer('query ($how: String!) { hello fail(how: $how) }', { how })) as any;

  it.each([
    ['forbidden', 'FORBIDDEN', 'Not you.'],
    ['cursor', 'CURSOR_EXPIRED', 'That was too long ago.'],
    ['domain', 'BAD_USER_INPUT', 'No such thing.'],
    ['timeout', 'QUERY_TOO_EXPENSIVE', 'This took longer'],
  ])('"%s" is told as %s', async (how, code, message) => {
    const { data, errors } = await failing(how);
    if (how !== 'timeout') expect(data).toEqual({ hello: 'Hello world', fail: null });
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['fail'],
        message: expect.stringContaining(message),
        extensions: expect.objectContaining({ code }),
      }),
    ]);
    expect(server.logged.join()).not.toContain('An operation failed');
  });

  it.each(['fault', 'database', 'foreign', 'odd'])(
    '"%s" is masked, and logged under its id without variables',
    async (how) => {
      const { data, errors } = await failing(how);
      expect(data).toEqual({ hello: 'Hello world', fail: null });
      const { id, code } = errors[0].extensions;
      expect(code).toBe('INTERNAL_SERVER_ERROR');
      expect(errors[0].message).toContain(id);
      expect(JSON.stringify(errors)).not.toMatch(/secret|broke|stack|\.ts/);

      const line = server.logged.map((text) => JSON.parse(text)).find(({ errorId }) => errorId === id);
      expect(line).toMatchObject({ level: 50, path: 'fail', fault: { message: expect.any(String) } });
      expect(JSON.stringify(line)).not.toContain('a-secret-parameter');
      expect(JSON.stringify(line)).not.toContain('"how"');
    },
  );

  it('that is one for many fields has one id and one line in the log', () => {
    const shared = new DatabaseError('08006', 'the connection broke');
    const lines: object[] = [];
    const present = createErrorPresenter({ error: (details) => lines.push(details) });
    const shown = present(
      ['a', 'b', 'c'].map((path) => new GraphQLError('x', { path: [path], originalError: shared })),
    );
    expect(new Set(shown.map(({ extensions }) => extensions!['id'])).size).toBe(1);
    expect(lines).toHaveLength(1);
  });
});

describe('the log', () => {
  it('has neither credentials nor what was asked', async () => {
    await server.post({ query: '{ hello(name: "private words") }' }, { authorization: `Bearer ${ADMIN_KEY}` });
    await fetch(`${server.url}/graphql?query=${encodeURIComponent('{ hello(name: "private words") }')}`, {
      headers: { 'apollo-require-preflight': 'yes', authorization: 'Bearer wrong-but-private' },
    });
    await until(() => expect(server.logged.filter((line) => line.includes('"route":"/graphql"'))).toHaveLength(2));
    expect(server.logged.join()).not.toMatch(new RegExp(`${ADMIN_KEY}|private`));
  });
});

describe('beside GraphQL', () => {
  it('the schema is there as text, and headers keep browsers from guessing', async () => {
    const response = await fetch(`${server.url}/schema.graphql`);
    expect(await response.text()).toContain('type Query');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
  });

  it('health is told apart from readiness', async () => {
    let answerReady: () => Promise<boolean> = async () => true;
    const other = await startPlatformServer({ isReady: () => answerReady() });
    const ready = async () => (await fetch(`${other.url}/readyz`)).status;
    try {
      expect(await ready()).toBe(200);
      answerReady = async () => false;
      expect(await ready()).toBe(503);
      answerReady = async () => Promise.reject(new Error('no database'));
      expect(await ready()).toBe(503);
      answerReady = () => new Promise(() => undefined);
      expect(await ready()).toBe(503);
      expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});

describe('stopping', () => {
  it('finishes what is under way and takes nothing new', async () => {
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = false;
    const other = await startPlatformServer({
      isReady: async () => {
        asked = true;
        await held;
        return true;
      },
    });
    const underWay = fetch(`${other.url}/readyz`);
    await until(() => expect(asked).toBe(true));
    const closing = other.close();
    await until(async () => expect(await canConnect(other.url)).toBe(false));
    release();
    expect((await underWay).status).toBe(200);
    await closing;
  });
});

function canConnect(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
