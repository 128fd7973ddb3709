/** A snapshot, from the wish for it until it is whole. */
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MILLISECONDS = 500;
const TAKE = 'mutation { takeSnapshot(input: {}) { snapshot { name } errors { message } } }';
const NEWEST = '{ snapshots(first: 1) { nodes { name files { bytes } } } }';

/** @returns the bytes of all its files */
export async function takeSnapshot(server) {
  const { snapshot, errors } = (await ask(server, TAKE)).takeSnapshot;
  if (snapshot === null) throw new Error(JSON.stringify(errors));
  for (;;) {
    const [newest] = (await ask(server, NEWEST)).snapshots.nodes;
    if (newest?.name === snapshot.name) return newest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    await delay(POLL_MILLISECONDS);
  }
}

async function ask({ origin, server }, query) {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.environment.ADMIN_API_KEY}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
