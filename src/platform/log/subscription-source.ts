/**
 * The entries that one subscriber follows. A subscriber is a place in the log, not a queue: a slow one costs nothing but
 * its own lag. Written by hand, since an async generator that waits for its next value cannot be returned from: those of
 * clients that left would stay until the next event.
 */
import { GraphQLError } from 'graphql';
import type { EventFilter } from './event-filter.js';
import type { LogEntry, LogPlace } from './log-entry.js';
import type { Tail, Wait } from './tail.js';

/** How often in a row the log may fail to be read although the database answers. */
const TRIES = 3;

export interface SubscriptionSourceOptions {
  readonly tail: Tail;
  /** Where it starts: the first entry is the next one after it that passes the filter. */
  readonly place: LogPlace;
  readonly filter: EventFilter;
  /** Ends it as `return()` does. */
  readonly signal?: AbortSignal;
}

export class SubscriptionSource implements AsyncIterableIterator<LogEntry> {
  private readonly tail: Tail;
  private readonly filter: EventFilter;
  private readonly signal: AbortSignal | undefined;
  private readonly end = (): void => this.finish();
  private place: LogPlace;
  private entries: readonly LogEntry[] = [];
  private taken = 0;
  private wait: Wait | undefined;
  private failures = 0;
  private finished = false;
  private latest: Promise<unknown> = Promise.resolve();

  constructor({ tail, place, filter, signal }: SubscriptionSourceOptions) {
    this.tail = tail;
    this.place = place;
    this.filter = filter;
    this.signal = signal;
    signal?.addEventListener('abort', this.end);
    if (signal?.aborted) this.finish();
  }

  /**
   * Rejects with CURSOR_INVALID, and is done after it, when the log has begun another history. A database that is away
   * for a while only delays it.
   */
  next(): Promise<IteratorResult<LogEntry, undefined>> {
    const next = this.latest.then(() => this.take());
    this.latest = next.catch(() => this.finish());
    return next;
  }

  /** Also a `next()` that waits is done then. */
  async return(): Promise<IteratorResult<LogEntry, undefined>> {
    this.finish();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<LogEntry, undefined>> {
    this.finish();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async take(): Promise<IteratorResult<LogEntry, undefined>> {
    while (!this.finished) {
      if (this.taken < this.entries.length) return { done: false, value: this.entries[this.taken++]! };
      await this.fetch();
    }
    return { done: true, value: undefined };
  }

  private async fetch(): Promise<void> {
    const before = this.place.position;
    try {
      const { epoch, position, entries } = await this.tail.read(this.place, this.filter);
      this.place = { epoch, position };
      this.entries = entries;
      this.taken = 0;
      this.failures = 0;
    } catch (error) {
      if (error instanceof GraphQLError || ++this.failures === TRIES) throw error;
      return this.waitFor(() => this.tail.waitForDatabase());
    }
    if (this.place.position === before) await this.waitFor(() => this.tail.waitBeyond(this.place));
  }

  private async waitFor(begin: () => Wait): Promise<void> {
    if (this.finished) return;
    this.wait = begin();
    await this.wait.over;
    this.wait = undefined;
  }

  private finish(): void {
    this.finished = true;
    this.entries = [];
    this.wait?.cancel();
    this.signal?.removeEventListener('abort', this.end);
  }
}
