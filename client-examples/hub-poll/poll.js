// Keeps copies of what is shared by polling, as the websites of Danish libraries poll their hub. To be run by cron.
// Whoever can keep a connection open hears of changes at once instead: see ../resume/follow.js.
//
//   node poll.js URL UUID [FILE]        UUID of an organisation, case study, theme or recommendation; FILE keeps the copies
import { readFile, rename, writeFile } from 'node:fs/promises';

const [url, uuid, file = 'copies.json'] = process.argv.slice(2);

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message }) => message).join(' '));
  return data;
}

const NEW_CONTENT = `query NewContent($uuid: String!, $since: Time) {
  newContent(uuid: $uuid, since: $since) { uuids youngest errors { message } }
}`;
const RECORDS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on KnowledgeRecord { title language version } } }';

const state = JSON.parse(await readFile(file, 'utf8').catch(() => '{ "since": null, "copies": {} }'));
for (;;) {
  const { newContent } = await ask(NEW_CONTENT, { uuid, since: state.since });
  if (newContent.errors.length > 0) throw new Error(newContent.errors.map(({ message }) => message).join(' '));
  for (let start = 0; start < newContent.uuids.length; start += 100) {
    const ids = newContent.uuids.slice(start, start + 100);
    const { nodes } = await ask(RECORDS, { ids });
    // What is null was taken back: a copy of it must not stay.
    nodes.forEach((record, place) => (record ? (state.copies[ids[place]] = record) : delete state.copies[ids[place]]));
  }
  // Only now, when all of it is there: a poll that fails on the way is made again.
  state.since = newContent.youngest;
  await writeFile(`${file}.new`, JSON.stringify(state, null, 2));
  await rename(`${file}.new`, file);
  if (newContent.uuids.length === 0) break;
  console.log(`${newContent.uuids.length} changed, ${Object.keys(state.copies).length} copies`);
}
