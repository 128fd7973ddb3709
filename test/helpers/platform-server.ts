/** The platform's server over the small schema of these tests, on a free port. */
import { pino } from 'pino';
import { createAuthenticator } from '../../src/platform/auth/authenticate.js';
import { Cancellation } from '../../src/common/cancellation.js';
import type { Context } from '../../src/platform/auth/context.js';
import type { Viewer } from '../../src/platform/auth/viewer.js';
import type { Database } from '../../src/platform/database/database.js';
import { createServer, type ServerOptions } from '../../src/platform/server/server.js';
import { createPlatformSchema, type PlatformState } from './platform-schema.js';

export const ADMIN_KEY = 'a-key-for-these-tests';

export interface PlatformServer {
  readonly url: string;
  readonly socketUrl: string;
  readonly state: PlatformState;
  /** Everything that was logged, as JSON lines. */
  readonly logged: string[];
  /** Sends an operation by POST. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** What resolvers of the small schema look at. They have no database. */
export const contextOf = (viewer: Viewer, cancellation = new Cancellation()): Context => ({
  viewer,
  cancellation,
  database: { rows: noDatabase, row: noDatabase },
  loader: noLoader,
  forget: () => undefined,
});

const noDatabase = () => Promise.reject(new Error('There is no database here.'));

const noLoader: Context['loader'] = () => {
  throw new Error('There are no loaders here.');
};

export async function startPlatformServer(options: Partial<ServerOptions> = {}): Promise<PlatformServer> {
  const { schema, state } = createPlatformSchema();
  const logged: string[] = [];
  const server = await createServer({
    host: '127.0.0.1',
    port: 0,
    schema,
    sdl: 'type Query { hello: String }\n',
    createContext: contextOf,
    // Only keys of the database are looked up there.
    authenticate: createAuthenticator({ adminApiKey: ADMIN_KEY, database: {} as Database, verifyToken: undefined }),
    credentials: { watch: () => () => undefined },
    logger: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    isReady: async () => true,
    // However busy the machine is that runs the tests.
    pressure: { share: 1 },
    ...options,
  });
  const { url } = await server.listen();
  return {
    url,
    socketUrl: `${url.replace('http', 'ws')}/graphql`,
    state,
    logged,
    post: (body, headers = {}) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: () => server.close(),
  };
}
