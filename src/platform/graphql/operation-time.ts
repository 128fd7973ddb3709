/** The time that one operation may take, and its end before that when nobody waits for it any longer. */
import { GraphQLError } from 'graphql';
import { Cancellation } from '../../common/cancellation.js';
import { requestError } from '../../common/errors.js';

/** Hears of a client that leaves; gives what stops it from listening. */
export type WatchClient = (onLeave: () => void) => () => void;

export interface TimeLimit {
  readonly milliseconds: number;
  /** What the work ends with when its time is over. */
  readonly overtime: (milliseconds: number) => Error;
  /** Tells when nobody waits for the result any longer; not asked when left out. */
  readonly watchClient?: WatchClient | undefined;
}

/**
 * Gives the result of the work, or rejects as soon as its time is over or its client has left; the work's cancellation
 * then has the same reason.
 */
export function runInTime<Result>(
  { milliseconds, overtime, watchClient }: TimeLimit,
  work: (cancellation: Cancellation) => Promise<Result>,
): Promise<Result> {
  const cancellation = new Cancellation();
  return new Promise((resolve, reject) => {
    const end = (reason: Error) => {
      reject(reason);
      cancellation.cancel(reason);
    };
    const timer = setTimeout(() => end(overtime(milliseconds)), milliseconds);
    const stopWatching = watchClient?.(() => end(clientLeft()));
    const settled = () => {
      clearTimeout(timer);
      stopWatching?.();
    };
    work(cancellation).then(
      (result) => {
        settled();
        resolve(result);
      },
      (error: unknown) => {
        settled();
        reject(error as Error);
      },
    );
  });
}

/**
 * Gives what the work itself comes to, however late: for mutations, whose client must hear what became of them. It is
 * told when the time is over, so that nothing more is begun.
 */
export async function runToTheEnd<Result>(
  { milliseconds, overtime }: TimeLimit,
  work: (cancellation: Cancellation) => Promise<Result>,
): Promise<Result> {
  const cancellation = new Cancellation();
  const timer = setTimeout(() => cancellation.cancel(overtime(milliseconds)), milliseconds);
  try {
    return await work(cancellation);
  } finally {
    clearTimeout(timer);
  }
}

export function operationTooLong(milliseconds: number): GraphQLError {
  return requestError(
    'QUERY_TOO_EXPENSIVE',
    `This took longer than ${milliseconds / 1000} s, which is what one operation may take. Ask for less at once.`,
  );
}

/** A fault, and not the client's mistake: it is to come again, and so does not miss the event. */
export function eventTooLong(milliseconds: number): Error {
  return new Error(`An event was not worked out within ${milliseconds / 1000} s.`);
}

/** Seen by nobody: there is no one left to tell. */
function clientLeft(): GraphQLError {
  return requestError('BAD_USER_INPUT', 'The client has left.');
}
