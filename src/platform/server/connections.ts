import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes a server's connections when it stops. Node's own `closeIdleConnections` leaves those open that have not sent a
 * request yet, and those whose request is finished later; browsers and fetch keep both kinds.
 */
export class Connections {
  private readonly idle = new Set<Socket>();
  private draining = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.idle.add(socket);
      socket.once('close', () => this.idle.delete(socket));
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

  private release(socket: Socket): void {
    if (this.draining) socket.end();
    else if (!socket.destroyed) this.idle.add(socket);
  }
}
