/** Operations over HTTP by a client that waits for so long and no longer. */
import type { GraphqlResponse } from '../helpers/server.js';

const PATIENCE = 8_000;

export interface Reply extends GraphqlResponse {
  /** All that came. */
  readonly text: string;
}

/** @throws whatever says that nobody knows what became of it */
export async function post(url: string, query: string, variables: object = {}, key?: string): Promise<Reply> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const text = await response.text();
  return { ...(JSON.parse(text) as GraphqlResponse), text };
}
