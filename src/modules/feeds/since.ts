/**
 * What a poller keeps between two calls of `newContent`. The hub that it was written for gives it a time, and it may keep
 * no more of that than the whole seconds since 1970 in 32 bits, as Drupal's `timestamp` field does. A time cannot tell
 * apart what happened within one second, hence a poller that sends a time gets the place in the log itself, written as one
 * of the times before September 2001, at which no hub was there; and a poller that sends none gets a cursor.
 */
import { requestError } from '../../common/errors.js';
import { decodeCursor, encodeCursor } from '../../platform/log/cursor.js';
import type { LogEnd, LogPlace } from '../../platform/log/log-entry.js';

/** Seconds since 1970: times before stand for places, times from then on for themselves. */
const FIRST_TIME = 1_000_000_000;
/**
 * How many epochs such a time tells apart; the more, the fewer positions there is room for. These are 7.8 million, some
 * two hundred a day for a century. A cursor tells all epochs apart, and has room for everything.
 */
const EPOCHS = 127;

/** How a poller writes places. */
export type Notation = 'CURSOR' | 'TIME';

export interface Since {
  readonly notation: Notation;
  /** Null when it stands for a moment. */
  readonly position: number | null;
  /** When everything from this moment on is wanted: what a poller brings along from the hub. */
  readonly time: Date | null;
}

// As strict as the hub itself, which has no fractions; those who add some mean a moment.
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * @param end the end of the log, read from the database
 * @throws CURSOR_INVALID for what nobody gave, or what belongs to another history of the log
 */
export function readSince(since: string | null | undefined, end: LogEnd): Since {
  if (since == null || since === '') return { notation: 'CURSOR', position: 0, time: null };
  if (!RFC_3339.test(since)) {
    // Whether what follows is all kept is asked later, for all notations alike.
    return { notation: 'CURSOR', position: decodeCursor(since, { ...end, keptAfter: 0 }, 'since'), time: null };
  }
  const time = new Date(since);
  const seconds = time.getTime() / 1000;
  if (Number.isNaN(seconds)) throw invalid();
  if (seconds >= FIRST_TIME) return { notation: 'TIME', position: null, time };
  // Where the hub's pollers begin.
  if (seconds <= 0) return { notation: 'TIME', position: 0, time: null };
  const position = Math.floor((seconds - 1) / EPOCHS);
  if (writeTime({ epoch: end.epoch, position }) !== seconds || position > end.position) throw invalid();
  return { notation: 'TIME', position, time: null };
}

/** @throws CURSOR_INVALID when the log has grown beyond what a time can stand for */
export function writeSince(notation: Notation, place: LogPlace): string {
  if (notation === 'CURSOR') return encodeCursor(place);
  const seconds = writeTime(place);
  if (seconds < FIRST_TIME) return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, '+00:00');
  throw requestError(
    'CURSOR_INVALID',
    `The log has become too long for a time to name a place in it: go on with since: "${encodeCursor(place)}".`,
  );
}

function writeTime({ epoch, position }: LogPlace): number {
  return position * EPOCHS + (Number.parseInt(epoch, 16) % EPOCHS) + 1;
}

function invalid() {
  return requestError(
    'CURSOR_INVALID',
    '`since` is neither a time of the hub nor a place in this log: pass what `youngest` was, unchanged, or begin anew ' +
      'without it.',
  );
}
