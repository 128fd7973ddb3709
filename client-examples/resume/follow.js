// Follows what is shared, for ever and without a gap, also when the server or this program was away in between.
//
//   node follow.js [websocket|sse [URL [FILE]]]        FILE keeps the cursor; it is cursor.txt unless given
import { readFile, rename, writeFile } from 'node:fs/promises';

const [transport = 'websocket', url = 'http://localhost:4000', file = 'cursor.txt'] = process.argv.slice(2);
const { follow } = await import(`./${transport}.js`);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const steps = follow({
  url,
  key: process.env.MEDSPIL_KEY,
  query: `subscription ($after: String) {
    knowledgeEvents(after: $after) { id cursor type recordKind record { title } organisation { name } }
  }`,
  cursor: await readKept(),
  signal: stop.signal,
  onCut: ({ message }, milliseconds) => console.log(`cut: ${message}; again in ${Math.round(milliseconds)} ms`),
});

for await (const { event, cursor, lost } of steps) {
  if (event) console.log(`${event.type} ${event.recordKind}: ${event.record?.title ?? '(taken back)'}`);
  else console.log(`${lost ? `${lost.message} ` : ''}Read anew: ${await readRecords()} records`);
  // Not before it is done with: who is stopped in between hears of it once more, and knows it by its id.
  await keep(cursor);
}
console.log('stopped');

/** Where a real program reads, page by page, all that it has a copy of. */
async function readRecords() {
  const query = '{ caseStudies { totalCount } experiences { totalCount } lessons { totalCount } }';
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map((error) => `${error.extensions.code}: ${error.message}`).join('\n'));
  return Object.values(data).reduce((sum, { totalCount }) => sum + totalCount, 0);
}

async function readKept() {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return null;
  }
}

/** By a rename, which leaves the old one or the new one, and never half of it. */
async function keep(cursor) {
  await writeFile(`${file}.new`, cursor);
  await rename(`${file}.new`, file);
}
