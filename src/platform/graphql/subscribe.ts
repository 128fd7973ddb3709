/** Subscriptions: a source of events, and each event executed as an operation of its own. */
import { createSourceEventStream, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import type { Context } from '../auth/context.js';
import type { Viewer } from '../auth/viewer.js';
import type { PresentErrors } from './errors.js';
import type { Execute } from './execute.js';
import type { PreparedOperation } from './prepare-operation.js';
import { AppearanceKeys, SharedResults } from './shared-results.js';

/** What a subscription's source gives. Events with equal ids are one event: a result for one is a result for the other. */
export interface IdentifiedEvent {
  readonly eventId: string;
}

/** Starts a subscription. Gives its results one by one as they are asked for, or the errors for which it cannot start. */
export type Subscribe = (
  prepared: PreparedOperation,
  viewer: Viewer,
) => Promise<AsyncGenerator<FormattedExecutionResult, undefined, undefined> | FormattedExecutionResult>;

export interface SubscriberOptions {
  readonly schema: GraphQLSchema;
  readonly execute: Execute;
  readonly createContext: (viewer: Viewer) => Context;
  readonly presentErrors: PresentErrors;
}

export function createSubscriber({ schema, execute, createContext, presentErrors }: SubscriberOptions): Subscribe {
  const shared = new SharedResults();
  const appearances = new AppearanceKeys(schema);

  return async (prepared, viewer) => {
    const source = await createSourceEventStream({
      schema,
      document: prepared.document,
      operationName: prepared.operation.name?.value,
      variableValues: prepared.rawVariables,
      contextValue: createContext(viewer),
    });
    if (!(Symbol.asyncIterator in source)) return { errors: presentErrors(source.errors ?? []) };

    const appearance = `${viewer.scope} ${appearances.keyOf(prepared)}`;
    const resultOf = async (event: unknown): Promise<FormattedExecutionResult> => {
      // A context of its own for every event: its loaders would else give what they read for an earlier one.
      const { data, errors } = await execute(prepared, createContext(viewer), event);
      return errors === undefined ? { data } : { data, errors: presentErrors(errors) };
    };
    return new EventResults(source as AsyncIterable<unknown>, (event) =>
      isIdentified(event) ? shared.get(`${event.eventId} ${appearance}`, () => resultOf(event)) : resultOf(event),
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
      this.done = true;
      return END;
    }
    const value = await this.resultOf(step.value);
    return this.done ? END : { value, done: false };
  }

  private end(): void {
    if (this.done) return;
    this.done = true;
    for (const release of this.waiting) release();
    // Not awaited: a source that is an async generator answers only after its next event.
    this.source.return?.()?.then(undefined, () => undefined);
  }
}

const END = Object.freeze({ value: undefined, done: true as const });

function isIdentified(event: unknown): event is IdentifiedEvent {
  return typeof (event as IdentifiedEvent | null)?.eventId === 'string';
}
