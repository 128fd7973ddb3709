/** An endpoint of webhooks in the test process: real HTTP, with answers as a test wants them. */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { CERTIFICATE, CERTIFICATE_KEY } from './certificate.js';

export interface ReceivedMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly url: string;
  /** The server name that TLS asked for. */
  readonly servername: string | false | undefined;
}

/** Answers the nth request, counting from 1. */
export type Answer = (response: http.ServerResponse, number: number, message: ReceivedMessage) => void | Promise<void>;

export interface WebhookReceiver {
  /** `http://127.0.0.1:…/hook`, or `https://hooks.test:…/hook`. */
  readonly url: string;
  readonly port: number;
  readonly messages: ReceivedMessage[];
  /** From now on. */
  answer: Answer;
  /** The `webhook-id`s in the order in which they came first. */
  readonly ids: string[];
  close(): Promise<void>;
}

export const accept: Answer = (response) => void response.writeHead(204).end();

export async function startReceiver({ tls = false, answer = accept } = {}): Promise<WebhookReceiver> {
  const messages: ReceivedMessage[] = [];
  const handle = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const message = {
      headers: request.headers as Record<string, string>,
      body,
      url: request.url!,
      servername: (request.socket as { servername?: string | false }).servername,
    };
    messages.push(message);
    await receiver.answer(response, messages.length, message);
  };
  const server = tls
    ? https.createServer(
        { cert: CERTIFICATE, key: CERTIFICATE_KEY },
        (request, response) => void handle(request, response),
      )
    : http.createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: tls ? `https://hooks.test:${port}/hook` : `http://127.0.0.1:${port}/hook`,
    port,
    messages,
    answer,
    get ids() {
      return [...new Set(messages.map(({ headers }) => headers['webhook-id']!))];
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}

/** Checks a message as a receiver does, and gives what it says; throws when the signature is not by this secret. */
export function verify(secret: string, { body, headers }: ReceivedMessage): any {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}
