/** What the same records are had by. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import copyStreams from 'pg-copy-streams';
import { withClient } from '../lib/client.js';
import { watchMemory } from './memory.js';
import { pageThrough } from './pages.js';
import { takeSnapshot } from './snapshot.js';

const FORMATS = ['records.ndjson', 'tables.zip', 'records.jsonld', 'records.ttl', 'graph.graphml'];

/** The columns that an export has of a record, as they lie in their tables. */
const ROWS = `SELECT r.id, r.kind, r.slug, r.published_at, v.version, v.content, v.created_at
  FROM record r JOIN revision v ON v.record_id = r.id AND v.version = r.version WHERE r.status = 'PUBLISHED' ORDER BY r.id`;

export const sources = {
  copy: { label: '`COPY` of the rows', measure: copy },
  ...Object.fromEntries(FORMATS.map((name) => [name, { label: `/export/${name}`, measure: download(name) }])),
  gzip: { label: '/export/records.ndjson, gzip', measure: download('records.ndjson', { 'accept-encoding': 'gzip' }) },
  snapshot: { label: 'a snapshot: all formats, and their archive', measure: snapshot },
  graphql: { label: 'pages of GraphQL', measure: page },
};

/** By a program of its own, without a server between. */
function copy({ databaseUrl, records }) {
  return timed(records, (file) =>
    withClient(databaseUrl, async (client) => {
      const rows = client.query(copyStreams.to(`COPY (${ROWS}) TO STDOUT`));
      const sink = createWriteStream(file);
      await pipeline(rows, sink);
      return { bytes: sink.bytesWritten };
    }),
  );
}

function download(name, headers = {}) {
  return ({ server, records }) =>
    timed(records, async (file) => {
      const memory = watchMemory(server.child.pid);
      const sink = createWriteStream(file);
      await pipeline(await get(`${server.origin}/export/${name}`, headers), sink);
      return { bytes: sink.bytesWritten, memory: memory.stop() };
    });
}

function snapshot({ server, records }) {
  return timed(records, async () => {
    const memory = watchMemory(server.child.pid);
    const bytes = await takeSnapshot(server).finally(memory.stop);
    return { bytes, memory: memory.stop() };
  });
}

async function page({ server, paged }) {
  return timed(paged, async () => ({ bytes: await pageThrough(server, paged) }));
}

async function timed(records, work) {
  const directory = await mkdtemp(join(tmpdir(), 'medspil-bench-export-'));
  try {
    const began = performance.now();
    const { bytes, ...more } = await work(join(directory, 'file'));
    return { records, bytes, seconds: (performance.now() - began) / 1000, ...more };
  } finally {
    await rm(directory, { recursive: true });
  }
}

function get(url, headers) {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new Error(`${url} answered ${response.statusCode}.`));
    })
      .on('error', reject)
      .end();
  });
}
