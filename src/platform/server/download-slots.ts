import { Counts } from '../limits/counts.js';
import { networkOf } from '../limits/network.js';

export interface DownloadLimits {
  /** Those that may run at a time, of all clients and of one address. Each holds a connection to the database. */
  readonly downloads: number;
  readonly downloadsPerAddress: number;
  /** Time that one may take. Meanwhile the database keeps what it would otherwise clear away. */
  readonly downloadMilliseconds: number;
}

export class DownloadSlots {
  private readonly perAddress: Counts;
  private free: number;

  constructor({ downloads, downloadsPerAddress }: Pick<DownloadLimits, 'downloads' | 'downloadsPerAddress'>) {
    this.perAddress = new Counts(downloadsPerAddress);
    this.free = downloads;
  }

  /** @returns gives the slot back, however often it is called; undefined when there is none */
  take(address: string): (() => void) | undefined {
    const network = networkOf(address);
    if (this.free === 0 || !this.perAddress.take(network)) return undefined;
    this.free -= 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.free += 1;
      this.perAddress.giveBack(network);
    };
  }
}
