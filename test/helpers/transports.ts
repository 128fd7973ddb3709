/** One operation sent by each of the three ways that the server has. */
import { WebSocket } from 'ws';

export interface Sent {
  readonly query?: string;
  readonly documentId?: string;
  readonly variables?: object;
  /** Asks for its cost: sent as a header, or in `extensions` where there are none. */
  readonly queryCost?: string;
  readonly authorization?: string;
}

export interface Answer {
  /** The first result; of an `error` message only its errors. */
  readonly result: any;
  /** How the answer came: an HTTP status, or the type of the message. */
  readonly kind: number | string;
}

export type Transport = (url: string, sent: Sent) => Promise<Answer>;

function headersOf({ queryCost, authorization }: Sent): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(queryCost !== undefined && { 'x-query-cost': queryCost }),
    ...(authorization !== undefined && { authorization }),
  };
}

const bodyOf = ({ query, documentId, variables }: Sent) => JSON.stringify({ query, documentId, variables });

const byHttp: Transport = async (url, sent) => {
  const headers = { ...headersOf(sent), accept: 'application/graphql-response+json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: bodyOf(sent) });
  return { result: await response.json(), kind: response.status };
};

const bySse: Transport = async (url, sent) => {
  const headers = { ...headersOf(sent), accept: 'text/event-stream' };
  const response = await fetch(`${url}/graphql/stream`, { method: 'POST', headers, body: bodyOf(sent) });
  const [, event = '', data = 'null'] = /event: (\w+)\ndata: ?(.*)\n\n/.exec(await response.text()) ?? [];
  return { result: JSON.parse(data), kind: event };
};

const byWebSocket: Transport = (url, { query = '', documentId, variables, queryCost, authorization }) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization } }));
    socket.on('error', reject);
    socket.on('close', (code, reason) => reject(new Error(`closed with ${code} ${String(reason)}`)));
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data)) as { type: string; payload: any };
      if (type === 'connection_ack') {
        const extensions = { ...(documentId && { documentId }), ...(queryCost !== undefined && { queryCost }) };
        send({ id: '1', type: 'subscribe', payload: { query, variables, extensions } });
      } else if (type === 'next' || type === 'error') {
        resolve({ result: type === 'next' ? payload : { errors: payload }, kind: type });
        socket.close();
      }
    });
  });

export const TRANSPORTS: readonly [name: string, transport: Transport][] = [
  ['HTTP', byHttp],
  ['SSE', bySse],
  ['WebSocket', byWebSocket],
];
