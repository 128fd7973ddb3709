import { networkOf } from '../limits/network.js';
import type { Viewer } from '../auth/viewer.js';
import type { RequestOrigin } from '../telemetry/request-origin.js';

/** Who sends an operation, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** The client's IP address. */
  readonly address: string;
  /** What it came with; for the log, for traces, and for what is counted by transport. */
  readonly origin?: RequestOrigin | undefined;
}

/** What callers are told apart by where something is counted: the credential, or else the address. */
export function callerKey({ viewer, address }: Caller): string {
  return viewer.kind === 'ANONYMOUS' ? networkOf(address) : viewer.actor;
}
