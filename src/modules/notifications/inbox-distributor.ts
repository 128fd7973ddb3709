/** Deals the log out to the inboxes. Every process does so: one after the other, and mostly there is nothing left to do. */
import sql from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { RepeatedTask } from '../../platform/log/repeated-task.js';
import type { InboxFeed } from './inbox-feed.js';

/** Entries of one statement at the most: bounds how long it holds the lock. */
const BATCH = 50;
/** How long, in milliseconds, an event waits at most whose hint was lost. */
const INTERVAL = 1000;

/** The reader of the log that the inboxes are; what it has not read must stay. */
export const INBOX_POSITION = sql`SELECT position FROM inbox_reader`;

export interface InboxDistributorOptions {
  readonly database: Database;
  readonly log: KnowledgeLog;
  readonly feed: InboxFeed;
  /** Hears, once per outage, that it fails; it goes on trying. */
  readonly onError: (error: Error) => void;
}

export class InboxDistributor {
  private readonly options: InboxDistributorOptions;
  private readonly task: RepeatedTask;
  private ignore: (() => void) | undefined;
  private position = 0;
  private batch = BATCH;

  constructor(options: InboxDistributorOptions) {
    this.options = options;
    this.task = new RepeatedTask({ work: () => this.dealOut(), interval: INTERVAL, onError: options.onError });
  }

  start(): void {
    this.ignore = this.options.log.onAdvance(() => this.task.request());
    this.task.start();
  }

  async stop(): Promise<void> {
    this.ignore?.();
    await this.task.stop();
  }

  private async dealOut(): Promise<void> {
    for (let isAtEnd = false; !isAtEnd;) {
      const { batch } = this;
      const position = await this.fill(batch);
      isAtEnd = position - this.position < batch;
      this.position = position;
      await this.options.feed.advance(position);
    }
  }

  /**
   * Half as many after a failure: entries that reach so many inboxes that the statement runs out of time would else fail for
   * ever, and nothing behind them be told. (Measured: a million items take up to a minute.) Then one more each time, for
   * each try that is too many costs the time of a statement.
   */
  private async fill(batch: number): Promise<number> {
    try {
      const row = await this.options.database.row<{ position: number }>(sql`SELECT fill_inboxes(${batch}) AS position`);
      this.batch = Math.min(batch + 1, BATCH);
      return row!.position;
    } catch (error) {
      this.batch = Math.ceil(batch / 2);
      throw error;
    }
  }
}
