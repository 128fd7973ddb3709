/** Subscribers that note what they hear of, and when. */
import { now } from '../lib/clock.js';
import { LightSocket } from '../lib/light-socket.js';
import { answerQuestions } from '../lib/questions.js';

const RECORD = Buffer.from('"recordId":"');
const ID_LENGTH = 36;

let sockets = [];
/** Times of receipt by the record's id. */
let heard = new Map();

answerQuestions({
  connect: async ({ port, query, count }) => {
    sockets = await Promise.all(Array.from({ length: count }, () => open(port, query)));
  },

  /** What was heard since the last time. */
  heard: () => {
    const answer = Object.fromEntries(heard);
    heard = new Map();
    return answer;
  },

  disconnect: () => {
    for (const socket of sockets) socket.close();
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

function receive(_, bytes, start, end) {
  const at = now();
  const found = bytes.indexOf(RECORD, start);
  if (found < 0 || found >= end) throw new Error(`Not an event: ${bytes.toString('utf8', start, end)}`);
  const from = found + RECORD.length;
  const recordId = bytes.toString('latin1', from, from + ID_LENGTH);
  const times = heard.get(recordId);
  if (times === undefined) heard.set(recordId, [at]);
  else times.push(at);
}
