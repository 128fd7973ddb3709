/** The log as Atom and as JSON Feed. */
import { request } from 'node:http';
import fc from 'fast-check';
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapeXml } from '../../src/common/xml.js';
import { writeAtom } from '../../src/modules/feeds/atom.js';
import type { Feed } from '../../src/modules/feeds/feed.js';
import { FeedService } from '../../src/modules/feeds/feed.service.js';
import { excerpt } from '../../src/modules/feeds/feed-wording.js';
import { writeJsonFeed } from '../../src/modules/feeds/json-feed.js';
import { Cancellation } from '../../src/common/cancellation.js';
import { createContext } from '../../src/platform/auth/context.js';
import type { Reads } from '../../src/platform/database/cancellable-reads.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { readAtom, type ReadFeed, readJsonFeed } from '../helpers/feeds.js';
import { type LogProcess, startLogProcess } from '../helpers/log-process.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const FORMATS = [
  { format: 'atom', type: 'application/atom+xml; charset=utf-8', read: readAtom },
  { format: 'json', type: 'application/feed+json; charset=utf-8', read: readJsonFeed },
] as const;

let server: TestServer;
let log: LogProcess;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  log = await startLogProcess(server.database);
});
afterAll(async () => {
  await log.stop();
  await server.close();
});

const addressOf = (format: string, parameters = '', { url } = server) =>
  `${url}/feeds/knowledge.${format}${parameters}`;
const get = (address: string, headers: Record<string, string> = {}) => fetch(address, { headers });

async function readFeed(format: 'atom' | 'json', parameters = '', from = server): Promise<ReadFeed> {
  const response = await get(addressOf(format, parameters, from));
  expect(response.status).toBe(200);
  return FORMATS.find((one) => one.format === format)!.read(await response.text());
}

async function eventIds(filter: object = {}): Promise<string[]> {
  const { data } = await server.query(
    `query ($filter: KnowledgeEventFilter) { knowledgeEvents(first: 1000, filter: $filter) { nodes { id } } }`,
    { filter },
  );
  return data.knowledgeEvents.nodes.map(({ id }: { id: string }) => `urn:uuid:${id}`).reverse();
}

const lesson = async (input: object) => publish(server, await createLesson(server, input));

async function retract({ id, version }: { id: string; version: number }): Promise<void> {
  const { errors } = await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  expect(errors).toEqual([]);
}

