/**
 * The entries that one subscriber follows. A subscriber is a place in the log, not a queue: a slow one costs nothing but
 * its own lag. Written by hand, since an async generator that waits for its next value cannot be returned from: those of
 * clients that left would stay until the next event.
 */
import { GraphQLError } from 'graphql';
import { encodeCursor } from './cursor.js';
import type { EventFilter } from './event-filter.js';
import type { LogEntry, LogPlace } from './log-entry.js';
import type { Tail, Wait } from './tail.js';

/** How often in a row the log may fail to be read although the database answers. */
const TRIES = 3;

/** Positions that are looked through at a time. Bounds what one that is slow to take its entries keeps in memory. */
const STRETCH = 250;

export interface SubscriptionSourceOptions {
  readonly tail: Tail;
  /** Where it starts: the first entry is the next one after it that passes the filter. */
  readonly place: LogPlace;
  readonly filter: EventFilter;
  /** Equal for filters that the same entries pass. */
  readonly filterKey: string;
  /** Whether it waits for more at the end of the log; else it is done there. */
  readonly live?: boolean;
  /** Ends it as `return()` does. */
  readonly signal?: AbortSignal | undefined;
}

export class SubscriptionSource implements AsyncIterableIterator<LogEntry, undefined> {
  /** Equal for sources that give the same entries behind the same position. */
  readonly line: string;
  private readonly tail: Tail;
  private readonly filter: EventFilter;
  private readonly filterKey: string;
  private readonly live: boolean;
  private readonly signal: AbortSignal | undefined;
  private readonly abort = (): void => this.finish();
  /** Behind what was looked through. */
  private place: LogPlace;
  private stand: number;
  private entries: readonly LogEntry[] = [];
  private taken = 0;
  private wait: Wait | undefined;
  private failures = 0;
  private finished = false;
  private latest: Promise<unknown> = Promise.resolve();

  constructor({ tail, place, filter, filterKey, live = true, signal }: SubscriptionSourceOptions) {
    this.tail = tail;
    this.place = place;
    this.stand = place.position;
    this.filter = filter;
    this.filterKey = filterKey;
    this.line = `${place.epoch} ${filterKey}`;
    this.live = live;
    this.signal = signal;
    signal?.addEventListener('abort', this.abort);
    if (signal?.aborted) this.finish();
  }

  /** Behind the last entry that it gave, and behind all that it looked through in vain since. */
  get position(): number {
    return this.stand;
  }

  /** The cursor of that place. */
  get cursor(): string {
    return encodeCursor({ epoch: this.place.epoch, position: this.stand });
  }

  /** Where the log ends, as far as this process knows. */
  get end(): number {
    const { epoch, position } = this.tail.place;
    // Whose place was read from the database may know of a new history before the tail does.
    return epoch === this.place.epoch ? position : this.stand;
  }

  /** Another object each time the log went on, as far as this process knows. */
  get revision(): object {
    return this.tail.place;
  }

  idOf({ eventId }: LogEntry): string {
    return eventId;
  }

  positionOf({ position }: LogEntry): number {
    return position;
  }

  cursorOf(entry: LogEntry): string {
    return encodeCursor(entry);
  }

  /** The entries that follow in the stretch that was read last, at most so many; goes on behind them. */
  takeAtHand(count: number): readonly LogEntry[] {
    const entries = this.entries.slice(this.taken, this.taken + count);
    this.taken += entries.length;
    this.stand = entries.at(-1)?.position ?? this.stand;
    return entries;
  }

  /** Another source of the same line. One that is not `live` is done where the log ends at that time. */
  from(position: number, live: boolean): SubscriptionSource {
    const { tail, filter, filterKey } = this;
    return new SubscriptionSource({ tail, filter, filterKey, live, place: { epoch: this.place.epoch, position } });
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
      const entry = this.entries[this.taken];
      if (entry !== undefined) {
        this.taken += 1;
        this.stand = entry.position;
        return { done: false, value: entry };
      }
      this.stand = this.place.position;
      await this.fetch();
    }
    return { done: true, value: undefined };
  }

  private async fetch(): Promise<void> {
    const before = this.place.position;
    try {
      const { epoch, position, entries } = await this.tail.read(this.place, this.filter, STRETCH);
      this.place = { epoch, position };
      this.entries = entries;
      this.taken = 0;
      this.failures = 0;
    } catch (error) {
      if (error instanceof GraphQLError || ++this.failures === TRIES) throw error;
      return this.waitFor(() => this.tail.waitForDatabase());
    }
    if (this.place.position !== before) return;
    if (this.live) await this.waitFor(() => this.tail.waitBeyond(this.place));
    else this.finish();
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
    this.signal?.removeEventListener('abort', this.abort);
  }
}
