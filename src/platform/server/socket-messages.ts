import type { WebSocket } from 'ws';

/**
 * Hands the messages of one socket on, a bounded number at a time. While that many are being worked on the socket is not
 * read, so that a flood stays with its sender; what had been read by then waits in its order.
 */
export class SocketMessages {
  /** None as a rule, and then no list either: there are as many of these as sockets. */
  private waiting: string[] | undefined;
  private underWay = 0;

  /**
   * @param maximum messages that are handled at a time; one that starts an operation is, until the operation ends
   * @param onError hears why one could not be handled
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly maximum: number,
    private readonly handle: (message: string) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  receive(message: string): void {
    if (this.waiting === undefined && this.underWay < this.maximum) this.handOn(message);
    else (this.waiting ??= []).push(message);
    this.goOn();
  }

  private handOn(message: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.underWay += 1;
    this.handle(message).then(this.handled, this.failed);
  }

  private readonly handled = (): void => {
    this.underWay -= 1;
    this.goOn();
  };

  private readonly failed = (error: unknown): void => {
    this.onError(error);
    this.handled();
  };

  private goOn(): void {
    while (this.underWay < this.maximum && this.socket.readyState === this.socket.OPEN) {
      const message = this.waiting?.shift();
      if (message === undefined) {
        this.waiting = undefined;
        if (this.socket.isPaused) this.socket.resume();
        return;
      }
      this.handOn(message);
    }
    // Nobody hears the answers any more once it closes; but its reading must go on, for that is how it ends.
    if (this.socket.readyState !== this.socket.OPEN) {
      this.waiting = undefined;
      this.socket.resume();
    } else if (!this.socket.isPaused) {
      this.socket.pause();
    }
  }
}
