/** A server that is killed in the middle of an export, and another that goes on with it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { addLargeLessons } from '../helpers/large-lessons.js';
import { endServerProcesses, type ServerProcess, startServerProcess } from '../helpers/server-process.js';

/** As its clients know it, whichever process answers. */
const PUBLIC_URL = 'https://medspil.example.org';

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-resume-'));
  database = await createTestDatabase();
}, 60_000);
afterAll(async () => {
  await endServerProcesses();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const start = (): Promise<ServerProcess> =>
  startServerProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.connection.url,
    SEED: 'false',
    RATE_LIMIT_ADDRESS: 'off',
    PUBLIC_URL,
  });

async function ask(url: string, name: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asked = request(`${url}/export/${name}`, { agent: false, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
}

/** Reads as far as it comes, or until there is enough. */
async function read(response: IncomingMessage, onPart: (length: number) => void = () => undefined): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      onPart((length += part.length));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error;
  }
  return Buffer.concat(parts);
}

it('comes to the same bytes, and what it began with in another state is begun anew', async () => {
  const first = await start();
  const firstUrl = await first.ready;
  const client = new pg.Client({ connectionString: database.connection.url });
  await client.connect();
  // More than the buffers between hold.
  await addLargeLessons(client, 1_500, 20_000);
  const second = await start();
  const secondUrl = await second.ready;

  const begun = await ask(firstUrl, 'records.ndjson');
  const etag = begun.headers.etag!;
  const beginning = await read(begun, (length) => {
    if (length > 1_000_000 && first.isRunning) process.kill(first.pid, 'SIGKILL');
  });
  await first.ended;
  expect(begun.complete).toBe(false);

  const headers = { range: `bytes=${beginning.length}-`, 'if-range': etag };
  const rest = await ask(secondUrl, 'records.ndjson', headers);
  expect([rest.statusCode, rest.headers.etag]).toEqual([206, etag]);
  const resumed = Buffer.concat([beginning, await read(rest)]);
  const whole = await read(await ask(secondUrl, 'records.ndjson'));
  expect(beginning.length).toBeGreaterThan(1_000_000);
  expect(beginning.length).toBeLessThan(whole.length);
  expect(resumed.equals(whole)).toBe(true);

  await client.query(`INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version,
      organisation_id, municipalities, recommendations, themes)
    SELECT gen_random_uuid(), 'ADOPTED', now(), record_id, record_kind, 1, organisation_id, '{}', '{}', '{}' FROM knowledge_log LIMIT 1`);
  const anew = await ask(secondUrl, 'records.ndjson', headers);
  expect([anew.statusCode, anew.headers.etag === etag]).toEqual([200, false]);
  anew.destroy();

  // Who is told to stop does so also in the middle of an export that nobody reads.
  const unread = (await ask(secondUrl, 'records.ndjson')).pause();
  unread.on('error', () => undefined);
  expect(await second.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  await client.end();
}, 300_000);
