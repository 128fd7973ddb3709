/** Clients that follow the events for ever: cut, they come again and go on from their last cursor. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Random } from './random.js';
import type { EventResult, Recorder } from './recorder.js';

/** A client that hears nothing for so long, not even an answer to its pings, takes its server for dead. */
const SILENCE = 15_000;
const PING_INTERVAL = 2_000;
/** Closes after which clients do not come again by themselves. */
const FINAL_CLOSES = [4400, 4401, 4406, 4409, 4429, 4500];

export interface Subscriber {
  readonly recorder: Recorder;
  /** Reads nothing more, and closes nothing either. */
  pause(): void;
  resume(): void;
  /** Leaves without a word, and comes again. */
  drop(): void;
  close(): Promise<void>;
}

export interface SubscriberOptions {
  readonly recorder: Recorder;
  /** Asked at each connecting. */
  readonly url: () => string;
  readonly random: Random;
}

interface SocketMessage {
  readonly type: string;
  readonly payload?: EventResult;
}

/** By WebSocket, with graphql-ws's own client. */
export class SocketSubscriber implements Subscriber {
  readonly recorder: Recorder;
  private readonly client: Client;
  private readonly payload: { query: string; variables: Record<string, unknown> };
  private socket: WebSocket | undefined;
  private closed = false;

  constructor({ recorder, url, random }: SubscriberOptions) {
    this.recorder = recorder;
    const { query, variables, key } = recorder.operation;
    this.payload = { query, variables: { ...variables, after: recorder.cursor } };
    const take = (socket: WebSocket) => this.take(socket);
    const payload = this.payload;
    class RecordedSocket extends WebSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols);
        // The same object is sent again at each connecting.
        payload.variables['after'] = recorder.cursor;
        take(this);
      }
    }
    this.client = createClient({
      url: () => `${url().replace('http', 'ws')}/graphql`,
      webSocketImpl: RecordedSocket,
      connectionParams: key === undefined ? undefined : { authorization: `Bearer ${key}` },
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => delay(random.between(20, 250)),
      keepAlive: PING_INTERVAL,
    });
    this.subscribe();
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  drop(): void {
    this.socket?.terminate();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.resume();
    await this.client.dispose();
    this.socket?.terminate();
  }

  private subscribe(): void {
    const again = (reason: string): void => {
      if (this.closed) return;
      this.recorder.refuse(reason);
      this.payload.variables['after'] = this.recorder.cursor;
      setTimeout(() => this.closed || this.subscribe(), 500);
    };
    this.client.subscribe(this.payload, {
      next: () => undefined,
      error: (error) => again(`ended with ${JSON.stringify(error)}`),
      complete: () => again('completed'),
    });
  }

  private take(socket: WebSocket): void {
    this.socket = socket;
    let connection: number | undefined;
    let heard = Date.now();
    const watch = setInterval(() => {
      // A client that reads nothing hears nothing, which is its own doing.
      if (socket.isPaused) heard = Date.now();
      if (Date.now() - heard > SILENCE) socket.terminate();
    }, PING_INTERVAL);
    socket.on('open', () => (connection = this.recorder.open()));
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      clearInterval(watch);
      if (FINAL_CLOSES.includes(code) && !this.closed) this.recorder.refuse(`closed with ${code}`);
    });
    // Added before the client's own listeners, and so called before them.
    socket.on('message', (data) => {
      heard = Date.now();
      const text = String(data as Buffer);
      const { type, payload } = JSON.parse(text) as SocketMessage;
      if (type === 'next') this.recorder.receiveResult(connection!, text, payload!);
      else this.recorder.receive(connection!, text);
      // On whichever connection comes next.
      this.payload.variables['after'] = this.recorder.cursor;
    });
  }
}

/** By server-sent events, with fetch alone; resumes by the id of the last event, or by the argument. */
export class StreamSubscriber implements Subscriber {
  readonly recorder: Recorder;
  private readonly running: Promise<void>;
  private connection = new AbortController();
  private readable: Promise<void> = Promise.resolve();
  private resumeReading: () => void = () => undefined;
  private paused = false;
  private closed = false;

  constructor(private readonly options: SubscriberOptions) {
    this.recorder = options.recorder;
    this.running = this.run();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.readable = new Promise((resolve) => (this.resumeReading = resolve));
  }

  resume(): void {
    this.paused = false;
    this.resumeReading();
  }

  drop(): void {
    this.connection.abort();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.resume();
    this.drop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { random } = this.options;
    while (!this.closed) {
      this.connection = new AbortController();
      try {
        await this.follow(this.connection);
      } catch {
        // Cut, or nobody there: it comes again.
      }
      this.connection.abort();
      if (!this.closed) await delay(random.between(20, 250));
    }
  }

  private async follow(connection: AbortController): Promise<void> {
    const { url, random } = this.options;
    const { cursor, operation } = this.recorder;
    const { query, variables, key } = operation;
    const byHeader = random.happens(0.5);
    let watch = setTimeout(() => connection.abort(), SILENCE);
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => connection.abort(), SILENCE);
    };
    try {
      const response = await fetch(`${url()}/graphql/stream`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          ...(byHeader ? { 'last-event-id': cursor } : {}),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ query, variables: { ...variables, after: byHeader ? null : cursor } }),
        signal: connection.signal,
      });
      if (!response.ok) {
        const reason = `${response.status}: ${await response.text()}`;
        if (response.status < 500) this.recorder.refuse(reason);
        return;
      }
      const number = this.recorder.open();
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of response.body!) {
        heard();
        text += decoder.decode(chunk, { stream: true });
        const messages = text.split('\n\n');
        text = messages.pop()!;
        for (const message of messages) this.receive(number, message);
        if (this.paused) {
          clearTimeout(watch);
          await this.readable;
          heard();
        }
      }
      // What was cut off in its middle is no message, but bytes that came all the same.
      this.recorder.receive(number, text);
    } finally {
      clearTimeout(watch);
    }
  }

  private receive(connection: number, message: string): void {
    const lines = message.split('\n');
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const event = field('event');
    if (event === 'next') {
      this.recorder.receiveResult(connection, message, JSON.parse(field('data')!) as EventResult);
    } else {
      this.recorder.receive(connection, message);
      if (event === 'complete' && !this.closed) this.recorder.refuse('completed');
    }
    const id = field('id');
    if (id !== undefined) this.recorder.cursor = id;
  }
}
