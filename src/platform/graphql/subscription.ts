import type { EventPayload } from './event-payload.js';
import type { Payments } from './payments.js';

/** Where the results of one subscription go: a client's connection. */
export interface Outlet {
  /** Hears before all results from where a client could go on that was told nothing yet. */
  readonly begin?: (cursor: string) => void;
  /** Whether the client takes more at this moment; never when its connection is gone. */
  readonly isReady: boolean;
  /** Resolves when it does; not at all when the connection is gone before. */
  whenReady(): Promise<void>;
  /** Sends a result. Also while it is not ready, but then memory has to hold it. */
  send(payload: EventPayload): void;
}

const END = Object.freeze({ value: undefined, done: true as const });

/**
 * A subscription under way. Its results go to its outlet, and not through the generator that it is for those who run the
 * protocols: that yields nothing, begins with the first `next()`, and ends when the subscription does.
 *
 * Written by hand because an `async function*` that waits for something does not hear of `return()` before that comes, and
 * so outlives its client.
 */
export abstract class Subscription implements AsyncGenerator<never, undefined, undefined> {
  private over: Promise<typeof END> | undefined;
  private resolve: ((end: typeof END) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;
  private finished = false;

  constructor(
    readonly outlet: Outlet,
    readonly payments: Payments,
    private readonly onEnd: () => void,
  ) {}

  get hasEnded(): boolean {
    return this.finished;
  }

  /** Rejects once with what the subscription failed of, and is done then. */
  next(): Promise<typeof END> {
    if (this.finished) return Promise.resolve(END);
    if (this.over === undefined) {
      this.over = new Promise((resolve, reject) => {
        this.resolve = resolve;
        this.reject = reject;
      });
      this.start();
    }
    return this.over;
  }

  async return(): Promise<typeof END> {
    this.end();
    return END;
  }

  async throw(error: unknown): Promise<typeof END> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  end(): void {
    this.finish(() => this.resolve?.(END));
  }

  fail(error: unknown): void {
    this.finish(() => this.reject?.(error));
  }

  protected abstract start(): void;

  /** Lets go of its source. */
  protected abstract release(): void;

  private finish(settle: () => void): void {
    if (this.finished) return;
    this.finished = true;
    this.payments.end();
    this.release();
    this.onEnd();
    settle();
  }
}
