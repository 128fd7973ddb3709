import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { CloseCode, type WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError } from '../graphql/errors.js';
import type { EventPayload } from '../graphql/event-payload.js';
import type { RequestOrigin } from '../telemetry/request-origin.js';
import type { Caller } from '../graphql/caller.js';
import type { Outlet } from '../graphql/subscription.js';
import { idBytes, nextFrame } from './socket-frame.js';
import { SocketMessages } from './socket-messages.js';

/** Operations that one socket may have running at a time. */
export const MAXIMUM_SOCKET_OPERATIONS = 50;
/** Messages of one socket that are worked on at a time: its operations, those that it left before they ended, pings. */
export const MAXIMUM_SOCKET_MESSAGES = 2 * MAXIMUM_SOCKET_OPERATIONS;
/** From this length on, a message is work before it is known what it says. */
const LARGE_MESSAGE_CHARACTERS = 4_096;
const INITIALISED_WITHIN_MILLISECONDS = 3_000;

// Close codes of RFC 6455.
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;
/** A graphql-ws client takes it as a reason to come again, as it does not the 4500 of its own server. */
export const TRY_AGAIN_LATER = 1013;

/**
 * One client's WebSocket: what graphql-ws sends and closes by, and what subscriptions send by past it. There are thousands
 * of them, so what each holds is counted in bytes.
 */
export class SocketConnection implements ProtocolSocket {
  viewer: Viewer = ANONYMOUS;
  /** Since it last showed that it lives. */
  missedPings = 0;
  private initialisation: NodeJS.Timeout | undefined;
  private draining: Promise<void> | undefined;
  /** Ids; none as a rule, and then no set either. */
  private starting: Set<string> | undefined;
  /** Known again by it in the log; made when it is needed first. */
  private connectionId: string | undefined;

  /**
   * @param stream what the socket writes to
   * @param address of the client
   */
  constructor(
    readonly socket: WebSocket,
    readonly stream: Duplex,
    readonly address: string,
    private readonly engine: GraphqlEngine,
  ) {
    // Without a listener a broken frame, or one that is too large, would end the process.
    socket.on('error', terminate);
    socket.on('pong', () => (this.missedPings = 0));
    this.initialisation = setTimeout(
      () => this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
      INITIALISED_WITHIN_MILLISECONDS,
    );
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Whether what was sent so far is on its way, and does not wait in memory for the client to read. */
  get isReady(): boolean {
    return !this.stream.destroyed && (this.stream.writableLength === 0 || !this.stream.writableNeedDrain);
  }

  /** Its client has made itself known, for which it has a few seconds; or it is gone. */
  endInitialisation(): void {
    clearTimeout(this.initialisation);
    this.initialisation = undefined;
  }

  close(code: number = NORMAL_CLOSURE, reason = ''): void {
    this.socket.close(code, reason);
  }

  /** What one of its operations is known by, or the connection itself. */
  originOf(operationId?: string): RequestOrigin {
    this.connectionId ??= randomUUID();
    const { connectionId } = this;
    return { transport: 'websocket', connectionId, ...(operationId !== undefined && { operationId }) };
  }

  callerOf(operationId: string): Caller {
    return { viewer: this.viewer, address: this.address, origin: this.originOf(operationId) };
  }

  /** Closes for a fault of ours, so that the client comes again. */
  readonly fail = (error: unknown): void => {
    if (!this.isOpen) return;
    this.engine.presentErrors([asGraphQLError(error)], this.originOf());
    this.close(TRY_AGAIN_LATER, 'Internal server error');
  };

  /** Whether a subscription with this id is about to begin, also one that its client has completed meanwhile. */
  isStarting(id: string): boolean {
    return this.starting?.has(id) ?? false;
  }

  async whileStarting<Result>(id: string, start: Promise<Result>): Promise<Result> {
    const starting = (this.starting ??= new Set());
    starting.add(id);
    try {
      return await start;
    } finally {
      starting.delete(id);
      if (starting.size === 0) this.starting = undefined;
    }
  }

  countEvent(): void {
    this.engine.measures.eventsDelivered.of('websocket').value += 1;
  }

  onceClosed(listener: () => void): void {
    this.socket.on('close', listener);
  }

  onMessage(handle: (message: string) => Promise<void>): void {
    const messages = new SocketMessages(this.socket, MAXIMUM_SOCKET_MESSAGES, handle, this.fail);
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) return this.close(UNSUPPORTED_DATA, 'Messages are text');
      const message = String(data);
      try {
        // A small one costs what its operation does.
        if (message.length >= LARGE_MESSAGE_CHARACTERS) this.engine.entrance.weigh(this, message.length);
      } catch {
        return this.close(TRY_AGAIN_LATER, 'Your points are used up');
      }
      messages.receive(message);
    });
  }

  /** Resolves once the data is on its way, so that a slow client is asked to wait and not buffered for. */
  send(data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) resolve();
      else this.socket.send(data, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Resolves when {@link isReady}; not at all when the connection is gone before. */
  whenReady(): Promise<void> {
    return (this.draining ??= new Promise((resolve) => {
      this.stream.once('drain', () => {
        this.draining = undefined;
        // It reads, however late its answers to pings are.
        this.missedPings = 0;
        resolve();
      });
    }));
  }
}

function terminate(this: WebSocket): void {
  this.terminate();
}

/**
 * Where one operation's events go: as frames that are made once for all sockets, past ws and graphql-ws. That is sound
 * because a server's frames are not masked, these sockets do not compress, and both write whole messages at once.
 */
export class SocketOutlet implements Outlet {
  private readonly id: string;

  constructor(
    private readonly connection: SocketConnection,
    id: string,
  ) {
    this.id = idBytes(id);
  }

  get isReady(): boolean {
    return this.connection.isReady;
  }

  whenReady(): Promise<void> {
    return this.connection.isReady ? Promise.resolve() : this.connection.whenReady();
  }

  send(payload: EventPayload): void {
    if (!this.connection.isOpen) return;
    payload.in(nextFrame).send(this.connection.stream, this.id);
    this.connection.countEvent();
  }
}
