/** What clients did and saw, as data: all that the checker knows of them. Times are milliseconds of one clock. */
import type { EventFilterInput } from '../../src/platform/log/event-filter.js';

export const now = (): number => performance.now();

/** How a call ended: as asked; refused, so that nothing happened; or nobody knows. */
export type Outcome = 'ok' | 'failed' | 'unknown';

export type Mutation = 'create' | 'submit' | 'publish' | 'update' | 'retract';

export interface Call {
  readonly mutation: Mutation;
  /** Which server it was sent to. */
  readonly server: number;
  readonly invokedAt: number;
  /** No two records were given the same one. */
  readonly title: string;
  /** Of a `create`. */
  readonly idempotencyKey?: string;
  /** The record it was about; of a `create`, what it made. */
  recordId?: string;
  endedAt?: number;
  /** Undefined as long as it runs. */
  outcome?: Outcome;
  /** The version that it made, when it is `ok`. */
  version?: number;
  /** What it was refused or broke with. */
  reason?: string;
}

/** A text that can be found in any bytes, and when it became public. */
export interface Canary {
  readonly text: string;
  readonly title: string;
  /** When the publication of it was asked for first; Infinity when that never was. */
  publicFrom: number;
}

/** Something that came to a subscriber. */
export interface Receipt {
  /** Counts the connections of its subscriber. */
  readonly connection: number;
  readonly at: number;
  readonly eventId?: string;
  readonly type?: string;
  readonly recordId?: string;
  /** The canaries in its bytes. */
  readonly canaries: readonly string[];
}

/** Somebody who is to be told: by WebSocket or SSE, by a webhook, or in an inbox. */
export interface SubscriberHistory {
  readonly name: string;
  readonly filter: EventFilterInput;
  /** It is owed what lies behind this position. */
  readonly afterPosition: number;
  /** Whether it may be told an event twice on one connection, as one that is told again until it answers. */
  readonly repeats: boolean;
  readonly receipts: Receipt[];
  /** When each of its connections was opened. */
  readonly openedAt: number[];
  /** What ended a connection although a client cannot mend it by coming again. */
  readonly refusals: string[];
}

/** An answer to a query that anybody may ask. */
export interface Answer {
  readonly invokedAt: number;
  readonly endedAt: number;
  readonly canaries: readonly string[];
}

export interface History {
  readonly calls: Call[];
  readonly canaries: Canary[];
  readonly subscribers: SubscriberHistory[];
  readonly answers: Answer[];
}

export function newHistory(): History {
  return { calls: [], canaries: [], subscribers: [], answers: [] };
}

const CANARY = /kanarie[a-j]+fugl/gi;

/** Letters alone: what search, folding, slugs and highlighting leave as it is. */
export function canaryText(run: number, count: number): string {
  const digits = `${run % 100_000}`.padStart(5, '0') + `${count}`.padStart(5, '0');
  return `kanarie${[...digits].map((digit) => 'abcdefghij'[Number(digit)]).join('')}fugl`;
}

export function canariesIn(text: string): string[] {
  // Most of what comes has none, and looking for one letter is quick.
  return text.includes('kanarie') ? [...new Set(text.match(CANARY) ?? [])] : [];
}
