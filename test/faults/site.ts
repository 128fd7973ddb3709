/** Servers on one database with a network between all of them that can be made bad: what the faults happen to. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, vi } from 'vitest';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import { type ServerProcess, startServerProcess } from '../helpers/server-process.js';
import { type Allowance, checkFootprint, type Finding, type Footprint } from './checker.js';
import type { Call, Canary } from './history.js';
import type { FaultPostgres } from './postgres.js';
import { Proxy, type Target } from './proxy.js';

export const ADMIN_KEY = 'the-key-of-all-the-servers';

/** Two cores may be shared with much else. */
export const patience = { timeout: 60_000, interval: 20 };

/** What a proxy before PostgreSQL calls the connection that listens. */
export const LISTENING = 'listening';

/** Caches and a pool that fill up are no leak; what grows with each episode goes beyond it soon. */
const ALLOWANCE: Allowance = { openFiles: 3, heap: 64 * 2 ** 20, databaseConnections: 25 };

export interface SiteOptions {
  readonly postgres: Pick<FaultPostgres, 'connection' | 'target'>;
  readonly servers: number;
  /** Files of `imports/` that each server loads before anything else. */
  readonly imports?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
}

/** One server with its proxies. */
export class Server {
  readonly index: number;
  private process: ServerProcess | undefined;
  private port: number | undefined;
  private starting: Promise<void> | undefined;

  private constructor(
    index: number,
    private readonly environment: Readonly<Record<string, string>>,
    /** Between it and its clients. */
    readonly front: Proxy,
    /** Between it and PostgreSQL. */
    readonly database: Proxy,
  ) {
    this.index = index;
  }

  static async create(index: number, folder: string, options: SiteOptions): Promise<Server> {
    const servers: Server[] = [];
    const front = await Proxy.start({ target: () => servers[0]!.target });
    const database = await Proxy.start({
      target: () => options.postgres.target,
      label: (chunk) => (chunk.includes('LISTEN ') ? LISTENING : undefined),
    });
    const { user, database: name } = options.postgres.connection;
    const imports = ['footprint.js', 'short-retries.js', ...(options.imports ?? [])];
    servers.push(
      new Server(
        index,
        {
          DATABASE_URL: `postgres://${user}@127.0.0.1:${database.port}/${name}`,
          DATA_DIR: folder,
          ADMIN_API_KEY: ADMIN_KEY,
          SEED: 'false',
          LOG_LEVEL: 'error',
          RATE_LIMIT_ADDRESS: 'off',
          RATE_LIMIT_CREDENTIAL: 'off',
          WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
          NODE_OPTIONS: imports.map((file) => `--import ${new URL(`imports/${file}`, import.meta.url).href}`).join(' '),
          ...options.settings,
        },
        front,
        database,
      ),
    );
    return servers[0]!;
  }

  get pid(): number {
    return this.process!.pid;
  }

  get isRunning(): boolean {
    return this.process?.isRunning ?? false;
  }

  /** What it wrote to standard error and its log; to be shown when something is wrong with it. */
  get output(): string {
    return `${this.process?.stdout ?? ''}${this.process?.stderr ?? ''}`;
  }

  /** Through the proxy, which stays when the server comes and goes. */
  get url(): string {
    return `http://127.0.0.1:${this.front.port}`;
  }

  /** Past the proxy; another one after each start, and none while it does not run. */
  get directUrl(): string | undefined {
    return this.port === undefined ? undefined : `http://127.0.0.1:${this.port}`;
  }

  /** Whoever asks while it starts waits for the same start. */
  start(): Promise<void> {
    if (this.isRunning && this.port !== undefined) return Promise.resolve();
    return (this.starting ??= this.launch().finally(() => (this.starting = undefined)));
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.port = undefined;
    await this.process?.stop(signal);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) process.kill(this.pid, signal);
  }

  async footprint(): Promise<Footprint> {
    const reports = () => this.process!.stdout.match(/^FOOTPRINT .*$/gm) ?? [];
    const before = reports().length;
    this.signal('SIGUSR2');
    await vi.waitFor(() => expect(reports().length).toBeGreaterThan(before), patience);
    const { heap, waiting } = JSON.parse(reports().at(-1)!.slice('FOOTPRINT '.length)) as Footprint;
    const databaseConnections = this.database.count();
    const openFiles = (await readdir(`/proc/${this.pid}/fd`)).length - databaseConnections;
    return { heap, waiting, openFiles, databaseConnections };
  }

  async close(): Promise<void> {
    this.signal('SIGCONT');
    this.front.heal();
    this.database.heal();
    await Promise.race([this.stop('SIGTERM'), new Promise((resolve) => setTimeout(resolve, 10_000))]);
    if (this.isRunning) await this.stop('SIGKILL');
    await this.front.close();
    await this.database.close();
  }

  private async launch(): Promise<void> {
    this.process = await startServerProcess(this.environment);
    this.port = Number(new URL(await this.process.ready).port);
  }

  private get target(): Target | undefined {
    return this.port === undefined ? undefined : { host: '127.0.0.1', port: this.port };
  }
}

