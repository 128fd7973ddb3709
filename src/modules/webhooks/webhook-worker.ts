/** Tells the endpoints what happens: reads the log behind each one's place, sends, and moves the place. */
import { GraphQLError } from 'graphql';
import type { Database } from '../../platform/database/database.js';
import { EventFilter, type EventFilterInput } from '../../platform/log/event-filter.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { LogEntry } from '../../platform/log/log-entry.js';
import { readStretch } from '../../platform/log/read.js';
import { RepeatedTask } from '../../platform/log/repeated-task.js';
import { RETRY_TIMES, retryDelay, type RetryTimes } from './retry-schedule.js';
import type { WebhookAnswer, WebhookClient } from './webhook-client.js';
import { WebhookDisabledReason, WebhookEndpointStatus } from './webhook-endpoint.entity.js';
import { claimEndpoints, type Lease, type LeasedEndpoint, releaseLease, renewLease } from './webhook-leases.js';
import { eventMessage, messageHeaders, type WebhookMessage } from './webhook-message.js';
import {
  type Attempt,
  disableExpired,
  isTaken,
  moveOn,
  pruneDeliveries,
  recordAsked,
  recordDelivered,
  recordDisabling,
  recordRetry,
} from './webhook-outcomes.js';

/** What follows one attempt. */
export interface WebhookAttemptWatch {
  /** Sent with the message. */
  readonly headers: Readonly<Record<string, string>>;
  /** Hears how it ended. */
  end(answer: WebhookAnswer): void;
}

export interface WebhookWorkerOptions {
  readonly database: Database;
  readonly log: KnowledgeLog;
  readonly client: WebhookClient;
  /** Hears of each attempt that begins, to trace or to count it. */
  readonly onAttempt?: ((url: string) => WebhookAttemptWatch) | undefined;
  /** Sent as `User-Agent`. */
  readonly userAgent: string;
  /** Hears, once per outage, that the database does not answer. */
  readonly onError: (error: Error) => void;
  readonly retryTimes?: RetryTimes;
}

/** How often, in milliseconds, it is looked what is due: what another process asked for, and what is to be tried again. */
const POLL_INTERVAL = 1_000;
/** Endpoints that are told something at the same time, by one process. */
const AT_ONCE = 20;
/** Those of them that may be one organisation's. */
const AT_ONCE_OF_ORGANISATION = 10;
/** Positions that are looked through at a time. */
const STRETCH = 1_000;
/** After so many messages, or so many milliseconds, an endpoint makes room for others that wait. */
const MESSAGES_IN_A_ROW = 100;
const TURN_MILLISECONDS = 2_000;
const GONE = 410;
const ASKS_TO_WAIT: readonly number[] = [429, 503];

/** What follows an endpoint's place, as far as it was read. */
interface Ahead {
  readonly version: number;
  readonly entries: readonly LogEntry[];
  /** Up to where there is nothing else for this endpoint. */
  readonly position: number;
  /** Whether the log ended there. What came since makes the endpoint due again. */
  readonly isEnd: boolean;
}

export class WebhookWorker {
  private readonly options: WebhookWorkerOptions;
  private readonly task: RepeatedTask;
  private readonly running = new Set<Promise<void>>();
  /** Leases that could not be given back. */
  private abandoned: string[] = [];
  private stopListening: () => void = () => undefined;
  private failing = false;
  private stopping = false;

  constructor(options: WebhookWorkerOptions) {
    this.options = options;
    this.task = new RepeatedTask({ work: () => this.claim(), interval: POLL_INTERVAL, onError: options.onError });
  }

  start(): void {
    this.stopListening = this.options.log.onAdvance(() => this.task.request());
    this.task.start();
    this.task.request();
  }

  /** Has endpoints looked after soon; never throws. */
  request(): void {
    this.task.request();
  }

  /** Resolves when the requests under way have their answers, and what these mean is written. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopListening();
    await this.task.stop();
    await Promise.all(this.running);
  }

  private async claim(): Promise<void> {
    const free = AT_ONCE - this.running.size;
    if (free === 0 || this.stopping) return;
    // A copy: a lease that is abandoned while the claim is under way is for the next one.
    const abandoned = [...this.abandoned];
    const leases = await claimEndpoints(this.options.database, {
      most: free,
      mostOfOrganisation: AT_ONCE_OF_ORGANISATION,
      abandoned,
    });
    this.abandoned = this.abandoned.filter((lease) => !abandoned.includes(lease));
    for (const lease of leases) {
      const work = this.serve(lease).then((isServed) => {
        this.running.delete(work);
        // What failed comes when it is looked again: at once, a message whose outcome cannot be written would be a flood.
        if (isServed) this.task.request();
      });
      this.running.add(work);
    }
  }

  /**
   * Serves one endpoint until nothing is due, or others should have their turn.
   *
   * @returns whether the database took all that was to be written
   */
  private async serve(lease: Lease): Promise<boolean> {
    const { database, onError } = this.options;
    try {
      const sent = await this.sendWhatIsDue(lease);
      if (sent > 0) await pruneDeliveries(database, lease.endpointId);
      await releaseLease(database, lease);
      this.failing = false;
      return true;
    } catch (error) {
      this.abandoned.push(lease.lease);
      if (!this.failing) onError(error as Error);
      this.failing = true;
      return false;
    }
  }

