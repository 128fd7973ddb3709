/** Documents that the operator has written down, so that clients need only name them. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { isDocument, readDocument } from './read-document.js';

/** Documents by their id: `sha256:` and the SHA-256 of the text in lower-case hexadecimal digits. */
export interface TrustedDocuments {
  readonly documents: ReadonlyMap<string, DocumentNode>;
  /** Whether nothing else is run. */
  readonly only: boolean;
}

/**
 * Reads the documents from a JSON file: an object from each id to its text.
 *
 * @param file `undefined` when there is none
 * @throws Error when the file cannot be read, or an id or a document in it is wrong, or when nothing but the documents of
 *   no file is to be run; the message says what to mend
 */
export async function loadTrustedDocuments(
  schema: GraphQLSchema,
  file: string | undefined,
  only: boolean,
): Promise<TrustedDocuments | undefined> {
  if (file === undefined) {
    if (!only) return undefined;
    throw new Error('TRUSTED_DOCUMENTS_ONLY is true, but TRUSTED_DOCUMENTS names no file of documents.');
  }
  const fail = (what: string) => new Error(`TRUSTED_DOCUMENTS is "${file}", ${what}`);
  const documents = new Map<string, DocumentNode>();
  for (const [id, text] of Object.entries(await readEntries(file, fail))) {
    if (typeof text !== 'string') throw fail(`in which "${id}" is no text: write the document as a string.`);
    const expected = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    if (id !== expected) throw fail(`in which "${id}" is not the id of its document, which is "${expected}".`);
    const document = readDocument(schema, text);
    if (!isDocument(document)) throw fail(`in which the document "${id}" cannot be run: ${document[0]!.message}`);
    documents.set(id, document);
  }
  return { documents, only };
}

async function readEntries(file: string, fail: (what: string) => Error): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fail(`which cannot be read: ${(error as Error).message}.`);
  }
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw fail(`which is no JSON: ${(error as Error).message}.`);
  }
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) {
    throw fail('which holds no object from ids (sha256:...) to documents.');
  }
  return entries as Record<string, unknown>;
}
