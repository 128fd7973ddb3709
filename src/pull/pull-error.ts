/** A pull that cannot be done. The message says why, and what to do. */
export class PullError extends Error {
  override name = 'PullError';
}
