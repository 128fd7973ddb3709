// Takes what a Medspil server tells by webhooks: checks that it is genuine, handles each event once, and answers.
//
//   WEBHOOK_SECRET=whsec_... node receive-webhooks.js [URL [PORT [FILE]]]
//
// URL is that of Medspil, PORT is 4100 unless given, FILE keeps the ids of what was handled (handled.txt). Medspil sends
// to public https addresses alone: this program stands behind the proxy that has your certificate and bounds bodies.
import { appendFile, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

const [url = 'http://localhost:4000', port = '4100', file = 'handled.txt'] = process.argv.slice(2);
const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const handled = new Set((await readFile(file, 'utf8').catch(() => '')).split('\n'));
let turn = Promise.resolve();

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status).end(),
    (error) => {
      console.error(error);
      // Not a 2xx: Medspil sends it again later, and nothing after it until then.
      response.writeHead(500).end();
    },
  );
});
server.listen(Number(port), () => console.log(`listening on port ${server.address().port}`));

async function receive(request) {
  if (request.method !== 'POST') return 405;
  // As it came: the signature is of these very characters, and not of JSON that was parsed and written again.
  const body = await text(request);
  let message;
  try {
    // Refuses a signature that was not made with the secret, and a message that is older than five minutes: who has
    // listened in once can change nothing, and cannot send it again next week.
    message = webhook.verify(body, request.headers);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    console.log(`refused: ${error.message}`);
    return 401;
  }
  // One after the other: a message may come again while it is still being handled.
  turn = turn.catch(() => {}).then(() => handleOnce(request.headers['webhook-id'], message));
  await turn;
  return 204;
}

async function handleOnce(id, message) {
  if (handled.has(id)) return;
  await handle(message);
  // Not before it is done with: who is stopped in between is told once more.
  handled.add(id);
  await appendFile(file, `${id}\n`);
}

/** A message says what happened and to which record; what the record says now is to be asked for. */
async function handle({ type, data }) {
  if (type === 'ping') return console.log('ping');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'query Record($id: ID!) { node(id: $id) { ... on KnowledgeRecord { title } } }',
      variables: { id: data.recordId },
    }),
  });
  const answer = await response.json();
  if (answer.errors) throw new Error(answer.errors[0].message);
  console.log(`${type}: ${answer.data.node?.title ?? `(taken back: remove ${data.recordId})`}`);
}
