/** Subscriptions: a source of events, and each event executed as an operation of its own. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  createSourceEventStream,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { Cancellation } from '../../common/cancellation.js';
import { requestError } from '../../common/errors.js';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import { Counts } from '../limits/counts.js';
import type { Measures, ReadTally } from '../telemetry/measures.js';
import type { OperationWatch } from './operation-watch.js';
import type { Admission, AdmittedOperation } from './admission.js';
import { type Caller, callerKey } from './caller.js';
import { Channel, LineSubscription, type Present } from './channel.js';
import { isFault, type PresentErrors } from './errors.js';
import { EventPayload } from './event-payload.js';
import { cursorOf, isLineSource, type LineSource } from './event-source.js';
import type { Execute } from './execute.js';
import { HEAVY_POINTS } from './heavy-lane.js';
import { eventTooLong, runInTime } from './operation-time.js';
import { Payments } from './payments.js';
import { PulledSubscription } from './pulled-subscription.js';
import { AppearanceKeys, SharedResults } from './shared-results.js';
import type { Outlet, Subscription } from './subscription.js';

/** How often an event is worked out anew because it failed, or because something else happened meanwhile. */
const TRIES = 3;
const READY_INTERVAL_MILLISECONDS = 1_000;
/** Events that are worked out together at the most. */
const TOGETHER = 50;

export interface SubscribeRequest {
  readonly caller: Caller;
  readonly outlet: Outlet;
  /** See {@link Context.lastEventId}. */
  readonly lastEventId?: string | undefined;
}

/**
 * Starts a subscription, or gives the errors for which it cannot start. Its results go to the outlet from the first
 * `next()` on. Each is paid for: one that its caller cannot pay for comes later, with all that follow.
 */
export type Subscribe = (
  prepared: AdmittedOperation,
  request: SubscribeRequest,
) => Promise<Subscription | FormattedExecutionResult>;

export interface SubscriberOptions {
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly createContext: (viewer: Viewer, cancellation: Cancellation, reads?: ReadTally) => Context;
  readonly operationMilliseconds: number;
  readonly presentErrors: PresentErrors;
  readonly admission: Admission;
  readonly watch: OperationWatch;
  readonly measures: Pick<Measures, 'subscriptions'>;
  /** Subscriptions that one caller may have at a time; as many as it likes unless given. */
  readonly subscriptionsPerCaller?: number | undefined;
  /** Whether what events are worked out from answers, e.g. the database. */
  readonly isReady: () => Promise<boolean>;
}

export function createSubscriber(options: SubscriberOptions): Subscribe {
  const { schema, createContext, presentErrors, admission } = options;
  const appearances = new AppearanceKeys(schema);
  const running = new Counts(options.subscriptionsPerCaller ?? Infinity);
  const presenter = new Presenter(options);
  const channels = new Map<string, Channel>();

  function channelOf(source: LineSource, prepared: AdmittedOperation, viewer: Viewer): Channel {
    const appearance = `${viewer.scope} ${appearances.keyOf(prepared)}`;
    const key = `${source.line} ${appearance}`;
    let channel = channels.get(key);
    if (channel === undefined) {
      const present = presenter.sharing(prepared, viewer, appearance);
      // Together they are no larger than what need not take turns.
      const together = Math.max(1, Math.min(TOGETHER, Math.floor(HEAVY_POINTS / prepared.cost.points)));
      channel = new Channel({ source, present, together, onEnd: () => channels.delete(key) });
      channels.set(key, channel);
    }
    return channel;
  }

  return async (prepared, { caller, outlet, lastEventId }) => {
    const { viewer, origin } = caller;
    const key = callerKey(caller);
    const refuse = (refusal: FormattedExecutionResult) => ({
      ...refusal,
      extensions: admission.settle(prepared, refusal),
    });
    if (!running.take(key)) {
      const message = `You have ${options.subscriptionsPerCaller} subscriptions running. Complete one first.`;
      return refuse({ errors: presentErrors([requestError('RATE_LIMITED', message)], origin) });
    }
    const count = options.measures.subscriptions.of(origin?.transport ?? 'http');
    count.value += 1;
    const onEnd = () => {
      running.giveBack(key);
      count.value -= 1;
    };
    try {
      const source = await createSourceEventStream({
        schema,
        document: prepared.document,
        operationName: prepared.operation.name?.value,
        variableValues: prepared.rawVariables,
        // A subscription lasts as long as its client likes; each of its events has its time.
        contextValue: { ...createContext(viewer, new Cancellation()), lastEventId },
      });
      if (!(Symbol.asyncIterator in source)) {
        // A client takes an answer with errors for final. A fault may pass: thrown, it ends the connection, and they come again.
        const fault = source.errors?.find(isFault);
        if (fault !== undefined) throw fault;
        onEnd();
        return refuse({ errors: presentErrors(source.errors ?? [], origin) });
      }
      const cursor = cursorOf(source);
      if (cursor !== undefined) outlet.begin?.(cursor);
      const payments = new Payments(admission.rates, caller, prepared.cost.points);
      if (!isLineSource(source)) {
        return new PulledSubscription(outlet, payments, onEnd, source, presenter.alone(prepared, viewer));
      }
      const channel = channelOf(source, prepared, viewer);
      // From here on it is the channel that reads.
      void source.return?.();
      return new LineSubscription(outlet, payments, onEnd, channel, source.position);
    } catch (error) {
      onEnd();
      throw error;
    }
  };
}

