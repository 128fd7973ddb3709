/**
 * The items that come into one inbox. A subscriber is a place in the log here, too: items come into an inbox in the log's
 * order. Written by hand, since an async generator that waits for its next value cannot be returned from.
 */
import sql from 'sql-template-tag';
import { GraphQLError } from 'graphql';
import type { Database } from '../../platform/database/database.js';
import { encodeCursor, expiredCursor, foreignCursor } from '../../platform/log/cursor.js';
import type { LogEnd, LogPlace } from '../../platform/log/log-entry.js';
import { ITEM_COLUMNS } from './inbox.service.js';
import type { InboxFeed, InboxWait } from './inbox-feed.js';
import type { ToldItem } from './inbox.types.js';

/** Items that are read at a time. */
const STRETCH = 200;
/** How long, in milliseconds, a database that did not answer is left alone. */
const RETRY = 1000;

/** An item that tells where a client can go on behind it. */
export interface ToldItemEvent extends ToldItem {
  readonly cursor: string;
}

export interface InboxSourceOptions {
  readonly database: Database;
  readonly feed: InboxFeed;
  readonly inboxId: string;
  /** Where it starts: the first item is the next one behind it. */
  readonly place: LogPlace;
}

export class InboxSource implements AsyncIterableIterator<ToldItemEvent, undefined> {
  private readonly options: InboxSourceOptions;
  private place: LogPlace;
  private items: readonly ToldItem[] = [];
  private taken = 0;
  private wait: Pick<InboxWait, 'cancel'> | undefined;
  private finished = false;
  private latest: Promise<unknown> = Promise.resolve();

  constructor(options: InboxSourceOptions) {
    this.options = options;
    this.place = options.place;
  }

  /** Of the place where it starts. */
  get cursor(): string {
    return encodeCursor(this.options.place);
  }

  /**
   * Rejects with CURSOR_INVALID when the log has begun another history, with CURSOR_EXPIRED when what it has not given yet
   * is not all kept, and is done after it. A database that is away for a while only delays it.
   */
  next(): Promise<IteratorResult<ToldItemEvent, undefined>> {
    const next = this.latest.then(() => this.take());
    this.latest = next.catch(() => this.finish());
    return next;
  }

  /** Also a `next()` that waits is done then. */
  async return(): Promise<IteratorResult<ToldItemEvent, undefined>> {
    this.finish();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<ToldItemEvent, undefined>> {
    this.finish();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async take(): Promise<IteratorResult<ToldItemEvent, undefined>> {
    while (!this.finished) {
      const item = this.items[this.taken];
      if (item !== undefined) {
        this.taken += 1;
        return { done: false, value: { ...item, cursor: encodeCursor(item) } };
      }
      await this.fetch();
    }
    return { done: true, value: undefined };
  }

  private async fetch(): Promise<void> {
    const wait = this.options.feed.wait(this.options.inboxId);
    this.wait = wait;
    try {
      const { items, position } = await this.read();
      this.items = items;
      this.taken = 0;
      // Also without items: somebody whose inbox is quiet does not fall behind the log that is kept.
      this.reach(position);
      if (items.length === 0) this.reach(await wait.over);
    } catch (error) {
      if (error instanceof GraphQLError) throw error;
      await this.pause();
    } finally {
      wait.cancel();
      this.wait = undefined;
    }
  }

  private reach(position: number): void {
    this.place = { ...this.place, position: Math.max(this.place.position, position) };
  }

  /** The next items, and how far it has looked. */
  private async read(): Promise<{ items: readonly ToldItem[]; position: number }> {
    const { database, inboxId } = this.options;
    const { epoch, position } = this.place;
    // One statement, so that all is of one moment; without items it gives one row of nulls.
    const rows = await database.rows<ToldItem & Omit<LogEnd, 'position'> & { dealtOut: number }>(sql`
      SELECT item.*, state.epoch, state.kept_after AS "keptAfter", reader.position AS "dealtOut"
      FROM knowledge_log_state AS state CROSS JOIN inbox_reader AS reader
        LEFT JOIN LATERAL (
          SELECT ${ITEM_COLUMNS} FROM inbox_item i JOIN knowledge_log AS entry ON entry.position = i.position
          WHERE i.inbox_id = ${inboxId} AND i.position > ${position}
          ORDER BY i.position LIMIT ${STRETCH}) AS item ON TRUE
      ORDER BY item.position`);
    const { epoch: present, keptAfter, dealtOut } = rows[0]!;
    if (present !== epoch) throw foreignCursor();
    if (position < keptAfter) throw expiredCursor({ epoch, position, keptAfter });
    const items = rows.filter(({ id }) => id !== null);
    return { items, position: items.length < STRETCH ? dealtOut : items.at(-1)!.position };
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY);
      this.wait = { cancel: () => (clearTimeout(timer), resolve()) };
    });
  }

  private finish(): void {
    this.finished = true;
    this.items = [];
    this.wait?.cancel();
  }
}
