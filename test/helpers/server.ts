/** A server on a database of its own, as a test file's front door. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { type App, startApp } from '../../src/app.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export const ADMIN_KEY = 'test-admin-key-0123456789';

export interface GraphqlResponse {
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; [name: string]: unknown } }[];
}

export interface TestServer {
  readonly url: string;
  readonly database: TestDatabase['connection'];
  /** Sends an operation over HTTP, without a key. */
  query(query: string, variables?: object): Promise<GraphqlResponse>;
  /** The same with the admin key. */
  admin(query: string, variables?: object): Promise<GraphqlResponse>;
  /** Starts another server on the same database. */
  sibling(): Promise<TestServer>;
  close(): Promise<void>;
}

/** Starts a server with the reference data; `seed` adds the cases and illustrations. */
export async function startTestServer({ seed = false }: { seed?: boolean } = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const server = await startOn(database, seed);
  return {
    ...server,
    close: async () => {
      await server.close();
      await database.drop();
    },
  };
}

async function startOn(database: TestDatabase, seed: boolean): Promise<TestServer> {
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'medspil-server-'));
  const app: App = await startApp(
    {
      host: '127.0.0.1',
      port: 0,
      databaseUrl: database.connection.url,
      dataDirectory,
      adminApiKey: ADMIN_KEY,
      seed,
      logLevel: 'error',
    },
    pino({ level: 'error' }),
    { explorerDirectory: fileURLToPath(new URL('../../dist/explorer', import.meta.url)) },
  );
  const send = async (query: string, variables: object | undefined, headers: Record<string, string>) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlResponse;
  };
  return {
    url: app.url,
    database: database.connection,
    query: (query, variables) => send(query, variables, {}),
    admin: (query, variables) => send(query, variables, { authorization: `Bearer ${ADMIN_KEY}` }),
    sibling: () => startOn(database, seed),
    close: async () => {
      await app.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
