/** A client that comes back is told of what it missed many events at a time, which are read together. */
import type { GraphQLObjectType } from 'graphql';
import sql from 'sql-template-tag';
import { afterEach, expect, it } from 'vitest';
import { createContext, defineLoader } from '../../src/platform/auth/context.js';
import type { Reads } from '../../src/platform/database/cancellable-reads.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';
import { startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';
import { connectSocketClient, type SocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const LINE = 'subscription { line(after: "c0") { id text } }';
const EVENTS = 200;
/** Events that are worked out together at the most. */
const TOGETHER = 50;

let server: PlatformServer;
/** The ids that each statement asked for. */
let statements: string[][];
/** What a statement gives for an id, or fails of. */
let answer: (ids: readonly string[]) => Promise<unknown[]>;
const clients: SocketClient[] = [];

const textOf = defineLoader<string, string>(({ database }, ids) => database.rows<string>(sql`${[...ids]}`));

/** The texts of the line's events are read by a loader, from a database that counts. */
async function start(): Promise<void> {
  const { schema, state } = createPlatformSchema();
  const text = (schema.getType('Event') as GraphQLObjectType).getFields()['text']!;
  text.resolve = ({ eventId }, _, { loader }) => loader(textOf).load(eventId);
  statements = [];
  answer = async (ids) => ids.map((id) => `text of ${id}`);
  const rows = <Row>({ values: [ids] }: { values: unknown[] }) => {
    statements.push(ids as string[]);
    return answer(ids as string[]) as Promise<Row[]>;
  };
  const reads: Reads = { rows, row: () => Promise.reject(new Error('Only rows are read here.')) };
  server = {
    ...(await startPlatformServer({ schema, createContext: (viewer, end) => createContext(reads, viewer, end) })),
    state,
  };
  for (let n = 1; n <= EVENTS; n += 1) state.line.send('not read');
}

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

async function follow(): Promise<() => any[]> {
  const client = await connectSocketClient(server.url);
  clients.push(client);
  client.start('1', LINE);
  return () => client.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload);
}

const all = (text: (id: string) => string | null = (id) => `text of ${id}`, count = EVENTS) =>
  Array.from({ length: count }, (_, n) => ({ data: { line: { id: `e${n + 1}`, text: text(`e${n + 1}`) } } }));

it('one statement reads for many events, and not one for each', async () => {
  await start();
  const received = await follow();
  await until(() => expect(received()).toEqual(all()));
  expect(statements.map(({ length }) => length)).toEqual(Array(EVENTS / TOGETHER).fill(TOGETHER));
  // At the end of the line it is told of each event as it happens.
  await until(() => expect(server.state.line.waiting.size).toBe(1));
  server.state.line.send('not read');
  await until(() => expect(received()).toEqual(all(undefined, EVENTS + 1)));
  expect(statements.at(-1)).toEqual([`e${EVENTS + 1}`]);
});

it('what is read for one is not read again for others who catch up at the same time', async () => {
  await start();
  const received = await Promise.all(Array.from({ length: 40 }, follow));
  await until(() => expect(received.map((results) => results().length)).toEqual(received.map(() => EVENTS)));
  for (const results of received) expect(results()).toEqual(all());
  expect(statements.flat().sort()).toEqual([...new Set(statements.flat())].sort());
});

it('shows nothing that was read before something else happened', async () => {
  await start();
  let isRetracted = false;
  answer = async (ids) => {
    const texts = ids.map((id) => (isRetracted ? `nothing of ${id}` : `text of ${id}`));
    if (!isRetracted && ids.includes(`e${TOGETHER + 1}`)) {
      isRetracted = true;
      server.state.line.touch();
    }
    return texts;
  };
  const received = await follow();
  await until(() => expect(received()).toHaveLength(EVENTS));
  expect(received().slice(0, TOGETHER)).toEqual(all(undefined, TOGETHER));
  expect(received().slice(TOGETHER)).toEqual(all((id) => `nothing of ${id}`).slice(TOGETHER));
});

it('an event that cannot be read does no harm to those that are read with it', async () => {
  await start();
  answer = async (ids) => {
    if (ids.includes('e7')) throw new Error('this one is broken');
    return ids.map((id) => `text of ${id}`);
  };
  const received = await follow();
  await until(() => expect(received()).toHaveLength(EVENTS));
  const whole = all();
  const [broken] = received().splice(6, 1);
  expect(broken).toMatchObject({ data: null, errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  expect(received().filter(({ errors }) => errors === undefined)).toEqual(whole.filter((_, n) => n !== 6));
}, 20_000);

it('each event is paid for, and nothing is worked out that is not', async () => {
  await start();
  const cost = 20;
  // Half of the events, though reading the document may cost some, too.
  const points = 2_000;
  const addressRate = { points, restoreRate: 0.001 };
  const { state } = server;
  await server.close();
  const { schema } = createPlatformSchema(state);
  const text = (schema.getType('Event') as GraphQLObjectType).getFields()['text']!;
  text.extensions = { cost: cost - 1 };
  server = { ...(await startPlatformServer({ schema, addressRate })), state };
  const { executions } = state;
  const received = await follow();
  await until(() => expect(received().length).toBeGreaterThan(0));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(received().length).toBeLessThanOrEqual(points / cost);
  expect(state.executions - executions).toBe(received().length);
});
