/** The one door to PostgreSQL: entities for writes, named SQL for reads, one pool for both. */
import pg from 'pg';
import QuickLRU from 'quick-lru';
import sql, { type Sql } from 'sql-template-tag';
import { DataSource, type EntityManager, type EntitySchema, type MixedList } from 'typeorm';
import type { Cancellation } from '../../common/cancellation.js';
import { runWithin } from './cancel-request.js';
import {
  CancellableReads,
  type Reads,
  type ReadSource,
  type ReadSum,
  type StatementObserver,
} from './cancellable-reads.js';
import { DatabaseUnavailableError } from './connection-failure.js';
import { observed, observeTransactions } from './observed-statements.js';
import { SnakeCaseNaming } from './naming.js';

/** Where PostgreSQL is: an address, or a socket folder with a user that needs no password. */
export type DatabaseConnection =
  | { readonly url: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export interface DatabaseOptions {
  readonly connection: DatabaseConnection;
  /** Connections at most. Measured: from 2 to 20 makes no difference to throughput; writers that wait on locks need room. */
  readonly poolSize?: number;
  readonly entities: MixedList<Function | string | EntitySchema>;
  readonly migrations: MixedList<Function | string>;
  /** What one statement may take; {@link STATEMENT_MILLISECONDS} unless told. */
  readonly statementMilliseconds?: number | undefined;
  /** Hears of connections that broke while idle; the pool replaces them by itself. */
  readonly onIdleError: (error: Error) => void;
}

/** A running transaction. Valid only until the function that received it is done. */
export interface Transaction {
  readonly manager: EntityManager;
  /** Runs one statement in the transaction and gives its rows, also those of RETURNING. */
  rows<Row>(statement: Sql): Promise<Row[]>;
  /** Registers work to be done once the transaction is durable; it must not throw. */
  afterCommit(work: () => void): void;
}

/** DATE stays the text it is (a JavaScript Date would shift it by time zone); counts and amounts become numbers. */
const TYPE_PARSERS = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.DATE, (text) => text],
  [pg.types.builtins.INT8, Number],
  [pg.types.builtins.NUMERIC, Number],
]);
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && TYPE_PARSERS.get(oid)) || pg.types.getTypeParser(oid, format),
};

/** A prepared statement lives as long as its connection, so their number is bounded; what comes after is sent whole. */
const PREPARED_STATEMENTS = 500;
export const STATEMENT_MILLISECONDS = 30_000;
const CONNECTION_TIMEOUT_MILLISECONDS = 10_000;
/**
 * How long an answer is waited for by what belongs to no operation and so has no time of its own, such as following the
 * log. A connection whose other side is gone without a word (a machine that failed, a network that was cut) would else be
 * waited on for as long as the system takes to find out, which is a quarter of an hour.
 */
const ANSWER_MILLISECONDS = 10_000;

/** `pg` takes it for a single statement as well, and does not declare that. */
interface Answered extends pg.QueryConfig {
  readonly query_timeout: number;
}
const IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS = 10_000;

/** Major version. */
const OLDEST_SERVER = 15;
const DEADLOCK_DETECTED = '40P01';
const DEADLOCK_ATTEMPTS = 5;

export class Database implements Reads {
  readonly dataSource: DataSource;
  private readonly connection: DatabaseConnection;
  private readonly statementNames = new Map<string, string>();
  private readonly seenOnce = new QuickLRU<string, true>({ maxSize: PREPARED_STATEMENTS });
  private pool: pg.Pool;
  private source: ReadSource;
  private transactionMilliseconds: number | undefined;
  private observer: StatementObserver | undefined;

  private constructor(options: DatabaseOptions) {
    this.connection = options.connection;
    this.dataSource = new DataSource({
      type: 'postgres',
      ...('url' in options.connection
        ? { url: options.connection.url }
        : {
            host: options.connection.host,
            port: options.connection.port,
            username: options.connection.user,
            database: options.connection.database,
          }),
      entities: options.entities,
      migrations: options.migrations,
      migrationsTransactionMode: 'each',
      namingStrategy: new SnakeCaseNaming(),
      synchronize: false,
      installExtensions: false,
      poolSize: options.poolSize ?? 20,
      applicationName: 'medspil',
      poolErrorHandler: options.onIdleError,
      extra: {
        types,
        connectionTimeoutMillis: CONNECTION_TIMEOUT_MILLISECONDS,
        statement_timeout: options.statementMilliseconds ?? STATEMENT_MILLISECONDS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS,
      },
    });
  }

  /**
   * Connects. Migrates nothing: see {@link Database.migrate}.
   *
   * @throws DatabaseUnavailableError when it cannot be reached, or is older than PostgreSQL 15, or not in UTF-8
   */
  static async open(options: DatabaseOptions): Promise<Database> {
    const database = new Database(options);
    try {
      await database.dataSource.initialize();
      database.pool = (database.dataSource.driver as unknown as { master: pg.Pool }).master;
      database.source = {
        pool: database.pool,
        prepare: (statement) => database.prepare(statement),
        client: () => database.client(),
        observer: () => database.observer,
      };
      await database.checkServer();
      return database;
    } catch (error) {
      if (database.dataSource.isInitialized) await database.close();
      throw new DatabaseUnavailableError(options.connection, error);
    }
  }

