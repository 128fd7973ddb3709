/** Somebody who keeps publishing while servers come and go, and remembers what was acknowledged. */
import type { GraphqlResponse } from './server.js';
import { ask } from './server-process.js';

const SHARE = 'errors { code message }';
const CREATE = `mutation ($input: CreateLessonInput!) { createLesson(input: $input) { lesson { id version } ${SHARE} } }`;
const SUBMIT = `mutation ($input: RecordTransitionInput!) { submitForReview(input: $input) { record { id version } ${SHARE} } }`;
const PUBLISH = `mutation ($input: RecordTransitionInput!) { publish(input: $input) { record { id version } ${SHARE} } }`;

interface Reference {
  readonly id: string;
  readonly version: number;
}

export interface Publisher {
  /** Ids of the lessons whose publication was answered, in the order of the answers. */
  readonly acknowledged: readonly string[];
  /** Attempts that failed; whether those published anything nobody knows. */
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

/** Writes a lesson and publishes it; its id once that is acknowledged. */
export async function publishLesson(url: string, key: string, title: string): Promise<string> {
  const { data, errors } = await ask(url, '{ library(isil: "DK-775100") { id } }', {}, key);
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  const content = { title, language: 'EN', context: 'While servers are restarted.', advice: 'Go on.' };
  let lesson = await write(url, key, CREATE, { ...content, organisationId: data.library.id });
  for (const step of [SUBMIT, PUBLISH]) lesson = await write(url, key, step, lesson);
  return lesson.id;
}

/** Publishes one lesson after the other, each by the next of these servers, until it is stopped. */
export function keepPublishing(urls: readonly string[], key: string): Publisher {
  const acknowledged: string[] = [];
  const failures: unknown[] = [];
  let stopped = false;
  const run = async () => {
    for (let count = 0; !stopped; count++) {
      try {
        acknowledged.push(await publishLesson(urls[count % urls.length]!, key, `Lesson ${count} of a long day`));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const ended = run();
  return {
    acknowledged,
    failures,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

async function write(url: string, key: string, mutation: string, input: object): Promise<Reference> {
  const { data, errors }: GraphqlResponse = await ask(url, mutation, { input }, key);
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  const { errors: refusals, ...made } = Object.values(data)[0] as { errors: { message: string }[] };
  if (refusals.length > 0) throw new Error(refusals.map(({ message }) => message).join('; '));
  return Object.values(made)[0] as Reference;
}
