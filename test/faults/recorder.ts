/** Writes down what comes to one subscriber, whatever it comes by. */
import type { EventFilterInput } from '../../src/platform/log/event-filter.js';
import { canariesIn, now, type SubscriberHistory } from './history.js';

export const SUBSCRIPTION = `subscription ($after: String, $filter: KnowledgeEventFilter) {
  knowledgeEvents(after: $after, filter: $filter) {
    id cursor type recordId record { title ... on Lesson { context advice } }
  }
}`;

export interface ReceivedEvent {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly recordId: string;
}

export interface EventResult {
  readonly data?: { knowledgeEvents?: ReceivedEvent; inboxItems?: { event: ReceivedEvent } };
  readonly errors?: unknown;
}

export interface Operation {
  /** A subscription with the variable `$after`. */
  readonly query: string;
  readonly variables: object;
  readonly key?: string;
}

export interface RecorderOptions {
  /** See {@link SubscriberHistory.repeats}. */
  readonly repeats?: boolean;
  readonly operation?: Operation;
}

export class Recorder {
  readonly history: SubscriberHistory;
  /** What it asks for, and by which right. */
  readonly operation: Operation;
  /** Of the last event: where to go on. */
  cursor: string;
  lastReceiptAt = now();

  constructor(
    name: string,
    filter: EventFilterInput,
    after: { position: number; cursor: string },
    { repeats = false, operation = { query: SUBSCRIPTION, variables: { filter } } }: RecorderOptions = {},
  ) {
    this.cursor = after.cursor;
    this.operation = operation;
    this.history = {
      name,
      filter,
      afterPosition: after.position,
      repeats,
      receipts: [],
      openedAt: [],
      refusals: [],
    };
  }

  get count(): number {
    return this.history.receipts.length;
  }

  /** Gives the new connection's number. */
  open(): number {
    return this.history.openedAt.push(now()) - 1;
  }

  /** Whatever came on a connection, and the event in it where there is one. */
  receive(
    connection: number,
    text: string,
    event?: Omit<ReceivedEvent, 'cursor'> & { readonly cursor?: string },
  ): void {
    const canaries = canariesIn(text);
    if (event === undefined && canaries.length === 0) return;
    const { id, type, recordId } = event ?? {};
    this.lastReceiptAt = now();
    this.history.receipts.push({ connection, at: this.lastReceiptAt, eventId: id, type, recordId, canaries });
    if (event?.cursor !== undefined) this.cursor = event.cursor;
  }

  /** One GraphQL result in the bytes of what carried it. */
  receiveResult(connection: number, text: string, result: EventResult): void {
    this.receive(connection, text, result.data?.knowledgeEvents ?? result.data?.inboxItems?.event);
    if (result.errors !== undefined) this.refuse(JSON.stringify(result.errors));
  }

  refuse(reason: string): void {
    this.history.refusals.push(reason);
  }
}
