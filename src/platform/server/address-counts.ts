import type { EventEmitter } from 'node:events';
import { networkOf } from '../limits/network.js';

/** How long whoever has too many of them open is told to wait. */
export const RETRY_AFTER_SECONDS = 10;

/** How many things of one kind each address has open. */
export class AddressCounts {
  private readonly open = new Map<string, number>();

  constructor(private readonly maximum: number) {}

  /**
   * Counts one more for an address, until its `close`.
   *
   * @returns false when there are as many as may be: it is not counted then, and should be refused
   */
  hold(address: string, closeable: EventEmitter): boolean {
    const network = networkOf(address);
    const count = this.open.get(network) ?? 0;
    if (count >= this.maximum) return false;
    this.open.set(network, count + 1);
    closeable.once('close', () => this.release(network));
    return true;
  }

  private release(network: string): void {
    const left = this.open.get(network)! - 1;
    // An entry for every address that ever came would fill the memory.
    if (left > 0) this.open.set(network, left);
    else this.open.delete(network);
  }
}
