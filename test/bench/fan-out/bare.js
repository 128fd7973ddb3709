/** The floor: one buffer, made before, sent to each socket. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { answerQuestions } from '../lib/questions.js';

const http = createServer((_, response) => response.end());
const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'graphql-transport-ws' });
let message;

sockets.on('connection', (socket) => {
  // Of the protocol only what lets the same clients come.
  socket.once('message', () => socket.send('{"type":"connection_ack"}'));
});

answerQuestions({
  prepare: (event) => {
    const id = '00000000-0000-4000-8000-000000000000';
    message = Buffer.from(JSON.stringify({ id, type: 'next', payload: { data: { knowledgeEvents: event } } }));
  },
  publish: () => {
    for (const socket of sockets.clients) socket.send(message, { binary: false });
  },
});

http.listen(Number(process.env.PORT), '127.0.0.1');
