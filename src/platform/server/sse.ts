/**
 * GraphQL over server-sent events, at `/graphql/stream`, one operation per request ("distinct connections mode"):
 * https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 *
 * Not by graphql-sse's own handler: it queues results without bound for a client that reads slowly.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { WatchCredential } from '../auth/credential-watch.js';
import { isSubscription, type GraphqlEngine } from '../graphql/engine.js';
import { isPrepared, type OperationRequest } from '../graphql/prepare-operation.js';
import { SingleResult } from '../graphql/single-result.js';
import { type AddressCounts, RETRY_AFTER_SECONDS } from './address-counts.js';
import { EventStream } from './event-stream.js';
import { qualityOf } from './media-type.js';
import { callerOf, parametersOf, QUERY_COST_HEADER } from './operation-source.js';
import { HttpError } from './request-errors.js';
import './request-viewer.js';
import { closeInSlices, inSlices } from './slices.js';

const KEEP_ALIVE_MILLISECONDS = 12_000;

export interface EventStreamOptions {
  readonly watchCredential: WatchCredential;
  /** Where each client's streams are counted. */
  readonly counts: AddressCounts;
  readonly keepAliveMilliseconds?: number | undefined;
}

export interface EventStreams {
  /** How many are open. */
  readonly size: number;
  /**
   * Takes no new streams, and ends all subscriptions without `complete`, not all in one moment; upon which clients connect
   * anew.
   */
  close(): Promise<void>;
}

export function registerEventStreams(
  server: FastifyInstance,
  engine: GraphqlEngine,
  { watchCredential, counts, keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS }: EventStreamOptions,
): EventStreams {
  const open = new Set<EventStream>();
  let closed = false;
  const pings = setInterval(() => void inSlices(open, (stream) => stream.keepAlive()), keepAliveMilliseconds);

  server.route({
    method: ['GET', 'POST'],
    url: '/graphql/stream',
    handler: async (request, reply) => {
      if (closed) throw new HttpError(503, 'The server stops. Try again.', { 'retry-after': '1' });
      if (!acceptsEventStream(request.headers.accept)) {
        throw new HttpError(406, 'This answers with text/event-stream only: accept it.');
      }
      if (!counts.hold(request.clientAddress, reply.raw)) {
        throw new HttpError(429, 'Too many streams and sockets are open from your address. Close some first.', {
          'retry-after': String(RETRY_AFTER_SECONDS),
        });
      }
      const caller = callerOf(request, 'sse');
      const prepared = engine.prepare(readOperation(request), caller);
      if (
        isPrepared(prepared) &&
        request.method === 'GET' &&
        prepared.operation.operation === OperationTypeNode.MUTATION
      ) {
        throw new HttpError(405, 'A GET request cannot change anything: send mutations by POST.', { allow: 'POST' });
      }
      const follows = isPrepared(prepared) && isSubscription(prepared);
      const stream = new EventStream(engine, follows, caller.origin);
      open.add(stream);
      stream.once('close', () => open.delete(stream));
      const run = () => {
        if (!isPrepared(prepared)) return engine.refuse(prepared, caller);
        if (!follows) return new SingleResult((watchClient) => engine.run(prepared, caller, watchClient));
        return engine.subscribe(prepared, { caller, outlet: stream, lastEventId: lastEventIdOf(request) });
      };
      try {
        stream.follow(await run());
      } catch (error) {
        stream.destroy();
        throw error;
      }
      if (follows)
        stream.once(
          'close',
          watchCredential(caller.viewer, (reason) => stream.revoke(reason)),
        );
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
    get size() {
      return open.size;
    },
    close: async () => {
      closed = true;
      // The others end by themselves, and their clients wait for what comes of them.
      await closeInSlices(
        [...open].filter(({ follows }) => follows),
        (stream) => stream.finish(),
      );
      clearInterval(pings);
    },
  };
}

function acceptsEventStream(accept: string | undefined): boolean {
  return accept === undefined || ['text/event-stream', 'text/*', '*/*'].some((type) => qualityOf(accept, type) > 0);
}

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
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
