/** Records at their persistent addresses, in every format. */
import type { Sql } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findRecord } from '../../src/modules/linked-data/record-resource.loaders.js';
import type { Reads } from '../../src/platform/database/cancellable-reads.js';
import { fill } from '../helpers/canaries.js';
import { startLogProcess } from '../helpers/log-process.js';
import {
  createCaseStudy,
  createExperience,
  createLesson,
  mutate,
  publish,
  type Reference,
} from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

const TYPES = {
  html: 'text/html',
  jsonld: 'application/ld+json',
  ttl: 'text/turtle',
  json: 'application/json',
  'csl.json': 'application/vnd.citationstyles.csl+json',
  bib: 'application/x-bibtex',
  ris: 'application/x-research-info-systems',
  'datacite.json': 'application/vnd.datacite.datacite+json',
} as const;
const SUFFIXES = Object.keys(TYPES) as (keyof typeof TYPES)[];

let server: TestServer;
let lesson: Reference;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  lesson = await publish(server, await createLesson(server, { title: 'Skriv aftalen ned på Ærø', language: 'DA' }));
});
afterAll(() => server.close());

const addressOf = (name: string) => `${server.url}/records/${name}`;
const get = (address: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(address, { headers, method, redirect: 'manual' });
const typeOf = ({ headers }: Response) => headers.get('content-type')?.split(';')[0];

async function retract({ id, version }: Reference): Promise<void> {
  const { errors } = await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
  expect(errors).toEqual([]);
}

describe('a published record', () => {
  it.each(SUFFIXES)(
    '[RECORD-ADDRESS-TYPES] comes as .%s by its address and by what the client accepts',
    async (suffix) => {
      const address = addressOf(lesson.slug);
      const named = await get(`${address}.${suffix}`);
      expect([named.status, typeOf(named), named.headers.get('vary')]).toEqual([200, TYPES[suffix], null]);
      const negotiated = await get(address, { accept: TYPES[suffix] });
      expect([negotiated.status, typeOf(negotiated)]).toEqual([200, TYPES[suffix]]);
      expect(negotiated.headers.get('vary')).toBe('accept');
      expect(negotiated.headers.get('content-location')).toBe(`${address}.${suffix}`);
      expect(negotiated.headers.get('content-language')).toBe('da');
      expect(negotiated.headers.get('access-control-allow-origin')).toBe('*');
      expect(await negotiated.text()).toBe(await named.text());
    },
  );

  it.each([
    ['*/*', 'text/html'],
    ['', 'text/html'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'text/html'],
    ['application/ld+json, */*;q=0.1', 'application/ld+json'],
    ['text/html;q=0.4, text/turtle;q=0.9, application/ld+json;q=0.5', 'text/turtle'],
    ['application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', 'application/ld+json'],
    ['application/ld+json;q=0, application/*', 'application/json'],
    ['text/*;q=0.3, text/html;q=0.1', 'text/turtle'],
  ])('is chosen by "%s" as %s', async (accept, expected) => {
    expect(typeOf(await get(addressOf(lesson.slug), { accept }))).toBe(expected);
  });

  it('says what there is to whoever takes nothing of it', async () => {
    const refused = await get(addressOf(lesson.slug), { accept: 'image/png' });
    expect([refused.status, refused.headers.get('vary')]).toEqual([406, 'accept']);
    const text = await refused.text();
    for (const suffix of SUFFIXES) expect(text).toContain(`${TYPES[suffix]} ${addressOf(lesson.slug)}.${suffix}`);
  });

  it('is not sent again to who has it, and has no body for HEAD', async () => {
    for (const suffix of SUFFIXES) {
      const first = await get(`${addressOf(lesson.slug)}.${suffix}`);
      const etag = first.headers.get('etag')!;
      const again = await get(first.url, { 'if-none-match': etag });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('cache-control')).toBe('public, max-age=60, must-revalidate');
      const head = await get(first.url, {}, 'HEAD');
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    }
    const tags = await Promise.all(
      SUFFIXES.map(async (suffix) => (await get(`${addressOf(lesson.slug)}.${suffix}`)).headers.get('etag')),
    );
    expect(new Set(tags).size).toBe(SUFFIXES.length);
  });

  it('is led to by its id, in the same format', async () => {
    for (const suffix of ['', '.ttl', '.csl.json']) {
      const moved = await get(`${addressOf(lesson.id)}${suffix}`);
      expect([moved.status, moved.headers.get('location')]).toEqual([308, `${addressOf(lesson.slug)}${suffix}`]);
    }
  });

  it('has its id for an address where an older record of another kind has its slug', async () => {
    const slug = 'the-same-slug';
    const older = await publish(server, await createCaseStudy(server, { title: 'The older one', slug }));
    const younger = await publish(server, await createLesson(server, { title: 'The younger one', slug }));
    expect(younger.slug).toBe(older.slug);
    const documents = await Promise.all(
      [slug, younger.id].map(async (name) => (await get(`${addressOf(name)}.json`)).json() as Promise<any>),
    );
    expect(documents.map(({ title, url }) => [title, url])).toEqual([
      ['The older one', addressOf(slug)],
      ['The younger one', addressOf(younger.id)],
    ]);
    expect((await get(addressOf(older.id))).headers.get('location')).toBe(addressOf(slug));
    const { data } = await server.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on KnowledgeRecord { url } } }',
      {
        ids: [older.id, younger.id],
      },
    );
    expect(data.nodes.map(({ url }: { url: string }) => url)).toEqual([addressOf(slug), addressOf(younger.id)]);
  });

  it('is the published one while it is edited', async () => {
    const edited = await publish(server, await createLesson(server, { title: 'What is published' }));
    await mutate(server, 'updateLesson', 'lesson { id }', {
      id: edited.id,
      version: edited.version,
      advice: 'An edit in progress.',
    });
    const text = await (await get(`${addressOf(edited.slug)}.json`)).text();
    expect(text).toContain('What is published');
    expect(text).not.toContain('An edit in progress');
  });

  it('tells which versions were published, and which came from which', async () => {
    const first = await publish(server, await createLesson(server, { title: 'Twice published' }));
    const { lesson } = await mutate(server, 'updateLesson', 'lesson { id version }', {
      id: first.id,
      version: first.version,
      advice: 'Better advice.',
    });
    const second = await publish(server, lesson);
    const node = (await (await get(`${addressOf(first.slug)}.jsonld`)).json()) as any;
    const version = (number: number) => `${addressOf(first.slug)}#version-${number}`;
    expect(node.hasVersion).toMatchObject([
      { '@id': version(first.version), version: first.version },
      { '@id': version(second.version), version: second.version, wasRevisionOf: version(first.version) },
    ]);
  });

  it('[RECORD-ADDRESS-STATEMENT] is read by one statement', async () => {
    const log = await startLogProcess(server.database);
    try {
      let statements = 0;
      const rows: Reads['rows'] = (statement) => {
        statements += 1;
        return log.database.rows(statement);
      };
      const reads: Reads = { rows, row: async <Row>(statement: Sql) => (await rows<Row>(statement))[0] };
      const found = await findRecord(reads, 'illustration-kulturhavnen', server.url);
      expect([found?.url, found?.themes.length, statements]).toEqual([addressOf('illustration-kulturhavnen'), 3, 1]);
      expect(await findRecord(reads, 'nothing', server.url)).toBeNull();
      for (const wrong of ['', 'No-Slug', 'a b', '../x', 'a--b', `${lesson.id}x'`]) {
        expect(await findRecord(reads, wrong, server.url)).toBeNull();
      }
      expect(statements).toBe(2);
    } finally {
      await log.stop();
    }
  });
});

