/** Exports as they are asked for: one state, a part of it, what changed in it. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import pg from 'pg';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { openKnowledgeBase } from '../../src/knowledge-base.js';
import { EXPORT_FORMATS } from '../../src/modules/exports/export-formats.js';
import { EVERYTHING } from '../../src/modules/exports/export-selection.js';
import { openExportSource } from '../../src/modules/exports/export-source.js';
import { addLargeLessons } from '../helpers/large-lessons.js';
import {
  downloadExport,
  fetchExport,
  readGraphml,
  readJsonLd,
  readLines,
  readTables,
  readTurtle,
} from '../helpers/export-readers.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const FORMATS = [
  ['records.ndjson', 'application/x-ndjson; charset=utf-8'],
  ['tables.zip', 'application/zip'],
  ['records.jsonld', 'application/ld+json; charset=utf-8'],
  ['records.ttl', 'text/turtle; charset=utf-8'],
  ['graph.graphml', 'application/graphml+xml; charset=utf-8'],
] as const;

const IDENTITY = { 'accept-encoding': 'identity' };

let server: TestServer;
let database: pg.Client;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  database = new pg.Client({ connectionString: server.database.url });
  database.on('error', () => undefined);
  await database.connect();
}, 60_000);
afterAll(async () => {
  await database.end();
  await server.close();
});

const lines = async (parameters = '', from = server) =>
  readLines(await downloadExport(from.url, 'records.ndjson', parameters));
const cursor = async () => {
  const { headers } = await fetch(`${server.url}/export/records.ndjson`, { method: 'HEAD' });
  return headers.get('knowledge-cursor')!;
};
const idsSince = async (since: string, more = '') => (await lines(`?since=${since}${more}`)).map(({ id }) => id);
const lesson = async (input: object = {}) => publish(server, await createLesson(server, input));

async function retract({ id, version }: { id: string; version: number }): Promise<void> {
  const { errors } = await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  expect(errors).toEqual([]);
}

async function revise(
  name: 'CaseStudy' | 'Experience' | 'Lesson',
  record: { id: string; version: number },
  input: object,
) {
  const field = `${name[0]!.toLowerCase()}${name.slice(1)}`;
  const selection = `${field} { id version workingCopy { version } }`;
  const payload = await mutate(server, `update${name}`, selection, {
    id: record.id,
    version: record.version,
    ...input,
  });
  expect(payload.errors).toEqual([]);
  const { id, version, workingCopy } = payload[field];
  return publish(server, { id, version: workingCopy?.version ?? version });
}

describe.each(FORMATS)('%s', (name, type) => {
  it('says what it is, of what state, and under which licence', async () => {
    const response = await fetchExport(server.url, name);
    await response.arrayBuffer();
    expect(response.status).toBe(200);
    const { data } = await server.query('{ knowledgeCursor }');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
      'knowledge-cursor': data.knowledgeCursor,
      link: '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
    });
  });

  it('is the same twice, by any of the servers, and in parts', async () => {
    const sibling = await server.sibling({ PUBLIC_URL: server.url });
    try {
      const whole = await fetchExport(server.url, name);
      const bytes = Buffer.from(await whole.arrayBuffer());
      const etag = whole.headers.get('etag')!;
      const other = await fetchExport(sibling.url, name);
      expect(other.headers.get('etag')).toBe(etag);
      expect(Buffer.from(await other.arrayBuffer()).equals(bytes)).toBe(true);
      const middle = bytes.length >> 1;
      const rest = await fetchExport(sibling.url, name, '', { range: `bytes=${middle}-`, 'if-range': etag });
      expect([rest.status, rest.headers.get('content-range')]).toEqual([
        206,
        `bytes ${middle}-${bytes.length - 1}/${bytes.length}`,
      ]);
      expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(middle))).toBe(true);
      const compressed = await fetchExport(server.url, name, '', { 'accept-encoding': 'gzip' });
      expect(compressed.headers.get('content-encoding')).toBe(name === 'tables.zip' ? null : 'gzip');
      expect(Buffer.from(await compressed.arrayBuffer()).equals(bytes)).toBe(true);
    } finally {
      await sibling.close();
    }
  });

  it('is another as soon as anything is another', async () => {
    const etagOf = async (parameters = '') => {
      const { headers } = await fetch(`${server.url}/export/${name}${parameters}`, {
        method: 'HEAD',
        headers: IDENTITY,
      });
      return headers.get('etag')!;
    };
    const first = await etagOf();
    expect(await etagOf()).toBe(first);
    await lesson({ title: `For ${name}` });
    const second = await etagOf();
    expect(second).not.toBe(first);
    // Without a word in the log.
    await database.query(
      `UPDATE organisation o SET version = version + 1, updated_at = now()
       WHERE id = (SELECT max(id::text)::uuid FROM organisation WHERE kind = 'LIBRARY')`,
    );
    const third = await etagOf();
    expect(third).not.toBe(second);
    const changed = await fetchExport(server.url, name, '', { range: 'bytes=100-', 'if-range': second });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, third]);
    await changed.arrayBuffer();
    expect(await etagOf('?kinds=LESSON')).not.toBe(third);
    expect((await fetchExport(server.url, name, '', { 'if-none-match': third })).status).toBe(304);
  });

  it.each([
    [
      '?theme=children',
      400,
      'There is no parameter "theme". There are: kinds, records, organisations, municipalities, recommendations, themes, since.',
    ],
    ['?types=PUBLISHED', 400, 'There is no parameter "types"'],
    ['?kinds=lesson', 400, '"lesson" is none'],
    ['?organisations=DK-775100', 400, 'organisations must name'],
    ['?since=', 400, '`since` is no cursor'],
    ['?since=nothing', 400, '`since` is no cursor'],
    ['?since=a&since=b', 400, 'Give `since` once.'],
    ['?themes=%ff', 400, 'not valid'],
  ])('refuses %s', async (parameters, status, text) => {
    const response = await fetchExport(server.url, name, parameters);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain(text);
  });
});

it('has no other formats and no other methods', async () => {
  expect((await fetchExport(server.url, 'records.csv')).status).toBe(404);
  expect((await fetch(`${server.url}/export/records.ndjson`, { method: 'POST' })).status).toBe(404);
});

it('has the records whose publications the filter of events lets through', async () => {
  const organisation = await libraryId(server);
  const [record] = await lines('?kinds=LESSON');
  const municipality = (await lines('?kinds=CASE_STUDY')).find((one) => one.municipality)?.municipality.code ?? '0751';
  const filters: [string, object][] = [
    ['kinds=LESSON', { kinds: ['LESSON'] }],
    [
      'kinds=CASE_STUDY,EXPERIENCE&themes=children,volunteering',
      { kinds: ['CASE_STUDY', 'EXPERIENCE'], themes: ['children', 'volunteering'] },
    ],
    [`records=${record.id}`, { records: [record.id] }],
    [`organisations=${organisation}`, { organisations: [organisation] }],
    [`municipalities=${municipality}`, { municipalities: [municipality] }],
    ['recommendations=1,2', { recommendations: [1, 2] }],
    ['themes=no-such-theme', { themes: ['no-such-theme'] }],
  ];
  const published = new Set((await lines()).map(({ id }) => id));
  for (const [parameters, filter] of filters) {
    const { data } = await server.query(
      `query ($filter: KnowledgeEventFilter) { knowledgeEvents(first: 1000, filter: $filter) { nodes { recordId } } }`,
      { filter: { types: ['PUBLISHED'], ...filter } },
    );
    const expected = new Set(data.knowledgeEvents.nodes.map(({ recordId }: any) => recordId));
    const ids = (await lines(`?${parameters}`)).map(({ id }) => id);
    expect(ids, parameters).toEqual([...published].filter((id) => expected.has(id)).sort());
    expect(ids.length > 0, parameters).toBe(!parameters.includes('no-such'));
  }
});

describe('what changed since a cursor', () => {
  it('is nothing at first, and then what was published or revised', async () => {
    const before = await cursor();
    expect(await lines(`?since=${before}`)).toEqual([]);
    const published = await lesson({ title: 'New here' });
    expect(await lines(`?since=${before}`)).toMatchObject([
      { id: published.id, title: 'New here', version: published.version },
    ]);
    const later = await cursor();
    await revise('Lesson', published, { title: 'Old here' });
    expect(await lines(`?since=${later}`)).toMatchObject([{ id: published.id, title: 'Old here' }]);
  });

  it('is everything since the start of the log', async () => {
    const epoch = Buffer.from(await cursor(), 'base64url')
      .toString()
      .split('.')[0];
    const start = Buffer.from(`${epoch}.0`).toString('base64url');
    const [all, since] = [await lines(), await lines(`?since=${start}`)];
    expect(since.filter(({ deleted }) => !deleted)).toEqual(all);
  });

  it.each(FORMATS)('has tombstones for what was taken back, and nothing of their texts, as %s', async (name) => {
    const taken = await lesson({ title: `Kanarie ${name}`, slug: undefined, advice: 'canary of the advice' });
    const before = await cursor();
    await retract(taken);
    const parameters = `?since=${before}`;
    const url = `${server.url}/records/${taken.slug}`;
    const bytes = await downloadExport(server.url, name, parameters);
    const [tombstone] = await lines(parameters);
    const { data } = await server.query(
      `query ($filter: KnowledgeEventFilter) { knowledgeEvents(first: 1, filter: $filter) { nodes { occurredAt } } }`,
      { filter: { records: [taken.id], types: ['RETRACTED'] } },
    );
    expect(tombstone).toEqual({
      id: taken.id,
      recordKind: 'LESSON',
      slug: taken.slug,
      url,
      deleted: true,
      retractedAt: expect.any(String),
    });
    const told = Date.parse(data.knowledgeEvents.nodes[0].occurredAt);
    expect(Math.abs(Date.parse(tombstone.retractedAt) - told)).toBeLessThan(10_000);
    const triples = [
      `<${url}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://www.w3.org/ns/activitystreams#Tombstone> .`,
      `<${url}> <https://www.w3.org/ns/activitystreams#deleted> "${tombstone.retractedAt}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .`,
    ].sort();
    if (name === 'tables.zip') {
      const { tables } = await readTables(bytes);
      const { deleted: _, ...row } = tombstone;
      expect([tables['tombstones'], tables['records']]).toEqual([[row], []]);
      expect(JSON.stringify(tables)).not.toContain('canary');
    } else {
      expect(bytes.toString()).not.toContain('canary');
      expect(bytes.toString()).not.toContain('Kanarie');
    }
    if (name === 'records.jsonld') expect(await readJsonLd(bytes)).toEqual(triples);
    if (name === 'records.ttl') expect(readTurtle(bytes)).toEqual(triples);
    if (name === 'graph.graphml') {
      const { recordKind: type, ...node } = tombstone;
      expect(readGraphml(bytes)).toEqual({ nodes: [{ ...node, type }], edges: [] });
    }
    // The next time it is known.
    expect(await lines(`?since=${await cursor()}`)).toEqual([]);
  });

  it('has what names something else that changed, and what it was linked with or used by', async () => {
    const organisationId = await libraryId(server);
    const caseStudy = await publish(server, await createCaseStudy(server));
    const experience = await publish(server, await createExperience(server, caseStudy.id));
    const resting = await lesson({ title: 'It rests on the experience' });
    const linked = await lesson({ title: 'It is linked' });
    const changes: [string, () => Promise<unknown>, string[]][] = [
      [
        'evidence',
        () =>
          mutate(server, 'addEvidence', 'errors { code }', {
            lessonId: resting.id,
            experienceId: experience.id,
            stance: 'SUPPORTS',
          }),
        [experience.id, resting.id],
      ],
      [
        'a link',
        () => mutate(server, 'link', 'link { id }', { fromId: linked.id, toId: caseStudy.id, relation: 'RELATED' }),
        [caseStudy.id, linked.id, experience.id, resting.id],
      ],
      [
        'an adoption',
        () =>
          mutate(server, 'recordAdoption', 'adoption { id }', {
            recordId: linked.id,
            organisationId,
            taken: 'All of it.',
          }),
        [linked.id, caseStudy.id],
      ],
      [
        'a title',
        () => revise('CaseStudy', caseStudy, { title: 'Another title' }),
        [caseStudy.id, experience.id, resting.id, linked.id],
      ],
      ['one that is taken back', async () => retract(experience), [experience.id, resting.id]],
    ];
    for (const [what, change, expected] of changes) {
      const before = await cursor();
      const all = new Map((await lines()).map((document) => [document.id, JSON.stringify(document)]));
      await change();
      const since = await lines(`?since=${before}`);
      expect(new Set(since.map(({ id }) => id)), what).toEqual(new Set(expected));
      // The law: who has the state of before and takes this has the state of now.
      for (const { id, deleted, ...document } of since) {
        if (deleted) all.delete(id);
        else all.set(id, JSON.stringify({ ...document, id }));
      }
      const now = await lines();
      expect([...all.keys()].sort(), what).toEqual(now.map(({ id }) => id));
      for (const document of now) expect(JSON.parse(all.get(document.id)!), what).toEqual(document);
    }
  });

  it('has what names an organisation that was renamed', async () => {
    const { organisation } = await mutate(server, 'createPartner', 'organisation: partner { id version }', {
      name: 'The old name',
      country: 'DK',
      sector: 'PRIVATE',
    });
    const owned = await lesson({ organisationId: organisation.id });
    const party = await publish(
      server,
      await createCaseStudy(server, {
        parties: [{ organisationId: organisation.id, role: 'LEAD', contributions: [] }],
      }),
    );
    await lesson();
    const before = await cursor();
    await mutate(server, 'updatePartner', 'partner { id }', { ...organisation, name: 'The new name' });
    const since = await lines(`?since=${before}`);
    const about = since.filter(({ id }) => [owned.id, party.id].includes(id));
    expect(about).toHaveLength(2);
    expect(JSON.stringify(about)).toContain('The new name');
    expect(JSON.stringify(about)).not.toContain('The old name');
    // For a while it counts as changed, for that may not have been committed in the order of the log.
    await database.query(`UPDATE organisation SET updated_at = now() - interval '11 minutes' WHERE id = $1`, [
      organisation.id,
    ]);
    await lesson();
    expect(await lines(`?since=${await cursor()}`)).toEqual([]);
  });

  it('tells of a filter what is no longer let through by it, and nothing of what never was there', async () => {
    const moved = await lesson({ title: 'Moves away', themes: ['children'] });
    const taken = await lesson({ title: 'Is taken back', themes: ['children'] });
    const before = await cursor();
    await lesson({ title: 'Is new elsewhere', themes: ['volunteering'] });
    const fresh = await lesson({ title: 'Is new here', themes: ['children'] });
    await revise('Lesson', moved, { themes: ['volunteering'] });
    await retract(taken);
    const since = await lines(`?since=${before}&themes=children`);
    expect(since.map(({ id, deleted, retractedAt }) => [id, deleted ?? false, retractedAt ?? null])).toEqual([
      [fresh.id, false, null],
      [moved.id, true, null],
      [taken.id, true, expect.any(String)],
    ]);
    // Of another kind it never was.
    expect(await idsSince(before, '&kinds=CASE_STUDY')).toEqual([]);
    expect(await idsSince(before, `&records=${fresh.id}`)).toEqual([fresh.id]);
  });

  it('knows cursors of its own log alone, and of what is kept of it', async () => {
    const [epoch, position] = Buffer.from(await cursor(), 'base64url')
      .toString()
      .split('.');
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const refusal = async (text: string) => {
      const response = await fetchExport(server.url, 'records.ndjson', `?since=${encode(text)}`);
      return `${response.status} ${await response.text()}`;
    };
    expect(await refusal(`00000000.${position}`)).toMatch(/^400 .*another history/);
    expect(await refusal(`${epoch}.${Number(position) + 1_000}`)).toMatch(/^400 .*another history/);
    await database.query('UPDATE knowledge_log_state SET kept_after = 3');
    try {
      expect(await refusal(`${epoch}.2`)).toMatch(/^410 .*not all kept any more/);
      // Of what is not kept it is not known when it was: all organisations may have changed.
      const kept = await lines(`?since=${encode(`${epoch}.3`)}`);
      expect(kept.length).toBeGreaterThan(10);
    } finally {
      await database.query('UPDATE knowledge_log_state SET kept_after = 0');
    }
  });

  it('has what is committed and not in its place in the log yet', async () => {
    const before = await cursor();
    const { id } = await lesson();
    // As if the process that was to stamp it had died: nothing is stamped while another holds the lock.
    await database.query('BEGIN; SELECT pg_advisory_xact_lock(7301002)');
    await database.query('ROLLBACK');
    expect(await idsSince(before)).toEqual([id]);
  });
});

/** Takes a record back, and renames all organisations. */
async function changeSomething(from: TestServer, client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT id, version FROM record WHERE status = 'PUBLISHED' ORDER BY id DESC LIMIT 1`,
  );
  const retraction = { ...rows[0], reason: 'Gone.' };
  const { record } = await mutate(from, 'retract', 'record { status }', retraction);
  expect(record.status).toBe('RETRACTED');
  await client.query(`UPDATE organisation SET name = name || '!', version = version + 1, updated_at = now()`);
}

/** What a program without a server in front reads from. */
async function openKnowledge({ database: { url } }: TestServer) {
  const { database, log, close } = await openKnowledgeBase(
    readConfig({ DATABASE_URL: url, DATA_DIR: tmpdir(), SEED: 'false' }),
    pino({ level: 'error' }),
  );
  return { database, log, close };
}

describe('one state', () => {
  const LARGE = 700;
  let large: TestServer;
  let client: pg.Client;
  beforeAll(async () => {
    large = await startTestServer();
    client = new pg.Client({ connectionString: large.database.url });
    client.on('error', () => undefined);
    await client.connect();
    await addLargeLessons(client, LARGE, 20_000);
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await large.close();
  });

  /** Asks for an export of which the buffers between hold but the beginning. */
  async function ask(name: string): Promise<IncomingMessage> {
    const asked = request(`${large.url}/export/${name}`, { agent: false });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return response.pause();
  }

  async function rest(response: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Connections of exports that are in their transactions. */
  async function exporting(): Promise<number[]> {
    const { rows } = await client.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_xmin IS NOT NULL
        AND state LIKE 'idle in transaction%' AND query LIKE 'WITH page AS%'`,
    );
    return rows.map(({ pid }) => pid);
  }

  const change = () => changeSomething(large, client);

  it('is what is sent, whatever is written meanwhile, and however slowly it is read', async () => {
    const whole = await downloadExport(large.url, 'records.ndjson');
    // An operator's setting for all others must not end it.
    await client.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 500', current_database()); END $$`,
    );
    const response = await ask('records.ndjson');
    await until(async () => expect(await exporting()).toHaveLength(1));
    await change();
    await until(async () => {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE pid = ANY($1) AND state_change < now() - interval '1 second'`,
        [await exporting()],
      );
      expect(rows).toHaveLength(1);
    });
    expect((await rest(response)).equals(whole)).toBe(true);
    await until(async () => expect(await exporting()).toEqual([]));
    expect((await downloadExport(large.url, 'records.ndjson')).equals(whole)).toBe(false);
  });

  it('is let go of when its reader leaves', async () => {
    const response = await ask('records.ndjson');
    await until(async () => expect(await exporting()).toHaveLength(1));
    response.destroy();
    await until(async () => expect(await exporting()).toEqual([]));
  });

  it('is not ended as if it were whole when the database ends it', async () => {
    const response = await ask('records.ndjson');
    const connection = await until(async () => {
      const [connection] = await exporting();
      expect(connection).toBeDefined();
      return connection!;
    });
    await client.query('SELECT pg_terminate_backend($1)', [connection]);
    const outcome = rest(response).then(
      () => 'whole',
      (error: Error) => error.message,
    );
    expect(await outcome).toBe('aborted');
    // The next is none the worse.
    expect((await downloadExport(large.url, 'records.ndjson')).length).toBeGreaterThan(LARGE * 20_000);
  });
});

describe('one state without a server in front', () => {
  let medium: TestServer;
  let client: pg.Client;
  beforeAll(async () => {
    medium = await startTestServer();
    client = new pg.Client({ connectionString: medium.database.url });
    await client.connect();
    await addLargeLessons(client, 250, 500);
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await medium.close();
  });

  it.each(EXPORT_FORMATS.map((format) => [format.name, format] as const))(
    'is what %s is made of',
    async (name, format) => {
      const { database, log, close } = await openKnowledge(medium);
      const opened = await openExportSource(database, log, {
        base: medium.url,
        selection: EVERYTHING,
        publication: { license: 'https://creativecommons.org/licenses/by/4.0/', publisher: 'Medspil' },
      });
      try {
        const whole = await downloadExport(medium.url, name);
        const parts: Buffer[] = [];
        for await (const part of format.write(opened.records, opened.source)) {
          if (parts.length === 1) await changeSomething(medium, client);
          parts.push(Buffer.from(part));
        }
        expect(Buffer.concat(parts).equals(whole)).toBe(true);
        expect((await downloadExport(medium.url, name)).equals(whole)).toBe(false);
      } finally {
        await opened.close();
        await close();
      }
    },
  );

  it.each(EXPORT_FORMATS.map((format) => [format.name, format] as const))(
    'breaks %s off when it is let go of',
    async (_name, format) => {
      const { database, log, close } = await openKnowledge(medium);
      const opened = await openExportSource(database, log, {
        base: medium.url,
        selection: EVERYTHING,
        publication: { license: 'https://creativecommons.org/licenses/by/4.0/', publisher: 'Medspil' },
      });
      const write = async () => {
        for await (const _part of format.write(opened.records, opened.source)) await opened.close();
      };
      await expect(write()).rejects.toThrow();
      await close();
    },
  );
});
