/** Writes and steps of records by somebody in particular, as far as the review goes. */
import { expect } from 'vitest';
import { libraryId, mutate } from './records.js';
import type { GraphqlResponse, TestServer } from './server.js';

/** Sends operations as somebody. */
export type Send = (query: string, variables?: object) => Promise<GraphqlResponse>;

export interface Payload {
  readonly errors: { readonly code: string; readonly message: string; readonly path: string[] | null }[];
  readonly [value: string]: any;
}

const INPUT_TYPES: Readonly<Record<string, string>> = {
  submitForReview: 'RecordTransitionInput!',
  publish: 'RecordTransitionInput!',
};

/** Runs a mutation with an `input` and gives its payload; fails the test on a top-level error. */
export async function write(send: Send, name: string, selection: string, input: object): Promise<Payload> {
  const { data, errors } = await tryWrite(send, name, selection, input);
  expect(errors).toBeUndefined();
  return data[name];
}

/** As {@link write}, with whatever comes back. */
export function tryWrite(send: Send, name: string, selection: string, input: object): Promise<GraphqlResponse> {
  const type = INPUT_TYPES[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
  return send(`mutation ($input: ${type}) { ${name}(input: $input) { ${selection} errors { code message path } } }`, {
    input,
  });
}

export interface Draft {
  readonly id: string;
  readonly slug: string;
  readonly version: number;
}

/** A draft of a lesson that could be published. */
export async function draftLesson(send: Send, organisationId: string, input: object = {}): Promise<Draft> {
  const { lesson, errors } = await write(send, 'createLesson', 'lesson { id slug version }', {
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

/** Takes a step that must succeed, and gives the record's new version. */
export async function step(send: Send, name: string, id: string, version: number, further: object = {}) {
  const { record, errors } = await write(send, name, 'record { version }', { id, version, ...further });
  expect(errors).toEqual([]);
  return record.version as number;
}

/** Changes a lesson, and gives the new version. */
export async function editLesson(send: Send, id: string, version: number, change: object): Promise<number> {
  const { lesson, errors } = await write(send, 'updateLesson', 'lesson { version }', { id, version, ...change });
  expect(errors).toEqual([]);
  return lesson.version;
}

/** Where what a person wrote is published by another, or is not. */
export async function requireSecondPerson(server: TestServer, organisationId: string, required: boolean) {
  const { data } = await server.query('query ($id: ID!) { node(id: $id) { ... on Organisation { version } } }', {
    id: organisationId,
  });
  const payload = await mutate(server, 'updateOrganisationSettings', 'organisation { id }', {
    organisationId,
    version: data.node.version,
    secondPersonRequired: required,
  });
  expect(payload.errors).toEqual([]);
}

/** A key of a system of an organisation, made by one of its managers. */
export async function keyOfSystem(send: Send, organisationId: string, name: string, scopes: readonly string[]) {
  const { secret, errors } = await write(send, 'createApiKey', 'secret', { organisationId, name, scopes });
  expect(errors).toEqual([]);
  return secret as string;
}

export const AARHUS = 'DK-775100';
export const ODENSE = 'DK-746100';

export const libraries = async (server: TestServer) =>
  [await libraryId(server, AARHUS), await libraryId(server, ODENSE)] as const;
