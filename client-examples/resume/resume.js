// What websocket.js and sse.js have in common: from where to go on, after which pause, and when not at all.
import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A connection that held for this long was a good one: after it the pauses begin again with the first. */
const HELD = 60_000;
/** Ids of events that are remembered. Only what was sent last can be sent again. */
const REMEMBERED = 1_000;

const LOST = ['CURSOR_INVALID', 'CURSOR_EXPIRED'];
const PASSING = [...LOST, 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'];
/** Close codes that say what is wrong with the client; it would be wrong again. */
const FINAL_CLOSES = [4400, 4401, 4406, 4409, 4429];

/**
 * One step of a subscription that is followed.
 *
 * @typedef {object} Step
 * @property {string} cursor  where to go on: keep it once the step is done with
 * @property {object | null} event  null when there was no cursor to go on from: read the records that you keep anew; all
 *   that happens to them from this cursor on comes as events
 * @property {Error} [lost]  why the cursor of before is of no use any more (CURSOR_INVALID, CURSOR_EXPIRED)
 */

/**
 * Runs a subscription again and again, each time right behind the last event.
 *
 * @param {object} options
 * @param {(operation: { query: string, variables?: object }) => AsyncIterable<object>} options.iterate  runs an operation
 *   once; ends, or throws, when its connection does
 * @param {string} options.query  a subscription of one field with the variable `$after`, which selects `id` and `cursor`
 * @param {object} [options.variables]  the other variables
 * @param {string | null} [options.cursor]  the last one that was kept; without it everything begins anew
 * @param {AbortSignal} options.signal  stops it
 * @param {(reason: Error, milliseconds: number) => void} [options.onCut]  hears of each cut, and of the pause after it
 * @returns {AsyncGenerator<Step>}  throws what coming again does not mend: a wrong key, a query that is not valid
 */
export async function* resume({ iterate, query, variables, cursor, signal, onCut = () => {} }) {
  const seen = new Set();
  let lost;
  for (let tries = 0; !signal.aborted; tries++) {
    const began = Date.now();
    let reason = new Error('The server completed the subscription');
    try {
      if (!cursor) {
        for await (const { knowledgeCursor } of dataOf(iterate({ query: '{ knowledgeCursor }' })))
          cursor = knowledgeCursor;
        if (cursor) yield { cursor, event: null, lost };
      }
      if (cursor) {
        for await (const data of dataOf(iterate({ query, variables: { ...variables, after: cursor } }))) {
          const [event] = Object.values(data);
          cursor = event.cursor;
          if (seen.has(event.id)) continue;
          seen.add(event.id);
          if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
          yield { cursor, event };
        }
      }
    } catch (thrown) {
      reason = asError(thrown);
    }
    if (signal.aborted) return;
    if (isFinal(reason)) throw reason;
    if (LOST.includes(reason.code)) [cursor, lost] = [null, reason];
    if (Date.now() - began > HELD) tries = 0;
    // All who were cut at once do not come back at once.
    const backoff = Math.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries);
    const milliseconds = Math.max(backoff, (reason.retryAfter ?? 0) * 1_000);
    onCut(reason, milliseconds);
    await pause(milliseconds, undefined, { signal }).catch(() => {});
  }
}

async function* dataOf(results) {
  for await (const { data, errors } of results) {
    // Also when there is data beside it: what is handled is handled as a whole, or comes again.
    if (errors) throw errors;
    yield data;
  }
}

/** Of errors of GraphQL, a failed request or handshake, or the close of a WebSocket. */
function asError(thrown) {
  if (Array.isArray(thrown)) {
    const [{ message, extensions }] = thrown;
    return Object.assign(new Error(`${extensions?.code}: ${message}`), { isGraphql: true, ...extensions });
  }
  const error = thrown.error ?? thrown;
  if (error instanceof Error) return error;
  return Object.assign(new Error(`The socket was closed: ${thrown.code} ${thrown.reason}`), { code: thrown.code });
}

function isFinal({ isGraphql, code, response }) {
  if (isGraphql) return !PASSING.includes(code);
  if (FINAL_CLOSES.includes(code)) return true;
  const status = response?.status;
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