describe.each(FORMATS)('the $format feed', ({ format, type, read }) => {
  it('has the events of the log, newest first, in the language of their records', async () => {
    const { id } = await lesson({ title: 'Sig til i tide', language: 'DA', advice: 'Ring i god tid.' });
    const response = await get(addressOf(format));
    expect(response.headers.get('content-type')).toBe(type);
    const { entries, self } = read(await response.text());
    expect(self).toBe(addressOf(format));
    expect(entries.map((entry) => entry.id)).toEqual((await eventIds()).slice(0, 50));
    expect(entries[0]).toMatchObject({ title: 'Udgivet: Sig til i tide', text: 'Ring i god tid.', language: 'da' });
    expect(entries[0]!.labels).toEqual(['Læring']);
    expect(entries[0]!.author).toBe('Aarhus Kommunes Biblioteker');
    expect(decodeURIComponent(entries[0]!.address)).toContain(id);
  });

  it('labels illustrations as such', async () => {
    const { entries } = await readFeed(format, '?kinds=EXPERIENCE');
    const illustrations = entries.filter(({ labels }) => labels.includes('illustration'));
    expect(illustrations.length).toBeGreaterThan(5);
    for (const { title, text } of illustrations) {
      expect(title).toMatch(/illustration/i);
      expect(text).toMatch(/^(An illustration, invented|En illustration, opdigtet)/);
    }
  });

  it('has what a filter lets through, as the API has it', async () => {
    const organisation = await libraryId(server);
    const { data } = await server.query('{ lessons(first: 1) { nodes { id } } themes { slug } }');
    const record = data.lessons.nodes[0].id;
    const [theme] = data.themes;
    for (const [parameters, filter] of [
      ['?kinds=LESSON', { kinds: ['LESSON'] }],
      [
        '?types=PUBLISHED,ADOPTED&kinds=CASE_STUDY&kinds=LESSON',
        { types: ['PUBLISHED', 'ADOPTED'], kinds: ['CASE_STUDY', 'LESSON'] },
      ],
      [`?records=${record}`, { records: [record] }],
      [`?organisations=${organisation}`, { organisations: [organisation] }],
      ['?municipalities=0101,%200751', { municipalities: ['0101', '0751'] }],
      ['?recommendations=1,2,2', { recommendations: [1, 2] }],
      [`?themes=${theme.slug}`, { themes: [theme.slug] }],
      ['?themes=no-such-theme', { themes: ['no-such-theme'] }],
    ] as const) {
      const { entries } = await readFeed(format, parameters);
      expect(
        entries.map(({ id }) => id),
        parameters,
      ).toEqual((await eventIds(filter)).slice(0, 50));
    }
    expect((await readFeed(format, '?themes=no-such-theme')).entries).toEqual([]);
  });

  it('goes on with what is older, to the end', async () => {
    const organisationId = await libraryId(server);
    for (let count = 0; count < 110; count++) await log.publish({ organisationId, themes: ['of-this-test'] });
    const seen: string[] = [];
    let pages = 0;
    for (let address: string | null = addressOf(format, '?themes=of-this-test'); address !== null; pages++) {
      const feed: ReadFeed = read(await (await get(address)).text());
      expect(feed.self).toBe(address);
      seen.push(...feed.entries.map(({ id }) => id));
      address = feed.next;
    }
    const expected = await eventIds({ themes: ['of-this-test'] });
    expect(seen).toEqual(expected);
    expect(pages).toBe(Math.ceil(expected.length / 50));
  });

  it('says nothing of what was taken back but that it was, whatever a reader or a cache has of it', async () => {
    const canary = `canary-of-${format}`;
    const taken = await lesson({ title: `${canary} title`, advice: `${canary} advice`, themes: ['children'] });
    const address = addressOf(format, `?records=${taken.id}&types=PUBLISHED`);
    // HTTP counts seconds, and a change within the same one is never passed over.
    await expect.poll(async () => (await get(address)).headers.get('last-modified')).not.toBeNull();
    const before = await get(address);
    expect(await before.text()).toContain(canary);
    expect(before.headers.get('cache-control')).toBe('public, max-age=60, must-revalidate');
    await retract(taken);
    const conditions: Record<string, string>[] = [
      { 'if-none-match': before.headers.get('etag')! },
      { 'if-modified-since': before.headers.get('last-modified')! },
      { 'if-modified-since': new Date().toUTCString() },
    ];
    for (const headers of conditions) {
      const after = await get(address, headers);
      expect(after.status).toBe(200);
      const text = await after.text();
      expect(text).not.toContain(canary);
      expect(read(text).entries).toMatchObject([
        { title: 'Published: lesson, taken back since', language: 'en', labels: ['Lesson'] },
      ]);
    }
    const { entries } = await readFeed(format, `?records=${taken.id}`);
    expect(entries[0]).toMatchObject({ title: 'Taken back: lesson', text: expect.stringMatching(/Remove it/) });
    expect(JSON.stringify(entries)).not.toContain(canary);
  });

  it('says nothing of drafts', async () => {
    const published = await lesson({ title: 'Open to everybody' });
    const { errors } = await mutate(server, 'updateLesson', 'lesson { id }', {
      id: published.id,
      version: published.version,
      title: 'canary of an edit in progress',
    });
    expect(errors).toEqual([]);
    const text = await (await get(addressOf(format, `?records=${published.id}`))).text();
    expect(text).toContain('Open to everybody');
    expect(text).not.toContain('canary');
  });

  it('shows texts as they are, whatever is in them', async () => {
    const title = `<b>"A" & 'B'</b> ]]> <!-- \u202b\u05d0\u05d1 &amp; 📚👩🏽‍🏫 é`.replace('\u202b', '\u200f');
    const caseStudy = await publish(
      server,
      await createCaseStudy(server, { title, summary: '<script>alert(1)</script>' }),
    );
    const experience = await publish(
      server,
      await createExperience(server, caseStudy.id, { experienced: `a\n\n"b" ${title}` }),
    );
    const { entries } = await readFeed(format, `?records=${caseStudy.id},${experience.id}`);
    const told = entries.map((entry) => [entry.title, entry.text]);
    expect(told).toContainEqual([`Published: ${title.normalize('NFC')}`, '<script>alert(1)</script>']);
    expect(told).toContainEqual([
      'Published: What we lived through at the harbour',
      `a\n\n"b" ${title.normalize('NFC')}`,
    ]);
  });

  it('is not sent again to who has it, and has no body for HEAD', async () => {
    const address = addressOf(format, '?types=PUBLISHED&kinds=CASE_STUDY');
    await expect.poll(async () => (await get(address)).headers.get('last-modified')).not.toBeNull();
    const { headers } = await get(address);
    const [etag, modified] = [headers.get('etag')!, headers.get('last-modified')!];
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const statuses = async (...all: Record<string, string>[]) =>
      Promise.all(all.map(async (some) => (await get(address, some)).status));
    expect(
      await statuses(
        { 'if-none-match': etag },
        { 'if-none-match': `"other", W/${etag}` },
        { 'if-none-match': '*' },
        { 'if-modified-since': modified },
      ),
    ).toEqual([304, 304, 304, 304]);
    expect(
      await statuses(
        { 'if-none-match': '"other"' },
        { 'if-none-match': '"other"', 'if-modified-since': modified },
        { 'if-modified-since': new Date(Date.parse(modified) - 1_000).toUTCString() },
        { 'if-modified-since': 'yesterday' },
      ),
    ).toEqual([200, 200, 200, 200]);
    const known = await get(address, { 'if-none-match': etag });
    expect([known.headers.get('etag'), known.headers.get('last-modified'), await known.text()]).toEqual([
      etag,
      modified,
      '',
    ]);
    const head = await fetch(address, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(500);
    expect((await fetch(address, { method: 'POST' })).status).toBe(404);
  });

  it.each([
    ['?theme=children', 400, 'There is no parameter "theme". There are: kinds,'],
    ['?kinds=lesson', 400, '"lesson" is none'],
    ['?types=', 400, '`types` has an empty value'],
    ['?recommendations=1e0', 400, '"1e0" is none'],
    ['?recommendations=11', 400, 'numbers from 1 to 10'],
    ['?municipalities=101', 400, 'municipalities must name'],
    ['?organisations=DK-775100', 400, 'organisations must name'],
    [
      `?records=${Array.from({ length: 201 }, (_, n) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`)}`,
      400,
      'at most 200',
    ],
    ['?themes=%00', 400, 'themes must name'],
    ['?themes=%ff', 400, 'not valid'],
    ['?before=nothing', 400, '`before` is no cursor'],
    ['?before=a&before=b', 400, 'Give `before` once'],
  ])('refuses %s', async (parameters, status, text) => {
    const response = await get(addressOf(format, parameters));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).toContain(text);
  });

  it('gives addresses of its own, and none that the request names', async () => {
    const { hostname, port } = new URL(server.url);
    const text = await new Promise<string>((resolve, reject) => {
      const path = `/feeds/knowledge.${format}`;
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
      request({ hostname, port, path, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve(body));
      })
        .on('error', reject)
        .end();
    });
    expect(text).toContain(server.url);
    expect(text).not.toContain('evil');
  });

  it('takes the same few statements, however long it is', async () => {
    const organisationId = await libraryId(server);
    const municipality = format === 'atom' ? '0901' : '0902';
    for (let count = 0; count < 60; count++) {
      const municipalities = count === 0 ? [municipality] : [];
      await log.publish({ organisationId, themes: [`many-${count}`], municipalities });
    }
    const count = async (parameters: string) => {
      let statements = 0;
      const rows: Reads['rows'] = (statement) => {
        statements += 1;
        return log.database.rows(statement);
      };
      const reads: Reads = { rows, row: async <Row>(statement: Sql) => (await rows<Row>(statement))[0] };
      const context = createContext(reads, ANONYMOUS, new Cancellation());
      const feed = await new FeedService(log.log).read(context, new URLSearchParams(parameters), '', '/feed');
      return [feed.entries.length, statements];
    };
    // The page, its records, organisations and themes.
    expect(await count(`municipalities=${municipality}`)).toEqual([1, 4]);
    expect(await count('')).toEqual([50, 4]);
  });
});

describe('the feeds of a server that is set up otherwise', () => {
  it('have its public address, and are open to the pages that may read the API', async () => {
    const other = await server.sibling({
      PUBLIC_URL: 'https://medspil.example.org/',
      ALLOWED_ORIGINS: 'https://bibliotek.example.org',
    });
    try {
      const response = await get(addressOf('atom', '', other), { origin: 'https://bibliotek.example.org' });
      expect(response.headers.get('access-control-allow-origin')).toBe('https://bibliotek.example.org');
      expect(response.headers.get('vary')).toBe('origin');
      const feed = readAtom(await response.text());
      expect(feed.self).toBe('https://medspil.example.org/feeds/knowledge.atom');
      expect(feed.entries[0]!.address).toMatch(/^https:\/\/medspil\.example\.org\/records\/[0-9a-f-]{36}$/);
    } finally {
      await other.close();
    }
  });

  it('are paid for by whoever asks', async () => {
    const other = await server.sibling({ RATE_LIMIT_ADDRESS: '400/1' });
    try {
      const asked: Response[] = [];
      let refusal = '';
      // A server that is busy also turns away, and says so.
      while (!refusal.startsWith('You have used up your points')) {
        const response = await get(addressOf('json', '', other));
        asked.push(response);
        refusal = response.status === 429 ? await response.text() : '';
      }
      // Where that takes long, enough comes back meanwhile for one more.
      const answered = asked.filter(({ status }) => status === 200).length;
      expect(answered).toBeGreaterThanOrEqual(2);
      expect(answered).toBeLessThanOrEqual(3);
      expect(Number(asked.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
      // A credential changes nothing: the answer is the same for all.
      expect((await get(addressOf('json', '', other), { authorization: 'Bearer nothing' })).status).toBe(429);
    } finally {
      await other.close();
    }
  });
});

it('the page of the explorer tells where the feeds are', async () => {
  const page = await (await get(`${server.url}/graphiql`)).text();
  for (const { format, type } of FORMATS) {
    const [, href] = new RegExp(
      `rel="alternate"\\s+type="${type.split(';')[0]!.replace('+', '\\+')}"[^>]*href="([^"]+)"`,
    ).exec(page)!;
    expect(new URL(href!, `${server.url}/graphiql`).href).toBe(addressOf(format));
  }
});

