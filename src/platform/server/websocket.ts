/** GraphQL over WebSocket, at `/graphql`: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type ConnectionInitMessage } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { requestError } from '../../common/errors.js';
import type { Authenticate } from '../auth/authenticate.js';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, isFault } from '../graphql/errors.js';
import { isPrepared, type PreparedOperation } from '../graphql/prepare-operation.js';
import { MAXIMUM_BODY_BYTES } from './request-errors.js';

/** Operations that one socket may have running at a time. */
export const MAXIMUM_SOCKET_OPERATIONS = 50;
const KEEP_ALIVE_MILLISECONDS = 12_000;
/** A socket that left this many pings unanswered is dead. */
const MISSED_PINGS = 2;
const CLOSE_WITHIN_MILLISECONDS = 2_000;

// Close codes of RFC 6455 that graphql-ws clients take as a reason to come again, as they do not with its own 4500.
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

export interface SocketServerOptions {
  readonly engine: GraphqlEngine;
  readonly authenticate: Authenticate;
  /** Time between two pings. */
  readonly keepAliveMilliseconds?: number | undefined;
}

export interface SocketServer {
  /** Takes over an HTTP connection that asked to become a WebSocket at the right path. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells all clients to connect anew, elsewhere or later, and cuts off those that do not leave. */
  close(): Promise<void>;
}

interface Connection {
  viewer: Viewer;
  readonly close: (code: number, reason: string) => void;
}

/** What is handed through graphql-ws from the check of an operation to its execution. */
interface PreparedArguments extends ExecutionArgs {
  readonly prepared: PreparedOperation;
  readonly contextValue: Viewer;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS } = options;
  const server = new WebSocketServer({ noServer: true, maxPayload: MAXIMUM_BODY_BYTES, handleProtocols });
  const protocol = createProtocol(options);
  const missedPings = new WeakMap<WebSocket, number>();

  const pings = setInterval(() => {
    for (const socket of server.clients) {
      const missed = missedPings.get(socket) ?? 0;
      if (missed >= MISSED_PINGS) {
        socket.terminate();
        continue;
      }
      missedPings.set(socket, missed + 1);
      socket.ping();
    }
  }, keepAliveMilliseconds);

  function open(socket: WebSocket): void {
    const close = (code: number, reason: string) => socket.close(code, reason);
    const fail = (error: unknown) => {
      if (socket.readyState !== socket.OPEN) return;
      options.engine.presentErrors([asGraphQLError(error)]);
      close(TRY_AGAIN_LATER, 'Internal server error');
    };
    // Without a listener a broken frame, or one that is too large, would end the process.
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => missedPings.delete(socket));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Resolves once the data is on its way, so that a slow client is asked to wait and not buffered for.
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) resolve();
            else socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close,
        onMessage: (handle) => socket.on('message', (data) => void handle(String(data)).catch(fail)),
      },
      { viewer: ANONYMOUS, close },
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)).catch(fail));
  }

  return {
    accept: (request, socket, head) => {
      if (!isSameOrigin(request)) return refuseUpgrade(socket, '403 Forbidden');
      server.handleUpgrade(request, socket, head, open);
    },
    close: async () => {
      clearInterval(pings);
      const gone = [...server.clients].map((socket) => {
        socket.close(SERVICE_RESTART, 'The server restarts');
        return new Promise((resolve) => socket.once('close', resolve));
      });
      const cut = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, CLOSE_WITHIN_MILLISECONDS);
      await Promise.all(gone);
      clearTimeout(cut);
      server.close();
    },
  };
}

function createProtocol({ engine, authenticate }: SocketServerOptions) {
  return makeServer<ConnectionInitMessage['payload'], Connection>({
    onConnect: async ({ connectionParams, extra }) => {
      const authorization = connectionParams?.['authorization'];
      try {
        if (authorization != null && typeof authorization !== 'string') {
          throw requestError('UNAUTHENTICATED', '`authorization` must be text.');
        }
        extra.viewer = await authenticate(authorization ?? undefined);
        return true;
      } catch (error) {
        const { extensions } = asGraphQLError(error);
        if (extensions['code'] === 'UNAUTHENTICATED') {
          extra.close(CloseCode.Unauthorized, 'The credential is not valid here');
        } else {
          engine.presentErrors([asGraphQLError(error)]);
          extra.close(TRY_AGAIN_LATER, 'Internal server error');
        }
        return false;
      }
    },
    onSubscribe: ({ extra, subscriptions }, _id, payload): PreparedArguments | readonly GraphQLError[] => {
      if (Object.keys(subscriptions).length > MAXIMUM_SOCKET_OPERATIONS) {
        const message = `A connection runs at most ${MAXIMUM_SOCKET_OPERATIONS} operations at a time. Complete one first.`;
        return [requestError('RATE_LIMITED', message)];
      }
      const prepared = engine.prepare(payload);
      if (!isPrepared(prepared)) return prepared;
      const { document, operation } = prepared;
      return {
        schema: engine.schema,
        document,
        operationName: operation.name?.value,
        contextValue: extra.viewer,
        prepared,
      };
    },
    execute: (args) =>
      engine.run((args as PreparedArguments).prepared, (args as PreparedArguments).contextValue) as never,
    subscribe: (args) =>
      engine.subscribe((args as PreparedArguments).prepared, (args as PreparedArguments).contextValue) as never,
    // The engine's results are ready to be sent; graphql-ws would take them for its own and format them.
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: ({ extra }, _id, _payload, errors) => {
      // A client takes an error as final. When the fault is ours it is to come again, and go on from its last cursor.
      if (errors.some(isFault)) extra.close(TRY_AGAIN_LATER, 'Internal server error');
      return engine.presentErrors(errors);
    },
  });
}

/** Browsers say which site a script comes from. Programs say nothing, and carry no one else's credentials. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}

/** Answers an upgrade request over plain HTTP and closes its connection. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
