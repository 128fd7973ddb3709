/** Subscriptions: a source of events, and each event executed as an operation of its own. */
import { createSourceEventStream, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { Cancellation } from '../../common/cancellation.js';
import { requestError } from '../../common/errors.js';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import type { Admission, AdmittedOperation } from './admission.js';
import { Counts } from '../limits/counts.js';
import { type Caller, callerKey } from './caller.js';
import type { PresentErrors } from './errors.js';
import type { Execute } from './execute.js';
import { eventTooLong, runInTime } from './operation-time.js';
import { Payments } from './payments.js';
import { AppearanceKeys, SharedResults } from './shared-results.js';

/** What a subscription's source gives. Events with equal ids are one event: a result for one is a result for the other. */
export interface IdentifiedEvent {
  readonly eventId: string;
}

/**
 * Starts a subscription. Gives its results one by one as they are asked for, or the errors for which it cannot start. Each
 * result is paid for: one that its caller cannot pay for comes later, with all that follow.
 */
export type Subscribe = (
  prepared: AdmittedOperation,
  caller: Caller,
) => Promise<AsyncGenerator<FormattedExecutionResult, undefined, undefined> | FormattedExecutionResult>;

export interface SubscriberOptions {
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly createContext: (viewer: Viewer, cancellation: Cancellation) => Context;
  readonly operationMilliseconds: number;
  readonly presentErrors: PresentErrors;
  readonly admission: Admission;
  /** Subscriptions that one caller may have at a time; as many as it likes unless given. */
  readonly subscriptionsPerCaller?: number | undefined;
}

export function createSubscriber(options: SubscriberOptions): Subscribe {
  const { schema, execute, createContext, presentErrors, admission } = options;
  const limit = { milliseconds: options.operationMilliseconds, overtime: eventTooLong };
  const shared = new SharedResults();
  const appearances = new AppearanceKeys(schema);
  const running = new Counts(options.subscriptionsPerCaller ?? Infinity);

  return async (prepared, caller) => {
    const { viewer } = caller;
    const key = callerKey(caller);
    if (!running.take(key)) {
      const message = `You have ${options.subscriptionsPerCaller} subscriptions running. Complete one first.`;
      const refusal = { errors: presentErrors([requestError('RATE_LIMITED', message)]) };
      return { ...refusal, extensions: admission.settle(prepared, refusal) };
    }
    const source = await createSourceEventStream({
      schema,
      document: prepared.document,
      operationName: prepared.operation.name?.value,
      variableValues: prepared.rawVariables,
      // A subscription lasts as long as its client likes; each of its events has its time.
      contextValue: createContext(viewer, new Cancellation()),
    }).catch((error: unknown) => {
      running.giveBack(key);
      throw error;
    });
    if (!(Symbol.asyncIterator in source)) {
      running.giveBack(key);
      const refusal = { errors: presentErrors(source.errors ?? []) };
      return { ...refusal, extensions: admission.settle(prepared, refusal) };
    }

    const appearance = `${viewer.scope} ${appearances.keyOf(prepared)}`;
    const resultOf = async (event: unknown): Promise<FormattedExecutionResult> => {
      // A context of its own for every event: its loaders would else give what they read for an earlier one.
      // Its client may leave, but the result is for others, too.
      const { data, errors } = await runInTime(limit, (cancellation) =>
        execute(prepared, createContext(viewer, cancellation), event),
      );
      return errors === undefined ? { data } : { data, errors: presentErrors(errors) };
    };
    const sharedResultOf = (event: unknown) =>
      isIdentified(event) ? shared.get(`${event.eventId} ${appearance}`, () => resultOf(event)) : resultOf(event);
    const payments = new Payments(admission, prepared, caller);
    return new EventResults(
      source as AsyncIterable<unknown>,
      (event) => payments.pay(() => sharedResultOf(event)),
      () => {
        payments.end();
        running.giveBack(key);
      },
    );
  };
}

/**
 * The results of a source's events. Written by hand because an `async function*` that waits for its next event does not
 * hear of `return()` before that event comes, and so outlives its client.
 */
export class EventResults implements AsyncGenerator<FormattedExecutionResult, undefined, undefined> {
  private readonly source: AsyncIterator<unknown>;
  private readonly waiting = new Set<() => void>();
  private done = false;

  constructor(
    source: AsyncIterable<unknown>,
    private readonly resultOf: (event: unknown) => Promise<FormattedExecutionResult>,
    private readonly onEnd: () => void = () => undefined,
  ) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** @throws what the source threw; the results are then at their end */
  next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (this.done) return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      const release = () => resolve(END);
      this.waiting.add(release);
      this.pull()
        .then(resolve, (error) => {
          reject(error);
          this.end();
        })
        .finally(() => this.waiting.delete(release));
    });
  }

  async return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    return END;
  }

  async throw(error: unknown): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }

  private async pull(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    const step = await this.source.next();
    if (step.done) {
      this.end();
      return END;
    }
    const value = await this.resultOf(step.value);
    return this.done ? END : { value, done: false };
  }

  private end(): void {
    if (this.done) return;
    this.done = true;
    for (const release of this.waiting) release();
    this.onEnd();
    // Not awaited: a source that is an async generator answers only after its next event.
    this.source.return?.()?.then(undefined, () => undefined);
  }
}

const END = Object.freeze({ value: undefined, done: true as const });

function isIdentified(event: unknown): event is IdentifiedEvent {
  return typeof (event as IdentifiedEvent | null)?.eventId === 'string';
}
