/**
 * GraphQL over server-sent events, at `/graphql/stream`, one operation per request ("distinct connections mode"):
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 *
 * Not by graphql-sse's own handler: it queues results without bound for a client that reads slowly.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type FormattedExecutionResult, type GraphQLError, OperationTypeNode } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { CredentialEnd, WatchCredential } from '../auth/credential-watch.js';
import type { Caller } from '../graphql/caller.js';
import { isSubscription, type GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, isFault } from '../graphql/errors.js';
import { isPrepared, type OperationRequest } from '../graphql/prepare-operation.js';
import { SingleResult } from '../graphql/single-result.js';
import { type AddressCounts, RETRY_AFTER_SECONDS } from './address-counts.js';
import { qualityOf } from './media-type.js';
import { callerOf, parametersOf, QUERY_COST_HEADER } from './operation-source.js';
import { HttpError } from './request-errors.js';
import './request-viewer.js';

const KEEP_ALIVE_MILLISECONDS = 12_000;
/** A client that took nothing of what was sent for this many pings is cut off; it may come again and go on. */
const STALLED_PINGS = 5;
// A comment, by which the connection shows that it lives, and the first of which makes the headers go out.
const PING = ':\n\n';
const COMPLETE = 'event: complete\ndata:\n\n';

type Results = AsyncGenerator<FormattedExecutionResult, undefined, undefined>;

export interface EventStreamOptions {
  readonly watchCredential: WatchCredential;
  /** Where each client's streams are counted. */
  readonly counts: AddressCounts;
  readonly keepAliveMilliseconds?: number | undefined;
}

export interface EventStreams {
  /** Ends all subscriptions without `complete`, upon which clients connect anew. */
  close(): void;
}

export function registerEventStreams(
  server: FastifyInstance,
  engine: GraphqlEngine,
  { watchCredential, counts, keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS }: EventStreamOptions,
): EventStreams {
  const open = new Set<EventStream>();
  let closed = false;

  server.route({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    handler: async (request, reply) => {
      if (!acceptsEventStream(request.headers.accept)) {
        throw new HttpError(406, 'This answers with text/event-stream only: accept it.');
      }
      if (!counts.hold(request.clientAddress, reply.raw)) {
        throw new HttpError(429, 'Too many streams and sockets are open from your address. Close some first.', {
          'retry-after': String(RETRY_AFTER_SECONDS),
        });
      }
      const caller = callerOf(request);
      const prepared = engine.prepare(readOperation(request), caller);
      if (
        isPrepared(prepared) &&
        request.method === 'GET' &&
        prepared.operation.operation === OperationTypeNode.MUTATION
      ) {
        throw new HttpError(405, 'A GET request cannot change anything: send mutations by POST.', { allow: 'POST' });
      }
      const stream = new EventStream(await resultsOf(engine, prepared, caller), engine, keepAliveMilliseconds);
      // The others end by themselves, and their clients wait for what comes of them.
      if (isPrepared(prepared) && isSubscription(prepared)) {
        open.add(stream);
        if (closed) stream.finish();
        const unwatch = watchCredential(caller.viewer, (reason) => stream.revoke(reason));
        stream.once('close', () => {
          open.delete(stream);
          unwatch();
        });
      }
      return reply
        .headers({
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          // nginx collects a response before it passes it on, unless it is told not to.
          'x-accel-buffering': 'no',
        })
        .send(stream);
    },
  });

  return {
    close: () => {
      closed = true;
      for (const stream of open) stream.finish();
    },
  };
}

async function resultsOf(
  engine: GraphqlEngine,
  prepared: ReturnType<GraphqlEngine['prepare']>,
  caller: Caller,
): Promise<Results | FormattedExecutionResult> {
  if (!isPrepared(prepared)) return engine.refuse(prepared);
  if (isSubscription(prepared)) return engine.subscribe(prepared, caller);
  return new SingleResult((watchClient) => engine.run(prepared, caller, watchClient));
}

/** Results as text, asked for one by one as the client takes them. */
class EventStream extends Readable {
  private readonly pings: NodeJS.Timeout;
  private pulling = false;
  private finished = false;
  private stalled = 0;

  constructor(
    private readonly results: Results | FormattedExecutionResult,
    private readonly engine: GraphqlEngine,
    keepAliveMilliseconds: number,
  ) {
    super();
    this.push(PING);
    this.pings = setInterval(() => this.keepAlive(), keepAliveMilliseconds);
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

  override _read(): void {
    if (this.pulling || this.finished) return;
    this.pulling = true;
    void this.pull();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearInterval(this.pings);
    if (isGenerator(this.results)) void this.results.return(undefined);
    callback(error);
  }

  private async pull(): Promise<void> {
    if (!isGenerator(this.results)) return this.finish(event(this.results) + COMPLETE);
    try {
      const { done, value } = await this.results.next();
      this.pulling = false;
      if (done) this.finish(COMPLETE);
      else if (!this.finished && !this.destroyed) this.push(event(value));
    } catch (thrown) {
      const error = asGraphQLError(thrown);
      // A stream that breaks off makes its client come again; an error that it was told of is final.
      if (!isFault(error)) return this.refuse(error);
      this.engine.presentErrors([error]);
      this.destroy();
    }
  }

  private refuse(error: GraphQLError): void {
    this.finish(event({ errors: this.engine.presentErrors([error]) }) + COMPLETE);
  }

  private keepAlive(): void {
    if (this.readableLength > 0) {
      this.stalled += 1;
      if (this.stalled >= STALLED_PINGS) this.destroy();
    } else if (!this.finished) {
      this.stalled = 0;
      this.push(PING);
    }
  }
}

function event(result: FormattedExecutionResult): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

function isGenerator(results: Results | FormattedExecutionResult): results is Results {
  return Symbol.asyncIterator in results;
}

function acceptsEventStream(accept: string | undefined): boolean {
  return accept === undefined || ['text/event-stream', 'text/*', '*/*'].some((type) => qualityOf(accept, type) > 0);
}

function readOperation(request: FastifyRequest): OperationRequest {
  const { query, documentId, operationName, variables: given } = parametersOf(request) ?? {};
  const variables = request.method === 'GET' && typeof given === 'string' ? parseVariables(given) : given;
  const isNamed = documentId != null && (query ?? '') === '';
  if (!isNamed && (typeof query !== 'string' || query === '')) {
    throw requestError('BAD_USER_INPUT', '`query` must be text.');
  }
  if (operationName != null && typeof operationName !== 'string') {
    throw requestError('BAD_USER_INPUT', '`operationName` must be text.');
  }
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) {
    throw requestError('BAD_USER_INPUT', '`variables` must be a JSON object.');
  }
  return {
    query: isNamed ? undefined : (query as string),
    documentId,
    operationName,
    variables: variables as Record<string, unknown> | null | undefined,
    queryCost: request.headers[QUERY_COST_HEADER],
  };
}

function parseVariables(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw requestError('BAD_USER_INPUT', '`variables` must be a JSON object.');
  }
}
