/** A line of events in memory that tests feed, which knows who follows it. */
import { requestError } from '../../src/common/errors.js';
import type { LineSource } from '../../src/platform/graphql/event-source.js';

export interface TestLineEvent {
  readonly eventId: string;
  readonly position: number;
  readonly text: string;
}

export class TestLine {
  readonly events: TestLineEvent[] = [];
  /** Sources that wait at the end. */
  readonly waiting = new Set<() => void>();
  /** Sources that were not returned from. */
  readonly open = new Set<TestLineSource>();
  revision: object = {};
  /** Makes every read fail from now on. */
  broken: Error | undefined;

  send(text: string): void {
    const position = this.events.length + 1;
    this.events.push({ eventId: `e${position}`, position, text });
    this.touch();
  }

  /** Something happened that this line does not tell of. */
  touch(): void {
    this.revision = {};
    for (const wake of [...this.waiting]) wake();
  }

  fail(error: Error): void {
    this.broken = error;
    this.touch();
  }

  /** @param after `c` and a position */
  source(after: string | null | undefined): TestLineSource {
    if (after != null && !/^c\d+$/.test(after)) throw requestError('CURSOR_INVALID', 'No cursor of this line.');
    return new TestLineSource(this, after == null ? this.events.length : Number(after.slice(1)), true);
  }
}

export class TestLineSource implements LineSource<TestLineEvent> {
  readonly line = 'test';
  private done = false;

  constructor(
    private readonly of: TestLine,
    public position: number,
    private readonly live: boolean,
  ) {
    of.open.add(this);
  }

  get cursor(): string {
    return `c${this.position}`;
  }

  get end(): number {
    return this.of.events.length;
  }

  get revision(): object {
    return this.of.revision;
  }

  idOf({ eventId }: TestLineEvent): string {
    return eventId;
  }

  positionOf({ position }: TestLineEvent): number {
    return position;
  }

  cursorOf({ position }: TestLineEvent): string {
    return `c${position}`;
  }

  takeAtHand(count: number): readonly TestLineEvent[] {
    const events = this.done ? [] : this.of.events.slice(this.position, this.position + count);
    this.position += events.length;
    return events;
  }

  from(position: number, live: boolean): TestLineSource {
    return new TestLineSource(this.of, position, live);
  }

  async next(): Promise<IteratorResult<TestLineEvent, undefined>> {
    for (;;) {
      if (this.of.broken) throw this.of.broken;
      if (this.done) return { done: true, value: undefined };
      const event = this.of.events[this.position];
      if (event !== undefined) {
        this.position = event.position;
        return { done: false, value: event };
      }
      if (!this.live) return this.return();
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.of.waiting.delete(wake);
          resolve();
        };
        this.of.waiting.add(wake);
      });
    }
  }

  async return(): Promise<IteratorResult<TestLineEvent, undefined>> {
    this.done = true;
    this.of.open.delete(this);
    for (const wake of [...this.of.waiting]) wake();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
