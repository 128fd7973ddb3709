/** A subscription that cannot start because of a fault of the server's: its client is to come again by itself. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectSocketClient } from '../helpers/socket-client.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const SUBSCRIPTION = (after: string) => `subscription { knowledgeEvents(after: "${after}") { id } }`;

let server: TestServer;
let cursor: string;

beforeAll(async () => {
  server = await startTestServer({ seed: false });
  const { data } = await server.query('{ knowledgeCursor }');
  cursor = data.knowledgeCursor;
  // Where the log ends cannot be read any more.
  const client = new pg.Client(server.database.url);
  await client.connect();
  await client.query('ALTER TABLE knowledge_log_state RENAME TO knowledge_log_state_away');
  await client.end();
});
afterAll(() => server.close());

it('closes its socket with a code that clients take for a reason to come again', async () => {
  const client = await connectSocketClient(server.url);
  client.start('a', SUBSCRIPTION(cursor));
  expect((await client.closed)[0]).toBe(1013);
  expect(client.messages.slice(1)).toEqual([]);
});

it('is refused as a stream with a status that clients take for a reason to come again', async () => {
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: SUBSCRIPTION(cursor) }),
  });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('knowledge_log_state');
});
