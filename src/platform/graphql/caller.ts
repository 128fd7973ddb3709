import { networkOf } from '../limits/network.js';
import type { Viewer } from '../auth/viewer.js';

/** Who sends an operation, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** The client's IP address. */
  readonly address: string;
}

/** What callers are told apart by where something is counted: the credential, or else the address. */
export function callerKey({ viewer, address }: Caller): string {
  return viewer.kind === 'ANONYMOUS' ? networkOf(address) : viewer.actor;
}
