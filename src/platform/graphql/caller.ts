import type { Viewer } from '../auth/viewer.js';

/** Who sends an operation, and from where. */
export interface Caller {
  readonly viewer: Viewer;
  /** The client's IP address. */
  readonly address: string;
}
