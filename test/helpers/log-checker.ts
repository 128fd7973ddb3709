/** Judges what the readers of a log saw against the log itself. Knows nothing of how either came about. */

/** One entry of the log, as it lies in the table once all is written. */
export interface LoggedEvent {
  readonly eventId: string;
  readonly position: number | null;
  readonly recordId: string;
  /** Raised under the record's row lock, so it tells the order of the commits within the record. */
  readonly recordVersion: number;
}

/** How many times each promise was broken; all zero is what a log owes. */
export interface LogFindings {
  readonly unstamped: number;
  /** Positions missing between 1 and the last, or given twice. */
  readonly gaps: number;
  readonly disorderWithinRecord: number;
}

export function checkLog(log: readonly LoggedEvent[]): LogFindings {
  const stamped = log.filter((event) => event.position !== null).sort((a, b) => a.position! - b.position!);
  const latest = new Map<string, number>();
  let disorderWithinRecord = 0;
  for (const { recordId, recordVersion } of stamped) {
    if (recordVersion !== (latest.get(recordId) ?? 0) + 1) disorderWithinRecord++;
    latest.set(recordId, recordVersion);
  }
  return {
    unstamped: log.length - stamped.length,
    gaps: stamped.filter((event, index) => event.position !== index + 1).length,
    disorderWithinRecord,
  };
}

/** How many events a reader saw wrongly; all zero is at least once, in order, without a gap, and no repeat either. */
export interface ReaderFindings {
  readonly lost: number;
  readonly repeated: number;
  /** Seen, although not in what was to be seen. */
  readonly uncalledFor: number;
  /** Neighbours in what was seen that stand the other way round in the log. */
  readonly disorder: number;
}

/** @param expected ids of the events that the reader was to see, in the log's order */
export function checkReader(expected: readonly string[], received: readonly string[]): ReaderFindings {
  const places = new Map(expected.map((eventId, place) => [eventId, place]));
  const seen = new Set(received);
  const known = received.flatMap((eventId) => places.get(eventId) ?? []);
  return {
    lost: expected.filter((eventId) => !seen.has(eventId)).length,
    repeated: received.length - seen.size,
    uncalledFor: received.length - known.length,
    disorder: known.filter((place, index) => index > 0 && place < known[index - 1]!).length,
  };
}
