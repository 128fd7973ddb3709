/** graphql-ws as its documentation has it: each subscriber has an iterator, and graphql-js executes for each by itself. */
import { createServer } from 'node:http';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { answerQuestions } from '../lib/questions.js';

const schema = buildSchema(`
  type Query { ready: Boolean! }
  type Subscription { knowledgeEvents: KnowledgeEvent! }
  type KnowledgeEvent {
    id: ID!
    cursor: String!
    type: String!
    recordId: ID!
    recordKind: String!
    occurredAt: String!
    record: KnowledgeRecord
  }
  type KnowledgeRecord { id: ID!, title: String! }
`);

/** What was published and not taken yet, for one subscriber. */
class Subscriber {
  static all = new Set();
  waiting = [];
  taken = undefined;

  constructor() {
    Subscriber.all.add(this);
  }

  push(value) {
    if (this.taken === undefined) return void this.waiting.push(value);
    this.taken({ done: false, value });
    this.taken = undefined;
  }

  next() {
    if (this.waiting.length > 0) return Promise.resolve({ done: false, value: this.waiting.shift() });
    return new Promise((resolve) => (this.taken = resolve));
  }

  return() {
    Subscriber.all.delete(this);
    this.taken?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const http = createServer((_, response) => response.end());
const sockets = new WebSocketServer({ server: http, path: '/graphql' });
useServer({ schema, roots: { subscription: { knowledgeEvents: () => new Subscriber() } } }, sockets);

let event;
answerQuestions({
  prepare: (next) => {
    event = next;
  },
  publish: () => {
    for (const subscriber of Subscriber.all) subscriber.push({ knowledgeEvents: event });
  },
});

http.listen(Number(process.env.PORT), '127.0.0.1');
