/** Writes records through the API, as a client with the admin key would. */
import { expect } from 'vitest';
import type { TestServer } from './server.js';

/** An organisation of the directory that a test may use. */
export async function libraryId(server: TestServer, isil = 'DK-775100'): Promise<string> {
  const { data } = await server.query('query ($isil: String!) { library(isil: $isil) { id } }', { isil });
  return data.library.id;
}

/** Runs a mutation with an `input` and gives its payload; fails the test on a top-level error. */
export async function mutate(server: TestServer, name: string, selection: string, input: object): Promise<any> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const inputType = INPUT_TYPES[name] ?? type;
  const response = await server.admin(
    `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${selection} errors { code message path } } }`,
    { input },
  );
  expect(response.errors).toBeUndefined();
  return response.data[name];
}

const INPUT_TYPES: Record<string, string> = {
  submitForReview: 'RecordTransitionInput',
  publish: 'RecordTransitionInput',
};

export interface Reference {
  id: string;
  slug: string;
  version: number;
}

/** Brings a draft to the public and gives its new version. */
export async function publish(
  server: TestServer,
  { id, version }: { id: string; version: number },
): Promise<Reference> {
  const submitted = await mutate(server, 'submitForReview', 'record { id slug version }', { id, version });
  expect(submitted.errors).toEqual([]);
  const published = await mutate(server, 'publish', 'record { id slug version }', {
    id,
    version: submitted.record.version,
  });
  expect(published.errors).toEqual([]);
  return published.record;
}

export async function createLesson(server: TestServer, input: object = {}): Promise<Reference> {
  const organisationId = await libraryId(server);
  const { lesson, errors } = await mutate(server, 'createLesson', 'lesson { id slug version }', {
    title: 'Agree on the exit before you begin',
    language: 'EN',
    organisationId,
    context: 'Partnerships between a library and an association.',
    advice: 'Write down who takes over what.',
    ...input,
  });
  expect(errors).toEqual([]);
  return lesson;
}

export async function createCaseStudy(server: TestServer, input: object = {}): Promise<Reference> {
  const organisationId = await libraryId(server);
  const { caseStudy, errors } = await mutate(server, 'createCaseStudy', 'caseStudy { id slug version }', {
    title: 'A reading room at the harbour',
    language: 'EN',
    organisationId,
    kind: 'PROJECT',
    scope: 'LOCAL',
    summary: 'A library and a rowing club share a room.',
    documentation: 'INCOMPLETE',
    ...input,
  });
  expect(errors).toEqual([]);
  return caseStudy;
}

export async function createExperience(
  server: TestServer,
  caseStudyId: string,
  input: object = {},
): Promise<Reference> {
  const organisationId = await libraryId(server);
  const { experience, errors } = await mutate(server, 'createExperience', 'experience { id slug version }', {
    title: 'What we lived through at the harbour',
    language: 'EN',
    organisationId,
    caseStudyId,
    purpose: 'To reach people who row.',
    experienced: 'They came, and stayed.',
    challenges: 'Wet floors.',
    barriers: 'Two budgets.',
    gain: 'Four hundred new users.',
    phase: 'RUNNING',
    outcome: 'SUCCESS',
    ...input,
  });
  expect(errors).toEqual([]);
  return experience;
}
