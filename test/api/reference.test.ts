/** The reference at /docs: made from the schema that runs, complete, and without anything loaded from elsewhere. */
import { createHash } from 'node:crypto';
import { buildSchema, type GraphQLSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { deprecations, schemaChanges } from '../../src/reference/schema-changes.js';
import { referenceDocuments } from '../../src/reference/schema-reference.js';
import { VERSION } from '../../src/version.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let schema: GraphQLSchema;
const pages = new Map<string, string>();

beforeAll(async () => {
  server = await startTestServer();
  schema = buildSchema(await (await fetch(`${server.url}/schema.graphql`)).text());
  const paths = ['/docs', '/docs/queries', '/docs/mutations', '/docs/subscriptions', '/docs/changes'];
  for (const name of Object.keys(schema.getTypeMap())) {
    const isRoot = ['Query', 'Mutation', 'Subscription'].includes(name);
    if (!name.startsWith('__') && !isRoot) paths.push(`/docs/types/${name}`);
  }
  for (const path of paths) {
    const response = await fetch(server.url + path);
    expect([path, response.status]).toEqual([path, 200]);
    pages.set(path, await response.text());
  }
});

afterAll(() => server.close());

/** Without what stands in examples. */
const links = (page: string) => [...page.matchAll(/ (?:href|src|action)="([^"]*)"/g)].map(([, address]) => address!);
const unescape = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

it('has links that lead somewhere, to the very field where they name one', () => {
  const broken = [...pages].flatMap(([path, page]) =>
    links(page).flatMap((address) => {
      const [target, fragment] = address.split('#');
      if (/^\/graphiql(\?query=|$)/.test(target!) || target === '/schema.graphql' || /^https?:/.test(target!))
        return [];
      const found = pages.get(target!);
      return found !== undefined && (fragment === undefined || found.includes(` id="${fragment}"`))
        ? []
        : [path, address];
    }),
  );
  expect(broken).toEqual([]);
  expect(links(pages.get('/docs')!).length).toBeGreaterThan(200);
});

it('describes every field, argument and value', () => {
  for (const type of Object.values(schema.getTypeMap())) {
    const page = pages.get(`/docs/types/${type.name}`);
    if (page === undefined) continue;
    const members = 'getFields' in type ? Object.values(type.getFields()) : 'getValues' in type ? type.getValues() : [];
    for (const { name } of members) expect(page, `${type.name}.${name}`).toContain(` id="${name}"`);
  }
  for (const { name, description } of Object.values(schema.getQueryType()!.getFields())) {
    const beginning = description!.split(/[`<&'"*_[\n]/)[0]!.trim();
    expect(pages.get('/docs/queries'), name).toContain(beginning);
  }
});

it.each(['queries', 'mutations', 'subscriptions'])(
  'gives an example of each of the %s that this server takes',
  (kind) => {
    const examples = [...pages.get(`/docs/${kind}`)!.matchAll(/<pre><code>(.*?)<\/code><\/pre>/gs)].map(([, text]) =>
      unescape(text!),
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect([example, validate(schema, parse(example))]).toEqual([example, []]);
  },
);

it('loads and runs nothing, and says so to the browser', async () => {
  for (const [path, page] of pages)
    expect([path, /<(script|img|link|iframe|form)\b/.test(page)]).toEqual([path, false]);
  const { headers } = await fetch(`${server.url}/docs`);
  const style = /<style>(.*)<\/style>/s.exec(pages.get('/docs')!)![1]!;
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers.get('content-security-policy')).toContain(`default-src 'none'; style-src 'sha256-${hash}'; `);
  const again = await fetch(`${server.url}/docs`, { headers: { 'if-none-match': headers.get('etag')! } });
  expect(again.status).toBe(304);
});

it('tells what each release brought', () => {
  const page = pages.get('/docs/changes')!;
  expect([...page.matchAll(/<section id="([^"]+)"/g)].map(([, version]) => version)).toEqual(
    expect.arrayContaining([VERSION, '0.2.0', '0.1.0']),
  );
  expect(page).toContain('<code>Mutation.createWebhookEndpoint</code>');
});

describe('the changes between two schemas', () => {
  const before = buildSchema(`
    type Query { a(x: Int): Int b: String old: Int }
    enum Colour { RED BLUE }`);
  const after = buildSchema(`
    type Query { a(x: Int!, y: Int): Int b: [String] old: Int @deprecated(reason: "Use \`a\` instead. Removed on 2027-06-30.") }
    type New { field: Int }
    enum Colour { RED GREEN }`);

  it('are what was added, removed, changed and deprecated', () => {
    const reason = 'Use `a` instead. Removed on 2027-06-30.';
    expect(schemaChanges(before, after)).toEqual({
      added: ['Query.a(y:)', 'Colour.GREEN', 'New'].sort((a, b) => order(after, a) - order(after, b)),
      removed: ['Colour.BLUE'],
      changed: ['Query.a(x:): Int is now Int!', 'Query.b: String is now [String]'],
      deprecated: [{ coordinate: 'Query.old', reason }],
    });
    expect(deprecations(after)).toEqual([{ coordinate: 'Query.old', reason }]);
    expect(schemaChanges(after, after)).toEqual({ added: [], removed: [], changed: [], deprecated: [] });
  });

  it('stand on the page', async () => {
    const documents = referenceDocuments(after, '9.0.0');
    const changes = documents.find(({ path }) => path === '/docs/changes')!;
    const { body } = await changes.read();
    expect(body).toContain('Use <code>a</code> instead. Removed on 2027-06-30.');
    expect(body).toContain('<section id="9.0.0">');
  });

  function order(schema: GraphQLSchema, coordinate: string): number {
    return Object.keys(schema.getTypeMap()).indexOf(coordinate.split('.')[0]!);
  }
});

it('is the same for the schema as it is built', () => {
  const paths = referenceDocuments(buildGraphqlSchema(), VERSION).map(({ path }) => path);
  expect(paths.sort()).toEqual([...pages.keys()].sort());
});
