/** The linked data of a running server: whoever follows it finds what it says. */
import jsonld from 'jsonld';
import n3, { type Quad } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let urls: string[];
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  const { data } = await server.query(
    `{ caseStudies(first: 100) { nodes { url } } experiences(first: 100) { nodes { url } }
      lessons(first: 100) { nodes { url } } }`,
  );
  urls = Object.values<any>(data).flatMap(({ nodes }) => nodes.map(({ url }: { url: string }) => url));
});
afterAll(() => server.close());

const get = async (address: string, accept = '*/*') => fetch(address, { headers: { accept } });
const textOf = async (address: string, accept?: string) => (await get(address, accept)).text();

const turtleOf = async (address: string): Promise<Quad[]> =>
  new n3.Parser({ format: 'Turtle' }).parse(await textOf(address, 'text/turtle'));

/** As any program reads it: by the context that the file names. */
async function readJsonLd(address: string): Promise<Quad[]> {
  const document = JSON.parse(await textOf(address, 'application/ld+json'));
  const lines = await jsonld.toRDF(document, {
    format: 'application/n-quads',
    safe: true,
    documentLoader: async (url: string) => ({
      contextUrl: null,
      documentUrl: url,
      document: JSON.parse(await textOf(url, 'application/ld+json')),
    }),
  } as object);
  return new n3.Parser({ format: 'N-Quads' }).parse(lines as unknown as string);
}

const sorted = (quads: readonly Quad[]) => quads.map((quad) => JSON.stringify(quad.toJSON())).sort();

const PLACES = [
  '/ns',
  '/themes',
  '/themes/film-and-media',
  '/framework/recommendations',
  '/framework/recommendations/10',
  '/framework/rationales',
  '/framework/rationales/3',
  '/municipalities/0751',
  '/regions/1082',
];

describe('the linked data of the seeded knowledge', () => {
  it('[LINKED-DATA-CONTEXT] is the same by the published context as in Turtle', async () => {
    expect(urls.length).toBeGreaterThan(15);
    for (const address of [...urls, ...PLACES.map((path) => server.url + path)]) {
      const quads = await turtleOf(address);
      expect(quads.length).toBeGreaterThan(2);
      expect(sorted(await readJsonLd(address))).toEqual(sorted(quads));
    }
  }, 120_000);

  it('[LINKED-DATA-CONFORMS] has the shapes that the server publishes', async () => {
    const shapes = new n3.Parser().parse(await textOf(`${server.url}/ns/shapes.ttl`));
    const validator = new SHACLValidator(new n3.Store(shapes) as never);
    const quads = (await Promise.all(urls.map(turtleOf))).flat();
    const report = await validator.validate(new n3.Store(quads) as never);
    expect(report.results.map((result: any) => `${result.focusNode?.value} ${result.path?.value}`)).toEqual([]);
    const wrong = new n3.Store(quads.filter(({ predicate }) => predicate.value !== 'https://schema.org/author'));
    const seen = await validator.validate(wrong as never);
    expect(seen.results).toHaveLength(urls.length);
  }, 60_000);

  it('[LINKED-DATA-FOLLOWED] leads to something, wherever it leads on this server', async () => {
    const quads = (await Promise.all(urls.map(turtleOf))).flat();
    const addresses = new Set(
      quads
        .flatMap(({ subject, predicate, object }) => [subject, predicate, object])
        .filter(({ termType, value }) => termType === 'NamedNode' && value.startsWith(`${server.url}/`))
        .map(({ value }) => value.split('#')[0]!)
        .filter((address) => address !== `${server.url}/`),
    );
    expect(addresses.size).toBeGreaterThan(40);
    for (const address of addresses) {
      const [page, turtle] = await Promise.all([get(address, 'text/html'), get(address, 'text/turtle')]);
      expect([address, page.status, turtle.status]).toEqual([address, 200, 200]);
      const told = new n3.Parser().parse(await turtle.text());
      expect(told.some(({ subject }) => subject.value.split('#')[0] === address)).toBe(true);
    }
    const terms = new Set(
      new n3.Parser().parse(await textOf(`${server.url}/ns.ttl`)).map(({ subject }) => subject.value),
    );
    const used = quads.flatMap(({ predicate, object }) => [predicate.value, object.value]);
    expect(used.filter((term) => term.startsWith(`${server.url}/ns#`) && !terms.has(term))).toEqual([]);
  }, 120_000);
});

describe('the context', () => {
  it('is for every page, for long, and known again', async () => {
    const first = await fetch(`${server.url}/ns/context.jsonld`, { headers: { origin: 'https://anywhere.example' } });
    expect(first.headers.get('content-type')).toBe('application/ld+json; charset=utf-8');
    expect(first.headers.get('access-control-allow-origin')).toBe('*');
    expect(first.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(Object.keys(((await first.json()) as any)['@context']).length).toBeGreaterThan(80);
    const again = await fetch(first.url, { headers: { 'if-none-match': first.headers.get('etag')! } });
    expect(again.status).toBe(304);
  });
});

describe('what records point at', () => {
  it.each(PLACES)('%s has a page, JSON-LD and Turtle', async (path) => {
    const page = await get(server.url + path, 'text/html');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toMatch(/<h1>[^<]+<\/h1>/);
    for (const [suffix, type] of [
      ['jsonld', 'application/ld+json'],
      ['ttl', 'text/turtle'],
    ]) {
      expect((await get(`${server.url}${path}.${suffix}`)).headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    }
  });

  it('has concepts in both languages in a scheme', async () => {
    const scheme = JSON.parse(await textOf(`${server.url}/themes.jsonld`));
    const { data } = await server.query('{ themes { slug } }');
    const addresses = data.themes.map(({ slug }: { slug: string }) => `${server.url}/themes/${slug}`);
    expect([...scheme['@graph'][0].hasTopConcept].sort()).toEqual([...addresses].sort());
    expect(JSON.parse(await textOf(`${server.url}/themes/film-and-media.jsonld`))).toMatchObject({
      '@type': 'Concept',
      prefLabel: { da: 'Film og medier', en: expect.any(String) },
      inScheme: `${server.url}/themes`,
    });
  });

  it('has libraries with their ISIL and partners with their Wikidata item', async () => {
    const { data } = await server.query('{ library(isil: "DK-775100") { id } }');
    expect(JSON.parse(await textOf(`${server.url}/organisations/${data.library.id}.jsonld`))).toMatchObject({
      '@type': ['Organization', 'Library'],
      isil: 'DK-775100',
      location: `${server.url}/municipalities/0751`,
    });
  });

  it.each([
    '/themes/none',
    '/framework/recommendations/11',
    '/framework/recommendations/01',
    '/organisations/none',
    '/organisations/01890000-0000-7000-8000-000000000000',
    '/municipalities/9999',
    '/regions/x',
    '/ns.pdf',
    '/ns/nothing',
  ])('has nothing at %s', async (path) => {
    expect((await get(server.url + path)).status).toBe(404);
  });
});
