/** From `publish` to its receipt: 100 subscribers, publications by the clock. */
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from '../lib/clock.js';
import { startAnswering } from '../lib/questions.js';

const SUBSCRIBERS = 100;
/** Publications a second: of a quiet server, and of a busy one. */
const RATES = [1, 50];
const WARM_UP_SECONDS = 5;
/** Drafts made at a time. */
const AT_A_TIME = 8;
const PATIENCE_MILLISECONDS = 10_000;

const subscription = `subscription {
  knowledgeEvents { id cursor type recordId recordKind occurredAt record { id title } }
}`;

/**
 * @returns for each rate: milliseconds from just before the mutation is sent to each receipt and to its answer, and the
 *   server's share of one processor
 */
export async function measureLatency({ server, organisationId, seconds, log }) {
  const listeners = startAnswering(fileURLToPath(new URL('listener-process.js', import.meta.url)));
  try {
    await listeners.ask('connect', { port: server.port, query: subscription, count: SUBSCRIBERS });
    const course = { server, organisationId, listeners };
    await publishAtRate({ ...course, rate: RATES.at(-1), seconds: WARM_UP_SECONDS });
    const figures = [];
    for (const rate of RATES) {
      log(`${rate} publications a second`);
      figures.push(await publishAtRate({ ...course, rate, seconds }));
    }
    await listeners.ask('disconnect');
    return figures;
  } finally {
    listeners.stop();
  }
}

async function publishAtRate({ server, organisationId, listeners, rate, seconds }) {
  const drafts = await makeDrafts(server, organisationId, rate * seconds);
  const { cpu } = await server.atRest();
  const begin = now();
  const sent = new Map();
  const answers = await Promise.all(
    drafts.map(async (draft, index) => {
      // By the clock and not when the last answer came: all wait for a server that stalls.
      await delay((index * 1000) / rate);
      const at = now();
      sent.set(draft.id, at);
      await mutate(server, 'publish', 'RecordTransitionInput', 'record { id }', draft);
      return now() - at;
    }),
  );
  const elapsed = now() - begin;
  const after = await server.usage();
  const waits = await allReceipts(listeners, sent);
  return {
    rate,
    publications: drafts.length,
    receipts: quantiles(waits),
    answers: quantiles(answers),
    processorShare: (after.cpu - cpu) / elapsed,
  };
}

/** @throws Error when a subscriber misses one of the publications, or has one twice */
async function allReceipts(listeners, sent) {
  const heard = {};
  const waits = [];
  for (const deadline = now() + PATIENCE_MILLISECONDS; waits.length < sent.size * SUBSCRIBERS;) {
    for (const [recordId, times] of Object.entries(await listeners.ask('heard'))) {
      (heard[recordId] ??= []).push(...times);
      for (const time of times) waits.push(time - sent.get(recordId));
    }
    if (now() > deadline) break;
    await delay(50);
  }
  for (const recordId of sent.keys()) {
    const count = heard[recordId]?.length ?? 0;
    if (count !== SUBSCRIBERS) throw new Error(`${count} of ${SUBSCRIBERS} subscribers heard of ${recordId}.`);
  }
  return waits;
}

/** Lessons that only wait for `publish`. */
async function makeDrafts(server, organisationId, count) {
  const drafts = [];
  let begun = 0;
  const makeOneByOne = async () => {
    while (begun++ < count) {
      const { lesson } = await mutate(server, 'createLesson', 'CreateLessonInput', 'lesson { id version }', {
        title: 'Publish by the clock',
        language: 'EN',
        organisationId,
        documentation: 'INCOMPLETE',
        advice: 'Tell it at once.',
      });
      const selection = 'record { id version }';
      drafts.push((await mutate(server, 'submitForReview', 'RecordTransitionInput', selection, lesson)).record);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, makeOneByOne));
  return drafts;
}

async function mutate(server, name, type, selection, input) {
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} errors { message } } }`;
  const { [name]: payload } = await server.query(document, { input });
  if (payload.errors.length > 0) throw new Error(`${name} was refused: ${JSON.stringify(payload.errors)}`);
  return payload;
}

function quantiles(values) {
  values.sort((a, b) => a - b);
  const at = (share) => values[Math.min(values.length - 1, Math.floor(values.length * share))];
  return { p50: at(0.5), p99: at(0.99), longest: values.at(-1) };
}
