/** Typed documents, and a `fetch` that answers with their types. All that the other files here have in common. */
import { initGraphQLTada, type TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import type { introspection } from './schema.d.ts';

/** Makes a document out of a text, with the types of its variables and of its result. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    CountryCode: string;
    Currency: string;
    Date: string;
    DateTime: string;
    JSON: object | string | number | boolean | null;
    JSONObject: Record<string, {} | null>;
    Time: string;
    URL: string;
  };
}>();

/** What the server says when it runs an operation not at all, or not to its end. */
export class AskError extends Error {
  /** As `UNAUTHENTICATED`, `FORBIDDEN` or `RATE_LIMITED`; the README of the server lists them. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

const url = process.env.MEDSPIL_URL ?? 'http://localhost:4000';
const key = process.env.MEDSPIL_KEY;

/**
 * Runs a query or mutation.
 *
 * @throws AskError with the first error of the answer
 */
export async function ask<Result, Variables>(
  document: TadaDocumentNode<Result, Variables> & OfSchema<Result>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as Answer<Result>;
  const [error] = errors ?? [];
  if (error) throw new AskError(error.extensions.code, error.message);
  return data;
}

interface Answer<Result> {
  data: Result;
  errors?: { message: string; extensions: { code: string } }[];
}

/** gql.tada gives a field that the schema does not know the type `unknown`: here that does not pass the type check. */
type OfSchema<Result> = UnknownField<Result> extends never ? unknown : { notInTheSchema: UnknownField<Result> };

/** The names of the fields of a result that the schema does not know. */
type UnknownField<Value> = Value extends readonly (infer Entry)[]
  ? UnknownField<Entry>
  : Value extends object
    ? { [Name in keyof Value & string]: unknown extends Value[Name] ? Name : UnknownField<Value[Name]> }[keyof Value &
        string]
    : never;
