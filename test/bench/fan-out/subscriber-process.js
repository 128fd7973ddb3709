/** Many subscribers in one process. They note when the first and the last of them has an event, and nothing in between. */
import { now } from '../lib/clock.js';
import { LightSocket } from '../lib/light-socket.js';
import { answerQuestions } from '../lib/questions.js';

/** Handshakes under way at a time: fewer than a server's backlog holds. */
const AT_A_TIME = 64;
/** Without a message for so long, those that are missing do not come. */
const PATIENCE_MILLISECONDS = 3000;

const sockets = [];
let expected;
let received = 0;

answerQuestions({
  /** Opens more sockets until there are `count`. */
  connect: async ({ port, query, count }) => {
    const missing = count - sockets.length;
    let begun = 0;
    const openOneByOne = async () => {
      while (begun++ < missing) sockets.push(await open(port, query));
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, openOneByOne));
  },

  /** Each socket is to get one message from now on; with `eventId`, the event of this id. */
  expect: ({ eventId, ownId }) => {
    for (const socket of sockets) socket.messages = 0;
    received = 0;
    expected = { eventId, ownId, lengths: new Set() };
  },

  /** Answers when all have got their message. */
  receipts: async () => {
    await new Promise((resolve, reject) => {
      let before = 0;
      const timer = setInterval(() => {
        if (received === before && received < sockets.length) fail();
        before = received;
      }, PATIENCE_MILLISECONDS);
      const fail = () => reject(new Error(`${received} of ${sockets.length} sockets got their message.`));
      expected.complete = () => {
        clearInterval(timer);
        resolve();
      };
      if (received >= sockets.length) expected.complete();
    });
    const { first, last, lengths } = expected;
    if (sockets.some(({ messages }) => messages !== 1)) throw new Error('Some sockets got two messages, others none.');
    if (lengths.size !== 1) throw new Error(`Messages had ${[...lengths].join(', ')} bytes.`);
    return { first, last, bytes: [...lengths][0] };
  },

  disconnect: () => {
    for (const socket of sockets.splice(0)) socket.close();
  },
});

function open(port, query) {
  return LightSocket.open({
    port,
    payload: { query },
    onMessage: receive,
    onLost: (error) => {
      throw error;
    },
  });
}

function receive(socket, bytes, start, end) {
  received += 1;
  socket.messages += 1;
  if (received === 1) expected.first = now();
  expected.lengths.add(end - start);
  if (expected.eventId !== undefined) check(socket, JSON.parse(bytes.toString('utf8', start, end)));
  if (received !== sockets.length) return;
  expected.last = now();
  expected.complete?.();
}

function check(socket, { id, type, payload }) {
  const event = payload?.data?.knowledgeEvents;
  const isOurs = id === socket.id || !expected.ownId;
  if (type !== 'next' || !isOurs || event?.id !== expected.eventId || event.record === null) {
    throw new Error(`A socket got ${JSON.stringify({ id, type, payload })}.`);
  }
}
