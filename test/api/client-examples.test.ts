/** The examples for clients, each run as its reader would run it. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { endRuns, EXAMPLES, type Run, run as start } from '../helpers/example.js';
import { follow } from '../helpers/follower.js';
import { publishLesson } from '../helpers/publisher.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { ask, endServerProcesses, type ServerProcess, startServerProcess } from '../helpers/server-process.js';
import { until } from '../helpers/until.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterEach(endRuns);
afterAll(() => server.close());

const run = (example: string, parameters: string[], environment: Record<string, string> = {}): Run =>
  start(process.execPath, [path.join(EXAMPLES, example), ...parameters], { environment });

describe('first-steps', () => {
  it('query.js tells of the cases and their lessons', async () => {
    const query = run('first-steps/query.js', [server.url]);
    expect(await query.exitCode, query.output()).toBe(0);
    expect(query.output()).toContain('6 case studies');
    expect(query.output()).toContain('Limboland');
    expect(query.output()).toMatch(/lesson \(HIGH\): Illustration:/);
  });

  it('subscribe.js hears what publish.js publishes, and goes on behind a cursor', async () => {
    const live = run('first-steps/subscribe.js', [server.url]);
    await until(() => expect(live.output()).toContain('listening'));
    const publish = run('first-steps/publish.js', [server.url], { MEDSPIL_KEY: ADMIN_KEY });
    expect(await publish.exitCode, publish.output()).toBe(0);
    expect(publish.output()).toMatch(/^PUBLISHED: Give the partner a seat/);
    await until(() => expect(live.output()).toMatch(/PUBLISHED LESSON: Give the partner a seat/));

    const { data } = await server.query('{ knowledgeEvents(last: 2) { edges { cursor } } }');
    const resumed = run('first-steps/subscribe.js', [server.url, data.knowledgeEvents.edges[0].cursor]);
    await until(() => expect(resumed.output()).toMatch(/PUBLISHED LESSON: Give the partner a seat/));
    expect(resumed.output().match(/PUBLISHED/g)).toHaveLength(1);
  });

  it('publish.js says what is missing without a key', async () => {
    const publish = run('first-steps/publish.js', [server.url], { MEDSPIL_KEY: '' });
    expect(await publish.exitCode).toBe(1);
    expect(publish.output()).toContain('Set MEDSPIL_KEY');
  });
});

describe.each(['websocket', 'sse'] as const)('resume by %s', (transport) => {
  let folder: string;
  let database: TestDatabase;
  let restarted: ServerProcess;
  let url: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-resume-'));
    database = await createTestDatabase();
    restarted = await startServer('0');
    url = await restarted.ready;
  });
  afterEach(async () => {
    await endServerProcesses();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const startServer = (port: string) =>
    startServerProcess({
      PORT: port,
      DATA_DIR: folder,
      DATABASE_URL: database.connection.url,
      ADMIN_API_KEY: ADMIN_KEY,
      SEED: 'false',
    });
  const startAgain = async () => {
    restarted = await startServer(new URL(url).port);
    await restarted.ready;
  };
  const cursorFile = () => path.join(folder, 'cursor.txt');
  const runFollow = () => run('resume/follow.js', [transport, url, cursorFile()]);
  const share = (title: string) => publishLesson(url, ADMIN_KEY, title);
  /** What it was told, without what it says of its connection. */
  const heard = ({ output }: Run) => output().match(/^(PUBLISHED|Read anew|CURSOR).*/gm) ?? [];
  const toHear = (program: Run, ...lines: (string | RegExp)[]) =>
    until(() => expect(heard(program), program.output()).toEqual(lines.map((line) => expect.stringMatching(line))), {
      timeout: 60_000,
    });

  it('follow.js hears each event once, whether the server was away or the program itself', async () => {
    const program = runFollow();
    await toHear(program, 'Read anew: 0 records');
    await share('First');
    await toHear(program, 'Read anew', 'PUBLISHED LESSON: First');

    await restarted.stop('SIGKILL');
    await until(() => expect(program.output()).toContain('cut: '));
    await startAgain();
    await share('Second');
    await toHear(program, 'Read anew', 'PUBLISHED LESSON: First', 'PUBLISHED LESSON: Second');

    program.interrupt();
    expect(await program.exitCode, program.output()).toBe(0);
    expect(program.output()).toMatch(/stopped\n$/);
    await share('Third');
    const again = runFollow();
    await toHear(again, 'PUBLISHED LESSON: Third');
    await share('Fourth');
    await toHear(again, 'PUBLISHED LESSON: Third', 'PUBLISHED LESSON: Fourth');
    await until(async () => {
      const { data } = await ask(url, '{ knowledgeEvents(last: 1) { nodes { cursor } } }');
      expect(await readFile(cursorFile(), 'utf8')).toBe(data.knowledgeEvents.nodes[0].cursor);
    });
  }, 120_000);

  it('begins anew when its place is in another history of the log, and says so', async () => {
    const program = runFollow();
    await toHear(program, 'Read anew: 0 records');
    await share('Before the backup');
    await toHear(program, 'Read anew', 'PUBLISHED LESSON: Before the backup');

    const client = new pg.Client({ connectionString: database.connection.url });
    await client.connect();
    await client.query(`UPDATE knowledge_log_state SET epoch = substr(md5(gen_random_uuid()::text), 1, 8)`);
    await client.end();
    await toHear(program, 'Read anew', 'Before the backup', /^CURSOR_INVALID: .* Read anew: 1 records$/);
    await share('After the backup');
    await toHear(program, 'Read anew', 'Before', 'CURSOR_INVALID', 'PUBLISHED LESSON: After the backup');
  }, 120_000);

  it('begins anew from a file that holds no cursor', async () => {
    await writeFile(cursorFile(), 'half a cur');
    const program = runFollow();
    await toHear(program, /^CURSOR_INVALID: .* Read anew: 0 records$/);
    await share('Heard all the same');
    await toHear(program, 'CURSOR_INVALID', 'PUBLISHED LESSON: Heard all the same');
  }, 120_000);

  it.each([
    ['a key that is not valid', { key: 'not-a-key-of-this-server' }],
    ['a query that is not valid', { query: 'subscription ($after: String) { nothing(after: $after) { id cursor } }' }],
  ])('gives up with %s', async (_name, options) => {
    const follower = await follow(transport, url, options);
    await expect(follower.ended).rejects.toThrow(/4401|UNAUTHENTICATED|401|GRAPHQL_VALIDATION_FAILED|400/);
    expect(follower.cuts).toEqual([]);
  });
});

