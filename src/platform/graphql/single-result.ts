import type { FormattedExecutionResult } from 'graphql';
import type { WatchClient } from './operation-time.js';

/**
 * The result of a query or mutation as a generator of one: a transport that ends it early says that its client has left.
 * Nothing runs before the result is asked for.
 */
export class SingleResult implements AsyncGenerator<FormattedExecutionResult, undefined, undefined> {
  private begun = false;
  private ended = false;
  private onLeave: (() => void) | undefined;

  constructor(private readonly run: (watchClient: WatchClient) => Promise<FormattedExecutionResult>) {}

  async next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (this.begun || this.ended) return { value: undefined, done: true };
    this.begun = true;
    const value = await this.run((onLeave) => {
      this.onLeave = onLeave;
      return () => (this.onLeave = undefined);
    });
    return this.ended ? { value: undefined, done: true } : { value, done: false };
  }

  async return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  private end(): void {
    this.ended = true;
    this.onLeave?.();
  }
}
