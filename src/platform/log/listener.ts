/** Hears NOTIFY on a connection of its own, which is made anew whenever it breaks. */
import type pg from 'pg';

const CHANNEL = 'medspil_knowledge_log';
const SHORTEST_RETRY_MILLISECONDS = 100;
const LONGEST_RETRY_MILLISECONDS = 5000;

export interface ListenerOptions {
  /** Makes a connection that is not yet connected. */
  readonly client: () => pg.Client;
  /** Called when stamping was announced, and after each connecting: what was announced before has not been heard. */
  readonly onHint: () => void;
  /** Hears why the connection broke or could not be made; once until it stands again. */
  readonly onError: (error: Error) => void;
}

export class Listener {
  private readonly options: ListenerOptions;
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private retryAfter = SHORTEST_RETRY_MILLISECONDS;
  private stopped = false;

  constructor(options: ListenerOptions) {
    this.options = options;
  }

  start(): void {
    void this.connect();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end();
  }

  private async connect(): Promise<void> {
    const client = this.options.client();
    this.client = client;
    // Without a handler an error on an idle connection would end the process.
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('PostgreSQL closed the connection that listens.')));
    client.on('notification', this.options.onHint);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.retryAfter = SHORTEST_RETRY_MILLISECONDS;
      this.options.onHint();
    } catch (error) {
      this.lose(client, error as Error);
    }
  }

  /** One failure shows in several ways; the first of them counts. */
  private lose(client: pg.Client, error: Error): void {
    if (this.stopped || this.client !== client) return;
    this.client = undefined;
    client.end().catch(() => {});
    if (this.retryAfter === SHORTEST_RETRY_MILLISECONDS) this.options.onError(error);
    this.timer = setTimeout(() => void this.connect(), this.retryAfter * (0.75 + Math.random() / 2));
    this.retryAfter = Math.min(this.retryAfter * 2, LONGEST_RETRY_MILLISECONDS);
  }
}
