/** GraphQL over WebSocket, at `/graphql`: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GraphQLError, type ExecutionArgs } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type ConnectionInitMessage, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { requestError } from '../../common/errors.js';
import type { WatchCredential } from '../auth/credential-watch.js';
import type { AdmittedOperation } from '../graphql/admission.js';
import type { Caller } from '../graphql/caller.js';
import { isSubscription, type GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, isFault } from '../graphql/errors.js';
import { isPrepared, type OperationRequest } from '../graphql/prepare-operation.js';
import { SingleResult } from '../graphql/single-result.js';
import type { Outlet } from '../graphql/subscription.js';
import { MAXIMUM_BODY_BYTES } from './request-errors.js';
import { closeInSlices, inSlices } from './slices.js';
import { MAXIMUM_SOCKET_OPERATIONS, SocketConnection, SocketOutlet, TRY_AGAIN_LATER } from './socket-connection.js';

const KEEP_ALIVE_MILLISECONDS = 12_000;
/** A socket that left this many pings unanswered is dead. */
const MISSED_PINGS = 2;
const CLOSE_WITHIN_MILLISECONDS = 2_000;
/** Of an operation's id, which is sent back with each event and kept as long as the operation lasts; a UUID has 36. */
const MAXIMUM_ID_LENGTH = 256;

// Taken by graphql-ws clients as a reason to come again, like 1013.
const SERVICE_RESTART = 1012;

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
  /** How many are open. */
  readonly size: number;
  /**
   * Tells all clients to connect anew, elsewhere or later, not all in one moment, and cuts off those that do not leave. To
   * be called when no more are accepted.
   */
  close(): Promise<void>;
}

/** What is handed through graphql-ws from the check of an operation to its execution. */
interface PreparedArguments extends ExecutionArgs {
  /** Gone once a subscription has begun: graphql-ws keeps its arguments as long as it lasts. */
  prepared: AdmittedOperation | undefined;
  readonly contextValue: Caller;
  readonly outlet: Outlet;
  /** Notes that the subscription is starting until this is done. */
  readonly whileStarting: <Result>(start: Promise<Result>) => Promise<Result>;
}

export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { keepAliveMilliseconds = KEEP_ALIVE_MILLISECONDS } = options;
  const server = new WebSocketServer(SOCKET_OPTIONS);
  const protocol = createProtocol(options);
  const connections = new Set<SocketConnection>();

  const pings = setInterval(() => void inSlices(connections, ping), keepAliveMilliseconds);

  function ping(connection: SocketConnection): void {
    if (!connection.isOpen) return;
    if (connection.missedPings >= MISSED_PINGS) {
      options.engine.measures.connectionsCut.of('websocket').value += 1;
      return connection.socket.terminate();
    }
    connection.missedPings += 1;
    connection.socket.ping();
  }

  function open(socket: WebSocket, stream: Duplex, address: string): void {
    const connection = new SocketConnection(socket, stream, address, options.engine);
    connections.add(connection);
    const closed = protocol.opened(connection, connection);
    socket.on('close', (code, reason) => {
      connections.delete(connection);
      connection.endInitialisation();
      closed(code, String(reason)).catch((error: unknown) => connection.fail(error));
    });
  }

  return {
    get size() {
      return connections.size;
    },
    accept: (request, socket, head, address) => {
      server.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, socket, address));
    },
    close: async () => {
      const gone: Promise<unknown>[] = [];
      await closeInSlices(connections, (connection) => {
        if (!connections.has(connection)) return;
        gone.push(new Promise<void>((resolve) => connection.onceClosed(resolve)));
        connection.close(SERVICE_RESTART, 'The server restarts');
      });
      clearInterval(pings);
      const cut = setTimeout(() => {
        for (const { socket } of connections) socket.terminate();
      }, CLOSE_WITHIN_MILLISECONDS);
      await Promise.all(gone);
      clearTimeout(cut);
      server.close();
    },
  };
}

function createProtocol({ engine, watchCredential }: SocketServerOptions) {
  return makeServer<ConnectionInitMessage['payload'], SocketConnection>({
    // Its own timer would stay in memory as long as the socket.
    connectionInitWaitTimeout: 0,
    onConnect: async ({ connectionParams, extra }) => {
      extra.endInitialisation();
      const authorization = connectionParams?.['authorization'];
      try {
        if (authorization != null && typeof authorization !== 'string') {
          throw requestError('UNAUTHENTICATED', '`authorization` must be text.');
        }
        extra.viewer = await engine.entrance.identify(authorization ?? undefined, extra.address);
        if (!extra.isOpen) return false;
        if (extra.viewer.kind === 'ANONYMOUS') return true;
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
          extra.fail(error);
        }
        return false;
      }
    },
    onSubscribe: async (
      { extra, subscriptions },
      id,
      payload,
    ): Promise<PreparedArguments | readonly GraphQLError[]> => {
      if (Object.keys(subscriptions).length > MAXIMUM_SOCKET_OPERATIONS) {
        const message = `A connection runs at most ${MAXIMUM_SOCKET_OPERATIONS} operations at a time. Complete one first.`;
        return [requestError('RATE_LIMITED', message)];
      }
      if (id.length > MAXIMUM_ID_LENGTH) {
        return [
          requestError('BAD_USER_INPUT', `The \`id\` of an operation has at most ${MAXIMUM_ID_LENGTH} characters.`),
        ];
      }
      if (extra.isStarting(id)) {
        // graphql-ws has forgotten it, and would take what comes of its start for this one's.
        return [
          requestError('BAD_USER_INPUT', 'The subscription that had this id is still starting. Take another id.'),
        ];
      }
      const caller = extra.callerOf(id);
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
        outlet: new SocketOutlet(extra, id),
        whileStarting: (start) => extra.whileStarting(id, start),
      };
    },
    // As a generator, which is ended when the client completes the operation, or its socket closes.
    execute: (args) => {
      const { prepared, contextValue: caller } = args as PreparedArguments;
      return new SingleResult((watchClient) => engine.run(prepared!, caller, watchClient)) as never;
    },
    subscribe: (args) => {
      const { contextValue: caller, outlet, whileStarting } = args as PreparedArguments;
      const prepared = (args as PreparedArguments).prepared!;
      if (!isSubscription(prepared)) return engine.run(prepared, caller) as never;
      (args as PreparedArguments).prepared = undefined;
      return whileStarting(engine.subscribe(prepared, { caller, outlet })) as never;
    },
    // The engine's results are ready to be sent; graphql-ws would take them for its own and format them.
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: ({ extra }, id, _payload, errors) => {
      // A client takes an error as final. When the fault is ours it is to come again, and go on from its last cursor.
      if (errors.some(isFault)) extra.close(TRY_AGAIN_LATER, 'Internal server error');
      return engine.presentErrors(errors, extra.originOf(id));
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