interface PlacedEvent {
  readonly event: unknown;
  /** See {@link EventPayload.cursor}. */
  readonly cursor: string | undefined;
}

/** Works out what events look like. */
class Presenter {
  private readonly shared = new SharedResults();

  constructor(private readonly options: SubscriberOptions) {}

  /** For one subscription, of whose events nobody else has any. */
  alone(prepared: AdmittedOperation, viewer: Viewer): (event: unknown) => Promise<EventPayload> {
    return (event) => this.work(prepared, viewer, { event, cursor: cursorOf(event) });
  }

  /** For all to whom events look the same. */
  sharing(prepared: AdmittedOperation, viewer: Viewer, appearance: string): Present {
    return async (events, source) => {
      const keys = events.map((event) => `${source.idOf(event)} ${appearance}`);
      const work = (indexes: readonly number[]) => {
        const missing = indexes.map((index) => ({ event: events[index], cursor: source.cursorOf(events[index]) }));
        return missing.length === 1
          ? [this.work(prepared, viewer, missing[0]!)]
          : this.workTogether(prepared, viewer, missing);
      };
      for (let attempt = 1; ; attempt += 1) {
        const { revision } = source;
        const payloads = await this.shared.get(keys, revision, work);
        // Where things happen faster than they can be told of, it is as old as its own making and no older.
        if (source.revision === revision || attempt === TRIES) return payloads;
      }
    };
  }

  /**
   * In one context, whose loaders read for all of them at once. What fails is worked out by itself: one statement that
   * fails, or takes too long, takes all the others with it.
   */
  private workTogether(
    prepared: AdmittedOperation,
    viewer: Viewer,
    events: readonly PlacedEvent[],
  ): Promise<EventPayload>[] {
    const running = this.run(prepared, viewer, events).catch(() => undefined);
    return events.map(async (placed, index) => {
      const result = (await running)?.[index];
      if (result === undefined || result.errors !== undefined) return this.work(prepared, viewer, placed);
      return this.payloadOf(prepared, placed, result);
    });
  }

  /**
   * A fault may pass, and a client takes an event that came with errors for one that it has: so it is tried again once
   * the database answers. What fails also then will fail for ever, and must not keep the client from what follows.
   */
  private async work(prepared: AdmittedOperation, viewer: Viewer, placed: PlacedEvent): Promise<EventPayload> {
    for (let attempt = 1; ; attempt += 1) {
      const [result] = await this.run(prepared, viewer, [placed]);
      if (!result!.errors?.some(isFault) || attempt === TRIES) return this.payloadOf(prepared, placed, result!);
      await this.databaseAnswers();
    }
  }

  private run(prepared: AdmittedOperation, viewer: Viewer, events: readonly PlacedEvent[]): Promise<ExecutionResult[]> {
    const { execute, createContext, operationMilliseconds: milliseconds } = this.options;
    // Their client may leave, but the results may be for others, too.
    return this.options.watch.runEvents(prepared, (reads) =>
      runInTime({ milliseconds, overtime: eventTooLong }, (cancellation) => {
        // Always a new one: its loaders would else give what they read earlier.
        const context = createContext(viewer, cancellation, reads);
        return Promise.all(events.map(({ event }) => execute(prepared, context, event)));
      }),
    );
  }

  private payloadOf(
    prepared: AdmittedOperation,
    { cursor }: PlacedEvent,
    { data, errors }: ExecutionResult,
  ): EventPayload {
    const { presentErrors, admission } = this.options;
    const result = errors === undefined ? { data } : { data, errors: presentErrors(errors) };
    return new EventPayload(result, cursor, admission.actualCost(prepared, result));
  }

  private async databaseAnswers(): Promise<void> {
    do await delay(READY_INTERVAL_MILLISECONDS);
    while (!(await this.options.isReady().catch(() => false)));
  }
}
