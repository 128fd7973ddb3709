/** Clients that read the log from its start, or stop reading it. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { now } from '../lib/clock.js';
import { LightSocket } from '../lib/light-socket.js';
import { answerQuestions } from '../lib/questions.js';

const EVENT = Buffer.from('"knowledgeEvents":{"id":"');
const ID_LENGTH = 36;

const stalled = [];

answerQuestions({
  /** Reads `count` events as fast as they come; answers with the time it took and a digest of their ids. */
  read: ({ channel, count, ...target }) =>
    new Promise((resolve, reject) => {
      const digest = createHash('sha256');
      let received = 0;
      const begin = now();
      const take = (bytes, start, end) => {
        const found = bytes.indexOf(EVENT, start);
        if (found < 0 || found >= end) return reject(new Error(`Not an event: ${bytes.toString('utf8', start, end)}`));
        const from = found + EVENT.length;
        digest.update(bytes.subarray(from, from + ID_LENGTH));
        received += 1;
        if (received !== count) return;
        resolve({ milliseconds: now() - begin, digest: digest.digest('hex') });
        client.then((opened) => opened.close());
      };
      const client = channels[channel].read(target, take, reject);
      client.catch(reject);
    }),

  /** Opens clients that stop reading when the first events came. */
  stall: async ({ channel, count, ...target }) => {
    for (let opened = 0; opened < count; opened++) stalled.push(await channels[channel].stall(target));
  },

  leave: () => {
    for (const client of stalled.splice(0)) client.close();
  },
});

const channels = {
  websocket: {
    read: ({ port, query, variables }, take, reject) =>
      LightSocket.open({
        port,
        payload: { query, variables },
        onMessage: (_, bytes, start, end) => take(bytes, start, end),
        onLost: reject,
      }),
    stall: ({ port, query, variables }) =>
      new Promise((resolve, reject) => {
        const onMessage = (socket) => {
          resolve(socket);
          return false;
        };
        LightSocket.open({ port, payload: { query, variables }, onMessage, onLost: reject }).catch(reject);
      }),
  },
  sse: {
    read: async (target, take, reject) => {
      const { response, close } = await openStream(target);
      response.on('error', reject);
      let rest = Buffer.alloc(0);
      response.on('data', (chunk) => {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        let start = 0;
        for (let end; (end = bytes.indexOf('\n\n', start)) >= 0; start = end + 2) {
          // Others are comments, which show that the connection lives, or only say where the client stands.
          if (bytes.subarray(start, end).includes('event: ')) take(bytes, start, end);
        }
        rest = bytes.subarray(start);
      });
      return { close };
    },
    // Node reads no more of a response that nobody listens to than its buffers hold.
    stall: (target) => openStream(target),
  },
};

function openStream({ port, query, variables }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const sent = request({ port, host: '127.0.0.1', path: '/graphql/stream', method: 'POST', headers });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const close = () => {
        response.on('error', () => undefined);
        sent.destroy();
      };
      if (response.statusCode === 200) resolve({ response, close });
      else reject(new Error(`/graphql/stream answered with ${response.statusCode}.`));
    });
    sent.end(JSON.stringify({ query, variables }));
  });
}
