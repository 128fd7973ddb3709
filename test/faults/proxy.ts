/** A network between two parties that can be made bad while it is used: slow, cut, half-open, ending in mid-message. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket, type TcpNetConnectOpts } from 'node:net';
import type { IpcNetConnectOpts } from 'node:net';

export type Target = TcpNetConnectOpts | IpcNetConnectOpts;

/** Which way bytes go; the client is who connected to the proxy. */
export type Direction = 'toServer' | 'toClient';

/** One connection that goes through the proxy. */
export interface Passage {
  /** What its client's first bytes showed it to be, where the proxy was told how to see that. */
  readonly label: string | undefined;
}

export type Choice = (passage: Passage) => boolean;

const all: Choice = () => true;

export interface ProxyOptions {
  /** Asked for each new connection; undefined when there is nobody to connect to, which refuses it. */
  readonly target: () => Target | undefined;
  /** Names a connection by what its client says. */
  readonly label?: (chunk: Buffer) => string | undefined;
}

export class Proxy {
  /** How long, in milliseconds, each piece of data is held up, in both directions. */
  delayMilliseconds = 0;
  private readonly server: Server;
  private readonly connections = new Set<Connection>();
  private readonly frozenForNew = new Set<Direction>();
  private bytesForNew = Infinity;
  private address!: AddressInfo;

  private constructor(private readonly options: ProxyOptions) {
    this.server = createServer({ allowHalfOpen: true }, (client) => this.accept(client));
  }

  static async start(options: ProxyOptions): Promise<Proxy> {
    const proxy = new Proxy(options);
    proxy.server.listen(0, '127.0.0.1', 4096);
    await once(proxy.server, 'listening');
    proxy.address = proxy.server.address() as AddressInfo;
    return proxy;
  }

  get port(): number {
    return this.address.port;
  }

  /** Connections that are open, of a kind. */
  count(choice: Choice = all): number {
    return [...this.connections].filter(choice).length;
  }

  /** Breaks connections, as a reset does. Gives how many. */
  cut(choice: Choice = all): number {
    const chosen = [...this.connections].filter(choice);
    for (const connection of chosen) connection.destroy();
    return chosen.length;
  }

  /**
   * Forwards nothing more in these directions and closes nothing: half-open. Connections that are made from now on are
   * accepted and left alone as well, unless only those that are open were meant.
   */
  freeze(
    directions: readonly Direction[] = ['toServer', 'toClient'],
    { only, choice = all }: { only?: 'open'; choice?: Choice } = {},
  ): number {
    const chosen = [...this.connections].filter(choice);
    for (const connection of chosen) connection.freeze(directions);
    if (only === undefined) for (const direction of directions) this.frozenForNew.add(direction);
    return chosen.length;
  }

  /** Forwards again, beginning with what was held back. */
  thaw(): void {
    this.frozenForNew.clear();
    for (const connection of this.connections) connection.thaw();
  }

  /** Cuts each connection, those that are made from now on as well, once it has brought so many more bytes to its client. */
  truncate(bytes: number): void {
    this.bytesForNew = bytes;
    for (const connection of this.connections) connection.bytesLeft = bytes;
  }

  /** Ends everything that was made bad; what was broken stays so. */
  heal(): void {
    this.delayMilliseconds = 0;
    this.bytesForNew = Infinity;
    for (const connection of this.connections) connection.bytesLeft = Infinity;
    this.thaw();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    const target = this.options.target();
    if (target === undefined) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const connection = new Connection(
      client,
      connect({ ...target, allowHalfOpen: true }),
      () => this.delayMilliseconds,
      this.options.label,
    );
    connection.bytesLeft = this.bytesForNew;
    connection.freeze([...this.frozenForNew]);
    this.connections.add(connection);
    connection.onClosed = () => this.connections.delete(connection);
  }
}

class Connection implements Passage {
  label: string | undefined;
  /** To its client, before it is cut. */
  bytesLeft = Infinity;
  onClosed: () => void = () => undefined;
  private readonly frozen = new Set<Direction>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly held: Record<Direction, (() => void)[]> = { toServer: [], toClient: [] };

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly delay: () => number,
    private readonly read: ProxyOptions['label'],
  ) {
    this.pass('toServer', client, server);
    this.pass('toClient', server, client);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.destroy());
      socket.on('close', () => this.destroy());
    }
  }

  freeze(directions: readonly Direction[]): void {
    for (const direction of directions) this.frozen.add(direction);
  }

  thaw(): void {
    this.frozen.clear();
    for (const direction of ['toServer', 'toClient'] as const) {
      for (const go of this.held[direction].splice(0)) go();
    }
  }

  destroy(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    // A reset and not an end, as when the machine at the other side is gone.
    if (!this.client.destroyed) this.client.resetAndDestroy();
    if (!this.server.destroyed) this.server.destroy();
    this.onClosed();
  }

  private pass(direction: Direction, from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      if (direction === 'toServer') this.label ??= this.read?.(chunk);
      from.pause();
      this.inTime(direction, () => {
        this.forward(direction, chunk, to, () => from.resume());
      });
    });
    from.on('end', () => this.inTime(direction, () => to.end()));
  }

  /** Now, or later, or once this direction is not frozen any more. */
  private inTime(direction: Direction, go: () => void): void {
    if (this.frozen.has(direction)) {
      this.held[direction].push(go);
      return;
    }
    const milliseconds = this.delay();
    if (milliseconds === 0) return go();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (this.frozen.has(direction)) this.held[direction].push(go);
      else go();
    }, milliseconds);
    this.timers.add(timer);
  }

  private forward(direction: Direction, chunk: Buffer, to: Socket, then: () => void): void {
    if (to.destroyed) return;
    if (direction === 'toServer') return void to.write(chunk, then);
    const part = chunk.subarray(0, Math.min(chunk.length, this.bytesLeft));
    this.bytesLeft -= part.length;
    to.write(part, () => {
      if (this.bytesLeft > 0) return then();
      // An end behind the last byte, so that the client gets that much for certain.
      to.end();
      this.server.destroy();
    });
  }
}
