import type { WebSocket } from 'ws';

/**
 * Hands the messages of one socket on, a bounded number at a time. While that many are being worked on the socket is not
 * read, so that a flood stays with its sender; what had been read by then waits in its order.
 */
export class SocketMessages {
  private readonly waiting: string[] = [];
  private underWay = 0;

  /**
   * @param maximum messages that are handled at a time; one that starts an operation is, until the operation ends
   * @param handle must not reject
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly maximum: number,
    private readonly handle: (message: string) => Promise<void>,
  ) {}

  receive(message: string): void {
    this.waiting.push(message);
    this.handOn();
  }

  private handOn(): void {
    while (this.underWay < this.maximum && this.socket.readyState === this.socket.OPEN) {
      const message = this.waiting.shift();
      if (message === undefined) {
        if (this.socket.isPaused) this.socket.resume();
        return;
      }
      this.underWay += 1;
      void this.handle(message).finally(() => {
        this.underWay -= 1;
        this.handOn();
      });
    }
    // Nobody hears the answers any more once it closes; but its reading must go on, for that is how it ends.
    if (this.socket.readyState !== this.socket.OPEN) {
      this.waiting.length = 0;
      this.socket.resume();
    } else if (!this.socket.isPaused) {
      this.socket.pause();
    }
  }
}
