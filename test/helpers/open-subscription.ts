/** Subscriptions under way, of which a test wants to know how and when they end. */
import { expect } from 'vitest';
import { WebSocket } from 'ws';

export interface OpenSubscription {
  /** How it ended, and when by `performance.now()`. */
  readonly ended: Promise<{ how: string; at: number }>;
  readonly isOpen: () => boolean;
  close(): void;
}

/** Subscribes over a WebSocket; the end is the close code. */
export async function openSocket(url: string, query: string, payload: object): Promise<OpenSubscription> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const ended = new Promise<{ how: string; at: number }>((resolve) => {
    socket.on('close', (code) => resolve({ how: String(code), at: performance.now() }));
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.on('message', (data) => {
      if ((JSON.parse(String(data)) as { type: string }).type !== 'connection_ack') return;
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      resolve();
    });
  });
  return { ended, isOpen: () => socket.readyState === socket.OPEN, close: () => socket.terminate() };
}

/** Subscribes over SSE; the end is the code of the error that it was told before `complete`, or "broken off". */
export async function openStream(url: string, query: string, headers: object): Promise<OpenSubscription> {
  const leave = new AbortController();
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: leave.signal,
  });
  expect(response.status).toBe(200);
  let isOpen = true;
  const ended = response.text().then(
    (text) => {
      const [, code] = /event: next\ndata: .*"code":"(\w+)".*\n\nevent: complete\n/.exec(text) ?? [];
      return code ?? `ended with ${text}`;
    },
    () => 'broken off',
  );
  return {
    ended: ended.then((how) => {
      isOpen = false;
      return { how, at: performance.now() };
    }),
    isOpen: () => isOpen,
    close: () => leave.abort(),
  };
}
