/** Deals the log out to the inboxes. Every process does so: one after the other, and mostly there is nothing left to do. */
import sql from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { RepeatedTask } from '../../platform/log/repeated-task.js';
import type { InboxFeed } from './inbox-feed.js';

/** Entries of one statement: bounds how long it holds the lock. */
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
    const { database, feed } = this.options;
    for (let isAtEnd = false; !isAtEnd;) {
      const row = await database.row<{ position: number }>(sql`SELECT fill_inboxes(${BATCH}) AS position`);
      const { position } = row!;
      isAtEnd = position - this.position < BATCH;
      this.position = position;
      await feed.advance(position);
    }
  }
}
