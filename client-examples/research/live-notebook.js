// A notebook that is always up to date: a Markdown file with a table and a plot, written anew with each event. It can be
// stopped at any time; started again, it goes on where it was and misses nothing.
//
//   node live-notebook.js [--illustrations] [URL [FOLDER]]
//
// FOLDER gets notebook.md, for any viewer of Markdown that follows a file, and notebook.json, which is what it knows.
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { follow } from '../resume/websocket.js';

const { values, positionals } = parseArgs({ options: { illustrations: { type: 'boolean' } }, allowPositionals: true });
const [url = 'http://localhost:4000', folder = '.'] = positionals;

const EXPERIENCES = `query Experiences($after: String) {
  experiences(first: 100, after: $after) {
    nodes { id title provenance outcome caseStudy { id kind } lessons(first: 100) { nodes { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`;
// All kinds of records: a case or a lesson that changes, changes what is to be told of the experiences beside it.
const EVENTS = `subscription Events($after: String) {
  knowledgeEvents(after: $after) {
    id cursor type occurredAt recordId
    record {
      title
      ... on CaseStudy { kind }
      ... on Experience { id title provenance outcome caseStudy { id kind } lessons(first: 100) { nodes { id } } }
      ... on Lesson { evidence { experience { id } } }
    }
  }
}`;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

let notebook = await readKept();
if (notebook.cursor) await show();
for await (const { event, cursor } of follow({ url, query: EVENTS, cursor: notebook.cursor, signal: stop.signal })) {
  if (event) take(event);
  else notebook = { latest: [], experiences: await readAll() };
  notebook.cursor = cursor;
  await show();
}

/** Brings what is known up to date with what happened. */
function take({ type, occurredAt, recordId, record }) {
  notebook.latest = [{ occurredAt, type, title: record?.title ?? '(taken back)' }, ...notebook.latest].slice(0, 10);
  const { experiences } = notebook;
  if (record?.outcome) experiences[recordId] = record;
  if (!record) delete experiences[recordId];
  const restsOn = new Set(record?.evidence?.map(({ experience }) => experience.id));
  for (const experience of Object.values(experiences)) {
    if (experience.caseStudy?.id === recordId) experience.caseStudy = record && { id: recordId, kind: record.kind };
    const others = experience.lessons.nodes.filter(({ id }) => id !== recordId);
    if (!record || record.evidence) {
      experience.lessons.nodes = restsOn.has(experience.id) ? [...others, { id: recordId }] : others;
    }
  }
}

/** Writes the notebook, and shows it. */
async function show() {
  const text = asMarkdown();
  await write('notebook.md', text);
  // Last: who is stopped in between takes the event once more.
  await write('notebook.json', JSON.stringify(notebook));
  if (process.stdout.isTTY) console.clear();
  console.log(text);
}

function asMarkdown() {
  const shown = Object.values(notebook.experiences).filter(
    ({ provenance }) => values.illustrations || provenance !== 'ILLUSTRATIVE',
  );
  const byKind = {};
  for (const experience of shown) (byKind[experience.caseStudy?.kind ?? 'CASE_TAKEN_BACK'] ??= []).push(experience);
  const rows = Object.entries(byKind).map(([kind, all]) => ({
    kind: kind.toLowerCase().replaceAll('_', ' '),
    counts: ['SUCCESS', 'MIXED', 'FAILURE'].map((wanted) => all.filter(({ outcome }) => outcome === wanted).length),
    lessons: new Set(all.flatMap(({ lessons }) => lessons.nodes.map(({ id }) => id))).size,
    total: all.length,
  }));
  rows.sort((one, other) => other.total - one.total || one.kind.localeCompare(other.kind));
  const widest = Math.max(0, ...rows.map(({ kind }) => kind.length));
  // At most 60 signs in a bar.
  const each = Math.ceil(Math.max(1, ...rows.map(({ total }) => total)) / 60);
  const bar = (counts) => counts.map((count, place) => '█▒░'[place].repeat(Math.round(count / each))).join('');
  return [
    '# How it went, by kind of partnership\n',
    `${shown.length} ${shown.length === 1 ? 'experience' : 'experiences'} at ${url}\n`,
    '| Kind | Success | Mixed | Failure | Lessons |',
    '|---|---|---|---|---|',
    ...rows.map(({ kind, counts, lessons }) => `| ${kind} | ${counts.join(' | ')} | ${lessons} |`),
    '\n```',
    ...rows.map(({ kind, counts }) => `${kind.padStart(widest)}  ${bar(counts)}`),
    `${' '.repeat(widest)}  █ success  ▒ mixed  ░ failure  (one sign: ${each})`,
    '```\n',
    '## What happened last\n',
    ...notebook.latest.map(({ occurredAt, type, title }) => `- ${occurredAt} ${type}: ${title}`),
    '',
  ].join('\n');
}

/** Reads all experiences, page by page. */
async function readAll() {
  const experiences = {};
  for (let after = null, hasNextPage = true; hasNextPage;) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: EXPERIENCES, variables: { after } }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors[0].message);
    for (const experience of data.experiences.nodes) experiences[experience.id] = experience;
    ({ endCursor: after, hasNextPage } = data.experiences.pageInfo);
  }
  return experiences;
}

async function readKept() {
  const text = await readFile(path.join(folder, 'notebook.json'), 'utf8').catch(() => '{}');
  return JSON.parse(text);
}

/** By a rename, which leaves the old one or the new one, and never half of it. */
async function write(name, text) {
  const file = path.join(folder, name);
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