export class Site {
  /** All calls and texts of all episodes: what was written once is still to be seen later. */
  readonly calls: Call[] = [];
  readonly canaries: Canary[] = [];
  /** How each server process looked when it was first seen at rest. */
  private readonly baselines = new Map<number, Footprint>();

  private constructor(
    readonly servers: readonly Server[],
    readonly postgres: SiteOptions['postgres'],
    private readonly folder: string,
  ) {}

  static async start(options: SiteOptions): Promise<Site> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-site-'));
    const indices = Array.from({ length: options.servers }, (_, index) => index);
    const servers = await Promise.all(indices.map((index) => Server.create(index, folder, options)));
    const site = new Site(servers, options.postgres, folder);
    try {
      await Promise.all(servers.map((server) => server.start()));
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  /** Runs a statement past the servers; again, when PostgreSQL was away. */
  rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.withClient(async (client) => (await client.query<Row>(text, values)).rows);
  }

  async client(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.postgres.connection, application_name: 'faults' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private withClient<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    return vi.waitFor(async () => {
      const client = await this.client();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    }, patience);
  }

  /** Where the log ends now. */
  async end(): Promise<{ position: number; cursor: string }> {
    const [end] = await this.rows<{ epoch: string; position: number }>(
      'SELECT epoch, last_position::integer AS position FROM knowledge_log_state',
    );
    return { position: end!.position, cursor: encodeCursor(end!) };
  }

  /** Remembers how servers look that have nobody to serve. */
  async atRest(): Promise<void> {
    for (const server of this.servers) {
      if (!this.baselines.has(server.pid)) this.baselines.set(server.pid, await server.footprint());
    }
  }

  /** What servers still hold that they did not hold at first, once nobody is left whom they could hold it for. */
  async leftOpen(): Promise<Finding[]> {
    const findings: Finding[] = [];
    for (const server of this.servers) {
      const before = this.baselines.get(server.pid);
      if (before === undefined) continue;
      let left: Finding[] = [];
      await vi
        .waitFor(
          async () => {
            // Those that clients keep for their next request, and make anew when they are cut.
            server.front.cut();
            left = checkFootprint(before, await server.footprint(), ALLOWANCE);
            expect(left).toEqual([]);
          },
          { ...patience, interval: 100 },
        )
        .catch(() => undefined);
      findings.push(...left);
    }
    return findings;
  }

  /** Ends all that was made bad, and starts what is not running. */
  async heal(): Promise<void> {
    for (const server of this.servers) {
      server.front.heal();
      server.database.heal();
      server.signal('SIGCONT');
    }
    await Promise.all(this.servers.map((server) => server.start()));
  }

  /** Starts to write one event past the servers, as a writer does who then takes its time. Gives the event's id. */
  async plant(client: pg.Client): Promise<string> {
    const { rows } = await client.query<{ id: string }>(`
      INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version, organisation_id,
        municipalities, recommendations, themes)
      SELECT gen_random_uuid(), 'ADOPTED', now(), gen_random_uuid(), 'LESSON', 1, id, '{}', '{}', '{}'
      FROM organisation ORDER BY id LIMIT 1 RETURNING event_id AS id`);
    return rows[0]!.id;
  }

  /** Writes one event past the servers. Gives its id. */
  plantOne(): Promise<string> {
    return this.withClient((client) => this.plant(client));
  }

  /** Waits until nothing is under way in PostgreSQL and each event has its position. */
  async settle(): Promise<void> {
    await vi.waitFor(async () => {
      const [left] = await this.rows<{ working: number; unstamped: number }>(`
        SELECT (SELECT count(*)::integer FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND application_name <> 'faults') AS working,
          (SELECT count(*)::integer FROM knowledge_log WHERE position IS NULL) AS unstamped`);
      expect(left).toEqual({ working: 0, unstamped: 0 });
    }, patience);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}
