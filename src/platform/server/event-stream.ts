import { Readable } from 'node:stream';
import type { FormattedExecutionResult, GraphQLError } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { CredentialEnd } from '../auth/credential-watch.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, isFault } from '../graphql/errors.js';
import type { EventPayload } from '../graphql/event-payload.js';
import type { RequestOrigin } from '../telemetry/request-origin.js';
import type { Outlet } from '../graphql/subscription.js';

/** A client that took nothing of what was sent for this many pings is cut off; it may come again and go on. */
const STALLED_PINGS = 5;
// A comment, by which the connection shows that it lives, and the first of which makes the headers go out.
const PING = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

type Results = AsyncGenerator<FormattedExecutionResult, undefined, undefined>;

/** What one client of `/graphql/stream` reads. */
export class EventStream extends Readable implements Outlet {
  private results: Results | undefined;
  private finished = false;
  private full = false;
  private becomeReady: (() => void) | undefined;
  private stalled = 0;

  /**
   * @param follows whether it is a subscription's, and has no end of its own
   * @param origin the request that it answers
   */
  constructor(
    private readonly engine: GraphqlEngine,
    readonly follows: boolean,
    private readonly origin?: RequestOrigin,
  ) {
    super();
    this.push(PING);
  }

  get isReady(): boolean {
    return !this.full && !this.destroyed;
  }

  whenReady(): Promise<void> {
    // The one subscription that it is for is all that waits for it.
    return new Promise((resolve) => (this.becomeReady = resolve));
  }

  /** An event without data is none, but its id is remembered by clients that send `Last-Event-ID`. */
  begin(cursor: string): void {
    this.write(`id: ${cursor}\n\n`);
  }

  send(payload: EventPayload): void {
    this.engine.measures.eventsDelivered.of('sse').value += 1;
    this.write(payload.in(eventOf));
  }

  /** Sends results, or what came instead of them, from when the client reads. */
  follow(results: Results | FormattedExecutionResult): void {
    if (!(Symbol.asyncIterator in results)) return this.finish(nextEvent(JSON.stringify(results)) + COMPLETE);
    this.results = results;
    this.once('resume', () => void this.run(results));
  }

  /** Closes the stream, after what it still has to send. */
  finish(last?: string): void {
    if (this.finished || this.destroyed) return;
    this.finished = true;
    if (last !== undefined) this.push(last);
    this.push(null);
  }

  /** Ends for a client whose credential is not what it was: for good, or to come again with the rights that it has now. */
  revoke(reason: CredentialEnd): void {
    if (reason === 'CHANGED') this.destroy();
    else this.refuse(requestError('UNAUTHENTICATED', 'The credential is not valid any more.'));
  }

  /** Shows that the connection lives; to be called again and again. */
  keepAlive(): void {
    if (this.readableLength > 0) {
      this.stalled += 1;
      if (this.stalled >= STALLED_PINGS) {
        this.engine.measures.connectionsCut.of('sse').value += 1;
        this.destroy();
      }
    } else {
      this.stalled = 0;
      this.write(PING);
    }
  }

  override _read(): void {
    this.full = false;
    this.becomeReady?.();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.results?.return(undefined);
    callback(error);
  }

  private write(text: string | Buffer): void {
    if (!this.finished && !this.destroyed) this.full = !this.push(text);
  }

  private async run(results: Results): Promise<void> {
    try {
      const { done, value } = await results.next();
      this.finish(done ? COMPLETE : nextEvent(JSON.stringify(value)) + COMPLETE);
    } catch (thrown) {
      const error = asGraphQLError(thrown);
      // A stream that breaks off makes its client come again; an error that it was told of is final.
      if (!isFault(error)) return this.refuse(error);
      this.engine.presentErrors([error], this.origin);
      this.destroy();
    }
  }

  private refuse(error: GraphQLError): void {
    this.finish(nextEvent(JSON.stringify({ errors: this.engine.presentErrors([error], this.origin) })) + COMPLETE);
  }
}

function nextEvent(json: string): string {
  return `event: next\ndata: ${json}\n\n`;
}

function eventOf({ json, cursor }: EventPayload): Buffer {
  return Buffer.from(cursor === undefined ? nextEvent(json) : `id: ${cursor}\n${nextEvent(json)}`);
}
