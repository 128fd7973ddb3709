/** One process's view of the log's end, read once for all that follow it. */
import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.js';
import { foreignCursor } from './cursor.js';
import { EventFilter } from './event-filter.js';
import { Listener } from './listener.js';
import type { LogPlace } from './log-entry.js';
import { type LogStretch, readEnd, readStretch } from './read.js';
import { RecentEntries } from './recent-entries.js';
import { RepeatedTask } from './repeated-task.js';

/** How many positions the tail itself reads at a time. */
const STRETCH = 1000;

/** How many of the last entries stay in memory: what a follower may lag behind without reading the table. */
const RECENT = 4096;

/** How long, in milliseconds, an event waits at most whose notification was lost. */
const POLL_INTERVAL = 1000;

const everything = new EventFilter();

export interface TailOptions {
  readonly database: Database;
  readonly onError: (error: Error) => void;
}

/** What somebody waits for, to be called off when they wait no longer. */
export interface Wait {
  readonly over: Promise<void>;
  cancel(): void;
}

interface Waiter {
  readonly position: number;
  readonly end: () => void;
}

export class Tail {
  private readonly database: Database;
  private readonly listener: Listener;
  private readonly task: RepeatedTask;
  private readonly waiters = new Set<Waiter>();
  private readonly listeners = new Set<() => void>();
  private end: LogPlace;
  private recent: RecentEntries;

  constructor({ database, onError }: TailOptions) {
    this.database = database;
    this.task = new RepeatedTask({ work: () => this.readOn(), interval: POLL_INTERVAL, onError });
    this.listener = new Listener({ client: () => database.client(), onHint: () => this.task.request(), onError });
  }

  /** Finds the end of the log and follows it from there. */
  async start(): Promise<void> {
    this.moveTo(await readEnd(this.database));
    this.task.start();
    this.listener.start();
  }

  async stop(): Promise<void> {
    await this.listener.stop();
    await this.task.stop();
  }

  /** The end of the log as far as it has been read; another object each time it went on. */
  get place(): LogPlace {
    return this.end;
  }

  /** How many wait for entries that are still to come. */
  get waiting(): number {
    return this.waiters.size;
  }

  /**
   * Looks through the next stretch after a place: from memory, or from the table where that is too far back. Gives the
   * same place again when there is nothing yet.
   *
   * @param length how many positions are looked through at the most
   * @throws CURSOR_INVALID when the log has begun another history since
   */
  async read({ epoch, position }: LogPlace, filter: EventFilter, length: number): Promise<LogStretch> {
    // Whose place was read from the database may know of a new history before this tail does.
    if (epoch !== this.end.epoch) await this.task.run();
    if (epoch !== this.end.epoch) throw foreignCursor();
    // A place that was read from the database may be ahead of this tail.
    if (position >= this.end.position) return { epoch, position, entries: [] };
    const recent = this.recent.after(position, length);
    if (recent !== undefined) {
      return { epoch, position: recent.at(-1)!.position, entries: recent.filter((entry) => filter.matches(entry)) };
    }
    const stretch = await readStretch(this.database, position, length, filter);
    if (stretch.epoch !== epoch) throw foreignCursor();
    return stretch;
  }

  /** Has `listener` called whenever the log went on; gives what ends that. */
  onAdvance(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Waits until the log goes on beyond a place, or its history changes. */
  waitBeyond({ epoch, position }: LogPlace): Wait {
    const isOver = this.end.epoch !== epoch || this.end.position > position;
    return isOver ? { over: Promise.resolve(), cancel: () => {} } : this.wait(position);
  }

  /** Waits until the database has been read again, for who could not read it. */
  waitForDatabase(): Wait {
    return this.wait(-1);
  }

  private wait(position: number): Wait {
    let end!: () => void;
    const over = new Promise<void>((resolve) => (end = resolve));
    const waiter: Waiter = { position, end };
    this.waiters.add(waiter);
    const cancel = () => {
      this.waiters.delete(waiter);
      end();
    };
    return { over, cancel };
  }

  /** Undefined when what follows is not all kept any more, as after a process stood still for longer than the log is kept. */
  private async readStretch({ position }: LogPlace): Promise<LogStretch | undefined> {
    try {
      return await readStretch(this.database, position, STRETCH, everything);
    } catch (error) {
      if (error instanceof GraphQLError && error.extensions['code'] === 'CURSOR_EXPIRED') return undefined;
      throw error;
    }
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const before = this.end;
      const stretch = await this.readStretch(before);
      if (stretch?.epoch === before.epoch) {
        for (const entry of stretch.entries) this.recent.add(entry);
        if (stretch.position > before.position) this.end = { epoch: stretch.epoch, position: stretch.position };
      } else {
        this.moveTo(await readEnd(this.database));
      }
      this.wakeWaiters(stretch?.epoch !== before.epoch);
      if (this.end.position !== before.position) for (const listener of this.listeners) listener();
      if (this.end.position < before.position + STRETCH) return;
    }
  }

  private moveTo(end: LogPlace): void {
    this.end = end;
    this.recent = new RecentEntries(RECENT, end.position);
  }

  private wakeWaiters(all: boolean): void {
    for (const waiter of this.waiters) {
      if (!all && waiter.position >= this.end.position) continue;
      this.waiters.delete(waiter);
      waiter.end();
    }
  }
}
