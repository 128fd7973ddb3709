/** GraphQL over WebSocket, at `/graphql`: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type ConnectionInitMessage, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { requestError } from '../../common/errors.js';
import type { WatchCredential } from '../auth/credential-watch.js';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { AdmittedOperation } from '../graphql/admission.js';
import type { Caller } from '../graphql/caller.js';
import { isSubscription, type GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, isFault } from '../graphql/errors.js';
import { isPrepared, type OperationRequest } from '../graphql/prepare-operation.js';
import { SingleResult } from '../graphql/single-result.js';
import { MAXIMUM_BODY_BYTES } from './request-errors.js';
import { SocketMessages } from './socket-messages.js';

/** Operations that one socket may have running at a time. */
export const MAXIMUM_SOCKET_OPERATIONS = 50;
/** Messages of one socket that are worked on at a time: its operations, those that it left before they ended, pings. */
export const MAXIMUM_SOCKET_MESSAGES = 2 * MAXIMUM_SOCKET_OPERATIONS;
/** From this length on, a message is work before it is known what it says. */
const LARGE_MESSAGE_CHARACTERS = 4_096;
const KEEP_ALIVE_MILLISECONDS = 12_000;
/** A socket that left this many pings unanswered is dead. */
const MISSED_PINGS = 2;
const CLOSE_WITHIN_MILLISECONDS = 2_000;

// The close code of RFC 6455 for messages of the wrong kind.
const UNSUPPORTED_DATA = 1003;
// Close codes of RFC 6455 that graphql-ws clients take as a reason to come again, as they do not with its own 4500.
const SERVICE_RESTART = 1012;
const TRY_AGAIN_LATER = 1013;

// Not in the call, for its types do not know the time yet that a client has to answer a close.
const SOCKET_OPTIONS = {
  noServer: true,
  maxPayload: MAXIMUM_BODY_BYTES,
  closeTimeout: CLOSE_WITHIN_MILLISECONDS,
  handleProtocols,
};

export interface SocketServerOptions {
  readonly engine: GraphqlEngine;
  readonly watchCredential: WatchCredential;
  /** Time between two pings. */
  readonly keepAliveMilliseconds?: number | undefined;
}

export interface SocketServer {
  /**
   * Takes over an HTTP connection that asked to become a WebSocket at the right path.
   *
   * @param address of the client
   */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void;
  /** Tells all clients to connect anew, elsewhere or later, and cuts off those that do not leave. */
  close(): Promise<void>;
}

interface Connection {
  viewer: Viewer;
  /** The client's IP address. */
  readonly address: string;
  readonly close: (code: number, reason: string) => void;
  readonly isOpen: () => boolean;
  readonly onceClosed: (listener: () => void) => void;
}

/** What is handed through graphql-ws from the check of an operation to its execution. */
interface PreparedArguments extends ExecutionArgs {
  readonly prepared: AdmittedOperation;
  readonly contextValue: Caller;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS } = options;
  const server = new WebSocketServer(SOCKET_OPTIONS);
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

  function open(socket: WebSocket, address: string): void {
    const close = (code: number, reason: string) => socket.close(code, reason);
    const isOpen = () => socket.readyState === socket.OPEN;
    const connection: Connection = {
      viewer: ANONYMOUS,
      address,
      close,
      isOpen,
      onceClosed: (listener) => socket.once('close', listener),
    };
    const fail = (error: unknown) => {
      if (!isOpen()) return;
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
            if (!isOpen()) resolve();
            else socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close,
        onMessage: (handle) => {
          const messages = new SocketMessages(socket, MAXIMUM_SOCKET_MESSAGES, (message) =>
            handle(message).catch(fail),
          );
          socket.on('message', (data, isBinary) => {
            if (isBinary) return close(UNSUPPORTED_DATA, 'Messages are text');
            const message = String(data);
            try {
              // A small one costs what its operation does.
              if (message.length >= LARGE_MESSAGE_CHARACTERS) options.engine.entrance.weigh(connection, message.length);
            } catch {
              return close(TRY_AGAIN_LATER, 'Your points are used up');
            }
            messages.receive(message);
          });
        },
      },
      connection,
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)).catch(fail));
  }

  return {
    accept: (request, socket, head, address) => {
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, address));
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

