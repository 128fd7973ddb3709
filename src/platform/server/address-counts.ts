import type { EventEmitter } from 'node:events';
import { Counts } from '../limits/counts.js';
import { networkOf } from '../limits/network.js';

/** How long whoever has too many of them open is told to wait. */
export const RETRY_AFTER_SECONDS = 10;

/** How many things of one kind each address has open. */
export class AddressCounts {
  private readonly counts: Counts;

  constructor(maximum: number) {
    this.counts = new Counts(maximum);
  }

  /**
   * Counts one more for an address, until its `close`.
   *
   * @returns false when there are as many as may be: it is not counted then, and should be refused
   */
  hold(address: string, closeable: EventEmitter): boolean {
    const network = networkOf(address);
    if (!this.counts.take(network)) return false;
    // Not `once`, which costs a socket three times the memory: it closes but once.
    closeable.on('close', () => this.counts.giveBack(network));
    return true;
  }
}
