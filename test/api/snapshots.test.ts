/** Dated snapshots: what is in them, how their files are read, and what ends them. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFile } from '../../src/modules/snapshots/snapshot-storage.js';
import { downloadExport, readJsonLd, readLines, readTables, readTurtle, readZip } from '../helpers/export-readers.js';
import { createLesson, mutate, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const FILES = [
  'datapackage.json',
  'graph.graphml',
  'records.jsonld',
  'records.ndjson',
  'records.ttl',
  'snapshot.zip',
  'tables.zip',
];
const FIELDS = `id name state url takenAt cursor recordCount note withdrawnAt removedAt
  files { name url mediaType bytes sha256 }`;

interface Taken {
  readonly name: string;
  readonly url: string;
  readonly recordCount: number;
  readonly files: { name: string; url: string; mediaType: string; bytes: number; sha256: string }[];
}

let server: TestServer;
let database: pg.Client;
const rows = async (text: string, values: unknown[] = []): Promise<any[]> => (await database.query(text, values)).rows;

async function start(options: Parameters<typeof startTestServer>[0]): Promise<void> {
  server = await startTestServer(options);
  database = new pg.Client(server.database.url);
  await database.connect();
}
async function stop(): Promise<void> {
  await database?.end();
  await server?.close();
}

async function take(input: object = {}): Promise<Taken> {
  const { snapshot, errors } = await mutate(server, 'takeSnapshot', `snapshot { ${FIELDS} }`, input);
  expect(errors).toEqual([]);
  expect(snapshot.state).toBe('AVAILABLE');
  return snapshot;
}

async function list(): Promise<any[]> {
  return (await server.query(`{ snapshots(first: 100) { nodes { ${FIELDS} } } }`)).data.snapshots.nodes;
}

const get = (url: string, headers: Record<string, string> = {}, method = 'GET') => fetch(url, { headers, method });
const bytesOf = async (url: string) => Buffer.from(await (await get(url)).arrayBuffer());
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const retract = ({ id, version }: Reference) =>
  mutate(server, 'retract', 'record { status }', { id, version, reason: 'It was wrong.' });

describe('a snapshot', () => {
  let taken: Taken;
  beforeAll(async () => {
    await start({ seed: true });
    // So that files have several parts.
    for (let count = 0; count < 12; count++) {
      const advice = `${count} ${Array.from({ length: 2_000 }, (_, place) => (place * 7919 * (count + 1)) % 10_007).join(' ')}`;
      await publish(server, await createLesson(server, { title: `A long lesson ${count}`, advice, avoid: advice }));
    }
    taken = await take({ note: 'For the <annual> report' });
  }, 60_000);
  afterAll(stop);

  it('has what the exports had at that time, in files of the lengths and with the digests that it tells', async () => {
    expect(taken.files.map(({ name }) => name)).toEqual(FILES);
    expect(taken.name).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const { name, url, bytes, sha256 } of taken.files) {
      const content = await bytesOf(url);
      expect([name, content.length, digestOf(content)]).toEqual([name, bytes, sha256]);
      if (name === 'datapackage.json' || name === 'snapshot.zip') continue;
      expect(content.equals(await downloadExport(server.url, name)), name).toBe(true);
    }
    const lines = readLines(await bytesOf(`${taken.url}/records.ndjson`));
    expect(lines).toHaveLength(taken.recordCount);
  });

  it('comes as one archive with everything in it', async () => {
    const files = await readZip(await bytesOf(`${taken.url}/snapshot.zip`));
    expect([...files.keys()].sort()).toEqual(FILES.filter((name) => name !== 'snapshot.zip'));
    for (const [name, content] of files) {
      expect(digestOf(content), name).toBe(taken.files.find((file) => file.name === name)!.sha256);
    }
  });

  describe('is described by a data package', () => {
    let description: any;
    beforeAll(async () => {
      description = await (await get(`${taken.url}/datapackage.json`)).json();
    });

    it('with licence, citation and the digest of each file', () => {
      expect(description).toMatchObject({
        name: `medspil-${taken.name}`,
        version: taken.name,
        id: taken.url,
        licenses: [{ name: 'CC-BY-4.0', path: 'https://creativecommons.org/licenses/by/4.0/' }],
        contributors: [{ title: 'Medspil', roles: ['publisher'] }],
        description: expect.stringContaining('For the <annual> report'),
        citation: expect.stringMatching(/^Medspil \(\d{4}\): .*, \d+ records\. http/),
      });
      const files = description.resources.filter(({ hash }: any) => hash !== undefined);
      expect(files.map(({ path, bytes, hash }: any) => [path, bytes, hash]).sort()).toEqual(
        taken.files
          .filter(({ name }) => name !== 'datapackage.json' && name !== 'snapshot.zip')
          .map(({ name, bytes, sha256 }) => [name, bytes, `sha256:${sha256}`])
          .sort(),
      );
      expect(description.resources.every(({ name }: any) => /^[a-z0-9._/-]+$/.test(name))).toBe(true);
    });

    it('with each column of each table', async () => {
      const { tables, names } = await readTables(await bytesOf(`${taken.url}/tables.zip`));
      const resources = description.resources.filter(({ type }: any) => type === 'table');
      expect(resources.map(({ innerpath }: any) => innerpath)).toEqual(names.filter((name) => name.endsWith('.csv')));
      for (const { innerpath, schema } of resources) {
        expect(schema.fields.filter((field: any) => !field.description || !field.type)).toEqual([]);
        const row = tables[innerpath.slice(0, -4)]![0];
        if (row !== undefined) expect(Object.keys(row)).toEqual(schema.fields.map(({ name }: any) => name));
      }
    });

    it('with each name in the JSON of a record', async () => {
      const { oneOf } = description.resources.find(({ path }: any) => path === 'records.ndjson').jsonSchema;
      const kinds = new Set<string>();
      for (const document of readLines(await bytesOf(`${taken.url}/records.ndjson`))) {
        const schema = oneOf.find(({ properties }: any) => properties.recordKind.const === document.recordKind);
        expect(strangers(document, schema)).toEqual([]);
        expect(Object.keys(schema.properties).filter((name) => !(name in document))).toEqual([]);
        kinds.add(document.recordKind);
      }
      expect(kinds.size).toBe(3);
      expect(strangers({ id: 'x', news: 1, organisation: { age: 2 } }, oneOf[0])).toEqual(['news', 'organisation.age']);
    });
  });

  it('sends its files so that they can be checked, and not kept for long', async () => {
    const { url, sha256, bytes } = taken.files.find(({ name }) => name === 'records.ndjson')!;
    for (const method of ['GET', 'HEAD']) {
      const response = await get(url, {}, method);
      expect([response.status, Object.fromEntries(response.headers)]).toMatchObject([
        200,
        {
          'content-type': 'application/x-ndjson; charset=utf-8',
          'content-length': String(bytes),
          'accept-ranges': 'bytes',
          etag: `"${sha256}"`,
          'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
          'cache-control': 'public, max-age=60, must-revalidate',
          'content-disposition': 'attachment; filename="records.ndjson"',
        },
      ]);
      expect((await response.arrayBuffer()).byteLength).toBe(method === 'GET' ? bytes : 0);
    }
    expect((await get(url, { 'if-none-match': `"${sha256}"` })).status).toBe(304);
    expect((await get(url, { 'if-match': '"another"' })).status).toBe(412);
  });

  it('sends parts of its files', async () => {
    const { url, sha256, bytes } = taken.files.find(({ name }) => name === 'records.ndjson')!;
    const whole = await bytesOf(url);
    const part = 256 * 1024;
    expect(bytes).toBeGreaterThan(part + 10);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      [`bytes=${part - 1}-${part}`, part - 1, part + 1],
      [`bytes=${part}-`, part, bytes],
      ['bytes=-5', bytes - 5, bytes],
    ] as const) {
      const response = await get(url, { range, 'if-range': `"${sha256}"` });
      expect([response.status, response.headers.get('content-range')]).toEqual([
        206,
        `bytes ${start}-${end - 1}/${bytes}`,
      ]);
      expect(Buffer.from(await response.arrayBuffer()).equals(whole.subarray(start, end))).toBe(true);
    }
    expect((await get(url, { range: 'bytes=5-', 'if-range': '"another"' })).status).toBe(200);
    const beyond = await get(url, { range: `bytes=${bytes}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes}`]);
  });

  it('has a page, and is what "latest" leads to', async () => {
    const page = await get(taken.url, { accept: 'text/html' });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = await page.text();
    expect(text).toContain('For the &lt;annual&gt; report');
    expect(text).toContain(taken.files[0]!.sha256);
    expect((await get(`${server.url}/snapshots/latest/records.ttl`)).url).toBe(`${taken.url}/records.ttl`);
    expect(await (await get(`${server.url}/snapshots`, { accept: 'application/json' })).json()).toMatchObject([
      { name: taken.name, files: taken.files },
    ]);
  });

  it.each(['/snapshots/2001-01-01/records.ttl', '/snapshots/latest/nothing.txt', '/snapshots/2001-01-01'])(
    'is not at %s',
    async (path) => expect((await get(server.url + path)).status).toBe(404),
  );

  it('stands in the catalogue, in both notations alike, beside what there is now', async () => {
    const [turtle, linked] = [
      readTurtle(await bytesOf(`${server.url}/catalog.ttl`)),
      await readJsonLd(
        Buffer.from(
          (await (await get(`${server.url}/catalog.jsonld`)).text()).replace(
            `"${server.url}/ns/context.jsonld"`,
            JSON.stringify(((await (await get(`${server.url}/ns/context.jsonld`)).json()) as any)['@context']),
          ),
        ),
      ),
    ];
    expect(turtle.length).toBeGreaterThan(80);
    expect(linked).toEqual(turtle);
    const all = turtle.join('\n');
    const { url, bytes, sha256 } = taken.files.find(({ name }) => name === 'tables.zip')!;
    for (const fact of [
      `<${server.url}/catalog> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Catalog>`,
      `<${server.url}/catalog> <http://www.w3.org/ns/dcat#dataset> <${taken.url}>`,
      `<${server.url}/catalog> <http://www.w3.org/ns/dcat#dataset> <${server.url}/export>`,
      `<${taken.url}> <http://www.w3.org/ns/dcat#inSeries> <${server.url}/snapshots>`,
      `<${url}#distribution> <http://www.w3.org/ns/dcat#downloadURL> <${url}>`,
      `<${url}#distribution> <http://www.w3.org/ns/dcat#byteSize> "${bytes}"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>`,
      `<${url}#checksum> <http://spdx.org/rdf/terms#checksumValue> "${sha256}"^^<http://www.w3.org/2001/XMLSchema#hexBinary>`,
      `<${server.url}/export/records.ttl#distribution> <http://www.w3.org/ns/dcat#downloadURL> <${server.url}/export/records.ttl>`,
    ]) {
      expect(all).toContain(fact);
    }
    const page = await (await get(`${server.url}/catalog`, { accept: 'text/html' })).text();
    expect(page).toContain(taken.name);
  });

  it('does not change when the knowledge does', async () => {
    await publish(server, await createLesson(server, { title: 'Only in the next one' }));
    const next = await take();
    expect(next.name).toBe(`${taken.name}-2`);
    expect(next.recordCount).toBe(taken.recordCount + 1);
    for (const { url, sha256 } of taken.files) expect(digestOf(await bytesOf(url))).toBe(sha256);
    expect((await list()).map(({ name }) => name)).toEqual([next.name, taken.name]);
  });
});

/** The names in a value that a schema does not describe. */
function strangers(value: any, schema: any, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => strangers(item, schema.items, path)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) => {
    const described = schema.properties?.[name];
    const place = `${path}${path && '.'}${name}`;
    return described?.description === undefined ? [place] : strangers(inside, described, place);
  });
}