describe('what is not published', () => {
  it('is not there, for nobody', async () => {
    const draft = await createLesson(server, { title: 'A draft' });
    const authorization = `Bearer ${ADMIN_KEY}`;
    for (const name of [draft.slug, draft.id, 'nothing-at-all', `${draft.id.slice(0, -1)}0`, 'a/b', '', 'x.y.z']) {
      for (const headers of [{}, { authorization }] as Record<string, string>[]) {
        const answer = await get(addressOf(name), headers);
        expect([name, answer.status, await answer.text()]).toEqual([name, 404, 'There is nothing here.\n']);
      }
    }
    expect((await get(`${addressOf(lesson.slug)}.exe`)).status).toBe(404);
    const { data } = await server.admin(
      'query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { url citation(format: BIBTEX) } } }',
      { id: draft.id },
    );
    expect(data.node).toEqual({ url: addressOf(draft.slug), citation: null });
  });

  it('[RECORD-ADDRESS-GONE] is gone when it was taken back, and nothing of it is told', async () => {
    const canary = 'kanariefugl';
    const taken = await publish(
      server,
      await createLesson(server, { title: `The ${canary} title`, slug: 'taken-back', advice: `${canary} advice` }),
    );
    const before = await get(`${addressOf(taken.slug)}.html`);
    expect(await before.text()).toContain(canary);
    await retract(taken);
    const gone: string[] = [];
    for (const name of [taken.slug, taken.id]) {
      for (const suffix of SUFFIXES) {
        const headers = { 'if-none-match': before.headers.get('etag')! };
        for (const answer of [
          await get(`${addressOf(name)}.${suffix}`, headers),
          await get(addressOf(name), { ...headers, accept: `${TYPES[suffix]}, application/json;q=0.1` }),
        ]) {
          expect(answer.status).toBe(410);
          gone.push(await answer.text(), JSON.stringify([...answer.headers]));
        }
      }
    }
    expect(gone.join('\n')).not.toContain(canary);
    expect(gone.join('\n')).not.toContain('It was wrong');
    const tombstone = { id: taken.id, recordKind: 'LESSON', retractedAt: expect.stringMatching(/^\d{4}-.*Z$/) };
    expect(await (await get(`${addressOf(taken.slug)}.json`)).json()).toEqual({
      ...tombstone,
      slug: taken.slug,
      url: addressOf(taken.slug),
    });
    // The slug is made of the title.
    const byId = await get(addressOf(taken.id), { accept: 'application/json' });
    expect(await byId.json()).toEqual({ ...tombstone, url: addressOf(taken.id) });
    expect(await (await get(`${addressOf(taken.slug)}.ttl`)).text()).toContain('prov:invalidatedAtTime');
    expect(await (await get(addressOf(taken.slug))).text()).toContain('This record was taken back');
  });

  it('is in no answer of what is, in no format', async () => {
    const aviary = await fill(server, 'DK-710100', 500);
    const { record = [], slug = [] } = aviary.ids;
    const answers: string[] = [];
    for (const name of [...record, ...slug]) {
      for (const suffix of SUFFIXES) {
        for (const headers of [{}, { authorization: `Bearer ${ADMIN_KEY}` }] as Record<string, string>[]) {
          const answer = await fetch(`${addressOf(name)}.${suffix}`, { headers });
          const text = (await answer.text()) + JSON.stringify([...answer.headers]);
          // The slug of what was taken back is told to those alone who asked by it.
          answers.push(slug.includes(name) ? text.replaceAll(name, '') : text);
        }
      }
    }
    const bytes = answers.join('\n');
    const told = aviary.canaries.filter(({ text }) => bytes.includes(text));
    expect(told.filter(({ audience }) => audience !== 'everybody').map(({ what }) => what)).toEqual([]);
    expect(told.length).toBeGreaterThan(20);
  });
});

