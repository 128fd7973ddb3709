/** Reads that can be ended before they are done: in PostgreSQL, too, and not only here. */
import type pg from 'pg';
import type { Sql } from 'sql-template-tag';
import type { Cancellation } from '../../common/cancellation.js';
import { cancelUntil } from './cancel-request.js';

/** Where rows are read from. */
export interface Reads {
  /** Runs one read and gives its rows. */
  rows<Row>(statement: Sql): Promise<Row[]>;
  /** Runs one read and gives its first row, if any. */
  row<Row>(statement: Sql): Promise<Row | undefined>;
}

/** What the reads of one operation come to: the statements, and the time that it waited for each of them. */
export interface ReadSum {
  statements: number;
  milliseconds: number;
}

/**
 * Hears that a statement begins: of a read, or of a transaction, which is `transaction` for its beginning and end, too. What
 * it gives hears that it ended, and of what it failed.
 */
export type StatementObserver = (text: string, kind: 'read' | 'transaction') => (error?: unknown) => void;

/** What reads need of the database. */
export interface ReadSource {
  readonly pool: pg.Pool;
  readonly prepare: (statement: Sql) => pg.QueryConfig;
  /** As for the database, see there; undefined when nobody listens. */
  readonly observer: () => StatementObserver | undefined;
  /** Makes a connection to the same server that is not from the pool; not connected yet. */
  readonly client: () => pg.Client;
}

/** Reads of one operation: when it is cancelled they reject with the reason, and PostgreSQL stops working on them. */
export class CancellableReads implements Reads {
  private readonly running = new Set<(reason: Error) => void>();

  constructor(
    private readonly source: ReadSource,
    private readonly cancellation: Cancellation,
    private readonly sum?: ReadSum,
  ) {
    cancellation.onCancel((reason) => this.running.forEach((cancel) => cancel(reason)));
  }

  async rows<Row>(statement: Sql): Promise<Row[]> {
    const start = performance.now();
    const end = this.source.observer()?.(statement.text, 'read');
    try {
      const rows = (await this.run(statement)) as Row[];
      end?.();
      return rows;
    } catch (error) {
      end?.(error);
      // Where it was thrown is the socket; this tells the read that failed.
      if (error instanceof Error && error !== this.cancellation.reason) Error.captureStackTrace(error);
      throw error;
    } finally {
      if (this.sum !== undefined) {
        this.sum.statements += 1;
        this.sum.milliseconds += performance.now() - start;
      }
    }
  }

  async row<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.rows<Row>(statement))[0];
  }

  /** By callbacks, as the pool's own `query` is written. */
  private run(statement: Sql): Promise<unknown[]> {
    const { source, cancellation, running } = this;
    return new Promise((resolve, reject) => {
      if (cancellation.reason !== undefined) return reject(cancellation.reason);
      let checkedOut: { client: pg.PoolClient; giveBack: (destroy: boolean) => void } | undefined;
      let tellEnd: (() => void) | undefined;
      const cancel = (reason: Error) => {
        reject(reason);
        if (checkedOut === undefined) return;
        const { client, giveBack } = checkedOut;
        const end = new Promise<void>((resolveEnd) => (tellEnd = resolveEnd));
        // Not given back before: the request would else meet the next statement, which is another operation's.
        void cancelUntil(end, source.client, client).then((usable) => giveBack(!usable));
      };
      running.add(cancel);
      source.pool.connect((failure, client, release) => {
        if (client === undefined || cancellation.reason !== undefined) {
          running.delete(cancel);
          if (client !== undefined) release();
          return reject(failure ?? cancellation.reason);
        }
        // When the connection breaks, its statement is told as well. It may break once more until it is given back.
        client.on('error', ignore);
        const giveBack = (destroy: boolean) => {
          client.off('error', ignore);
          release(destroy);
        };
        checkedOut = { client, giveBack };
        client.query(source.prepare(statement), (error: Error | null | undefined, result: pg.QueryResult) => {
          running.delete(cancel);
          if (tellEnd !== undefined) return tellEnd();
          giveBack(Boolean(error));
          if (error) reject(error);
          else resolve(result.rows);
        });
      });
    });
  }
}

function ignore(): void {}