  private async sendWhatIsDue(lease: Lease): Promise<number> {
    let ahead: Ahead | undefined;
    let sent = 0;
    const end = performance.now() + TURN_MILLISECONDS;
    while (sent < MESSAGES_IN_A_ROW && performance.now() < end && !this.stopping) {
      const endpoint = await renewLease(this.options.database, lease);
      if (endpoint === undefined) return sent;
      if (endpoint.asked !== null) {
        await this.sendAsked(endpoint, endpoint.asked);
        sent++;
      } else {
        if (endpoint.status === WebhookEndpointStatus.DISABLED || !endpoint.isDue) return sent;
        ahead = await this.lookAhead(endpoint, ahead);
        if (ahead === undefined || ahead.position === endpoint.position) return sent;
        const [entry] = ahead.entries;
        const isLast = ahead.entries.length <= 1;
        if (entry === undefined) {
          await moveOn(this.options.database, endpoint, ahead.position);
        } else {
          await this.sendEvent(endpoint, entry, isLast ? ahead.position : entry.position);
          sent++;
        }
        if (isLast && ahead.isEnd) return sent;
      }
    }
    return sent;
  }

  /**
   * Gives what follows the endpoint's place, of which the first entries may be known already. Undefined when some of it is
   * gone from the log.
   */
  private async lookAhead(endpoint: LeasedEndpoint, known: Ahead | undefined): Promise<Ahead | undefined> {
    const { database } = this.options;
    const { position, version, filter } = endpoint;
    // A replay changes no version: what is known must begin where the place is.
    if (known?.version === version && known.entries.length > 1 && known.entries[0]!.position === position) {
      return { ...known, entries: known.entries.slice(1) };
    }
    try {
      const stretch = await readStretch(database, position, STRETCH, new EventFilter(filter as EventFilterInput));
      return { version, ...stretch, isEnd: stretch.position < position + STRETCH };
    } catch (error) {
      if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'CURSOR_EXPIRED') throw error;
      await disableExpired(database, endpoint);
      return undefined;
    }
  }

  /** @param behind up to where nothing else passes the filter */
  private async sendEvent(endpoint: LeasedEndpoint, entry: LogEntry, behind: number): Promise<void> {
    const { database, retryTimes = RETRY_TIMES } = this.options;
    const attempt = await this.send(endpoint, eventMessage(entry));
    const { answer } = attempt;
    if (isTaken(answer)) return recordDelivered(database, endpoint, attempt, { entry: entry.position, behind });
    if (answer.statusCode === GONE) return recordDisabling(database, endpoint, attempt, WebhookDisabledReason.GONE);
    const failure = {
      failures: endpoint.failures + 1,
      failingMilliseconds: (endpoint.failingMilliseconds ?? 0) + answer.milliseconds,
      retryAfterMilliseconds: ASKS_TO_WAIT.includes(answer.statusCode ?? 0) ? answer.retryAfterMilliseconds : null,
    };
    const delay = retryDelay(failure, Math.random(), retryTimes);
    return delay === null
      ? recordDisabling(database, endpoint, attempt, WebhookDisabledReason.FAILING)
      : recordRetry(database, endpoint, attempt, delay);
  }

  private async sendAsked(endpoint: LeasedEndpoint, asked: NonNullable<LeasedEndpoint['asked']>): Promise<void> {
    const attempt = await this.send(endpoint, { id: asked.messageId, eventType: null, body: asked.body });
    await recordAsked(this.options.database, endpoint, asked.id, attempt);
  }

  private async send({ url, secrets }: LeasedEndpoint, message: WebhookMessage): Promise<Attempt> {
    const { client, userAgent, onAttempt } = this.options;
    const watch = onAttempt?.(url);
    const signed = messageHeaders(message, secrets, new Date());
    const headers = { ...watch?.headers, 'user-agent': userAgent, ...signed };
    const answer = await client.send(url, headers, message.body);
    watch?.end(answer);
    return { message, headers, answer };
  }
}
