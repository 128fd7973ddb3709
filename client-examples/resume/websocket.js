// Follows a subscription over WebSocket, whatever happens to the connection: graphql-ws with what it takes to go on.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { resume } from './resume.js';

const ANSWER_WITHIN = 10_000;

/** A server or proxy that accepts a connection and then says nothing would be waited for as long as it lives. */
class ImpatientWebSocket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { handshakeTimeout: ANSWER_WITHIN });
  }
}

/**
 * @param {object} options  `url` of the server, `key` if there is one, and those of {@link resume}, which says the rest
 * @returns {AsyncGenerator<import('./resume.js').Step>}
 */
export function follow({ url, key, signal, ...subscription }) {
  let unanswered;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: ImpatientWebSocket,
    connectionParams: key && { authorization: `Bearer ${key}` },
    connectionAckWaitTimeout: ANSWER_WITHIN,
    // Its own way of trying again ends after some tries, at close codes that it takes for final, and with every error.
    retryAttempts: 0,
    // A connection may be dead and nobody told us: a ping that is not answered tells.
    keepAlive: ANSWER_WITHIN,
    on: {
      ping: (received) => {
        if (!received) unanswered = setTimeout(() => client.terminate(), ANSWER_WITHIN);
      },
      pong: (received) => received && clearTimeout(unanswered),
      closed: () => clearTimeout(unanswered),
    },
  });
  // Rejects when a connection that is only being made fails meanwhile, which is the same to us.
  signal.addEventListener('abort', () => Promise.resolve(client.dispose()).catch(() => {}));
  return resume({ ...subscription, signal, iterate: (operation) => client.iterate(operation) });
}
