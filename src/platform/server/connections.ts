import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { AddressCounts } from './address-counts.js';

export interface ConnectionsOptions {
  /** Connections open at a time, of all clients. */
  readonly maximum: number;
  /** Those of each address. */
  readonly perAddress: AddressCounts;
  /** Whether an address may have as many as it likes, because many clients come through it. */
  readonly isProxy: (address: string) => boolean;
  /** Hears of connections that were refused, once in a while. */
  readonly onRefused: (count: number) => void;
  /** Hears of each of them. */
  readonly onRefusal?: (() => void) | undefined;
}

const TELL_EVERY_MILLISECONDS = 60_000;
/** For how long a request may be on its way on a connection that is idle when the server stops. */
const IDLE_MILLISECONDS = 250;
/** How long a moment is looked for in which nobody waits to be accepted. */
const QUIET_WITHIN_MILLISECONDS = 1_000;
/** How long it may be since that was seen. */
const QUIET_MILLISECONDS = 0.3;

/**
 * Bounds a server's connections, and closes them when it stops. Node's own `closeIdleConnections` leaves those open that
 * have not sent a request yet, and those whose request is finished later; browsers and fetch keep both kinds.
 */
export class Connections {
  private readonly idle = new Set<Socket>();
  /** Those that came while `acceptAll` was at work. */
  private readonly held: Socket[] = [];
  private holding = false;
  private draining = false;
  private refused = 0;
  private toldAt = -Infinity;

  constructor(
    private readonly server: Server,
    private readonly options: ConnectionsOptions,
  ) {
    server.maxConnections = options.maximum;
    server.on('drop', () => this.tellOfRefusal());
    server.on('connection', (socket) => {
      if (this.holding) this.held.push(socket.pause());
      if (!this.admit(socket)) return;
      this.idle.add(socket);
      socket.on('close', () => this.idle.delete(socket));
    });
    // Before those who answer.
    server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      if (this.draining) response.setHeader('connection', 'close');
      this.idle.delete(socket);
      response.once('close', () => this.release(socket));
    });
    // From here on the connection is a WebSocket, which its own server closes.
    server.on('upgrade', ({ socket }: IncomingMessage) => this.idle.delete(socket));
  }

  /**
   * Takes no more connections, answers what still comes on those that there are, as the last on each, and closes what stays
   * idle. Resolves when none is left.
   */
  async drain(): Promise<void> {
    await this.acceptAll();
    this.draining = true;
    // Not by the HTTP server's own `close`: it breaks idle connections off at once, with the requests on their way there.
    const gone = new Promise<void>((resolve) => Listener.prototype.close.call(this.server, () => resolve()));
    this.holding = false;
    for (const socket of this.held.splice(0)) socket.resume();
    for (const socket of this.idle) this.endSoon(socket);
    await gone;
  }

  /** Cuts off what is left, also in the middle of a request. */
  cut(): void {
    this.server.closeAllConnections();
  }

  private admit(socket: Socket): boolean {
    const address = socket.remoteAddress;
    // Without an address it is gone already.
    if (address === undefined || this.options.isProxy(address)) return true;
    if (this.options.perAddress.hold(address, socket)) return true;
    // Not a word of HTTP: that would cost more than it is worth to whom it is meant for.
    socket.destroy();
    this.tellOfRefusal();
    return false;
  }

  private tellOfRefusal(): void {
    this.refused += 1;
    this.options.onRefusal?.();
    const now = performance.now();
    if (now - this.toldAt < TELL_EVERY_MILLISECONDS) return;
    this.options.onRefused(this.refused);
    this.toldAt = now;
    this.refused = 0;
  }

  private release(socket: Socket): void {
    if (socket.destroyed) return;
    this.idle.add(socket);
    if (this.draining) this.endSoon(socket);
  }

  private endSoon(socket: Socket): void {
    setTimeout(() => {
      // A process that was held up comes to its timers before it reads what arrived in time.
      setImmediate(() => {
        if (this.idle.has(socket)) socket.destroy();
      });
    }, IDLE_MILLISECONDS);
  }

  /**
   * Who waits to be accepted when the listener closes is reset. Node accepts one connection each time that it looks, so this
   * looks until nobody was there. Who is accepted meanwhile is answered afterwards: an answer brings the next connection.
   */
  private async acceptAll(): Promise<void> {
    const until = performance.now() + QUIET_WITHIN_MILLISECONDS;
    this.holding = true;
    // Into the phase behind that in which it looks.
    await turn();
    for (let began = performance.now(); began < until;) {
      const before = this.held.length;
      await turn();
      const ended = performance.now();
      if (this.held.length === before && ended - began < QUIET_MILLISECONDS) return;
      began = ended;
    }
  }
}