describe('the links of a page (Signposting)', () => {
  it('[RECORD-ADDRESS-SIGNPOSTS] say in the headers and in the head what programs ask for', async () => {
    const response = await get(addressOf('limboland'));
    const url = addressOf('limboland');
    const header = [...response.headers.get('link')!.matchAll(/<([^>]+)>; rel="([^"]+)"(?:; type="([^"]+)")?/g)].map(
      ([, href, rel, type]) => [rel, href, type],
    );
    const page = await response.text();
    const head = [...page.matchAll(/<link rel="([^"]+)" href="([^"]+)"(?: type="([^"]+)")?>/g)].map(
      ([, rel, href, type]) => [rel, href, type],
    );
    expect(head).toEqual(header);
    expect(header).toEqual(
      expect.arrayContaining([
        ['cite-as', url, undefined],
        ['type', 'https://schema.org/AboutPage', undefined],
        ['author', expect.stringMatching(/\/organisations\/[0-9a-f-]{36}$/), undefined],
        ['type', 'https://schema.org/Article', undefined],
        ['license', 'https://creativecommons.org/licenses/by/4.0/', undefined],
        ['describedby', `${url}.jsonld`, 'application/ld+json'],
        ['describedby', `${url}.bib`, 'application/x-bibtex'],
      ]),
    );
    for (const [rel, href, type] of header) {
      if (!href!.startsWith(server.url)) continue;
      const target = await fetch(href!);
      expect([rel, target.status]).toEqual([rel, 200]);
      if (type !== undefined) expect(typeOf(target)).toBe(type);
    }
    const data = await get(`${url}.ttl`);
    expect(data.headers.get('link')).toContain(`<${url}>; rel="describes"; type="text/html"`);
  });
});

