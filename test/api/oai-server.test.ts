/** OAI-PMH as HTTP: what it costs, what it refuses, and what is in none of its bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { type Aviary, fill } from '../helpers/canaries.js';
import { hasProjects, importProjects, PROJECTS } from '../helpers/imported-projects.js';
import { fetchSchemaCheck, harvest, textsOf } from '../helpers/oai.js';
import { createLesson, mutate, publish } from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let aviary: Aviary;
beforeAll(async () => {
  server = await startTestServer();
  aviary = await fill(server, 'DK-775100', 0);
}, 120_000);
afterAll(() => server.close());

const get = (query: string, init: RequestInit = {}) => fetch(`${server.url}/oai?${query}`, init);

describe('requests', () => {
  it('of no form that is understood are refused by HTTP', async () => {
    const post = (body: string | Buffer, type = 'application/x-www-form-urlencoded') =>
      fetch(`${server.url}/oai`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array(Buffer.from(body)),
      });
    for (const [expected, response] of [
      [415, post('{"verb":"Identify"}', 'application/json')],
      [413, post(`verb=Identify&x=${'y'.repeat(20_000)}`)],
      [400, post('verb=%E6')],
      [400, post(Buffer.from([0x76, 0xe6]))],
      [400, get('verb=%E6')],
      [200, post('verb=Identify', 'application/x-www-form-urlencoded; charset=utf-8')],
      [200, get('verb=Identify', { method: 'HEAD' })],
      [404, get('verb=Identify', { method: 'DELETE' })],
    ] as const) {
      expect((await response).status).toBe(expected);
    }
  });

  it('with arguments in the address and the form repeat them', async () => {
    const response = await get('verb=Identify', { method: 'POST', body: new URLSearchParams({ verb: 'Identify' }) });
    expect(await response.text()).toContain('code="badVerb"');
  });

  it('are put off with 503 when there were too many', async () => {
    const other = await server.sibling({ RATE_LIMIT_ADDRESS: '1500/1' });
    try {
      const statuses: number[] = [];
      let last!: Response;
      for (let count = 0; count < 4; count++) {
        last = await fetch(`${other.url}/oai?verb=ListRecords&metadataPrefix=oai_dc`);
        statuses.push(last.status);
      }
      expect(statuses[0]).toBe(200);
      expect(statuses.at(-1)).toBe(503);
      expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await other.close();
    }
  });
});

it('no byte is of what is not for everybody', async () => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const texts: string[] = [];
  const queries = ['verb=Identify', 'verb=ListSets', 'verb=ListMetadataFormats'];
  for (const metadataPrefix of ['oai_dc', 'medspil']) {
    const { texts: pages } = await harvest(() => server.url, { metadataPrefix });
    texts.push(...pages);
    queries.push(`verb=ListIdentifiers&metadataPrefix=${metadataPrefix}`);
    for (const id of aviary.ids['record']!) {
      queries.push(`verb=GetRecord&metadataPrefix=${metadataPrefix}&identifier=oai:127.0.0.1:${id}`);
    }
  }
  for (const query of queries) texts.push(await (await get(query, { headers })).text());
  const bytes = texts.join('\n');
  const told = aviary.canaries.filter(({ text }) => bytes.includes(text));
  expect(told.filter(({ audience }) => audience !== 'everybody').map(({ what }) => what)).toEqual([]);
  expect(told.length).toBeGreaterThan(20);
});

it('what was told stays told when the log is trimmed', async () => {
  const one = await publish(server, await createLesson(server));
  const other = await publish(server, await createLesson(server));
  const ends = { fromId: one.id, toId: other.id };
  const { link } = await mutate(server, 'link', 'link { id }', { ...ends, relation: 'RELATED' });
  await mutate(server, 'unlink', 'link { id }', { id: link.id });
  const before = await harvest(() => server.url, { metadataPrefix: 'medspil' });
  const client = new pg.Client(server.database.url);
  await client.connect();
  await client.query('UPDATE knowledge_log_state SET kept_after = last_position');
  await client.query('DELETE FROM knowledge_log');
  await client.end();
  const after = await harvest(() => server.url, { metadataPrefix: 'medspil' });
  expect(after.records).toEqual(before.records);
});

it('the log is read for harvesters before it is trimmed, though nobody harvests', async () => {
  const idle = await startTestServer({ environment: { KNOWLEDGE_LOG_DAYS: '1' } });
  try {
    const client = new pg.Client(idle.database.url);
    await client.connect();
    await publish(idle, await createLesson(idle));
    const position = async () =>
      (await client.query('SELECT h.position = s.last_position AS read FROM harvest_state h, knowledge_log_state s'))
        .rows;
    expect(await position()).toEqual([{ read: false }]);
    const again = await idle.sibling();
    await expect.poll(position).toEqual([{ read: true }]);
    await again.close();
    await client.end();
  } finally {
    await idle.close();
  }
});

it('a domain name is told as the scheme of identifiers wants it', async () => {
  const other = await server.sibling({
    PUBLIC_URL: 'https://medspil.example.org',
    MAIL_FROM: 'Medspil <post@example.org>',
  });
  try {
    const isValid = await fetchSchemaCheck(other.url);
    const text = await (await fetch(`${other.url}/oai?verb=Identify`)).text();
    expect(await isValid([text])).toEqual([]);
    expect(textsOf(text, 'repositoryIdentifier')).toEqual(['medspil.example.org']);
    expect(textsOf(text, 'adminEmail')).toEqual(['post@example.org']);
    expect(textsOf(text, 'baseURL')).toEqual(['https://medspil.example.org/oai']);
  } finally {
    await other.close();
  }
});

it.skipIf(!hasProjects)(
  `all ${PROJECTS} imported projects are harvested, in both formats`,
  { timeout: 600_000 },
  async () => {
    const real = await startTestServer();
    try {
      await importProjects(real);
      const isValid = await fetchSchemaCheck(real.url);
      for (const metadataPrefix of ['oai_dc', 'medspil']) {
        const { records, pages, texts } = await harvest(() => real.url, { metadataPrefix, set: 'provenance:imported' });
        expect(new Set(records.map(({ identifier }) => identifier)).size).toBe(PROJECTS);
        expect(pages.map(({ cursor, size }) => [cursor, size])).toEqual(
          pages.map((_, number) => [100 * number, PROJECTS]),
        );
        expect(await isValid(texts)).toEqual([]);
      }
    } finally {
      await real.close();
    }
  },
);
if (!hasProjects) console.info('The real data set is not harvested: the folder ../shared/data is not there.');
