/** What one server counts of its own work, from the start of its process on. */
import { counts, distributions } from './distribution.js';

/** The way that an operation came. */
export type Transport = 'http' | 'websocket' | 'sse';

/** Seconds: from a look into memory to what an operation may take. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Coarser, since there is one for each loader. */
const STATEMENT_DURATIONS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];
const STATEMENTS = [0, 1, 2, 3, 5, 8, 13, 21, 50];
const POINTS = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000];

export class Measures {
  /** Operations that ran, in seconds, by transport, type, and `OK` or the code of the first error. */
  readonly operations = distributions(DURATIONS);
  /** What they may have cost, in points, by type. */
  readonly costs = distributions(POINTS);
  /** Statements that queries and events read by, one a level and field, by type. */
  readonly statementsPerOperation = distributions(STATEMENTS);
  /** The time that operations waited for them, in seconds, by type; those that ran at the same time are added. */
  readonly readingPerOperation = distributions(DURATIONS);
  /** Operations that were not let in, by transport and code. */
  readonly refusals = counts();
  /** Errors that were told to clients, by code. */
  readonly errors = counts();
  /** Requests other than event streams, in seconds, by route and class of status. */
  readonly requests = distributions(DURATIONS);
  /** One batched read each, in seconds, by loader: what a field of one level costs. */
  readonly loaders = distributions(STATEMENT_DURATIONS);
  /** Keys that loaders were asked for, by loader. */
  readonly loaderKeys = counts();
  /** Statements, in seconds, by `read` or `transaction`. */
  readonly statements = distributions(STATEMENT_DURATIONS);
  /** Events that were sent to clients, by transport. */
  readonly eventsDelivered = counts();
  /** Connections that the server ended because their clients did not answer or did not read, by transport. */
  readonly connectionsCut = counts();
  /** Connections that were refused because there were too many. */
  connectionsRefused = 0;
  /** Attempts to deliver a webhook, in seconds, by `delivered`, `refused` (an answer that is no success) or `unanswered`. */
  readonly webhookAttempts = distributions(DURATIONS);
  /** Subscriptions that run, by transport. */
  readonly subscriptions = counts();
}

/** What one operation reads, summed up while it runs. */
export class ReadTally {
  statements = 0;
  milliseconds = 0;
}
