/** The last entries of the log in memory: a ring that holds consecutive positions. */
import type { LogEntry } from './log-entry.js';

export class RecentEntries {
  private readonly ring: LogEntry[];
  private readonly capacity: number;
  private last: number;
  private count = 0;

  /** @param last the position before the first entry that will be added */
  constructor(capacity: number, last: number) {
    this.capacity = capacity;
    this.ring = new Array(capacity);
    this.last = last;
  }

  /** Adds the entry with the next position. */
  add(entry: LogEntry): void {
    this.last = entry.position;
    this.ring[this.last % this.capacity] = entry;
    this.count = Math.min(this.count + 1, this.capacity);
  }

  /** The entries after a position, at most `limit`; undefined when some of them are no longer, or never were, in here. */
  after(position: number, limit: number): LogEntry[] | undefined {
    if (position < this.last - this.count) return undefined;
    const entries: LogEntry[] = [];
    const end = Math.min(this.last, position + limit);
    for (let next = position + 1; next <= end; next++) entries.push(this.ring[next % this.capacity]!);
    return entries;
  }
}
