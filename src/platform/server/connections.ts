import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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
}

const TELL_EVERY_MILLISECONDS = 60_000;

/**
 * Bounds a server's connections, and closes them when it stops. Node's own `closeIdleConnections` leaves those open that
 * have not sent a request yet, and those whose request is finished later; browsers and fetch keep both kinds.
 */
export class Connections {
  private readonly idle = new Set<Socket>();
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
      if (!this.admit(socket)) return;
      this.idle.add(socket);
      socket.on('close', () => this.idle.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.idle.delete(socket);
      response.once('close', () => this.release(socket));
    });
    // From here on the connection is a WebSocket, which its own server closes.
    server.on('upgrade', ({ socket }: IncomingMessage) => this.idle.delete(socket));
  }

  /** Closes what is idle now and what becomes so. */
  drain(): void {
    this.draining = true;
    for (const socket of this.idle) socket.destroy();
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
    const now = performance.now();
    if (now - this.toldAt < TELL_EVERY_MILLISECONDS) return;
    this.options.onRefused(this.refused);
    this.toldAt = now;
    this.refused = 0;
  }

  private release(socket: Socket): void {
    if (this.draining) socket.end();
    else if (!socket.destroyed) this.idle.add(socket);
  }
}
