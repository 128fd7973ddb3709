/** Judges what clients did and saw against what lies in the tables. Knows nothing of how either came about. */
import type { History } from './history.js';
import { checkMutations } from './check-mutations.js';
import { checkSubscriber } from './check-subscriber.js';
import { checkTexts } from './check-texts.js';
import type { LoggedEvent, Truth } from './truth.js';

/** The promises, by the names that findings have. */
export type Invariant =
  /** Every acknowledged mutation is there. */
  | 'ACKNOWLEDGED_IS_THERE'
  /** What nobody knows of happened once at most, however often it was tried again. */
  | 'AT_MOST_ONCE'
  /** What was refused did not happen. */
  | 'REFUSED_IS_NOT_THERE'
  /** Each committed event has a position, and positions count from 1 without a gap. */
  | 'LOG_WITHOUT_GAP'
  /** A record's events are in the order of its versions. */
  | 'LOG_IN_ORDER'
  /** A subscriber got all that it was owed. */
  | 'NOTHING_MISSING'
  /** A subscriber got it in the log's order. */
  | 'IN_ORDER'
  /** A subscriber got nothing twice. */
  | 'NO_REPEAT'
  /** A subscriber got nothing that its filter leaves out, and nothing that never happened. */
  | 'NOTHING_ELSE'
  /** No subscriber was told that it need not come again. */
  | 'NEVER_SENT_AWAY'
  /** No text of a draft came to those who may not read it. */
  | 'NO_DRAFT'
  /** No text of a record came to anybody after its retraction. */
  | 'NO_RETRACTED'
  /** Once all is well again, all are told again. */
  | 'GOES_ON'
  /** Memory, sockets and iterators are back to where they were. */
  | 'NOTHING_LEFT_OPEN';

export interface Finding {
  readonly invariant: Invariant;
  /** Who or what it happened to. */
  readonly subject: string;
  readonly detail: string;
}

/** All broken promises; an empty list is what a server owes. */
export function check(history: History, truth: Truth): Finding[] {
  return [
    ...checkLog(truth),
    ...checkMutations(history.calls, truth),
    ...history.subscribers.flatMap((subscriber) => checkSubscriber(subscriber, truth.log)),
    ...checkTexts(history, truth),
  ];
}

function checkLog({ log, lastPosition }: Truth): Finding[] {
  const findings: Finding[] = [];
  const stamped = log.filter((event): event is LoggedEvent & { position: number } => event.position !== null);
  for (const { eventId } of log.filter(({ position }) => position === null)) {
    findings.push({ invariant: 'LOG_WITHOUT_GAP', subject: eventId, detail: 'it has no position' });
  }
  for (const [index, { position, eventId }] of stamped.entries()) {
    if (position === index + 1) continue;
    const detail = `position ${position} stands where ${index + 1} was due`;
    findings.push({ invariant: 'LOG_WITHOUT_GAP', subject: eventId, detail });
    break;
  }
  if (lastPosition !== stamped.length) {
    const detail = `it says that it ends at ${lastPosition} and has ${stamped.length} entries`;
    findings.push({ invariant: 'LOG_WITHOUT_GAP', subject: 'the log', detail });
  }
  const versions = new Map<string, number>();
  for (const { recordId, recordVersion, eventId } of stamped) {
    const before = versions.get(recordId) ?? 0;
    if (recordVersion < before) {
      const detail = `version ${recordVersion} stands behind version ${before}`;
      findings.push({ invariant: 'LOG_IN_ORDER', subject: eventId, detail });
    }
    versions.set(recordId, Math.max(before, recordVersion));
  }
  return findings;
}

/** How a server process looks from outside. */
export interface Footprint {
  /** Without its connections to PostgreSQL. */
  readonly openFiles: number;
  /** In bytes, after what is garbage was collected. */
  readonly heap: number;
  /** Iterators that wait for something to happen. */
  readonly waiting: number;
  /** Connections to PostgreSQL. */
  readonly databaseConnections: number;
}

export interface Allowance {
  /** Files that may be open besides those of before. */
  readonly openFiles: number;
  /** Bytes. */
  readonly heap: number;
  /** Connections that a pool may have at the most. */
  readonly databaseConnections: number;
}

export function checkFootprint(before: Footprint, after: Footprint, allowance: Allowance): Finding[] {
  const limits: [keyof Footprint, number][] = [
    ['openFiles', before.openFiles + allowance.openFiles],
    ['heap', before.heap + allowance.heap],
    ['waiting', before.waiting],
    ['databaseConnections', allowance.databaseConnections],
  ];
  return limits.flatMap(([name, limit]) => {
    if (after[name] <= limit) return [];
    const detail = `${after[name]} where ${before[name]} were before and ${limit} are allowed`;
    return [{ invariant: 'NOTHING_LEFT_OPEN' as const, subject: name, detail }];
  });
}
