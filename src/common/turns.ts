/** Work that takes the processor for long, done a piece at a time: between two pieces the process does everything else. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Cancellation } from './cancellation.js';

const latest = new WeakMap<Cancellation, Promise<unknown>>();

/**
 * Does a piece of an operation's work after those that were given before it, in a turn of the event loop of its own.
 *
 * @throws what the piece throws, or the reason when the operation has ended before its turn came
 */
export function inTurn<Result>(cancellation: Cancellation, piece: () => Result): Promise<Result> {
  const doPiece = async () => {
    cancellation.throwIfCancelled();
    await nextTurn();
    return piece();
  };
  const before = latest.get(cancellation);
  const result = before === undefined ? doPiece() : before.then(doPiece, doPiece);
  latest.set(cancellation, result);
  return result;
}
