import { vi } from 'vitest';

interface Patience {
  /** How long to wait, in milliseconds. Twenty seconds unless told: a busy machine takes its time, and only a failure waits so long. */
  readonly timeout?: number;
  /** How often to look, in milliseconds. */
  readonly interval?: number;
}

/** Resolves with what `check` gives as soon as it does not throw; rejects with what it threw last when that takes too long. */
export function until<Result>(check: () => Result | Promise<Result>, patience: Patience = {}): Promise<Result> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20, ...patience });
}
