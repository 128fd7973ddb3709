/** A WebSocket of which a test sends and sees every message by itself. */
import { WebSocket } from 'ws';

export interface SocketClient {
  readonly socket: WebSocket;
  /** Everything that came, in order. */
  readonly messages: any[];
  /** The code and reason of its close. */
  readonly closed: Promise<readonly [code: number, reason: string]>;
  send(message: unknown): void;
  /** Starts an operation. */
  start(id: string, query: string): void;
  /** Asks one thing, and gives the payload of the answer: of `next` a result, of `error` its errors. */
  ask(id: string, query: string): Promise<any>;
}

/** Opens one; it rejects with ws's message, which has the status, when the upgrade is refused. */
export async function openSocketClient(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const messages: any[] = [];
  const listeners = new Set<() => void>();
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    for (const listener of listeners) listener();
  });
  const closed = new Promise<readonly [number, string]>((resolve) =>
    socket.on('close', (code, reason) => resolve([code, String(reason)])),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  const start = (id: string, query: string) => send({ id, type: 'subscribe', payload: { query } });
  const ask = (id: string, query: string) =>
    new Promise<any>((resolve) => {
      const look = () => {
        const answer = messages.find((message) => message.id === id);
        if (answer === undefined) return;
        listeners.delete(look);
        resolve(answer.payload);
      };
      listeners.add(look);
      start(id, query);
    });
  return { socket, messages, closed, send, start, ask };
}

/** The same with its connection acknowledged. */
export async function connectSocketClient(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  payload: object = {},
): Promise<SocketClient> {
  const client = await openSocketClient(url, headers);
  const acknowledged = new Promise<void>((resolve, reject) => {
    client.socket.once('message', () => resolve());
    client.socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
  client.send({ type: 'connection_init', payload });
  await acknowledged;
  return client;
}