describe('what is written', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        '<',
        '>',
        '&',
        '"',
        "'",
        ']]>',
        '&amp;',
        '\u0000',
        '\u001b',
        '\r',
        '\n',
        '\ufffe',
        '\ud800',
        '\u202e',
        '👩🏽‍🏫',
        'א',
      ),
    }),
  );
  const visible = (text: string) =>
    text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd');
  const feedOf = (text: string): Feed => ({
    title: text,
    address: 'https://medspil.example.org/feed?a=1&b=2',
    firstAddress: 'https://medspil.example.org/feed?a=1',
    nextAddress: 'https://medspil.example.org/feed?a=1&c="%3C',
    homeAddress: 'https://medspil.example.org/',
    changedAt: null,
    entries: [
      {
        id: '01a2062a-e93a-7583-bf05-f0b18a6047b3',
        title: `: ${text}`,
        summary: text,
        language: 'da',
        address: 'https://medspil.example.org/records/a?a=1&b=2',
        publishedAt: new Date(0),
        changedAt: new Date(0),
        author: { name: text, url: 'https://example.org/?a&b' },
        categories: [{ term: 'a', label: text }],
      },
    ],
  });

  it('is read back as it was by parsers of either format', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const feed = { ...feedOf(text), nextAddress: 'https://medspil.example.org/feed?a=1&c=%22' };
        const atom = readAtom(writeAtom(feed));
        const [entry] = atom.entries;
        expect(atom.title).toBe(visible(text));
        expect(entry).toMatchObject({ title: `: ${visible(text)}`, text: visible(text), author: visible(text) });
        expect(atom.next).toBe(feed.nextAddress);
        const [item] = readJsonFeed(writeJsonFeed(feed)).entries;
        expect(item).toMatchObject({ title: `: ${text}`, text, author: text, labels: [text] });
      }),
      { numRuns: 500 },
    );
  });

  it('keeps an attribute in its quotes', () => expect(escapeXml('"<&>\u0007')).toBe('&quot;&lt;&amp;&gt;\ufffd'));

  it('cuts long texts between words, and never within a character', () => {
    expect(excerpt('short')).toBe('short');
    expect(excerpt('one two three', 10)).toBe('one two…');
    expect(excerpt(`${'x'.repeat(9)}📚📚`, 10)).toBe(`${'x'.repeat(9)}…`);
    expect(excerpt('x'.repeat(20), 10)).toBe(`${'x'.repeat(10)}…`);
  });
});

// Last, for the beginning of the log is gone from then on.
it('says that what a page asks for is not kept any more', async () => {
  const { data } = await server.query('{ knowledgeEvents(first: 1) { nodes { cursor } } }');
  await log.database.rows(sql`UPDATE knowledge_log_state SET kept_after = last_position`);
  const response = await get(addressOf('atom', `?before=${data.knowledgeEvents.nodes[0].cursor}`));
  expect(response.status).toBe(410);
  expect(await response.text()).toMatch(/not all kept any more/);
});