describe('GraphQL', () => {
  it('gives the address and the citations that the server gives there', async () => {
    const { data } = await server.query(
      `query ($slug: String!) { lesson(slug: $slug) { url
        CSL_JSON: citation(format: CSL_JSON) BIBTEX: citation(format: BIBTEX) RIS: citation(format: RIS)
        DATACITE_JSON: citation(format: DATACITE_JSON) } }`,
      { slug: lesson.slug },
    );
    const { url, ...citations } = data.lesson;
    expect(url).toBe(addressOf(lesson.slug));
    for (const [format, suffix] of [
      ['CSL_JSON', 'csl.json'],
      ['BIBTEX', 'bib'],
      ['RIS', 'ris'],
      ['DATACITE_JSON', 'datacite.json'],
    ]) {
      expect(await (await get(`${url}.${suffix}`)).text()).toBe(citations[format!]);
    }
  });
});

describe('a server that is set up otherwise', () => {
  it('has its public address, its publisher and its licence in everything', async () => {
    const other = await server.sibling({
      PUBLIC_URL: 'https://medspil.example.org/viden',
      CONTENT_PUBLISHER: 'Bibliotekernes Videnbank',
      CONTENT_LICENSE: 'https://creativecommons.org/publicdomain/zero/1.0/',
      ALLOWED_ORIGINS: 'https://bibliotek.example.org',
    });
    try {
      const url = `https://medspil.example.org/viden/records/${lesson.slug}`;
      for (const suffix of ['html', 'jsonld', 'ttl', 'csl.json', 'bib', 'datacite.json']) {
        const text = await (await get(`${other.url}/records/${lesson.slug}.${suffix}`)).text();
        expect(text).toContain(url);
        expect(text).toContain('Bibliotekernes Videnbank');
        expect(text).not.toContain(other.url);
      }
      const page = await get(`${other.url}/records/${lesson.slug}`, { origin: 'https://bibliotek.example.org' });
      expect(page.headers.get('vary')).toBe('accept, origin');
      expect(page.headers.get('access-control-allow-origin')).toBe('*');
      expect(page.headers.get('link')).toContain('<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"');
      const moved = await get(`${other.url}/records/${lesson.id}`);
      expect(moved.headers.get('location')).toBe(url);
    } finally {
      await other.close();
    }
  });

  it('is paid by whoever asks', async () => {
    const other = await server.sibling({ RATE_LIMIT_ADDRESS: '100/1' });
    try {
      const address = `${other.url}/records/${lesson.slug}.ttl`;
      const statuses: number[] = [];
      while (statuses.length < 12) statuses.push((await get(address)).status);
      // A hundred points pay for five; a server that is busy turns away sooner.
      const answered = statuses.filter((status) => status === 200).length;
      expect(answered).toBeGreaterThan(0);
      expect(answered).toBeLessThan(8);
      expect(statuses.at(-1)).toBe(429);
    } finally {
      await other.close();
    }
  });
});

it('experiences of a case and lessons that rest on an experience are linked to from its page', async () => {
  const caseStudy = await publish(server, await createCaseStudy(server, { title: 'A case with followers' }));
  const experience = await publish(server, await createExperience(server, caseStudy.id, { title: 'It went well' }));
  const draft = await createExperience(server, caseStudy.id, { title: 'Not yet told' });
  await mutate(server, 'addEvidence', 'lesson { id }', {
    lessonId: lesson.id,
    experienceId: experience.id,
    stance: 'SUPPORTS',
  });
  const page = async ({ slug }: Reference) => (await get(`${addressOf(slug)}.html`)).text();
  expect(await page(caseStudy)).toContain(
    `href="${addressOf(experience.slug)}" hreflang="en" lang="en">It went well</a>`,
  );
  expect(await page(caseStudy)).not.toContain(draft.slug);
  expect(await page(experience)).toContain(`href="${addressOf(lesson.slug)}" hreflang="da"`);
  expect(await page(lesson)).toContain(`<a href="${addressOf(experience.slug)}">It went well</a>`);
});
