import { createClient as createSseClient } from 'graphql-sse';
import { type GraphQLObjectType } from 'graphql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { ADMIN_KEY, startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { subscribe } from '../helpers/subscriber.js';
import { TRANSPORTS } from '../helpers/transports.js';
import { until } from '../helpers/until.js';

let server: PlatformServer;
beforeAll(async () => {
  server = await startPlatformServer();
});
afterAll(() => server.close());

const started: PlatformServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.close()));
});

/** A server of the test's own, so that nobody else uses its points. */
async function rationed(points: number, restoreRate: number, credentialPoints = Infinity): Promise<PlatformServer> {
  const own = await startPlatformServer({
    addressRate: { points, restoreRate },
    credentialRate: { points: credentialPoints, restoreRate },
    // Whoever else is busy on this machine is not to be felt here.
    pressure: { share: 1 },
  });
  started.push(own);
  return own;
}

const authorization = `Bearer ${ADMIN_KEY}`;

describe.each(TRANSPORTS)('over %s', (name, send) => {
  const isMessage = name !== 'HTTP';

  describe('an operation is refused with one error', () => {
    it.each([
      [
        'of 101 aliases',
        `{ ${Array.from({ length: 101 }, (_, n) => `alias${n}: __typename`).join(' ')} }`,
        'QUERY_TOO_EXPENSIVE',
      ],
      ['of ten directives on a field', '{ __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }', 'QUERY_TOO_EXPENSIVE'],
      ['of 51 directives', `{ ${'hello @skip(if: false) '.repeat(51)} }`, 'QUERY_TOO_EXPENSIVE'],
      ['of one field 500 times', `{ ${'__typename '.repeat(500)} }`, 'QUERY_TOO_EXPENSIVE'],
      ['of an object 51 times', `{ item { ${'lazy { id } '.repeat(51)} } }`, 'QUERY_TOO_EXPENSIVE'],
      ['of too many tokens', `{ ${'hello '.repeat(5_000)} }`, 'GRAPHQL_PARSE_FAILED'],
      ['that is too deep', `{ item { ${'lazy { '.repeat(20)}id${' }'.repeat(20)} } }`, 'QUERY_TOO_DEEP'],
      ['with too long a string', `{ hello(name: "${'x'.repeat(10_001)}") }`, 'BAD_USER_INPUT'],
    ])('%s', async (_name, query, code) => {
      const { result, kind } = await send(server.url, { query });
      expect(result.errors).toHaveLength(1);
      expect(result.errors[0].extensions.code).toBe(code);
      expect(result.data).toBeUndefined();
      expect(kind).toBe(isMessage ? (name === 'SSE' ? 'next' : 'error') : 400);
    });
  });

  it('an operation that is too dear is told its dearest part, and its cost', async () => {
    const query = '{ hello items(first: 30000) { nodes { id name } pageInfo { hasNextPage } edges { node { id } } } }';
    const { result } = await send(server.url, { query });
    const [error] = result.errors;
    expect(error.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', field: 'items.nodes', maximumCost: 20_000 });
    expect(error.message).toContain('`items.nodes`');
    const cost = { requestedQueryCost: 90_002, actualQueryCost: null, throttleStatus: null };
    expect(error.extensions.cost).toEqual(cost);
    if (name !== 'WebSocket') expect(result.extensions).toEqual({ cost });
  });

  it('an argument that is too large is named, also within a variable', async () => {
    const list = 'query ($s: Shade) { first: echo(shade: $s) }';
    const entries = Array.from({ length: 1_001 }, (_, index) => index);
    const { result } = await send(server.url, { query: list, variables: { s: { colour: 'RED', deep: entries } } });
    expect(result.errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('`first.shade.deep`'),
        extensions: { code: 'BAD_USER_INPUT', argument: 'first.shade.deep' },
      }),
    ]);
    const enough = { s: { colour: 'RED', deep: entries.slice(1) } };
    expect((await send(server.url, { query: list, variables: enough })).result.data.first).toContain('999');
    const text = 'query ($n: String) { item { node { ... on Item { name } } } hello(name: $n) }';
    expect(
      (await send(server.url, { query: text, variables: { n: 'x'.repeat(10_000) } })).result.errors,
    ).toBeUndefined();
    const tooLong = await send(server.url, { query: text, variables: { n: 'x'.repeat(10_001) } });
    expect(tooLong.result.errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'hello.name' });
  });

  it('the errors of one operation are bounded, in number and length', async () => {
    const unknown = `{ ${Array.from({ length: 1_000 }, (_, n) => `nothing${n}`).join(' ')} }`;
    expect((await send(server.url, { query: unknown })).result.errors).toHaveLength(21);
    const long = await send(server.url, { query: `{ ${'x'.repeat(100_000)} }` });
    expect(long.result.errors[0].message.length).toBeLessThan(1_100);
  });

  it('an answer tells what it cost', async () => {
    const own = await rationed(1_000, 1);
    const query = '{ items(first: 1) { nodes { boxes { nodes { id } } } } }';
    const { result } = await send(own.url, { query });
    expect(result.data.items.nodes).toHaveLength(1);
    expect(result.extensions).toEqual({
      cost: {
        requestedQueryCost: 1 + 1 + 1 + 20,
        actualQueryCost: 1 + 1 + 1 + 2,
        throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: expect.any(Number), restoreRate: 1 },
      },
    });
    const free = await send(server.url, { query });
    expect(free.result.extensions.cost).toEqual({ requestedQueryCost: 23, actualQueryCost: 5, throttleStatus: null });
  });

  it('one with errors costs what was requested', async () => {
    const { result } = await send(server.url, { query: '{ items(first: 10) { totalCount nodes { id } } failHard }' });
    expect(result.data).toBeNull();
    expect(result.extensions.cost).toMatchObject({ requestedQueryCost: 11, actualQueryCost: 11 });
  });

  it('a dry run tells the cost, runs nothing, and is not paid for', async () => {
    const own = await rationed(1_000, 1);
    const query = 'mutation { touch }';
    await send(own.url, { query, queryCost: 'dry-run' });
    const { result, kind } = await send(own.url, { query, queryCost: 'dry-run' });
    expect(result).toEqual({
      data: null,
      extensions: {
        cost: {
          requestedQueryCost: 10,
          actualQueryCost: null,
          throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: expect.any(Number), restoreRate: 1 },
        },
      },
    });
    expect(kind).toBe(isMessage ? 'next' : 200);
    expect(own.state.touched).toBe(0);
    const available = result.extensions.cost.throttleStatus.currentlyAvailable;
    const again = await send(own.url, { query, queryCost: 'dry-run' });
    // A WebSocket is paid for by itself.
    const socket = name === 'WebSocket' ? 5 : 0;
    expect(again.result.extensions.cost.throttleStatus.currentlyAvailable).toBeGreaterThanOrEqual(available - socket);
  });

  it('a dry run tells the cost of a subscription, also where it could not run', async () => {
    const { result } = await send(server.url, { query: 'subscription { events { id } }', queryCost: 'dry-run' });
    expect(result).toMatchObject({
      data: null,
      extensions: { cost: { requestedQueryCost: 5, actualQueryCost: null } },
    });
    expect(server.state.events.listeners).toBe(0);
  });

  it('a dry run of what is too dear tells the cost as well', async () => {
    const { result } = await send(server.url, {
      query: '{ items(first: 60000) { nodes { id } } }',
      queryCost: 'dry-run',
    });
    expect(result.errors[0].extensions).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      cost: { requestedQueryCost: 60_001, actualQueryCost: null },
    });
  });

  it.each(['', 'dry_run', 'yes'])('another question about the cost is refused: "%s"', async (queryCost) => {
    const { result } = await send(server.url, { query: 'mutation { touch }', queryCost });
    expect(result.errors[0]).toMatchObject({
      message: expect.stringContaining('dry-run'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(server.state.touched).toBe(0);
  });

  it('who has used up his points is refused, and told when to come again', async () => {
    const own = await rationed(1_000, 1);
    const query = '{ items(first: 900) { nodes { id } } }';
    expect((await send(own.url, { query })).result.errors).toBeUndefined();
    const { result, kind } = await send(own.url, { query });
    const [error] = result.errors;
    expect(error).toMatchObject({
      message: expect.stringContaining('901'),
      extensions: {
        code: 'RATE_LIMITED',
        retryAfter: expect.any(Number),
        cost: { requestedQueryCost: 901, actualQueryCost: null, throttleStatus: { maximumAvailable: 1_000 } },
      },
    });
    expect(error.extensions.retryAfter).toBeGreaterThan(700);
    expect(error.extensions.retryAfter).toBeLessThanOrEqual(1_901);
    expect(kind).toBe(isMessage ? (name === 'SSE' ? 'next' : 'error') : 429);
    // Somebody with a credential has points of his own, and here as many as he likes.
    expect((await send(own.url, { query, authorization })).result.errors).toBeUndefined();
  });

  it('what costs more than anybody has is refused for good', async () => {
    const own = await rationed(300, 1);
    const { result } = await send(own.url, { query: '{ items(first: 400) { nodes { id } } }' });
    expect(result.errors[0]).toMatchObject({
      message: expect.stringContaining('never'),
      extensions: {
        code: 'QUERY_TOO_EXPENSIVE',
        field: 'items.nodes',
        maximumCost: 300,
        cost: { requestedQueryCost: 401 },
      },
    });
    expect(result.errors[0].extensions).not.toHaveProperty('retryAfter');
  });
});

describe('points', () => {
  const ask = async (own: PlatformServer, query: string, headers?: Record<string, string>) => {
    const response = await own.post({ query }, headers);
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: (await response.json()) as any,
    };
  };

  it('are one account for all three transports', async () => {
    const own = await rationed(1_000, 1);
    const query = '{ items(first: 320) { nodes { id } } }';
    const spent = [];
    for (const [, send] of [...TRANSPORTS, ...TRANSPORTS]) spent.push((await send(own.url, { query })).result.errors);
    expect(spent.filter((errors) => errors === undefined).length).toBeLessThanOrEqual(3);
    expect(spent.slice(3).every((errors) => errors[0].extensions.code === 'RATE_LIMITED')).toBe(true);
  });

  it('of a credential are its own', async () => {
    const own = await rationed(1_000, 1, 700);
    const query = '{ items(first: 400) { nodes { id } } }';
    expect((await ask(own, query, { authorization })).body.errors).toBeUndefined();
    expect((await ask(own, query, { authorization })).body.errors[0].extensions.code).toBe('RATE_LIMITED');
    expect((await ask(own, query)).body.errors).toBeUndefined();
  });

  it('are missed with a header as well, with the status for those who understand it', async () => {
    const own = await rationed(1_000, 1);
    const query = '{ items(first: 900) { nodes { id } } }';
    await ask(own, query);
    const plain = await ask(own, query);
    expect([plain.status, plain.retryAfter]).toEqual([200, String(plain.body.errors[0].extensions.retryAfter)]);
    const modern = await ask(own, query, { accept: 'application/graphql-response+json' });
    expect([modern.status, modern.retryAfter]).toEqual([429, String(modern.body.errors[0].extensions.retryAfter)]);
  });

  it('come back', async () => {
    const own = await rationed(1_000, 2_000);
    const query = '{ items(first: 900) { nodes { id } } }';
    await ask(own, query);
    await until(async () => expect((await ask(own, query)).body.errors).toBeUndefined());
  });

  it('that were not used come back at once', async () => {
    const own = await rationed(1_000, 1);
    const query = '{ item { boxes(first: 800) { nodes { id } } } }';
    for (let time = 0; time < 5; time += 1) expect((await ask(own, query)).body.errors).toBeUndefined();
  });

  it('come back whole for a subscription that came the wrong way', async () => {
    const own = await rationed(1_000, 1);
    const { body } = await ask(own, 'subscription { events { id } }');
    expect(body.extensions.cost).toMatchObject({ requestedQueryCost: 5, actualQueryCost: null });
  });

  it('are taken for reading documents, and with none left no document is read', async () => {
    const own = await rationed(1_000, 1);
    const available = async (query: string) =>
      (await ask(own, query)).body.extensions.cost.throttleStatus.currentlyAvailable as number;
    const wide = (n: number) =>
      `{ item { ${Array.from({ length: 40 }, () => `lazy { ${'id name colour '.repeat(13)} nothing${n} }`).join(' ')} } }`;
    let left = await available('{ hello }');
    for (let n = 0; left > 0 && n < 1_000; n += 1) {
      const next = await available(wide(n));
      expect(next).toBeLessThanOrEqual(left + 5);
      left = next;
    }
    expect(left).toBe(0);
    const { body } = await ask(own, '{ notRead }');
    expect(body.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', cost: { requestedQueryCost: null } });
  });
});

describe('a subscription', () => {
  /** Each event costs 100. */
  async function dear(points: number, restoreRate: number): Promise<PlatformServer> {
    const { schema, state } = createPlatformSchema();
    (schema.getType('Event') as GraphQLObjectType).getFields()['text']!.extensions = { cost: 99 };
    const own = await startPlatformServer({ schema, addressRate: { points, restoreRate }, pressure: { share: 1 } });
    started.push({ ...own, state });
    return { ...own, state };
  }
  const query = 'subscription { events { id text } }';
  const sendEvents = ({ state }: PlatformServer, first: number, last: number) => {
    for (let n = first; n <= last; n += 1) state.events.send({ eventId: `e${n}`, text: `${n}` });
  };

  it('loses no event when its points are used up: they come later, in order', async () => {
    const own = await dear(400, 400);
    const subscriber = subscribe(own.url, query);
    await until(() => expect(own.state.events.listeners).toBe(1));
    sendEvents(own, 1, 12);
    await until(() => expect(subscriber.received.length).toBeGreaterThan(0));
    expect(subscriber.received.length).toBeLessThan(12);
    await until(() => expect(subscriber.received).toHaveLength(12));
    expect(subscriber.received.map(({ text }) => Number(text))).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    expect(subscriber.errors).toEqual([]);
    await subscriber.close();
  });

  it('does the same over SSE, and keeps nothing when its client leaves while it waits', async () => {
    const own = await dear(400, 1);
    const client = createSseClient({ url: `${own.url}/graphql/stream`, retryAttempts: 0 });
    const received: unknown[] = [];
    const stop = client.subscribe(
      { query },
      { next: (result) => received.push(result), error: () => undefined, complete: () => undefined },
    );
    await until(() => expect(own.state.events.listeners).toBe(1));
    sendEvents(own, 1, 12);
    await until(() => expect(received.length).toBeGreaterThan(0));
    const { executions } = own.state;
    expect(executions).toBeLessThan(12);
    expect(received[0]).not.toHaveProperty('extensions');
    stop();
    await until(() => expect(own.state.events.listeners).toBe(0));
    expect(own.state.executions).toBe(executions);
  });

  it('cannot start without the points for one event', async () => {
    const own = await dear(2_000, 0.001);
    const ask = async (first: number, headers = {}) => {
      const body = { query: 'query ($first: Int) { items(first: $first) { nodes { id } } }', variables: { first } };
      return (await (await own.post(body, headers)).json()) as any;
    };
    // What is left depends on how long the machine takes to read the documents, which is done here, once.
    await own.post({ query }, { 'x-query-cost': 'dry-run' });
    const { extensions } = await ask(1, { 'x-query-cost': 'dry-run' });
    expect((await ask(extensions.cost.throttleStatus.currentlyAvailable - 50)).errors).toBeUndefined();
    for (const [name, send] of TRANSPORTS) {
      if (name === 'HTTP') continue;
      const { result } = await send(own.url, { query });
      expect(result.errors[0].extensions).toMatchObject({ code: 'RATE_LIMITED', cost: { requestedQueryCost: 100 } });
    }
    expect(own.state.events.listeners).toBe(0);
  });
});