function createProtocol({ engine, watchCredential }: SocketServerOptions) {
  return makeServer<ConnectionInitMessage['payload'], Connection>({
    onConnect: async ({ connectionParams, extra }) => {
      const authorization = connectionParams?.['authorization'];
      try {
        if (authorization != null && typeof authorization !== 'string') {
          throw requestError('UNAUTHENTICATED', '`authorization` must be text.');
        }
        extra.viewer = await engine.entrance.identify(authorization ?? undefined, extra.address);
        if (!extra.isOpen()) return false;
        extra.onceClosed(
          watchCredential(extra.viewer, (reason) => {
            if (reason === 'ENDED') extra.close(CloseCode.Unauthorized, 'The credential is not valid any more');
            // As which clients come again, with the rights that they have now.
            else extra.close(CloseCode.Forbidden, 'The rights of the credential changed');
          }),
        );
        return true;
      } catch (error) {
        const { extensions } = asGraphQLError(error);
        if (extensions['code'] === 'UNAUTHENTICATED') {
          extra.close(CloseCode.Unauthorized, 'The credential is not valid here');
        } else if (extensions['code'] === 'RATE_LIMITED') {
          extra.close(TRY_AGAIN_LATER, 'Your points are used up');
        } else {
          engine.presentErrors([asGraphQLError(error)]);
          extra.close(TRY_AGAIN_LATER, 'Internal server error');
        }
        return false;
      }
    },
    onSubscribe: async (
      { extra, subscriptions },
      _id,
      payload,
    ): Promise<PreparedArguments | readonly GraphQLError[]> => {
      if (Object.keys(subscriptions).length > MAXIMUM_SOCKET_OPERATIONS) {
        const message = `A connection runs at most ${MAXIMUM_SOCKET_OPERATIONS} operations at a time. Complete one first.`;
        return [requestError('RATE_LIMITED', message)];
      }
      const caller = { viewer: extra.viewer, address: extra.address };
      const prepared = engine.prepare(readOperation(payload), caller);
      if (!isPrepared(prepared)) {
        await engine.entrance.hold(prepared.errors);
        return prepared.errors;
      }
      const { document, operation } = prepared;
      return {
        schema: engine.schema,
        document,
        operationName: operation.name?.value,
        contextValue: caller,
        prepared,
      };
    },
    // As a generator, which is ended when the client completes the operation, or its socket closes.
    execute: (args) => {
      const { prepared, contextValue: caller } = args as PreparedArguments;
      return new SingleResult((watchClient) => engine.run(prepared, caller, watchClient)) as never;
    },
    subscribe: (args) => {
      const { prepared, contextValue: caller } = args as PreparedArguments;
      return (isSubscription(prepared) ? engine.subscribe(prepared, caller) : engine.run(prepared, caller)) as never;
    },
    // The engine's results are ready to be sent; graphql-ws would take them for its own and format them.
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: ({ extra }, _id, _payload, errors) => {
      // A client takes an error as final. When the fault is ours it is to come again, and go on from its last cursor.
      if (errors.some(isFault)) extra.close(TRY_AGAIN_LATER, 'Internal server error');
      return engine.presentErrors(errors);
    },
  });
}

/** The document's id stands beside `query`, which the protocol wants, or in `extensions`, which clients have types for. */
function readOperation(payload: SubscribePayload & { readonly documentId?: unknown }): OperationRequest {
  const { query, documentId, operationName, variables, extensions } = payload;
  return {
    query,
    documentId: documentId ?? extensions?.['documentId'],
    operationName,
    variables,
    queryCost: extensions?.['queryCost'],
  };
}

/**
 * Answers an upgrade request over plain HTTP and closes its connection.
 *
 * @param headers more of them, as lines
 */
export function refuseUpgrade(socket: Duplex, status: string, ...headers: readonly string[]): void {
  socket.on('error', () => socket.destroy());
  // Node leaves the other half of the connection open for as long as the client likes.
  socket.once('finish', () => socket.destroy());
  const lines = [`HTTP/1.1 ${status}`, 'Connection: close', 'Content-Length: 0', ...headers];
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
}
