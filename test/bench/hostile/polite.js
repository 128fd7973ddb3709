/** A client that does what clients do, at a steady pace, from an address of its own, and measures what it waits for. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [, , origin, key] = process.argv;
const REQUESTS_PER_SECOND = 20;
const PUBLICATIONS_PER_SECOND = 1;
/** What the run is cut into, to tell its beginning from what follows. */
const PART_MILLISECONDS = 10_000;
/** How long it waits for the last event at the end. */
const PATIENCE_MILLISECONDS = 15_000;

const localAddress = '127.0.0.2';
const agent = new Agent({ keepAlive: true, localAddress });

const operations = [
  [
    'query ($first: Int) { caseStudies(first: $first) { nodes { slug title summary organisation { name } } } }',
    { first: 10 },
  ],
  ['{ lessons(first: 5) { nodes { slug title advice confidence { level supporting } } } }'],
  ['{ viewer { role } knowledgeCursor }'],
  [
    'query ($query: String!) { search(query: $query, first: 5) { edges { score node { title } } } }',
    { query: 'harbour reading' },
  ],
];

const heard = new Set();
let library;

process.on('message', async ({ seconds }) => {
  library ??= await start();
  const before = heard.size;
  const waits = [];
  const parts = [];
  let failures = 0;
  let requests = 0;
  const published = [];
  const pending = [];
  const end = performance.now() + seconds * 1000;
  // Sent by the clock and not when the last answer came: a server that stalls is waited for by all who would have come.
  for (let next = performance.now(); next < end; next += 1000 / REQUESTS_PER_SECOND) {
    const wait = next - performance.now();
    if (wait > 0) await delay(wait);
    const [query, variables] = operations[requests % operations.length];
    requests += 1;
    pending.push(
      timed(query, variables).then(
        (milliseconds) => {
          waits.push(milliseconds);
          const part = Math.floor((seconds * 1000 - (end - next)) / PART_MILLISECONDS);
          (parts[part] ??= []).push(milliseconds);
        },
        () => (failures += 1),
      ),
    );
    if (requests % (REQUESTS_PER_SECOND / PUBLICATIONS_PER_SECOND) === 0) {
      pending.push(
        publish().then(
          (id) => published.push(id),
          () => (failures += 1),
        ),
      );
    }
  }
  await Promise.all(pending);
  const patience = performance.now() + PATIENCE_MILLISECONDS;
  while (published.some((id) => !heard.has(id)) && performance.now() < patience) await delay(20);
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
  process.send({
    requests,
    failures,
    p50: at(0.5),
    p99: at(0.99),
    longest: waits.at(-1),
    p99OfParts: parts.map((part) => Math.round(part.sort((a, b) => a - b)[Math.floor(part.length * 0.99)])),
    published: published.length,
    heard: heard.size - before,
    lost: published.filter((id) => !heard.has(id)).length,
  });
});

/** Follows the log, and finds a library to publish for. */
async function start() {
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { localAddress });
      }
    },
    retryAttempts: Infinity,
    lazy: false,
  });
  client.subscribe(
    { query: 'subscription { knowledgeEvents { recordId } }' },
    { next: ({ data }) => heard.add(data.knowledgeEvents.recordId), error: () => {}, complete: () => {} },
  );
  const { data } = await send('{ organisations(first: 1) { nodes { id } } }');
  return data.organisations.nodes[0].id;
}

async function timed(query, variables) {
  const begin = performance.now();
  const { data, errors } = await send(query, variables);
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return performance.now() - begin;
}

/** Writes a lesson and brings it to the public. */
async function publish() {
  const mutate = async (name, type, selection, input) => {
    const { data, errors } = await send(
      `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { message } } }`,
      { input },
    );
    if (errors || data[name].errors.length > 0) throw new Error(JSON.stringify(errors ?? data));
    return data[name];
  };
  const { lesson } = await mutate('createLesson', 'CreateLessonInput', 'lesson { id version }', {
    title: 'Published beside a hostile mix',
    language: 'EN',
    organisationId: library,
    documentation: 'INCOMPLETE',
    advice: 'Keep answering.',
  });
  const { record } = await mutate('submitForReview', 'RecordTransitionInput', 'record { id version }', lesson);
  await mutate('publish', 'RecordTransitionInput', 'record { id }', record);
  return lesson.id;
}

function send(query, variables) {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
      response.on('error', reject);
    });
    sent.end(JSON.stringify({ query, variables }));
  });
}