  /** Runs what migrations are outstanding. To be called within {@link Database.exclusively}. */
  async migrate(): Promise<void> {
    await this.dataSource.runMigrations();
  }

  /** Runs `work` in one process at a time: others that start meanwhile wait for it. */
  async exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const client = this.client();
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('SELECT pg_advisory_lock($1)', [START_LOCK]);
      return await work();
    } finally {
      await client.end();
    }
  }

  /**
   * Runs one read and gives its rows. The statement is prepared once per connection. Rejects when no answer comes for
   * {@link ANSWER_MILLISECONDS}, and lets go of the connection.
   */
  async rows<Row>(statement: Sql): Promise<Row[]> {
    const query: Answered = { ...this.prepare(statement), query_timeout: ANSWER_MILLISECONDS };
    const { rows } = await observed(this.observer, 'read', query.text, () => this.pool.query(query));
    return rows as Row[];
  }

  /** Runs one read and gives its first row, if any. */
  async row<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.rows<Row>(statement))[0];
  }

  /**
   * The same reads for one operation: when that is cancelled they reject, and PostgreSQL stops working on them.
   *
   * @param sum where they are added up
   */
  until(cancellation: Cancellation, sum?: ReadSum): Reads {
    return new CancellableReads(this.source, cancellation, sum);
  }

  /** From now on, has each statement told of, also those that are written by entities. */
  observe(observer: StatementObserver): void {
    if (this.observer === undefined) {
      const known = new WeakSet<pg.PoolClient>();
      // Not when they are made: those of the start are there already.
      this.pool.on('acquire', (client) => {
        if (!known.has(client)) observeTransactions(client, () => this.observer);
        known.add(client);
      });
    }
    this.observer = observer;
  }

  /** The pool's connections, and how many statements and transactions wait for one. */
  get connections(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount: total, idleCount: idle, waitingCount: waiting } = this.pool;
    return { total, idle, waiting };
  }

  /** From now on, a transaction that takes longer is rolled back with QUERY_TOO_EXPENSIVE, whatever it is doing. */
  limitTransactions(milliseconds: number): void {
    this.transactionMilliseconds = milliseconds;
  }

  /**
   * Runs `work` in one transaction (READ COMMITTED). Whatever it throws rolls everything back; what it registered with
   * `afterCommit` runs only when the commit succeeded. When PostgreSQL broke a deadlock at its cost it is run again, so
   * it must do nothing but what the transaction undoes.
   */
  async inTransaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const end = performance.now() + (this.transactionMilliseconds ?? Infinity);
    for (let attempt = 1; ; attempt++) {
      const committed: (() => void)[] = [];
      try {
        const result = await this.attempt(work, committed, end);
        for (const then of committed) then();
        return result;
      } catch (error) {
        if (attempt === DEADLOCK_ATTEMPTS || (error as { code?: string }).code !== DEADLOCK_DETECTED) throw error;
      }
    }
  }

  private attempt<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    committed: (() => void)[],
    end: number,
  ): Promise<Result> {
    return this.dataSource.transaction(async (manager) => {
      const client = (await manager.queryRunner!.connect()) as pg.PoolClient;
      const transaction: Transaction = {
        manager,
        rows: async <Row>(statement: Sql) =>
          (await client.query({ text: statement.text, values: statement.values })).rows as Row[],
        afterCommit: (then) => committed.push(then),
      };
      if (end === Infinity) return work(transaction);
      return runWithin(end - performance.now(), client, this.source.client, () => work(transaction));
    });
  }

  /** A connection of its own, not from the pool, for LISTEN and for session locks. The caller connects, handles `error` and ends it. */
  client(): pg.Client {
    const config: pg.ClientConfig =
      'url' in this.connection ? { connectionString: this.connection.url } : this.connection;
    return new pg.Client({
      ...config,
      types,
      application_name: 'medspil',
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MILLISECONDS,
      // A connection that waits for notifications sends nothing itself: only this shows it that the other side is gone.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
  }

  /** Resolves when the database answers; rejects when it does not. */
  async ping(): Promise<void> {
    await this.rows(sql`SELECT 1`);
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }

  private async checkServer(): Promise<void> {
    const server = await this.row<{ version: number; encoding: string }>(
      sql`SELECT current_setting('server_version_num')::integer AS version, current_setting('server_encoding') AS encoding`,
    );
    if (server!.version < OLDEST_SERVER * 10_000) {
      throw new Error(`it is PostgreSQL ${Math.floor(server!.version / 10_000)}; ${OLDEST_SERVER} or later is needed.`);
    }
    if (server!.encoding !== 'UTF8') throw new Error(`its encoding is ${server!.encoding}; create it with UTF8.`);
  }

  private prepare({ text, values }: Sql): pg.QueryConfig {
    return { name: this.statementName(text), text, values };
  }

  /** Only what comes again is prepared: one-off filters must not use up the names. */
  private statementName(text: string): string | undefined {
    const known = this.statementNames.get(text);
    if (known !== undefined || this.statementNames.size >= PREPARED_STATEMENTS) return known;
    if (!this.seenOnce.has(text)) {
      this.seenOnce.set(text, true);
      return undefined;
    }
    const name = `medspil_${this.statementNames.size + 1}`;
    this.statementNames.set(text, name);
    return name;
  }
}

/** Advisory lock keys share one number space per database; these are Medspil's. */
const START_LOCK = 7_301_001;
