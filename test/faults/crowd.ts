/** Thousands of sockets, each with a cursor of its own. */
import { expect, vi } from 'vitest';
import { WebSocket } from 'ws';
import { now } from './history.js';
import { type EventResult, Recorder } from './recorder.js';
import { patience } from './site.js';

const EVENTS = `subscription ($after: String) { knowledgeEvents(after: $after) { id cursor type recordId } }`;

/** As clients do that were all cut in the same moment. */
const COMES_AGAIN_WITHIN = 250;

export class Crowd {
  readonly recorders: readonly Recorder[];
  private readonly sockets = new Set<WebSocket>();
  private readonly subscribed = new Set<WebSocket>();
  private closed = false;

  /** @param url asked at each connecting; undefined when there is nobody */
  constructor(
    size: number,
    after: { position: number; cursor: string },
    private readonly url: () => string | undefined,
  ) {
    this.recorders = Array.from({ length: size }, (_, index) => new Recorder(`socket ${index} of a crowd`, {}, after));
    for (const recorder of this.recorders) this.comeAgain(recorder);
  }

  /** Waits until all have subscribed, and gives how long that took, in milliseconds. */
  async connected(): Promise<number> {
    const since = now();
    await vi.waitFor(() => expect(this.subscribed.size).toBe(this.recorders.length), patience);
    return now() - since;
  }

  /** Waits until all have as much as the one that has most. */
  async caughtUp(): Promise<void> {
    const most = Math.max(...this.recorders.map(({ count }) => count));
    await vi.waitFor(() => expect(this.recorders.filter(({ count }) => count < most).length).toBe(0), patience);
  }

  close(): void {
    this.closed = true;
    for (const socket of this.sockets) socket.terminate();
  }

  private comeAgain(recorder: Recorder): void {
    setTimeout(() => this.closed || this.connect(recorder), Math.random() * COMES_AGAIN_WITHIN);
  }

  private connect(recorder: Recorder): void {
    const url = this.url();
    if (url === undefined) return this.comeAgain(recorder);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    let connection: number;
    this.sockets.add(socket);
    socket.on('open', () => {
      connection = recorder.open();
      socket.send('{"type":"connection_init"}');
    });
    socket.on('message', (data) => {
      const text = String(data as Buffer);
      const { type, payload } = JSON.parse(text) as { type: string; payload?: EventResult };
      if (type === 'connection_ack') {
        this.subscribed.add(socket);
        const variables = { after: recorder.cursor };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: EVENTS, variables } }));
      } else if (type === 'next') {
        recorder.receiveResult(connection, text, payload!);
      } else {
        recorder.refuse(text);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.subscribed.delete(socket);
      if (!this.closed) this.comeAgain(recorder);
    });
  }
}