describe('resume before a server that falls silent', () => {
  let silent: Server;
  const arrivals: string[] = [];
  let port: number;
  beforeEach(async () => {
    arrivals.length = 0;
    silent = createServer((_request, response) => {
      arrivals.push('sse');
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
    });
    new WebSocketServer({ server: silent, handleProtocols: () => 'graphql-transport-ws' }).on(
      'connection',
      (socket) => {
        socket.once('message', () => {
          arrivals.push('websocket');
          socket.send('{"type":"connection_ack"}');
        });
      },
    );
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    ({ port } = silent.address() as AddressInfo);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    silent.closeAllConnections();
    silent.close();
  });

  it.each([
    ['websocket', /4499/],
    ['sse', /Nothing was heard for 30 s/],
  ] as const)('%s comes again', async (transport, reason) => {
    const follower = await follow(transport, `http://127.0.0.1:${port}`, { cursor: 'one' });
    await until(() => expect(arrivals).toEqual([transport]));
    expect(follower.cuts).toEqual([]);
    await vi.advanceTimersByTimeAsync(31_000);
    await until(() => expect(arrivals).toEqual([transport, transport]));
    expect(follower.cuts.map(({ message }) => message)).toEqual([expect.stringMatching(reason)]);
    await follower.stop();
  });
});

it.each(['websocket', 'sse'] as const)('resume by %s drops what comes twice', async (transport) => {
  const results = ['one', 'one', 'two'].map((id) => ({ data: { knowledgeEvents: { id, cursor: id, recordId: id } } }));
  const repeating = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const result of results) response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`);
  });
  new WebSocketServer({ server: repeating, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) =>
    socket.on('message', (message) => {
      const { type, id } = JSON.parse(String(message)) as { type: string; id: string };
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      for (const payload of results) socket.send(JSON.stringify({ type: 'next', id, payload }));
    }),
  );
  await once(repeating.listen(0, '127.0.0.1'), 'listening');
  const { port } = repeating.address() as AddressInfo;
  const follower = await follow(transport, `http://127.0.0.1:${port}`, { cursor: 'none' });
  await until(() => expect(follower.cursor).toBe('two'));
  expect(follower.events.map(({ id }) => id)).toEqual(['one', 'two']);
  await follower.stop();
  repeating.closeAllConnections();
  repeating.close();
});