describe('what was taken back', () => {
  beforeAll(() => start({ environment: { SNAPSHOTS_KEPT: '2' } }), 60_000);
  afterAll(stop);

  const create = async (title: string) => publish(server, await createLesson(server, { title }));

  it('is not given out from the moment on in which it is, and the other snapshots are', async () => {
    await create('Stays');
    const before = await take();
    const wrong = await create('Taken back');
    const taken = await take();
    const file = taken.files.find(({ name }) => name === 'records.ndjson')!;
    expect((await get(file.url)).status).toBe(200);
    await retract(wrong);
    for (const { url } of taken.files) {
      for (const headers of [{}, { range: 'bytes=0-9' }, { 'if-none-match': `"${file.sha256}"` }]) {
        const gone = await get(url, headers as Record<string, string>);
        expect(gone.status).toBe(410);
        expect(await gone.text()).toMatch(/^The snapshot .* was withdrawn on .*: a record in it was retracted\./);
        expect(gone.headers.get('cache-control')).toBe('no-store');
      }
    }
    expect((await get(`${before.url}/records.ndjson`)).status).toBe(200);
    // What it was stays known.
    const [listed, other] = await list();
    expect(listed).toMatchObject({ name: taken.name, state: 'WITHDRAWN', files: taken.files });
    expect(listed.withdrawnAt).not.toBeNull();
    expect(other).toMatchObject({ name: before.name, state: 'AVAILABLE', withdrawnAt: null });
    const catalog = (await bytesOf(`${server.url}/catalog.ttl`)).toString();
    expect(catalog).toContain(file.sha256);
    expect(catalog).not.toContain(`downloadURL> <${file.url}>`);
    expect((await (await get(`${server.url}/catalog.ttl`)).text()).includes('Taken back')).toBe(false);
    expect((await get(`${server.url}/snapshots/latest/records.ndjson`)).url).toBe(`${before.url}/records.ndjson`);
    // The next one is without it, and with it the content of the old one goes.
    const next = await take();
    expect(readLines(await bytesOf(`${next.url}/records.ndjson`)).map(({ title }) => title)).toEqual(['Stays']);
    await until(async () =>
      expect(
        await rows(`SELECT 1 FROM snapshot_chunk c JOIN snapshot s ON s.id = c.snapshot_id WHERE s.name = $1`, [
          taken.name,
        ]),
      ).toEqual([]),
    );
    expect((await get(file.url)).status).toBe(410);
    expect((await list()).find(({ name }) => name === taken.name)).toMatchObject({ ...listed });
  });

  it('is not read on by who is in the middle of it', async () => {
    const advice = 'x'.repeat(4_900);
    const long: Reference[] = [];
    for (let count = 0; count < 30; count++) {
      const of = { title: `Long ${count}`, advice, avoid: advice, context: advice };
      long.push(await publish(server, await createLesson(server, of)));
    }
    const { files } = await take();
    const file = files.find(({ name }) => name === 'records.ndjson')!;
    expect(file.bytes).toBeGreaterThan(256 * 1024);
    const [{ id }] = await rows('SELECT id FROM snapshot ORDER BY taken_at DESC LIMIT 1');
    const reads = {
      rows: async (statement: any) => rows(statement.text, statement.values),
      row: async (statement: any) => (await rows(statement.text, statement.values))[0],
    };
    const content = readFile(reads, { ...file, snapshotId: id }, { start: 0, end: file.bytes });
    expect((await content.next()).done).toBe(false);
    await retract(long[0]!);
    await expect(content.next()).rejects.toThrow('not given out any more');
  }, 60_000);

  it('is in no snapshot that was being written when it was taken back', async () => {
    const wrong = await create('Retracted meanwhile');
    // The snapshot sees the record; it cannot be whole before the lock is gone.
    await database.query('BEGIN; LOCK TABLE snapshot_file IN EXCLUSIVE MODE');
    const taking = mutate(server, 'takeSnapshot', 'snapshot { name state }', {});
    await until(async () => expect(await rows('SELECT 1 FROM snapshot_chunk')).not.toEqual([]));
    await until(async () => {
      const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'snapshot_file'::regclass`;
      expect(await rows(waiting)).not.toEqual([]);
    });
    await retract(wrong);
    await database.query('COMMIT');
    const { snapshot } = await taking;
    await until(async () => expect((await list())[0]).toMatchObject({ name: snapshot.name, state: 'WITHDRAWN' }));
    expect((await get(`${server.url}/snapshots/${snapshot.name}/records.ndjson`)).status).toBe(410);
  }, 30_000);

  it('makes room: the newest are kept, and of the others is told that they were there', async () => {
    const names = [(await take()).name, (await take()).name, (await take()).name];
    const states = new Map((await list()).map(({ name, state }) => [name, state]));
    expect(names.map((name) => states.get(name))).toEqual(['REMOVED', 'AVAILABLE', 'AVAILABLE']);
    const gone = await get(`${server.url}/snapshots/${names[0]}/tables.zip`);
    expect([gone.status, await gone.text()]).toEqual([410, expect.stringContaining('to make room for newer ones')]);
    expect((await rows('SELECT DISTINCT snapshot_id FROM snapshot_chunk')).length).toBe(2);
  });

  it('leaves nothing of one that was begun and not finished', async () => {
    await database.query(`
      INSERT INTO snapshot (id, name, taken_at, cursor, record_count, license, publisher, version)
        VALUES ('01a206a9-1148-7170-b80b-184ec2d6df2f', '2020-02-02', now(), 'x', 1, 'x', 'x', 'x');
      INSERT INTO snapshot_chunk VALUES ('01a206a9-1148-7170-b80b-184ec2d6df2f', 'records.ttl', 0, 'x');
      INSERT INTO snapshot_file VALUES ('01a206a9-1148-7170-b80b-184ec2d6df2f', 'records.ttl', 'x', 1, repeat('a', 64))`);
    expect((await list()).map(({ name }) => name)).not.toContain('2020-02-02');
    for (const path of ['2020-02-02', '2020-02-02/records.ttl', 'latest/records.ttl']) {
      const { status, url } = await get(`${server.url}/snapshots/${path}`);
      expect(path.startsWith('latest') ? url : status).toEqual(
        path.startsWith('latest') ? expect.not.stringContaining('2020-02-02') : 404,
      );
    }
    await take();
    expect(await rows(`SELECT 1 FROM snapshot WHERE name = '2020-02-02'`)).toEqual([]);
    expect(await rows(`SELECT 1 FROM snapshot_chunk WHERE file_name = 'x'`)).toEqual([]);
  });
});

describe('when they are due', () => {
  let siblings: TestServer[] = [];
  beforeAll(() => start({}), 60_000);
  afterAll(async () => {
    for (const sibling of siblings.splice(0)) await sibling.close();
    await stop();
  });

  it('they are taken at the start, by one server of several, and again when that is withdrawn', async () => {
    const lesson = await publish(server, await createLesson(server));
    await publish(server, await createLesson(server, { title: 'Another' }));
    siblings = await Promise.all([1, 2].map(() => server.sibling({ SNAPSHOT_DAYS: '30' })));
    await until(async () => expect(await list()).toHaveLength(1));
    for (const sibling of siblings.splice(0)) await sibling.close();
    // Not due again.
    siblings = [await server.sibling({ SNAPSHOT_DAYS: '30' })];
    await siblings.pop()!.close();
    expect(await list()).toHaveLength(1);
    await retract(lesson);
    siblings = [await server.sibling({ SNAPSHOT_DAYS: '30' })];
    await until(async () => expect((await list()).map(({ state }) => state)).toEqual(['AVAILABLE', 'WITHDRAWN']));
  }, 60_000);

  it('are for the operator to take, one at a time', async () => {
    const asked = await server.query('mutation { takeSnapshot(input: {}) { snapshot { id } } }');
    expect(asked.errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    await database.query('SELECT pg_advisory_lock(7301401)');
    const { snapshot, errors } = await mutate(server, 'takeSnapshot', 'snapshot { id }', {});
    expect([snapshot, errors]).toEqual([null, [expect.objectContaining({ code: 'INVALID_TRANSITION' })]]);
    await database.query('SELECT pg_advisory_unlock(7301401)');
  });
});
