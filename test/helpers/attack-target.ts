/** One request over each way in, with whatever came back. */
import { once } from 'node:events';
import WebSocket from 'ws';

export const TRANSPORTS = ['http', 'websocket', 'sse'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface AttackAnswer {
  /** Everything that was received. */
  readonly text: string;
  /** The first result, if there was one. */
  readonly data?: any;
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
  readonly extensions?: any;
}

/** Sends an operation, or what pretends to be one. */
export function attack(
  url: string,
  transport: Transport,
  payload: unknown,
  credential?: string,
): Promise<AttackAnswer> {
  switch (transport) {
    case 'http':
      return overHttp(url, payload, credential);
    case 'websocket':
      return overWebSocket(url, payload, credential);
    case 'sse':
      return overEventStream(url, payload, credential);
  }
}

const authorization = (credential: string | undefined): Record<string, string> =>
  credential === undefined ? {} : { authorization: `Bearer ${credential}` };

async function overHttp(url: string, payload: unknown, credential: string | undefined): Promise<AttackAnswer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(credential) },
    body: JSON.stringify(payload),
  });
  return read(await response.text());
}

async function overEventStream(url: string, payload: unknown, credential: string | undefined): Promise<AttackAnswer> {
  const response = await fetch(`${url}/graphql/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization(credential) },
    body: JSON.stringify(payload),
  });
  const text = await response.text();
  const data = /^data: ?(\{.*\})$/m.exec(text)?.[1];
  return { ...read(data ?? text), text };
}

async function overWebSocket(url: string, payload: unknown, credential: string | undefined): Promise<AttackAnswer> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: any[] = [];
  const turnedAway = new Promise<number | undefined>((resolve) => {
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy();
      resolve(statusCode);
    });
  });
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    else received.push(message);
    if (message.type === 'complete' || message.type === 'error') socket.close();
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: authorization(credential) })));
  const end = await Promise.race([once(socket, 'close'), turnedAway]);
  if (!Array.isArray(end)) {
    const extensions = { code: end === 429 ? 'RATE_LIMITED' : undefined };
    return { text: String(end), errors: [{ message: `The upgrade was answered with ${end}`, extensions }] };
  }
  const [code, reason] = end;
  const text = `${JSON.stringify(received)} ${code} ${String(reason)}`;
  const { payload: first, type } = received[0] ?? {};
  if (type === 'next') return { text, ...first };
  return { text, errors: type === 'error' ? first : [{ message: `${code} ${String(reason)}` }] };
}

function read(text: string): AttackAnswer {
  try {
    const body = JSON.parse(text);
    return Array.isArray(body) ? { text, data: body } : { text, ...body };
  } catch {
    return { text, errors: [{ message: text }] };
  }
}
