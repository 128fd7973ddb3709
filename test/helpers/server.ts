/** A server on a database of its own, as a test file's front door. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { type App, startApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
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
  /** The same with any other key or token. */
  as(credential: string, query: string, variables?: object): Promise<GraphqlResponse>;
  /** Starts another server on the same database, with other settings where told. */
  sibling(environment?: Readonly<Record<string, string>>): Promise<TestServer>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Adds the cases and illustrations. */
  readonly seed?: boolean;
  /** Settings as the operator would give them, e.g. `{ RATE_LIMIT_ADDRESS: '100/10' }`; nothing is rationed, and no snapshot due, unless told. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server with the reference data. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const server = await startOn(database, options);
  return {
    ...server,
    close: async () => {
      await server.close();
      await database.drop();
    },
  };
}

async function startOn(database: TestDatabase, options: TestServerOptions): Promise<TestServer> {
  const { seed = false, environment } = options;
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'medspil-server-'));
  const app: App = await startApp(
    readConfig({
      PORT: '0',
      DATABASE_URL: database.connection.url,
      DATA_DIR: dataDirectory,
      ADMIN_API_KEY: ADMIN_KEY,
      SEED: String(seed),
      LOG_LEVEL: 'error',
      RATE_LIMIT_ADDRESS: 'off',
      RATE_LIMIT_CREDENTIAL: 'off',
      SNAPSHOT_DAYS: '0',
      ...environment,
    }),
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
    as: (credential, query, variables) => send(query, variables, { authorization: `Bearer ${credential}` }),
    sibling: (other) => startOn(database, { ...options, environment: { ...environment, ...other } }),
    close: async () => {
      await app.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
