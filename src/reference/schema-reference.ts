/** The reference of the schema, made from the schema that the server runs: a page for each type, and what has changed. */
import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, type GraphQLNamedType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { html, type Html } from '../common/html.js';
import { PAGE_HEADERS, writePage } from './page.js';
import { deprecations, schemaChanges } from './schema-changes.js';
import { described, kindOf, typePath, writeOperation, writeType } from './type-page.js';

/** What a page costs whoever asks for it: it is made once. */
const PAGE_POINTS = 5;

interface Release {
  readonly version: string;
  readonly schema: GraphQLSchema;
}

/** @param version of the server: what its schema has more than that of the last release is told under it */
export function referenceDocuments(schema: GraphQLSchema, version: string) {
  const page = (path: string, title: string, content: () => Html) => {
    let body: string | undefined;
    return {
      path,
      points: PAGE_POINTS,
      read: async () => {
        body ??= writePage(title, content());
        return { contentType: 'text/html; charset=utf-8', body, changedAt: null, headers: PAGE_HEADERS };
      },
    };
  };
  return [
    page('/docs', 'GraphQL reference', () => overview(schema, version)),
    page('/docs/queries', 'Queries', () => operations('query', schema.getQueryType()!)),
    page('/docs/mutations', 'Mutations', () => operations('mutation', schema.getMutationType()!)),
    page('/docs/subscriptions', 'Subscriptions', () => operations('subscription', schema.getSubscriptionType()!)),
    page('/docs/changes', 'Changes of the schema', () => changes(schema, version)),
    ...typesOf(schema).map((type) => page(typePath(type.name), type.name, () => writeType(schema, type))),
  ];
}

const KINDS = ['interface', 'object', 'union', 'enum', 'input object', 'scalar'];

function overview(schema: GraphQLSchema, version: string): Html {
  const roots = [
    ['Queries', '/docs/queries', schema.getQueryType()!],
    ['Mutations', '/docs/mutations', schema.getMutationType()!],
    ['Subscriptions', '/docs/subscriptions', schema.getSubscriptionType()!],
  ] as const;
  return html`<p>
      The schema of version ${version}. Send operations to <code>/graphql</code> by HTTP or WebSocket, or to
      <code>/graphql/stream</code> for server-sent events; try them in the <a href="/graphiql">explorer</a>.
    </p>
    ${roots.map(
      ([name, path, type]) =>
        html`<h2>${name}</h2>
          <ul class="names">
            ${Object.values(type.getFields()).map(
              (field) =>
                html`<li>
                  <a href="${path}#${field.name}"><code>${field.name}</code></a>
                </li>`,
            )}
          </ul>`,
    )}
    ${KINDS.map(
      (kind) =>
        html`<h2>${kind[0]!.toUpperCase() + kind.slice(1)} types</h2>
          <ul class="names">
            ${typesOf(schema)
              .filter((type) => kindOf(type) === kind)
              .map(
                ({ name }) =>
                  html`<li>
                    <a href="${typePath(name)}"><code>${name}</code></a>
                  </li>`,
              )}
          </ul>`,
    )}`;
}

const operations = (operation: string, type: GraphQLObjectType): Html =>
  html`${Object.values(type.getFields()).map((field) => writeOperation(operation, field))}`;

function typesOf(schema: GraphQLSchema): GraphQLNamedType[] {
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => !type.name.startsWith('__') && !roots.includes(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function changes(schema: GraphQLSchema, version: string): Html {
  const past = readReleases().filter((release) => release.version !== version);
  const releases = [...past, { version, schema }];
  const deprecated = deprecations(schema);
  return html`<h2>Deprecated now</h2>
    ${
      deprecated.length === 0
        ? html`<p>Nothing. What is deprecated names what to use instead, and the day from which it may be gone.</p>`
        : deprecationList(deprecated)
    }
    ${releases
      .map(
        (release, index) =>
          html`<section id="${release.version}">
            <h2>${release.version}</h2>
            ${changesOf(releases[index - 1], release)}
          </section>`,
      )
      .reverse()}`;
}

function changesOf(before: Release | undefined, { schema }: Release): Html {
  if (before === undefined) return html`<p>The first release.</p>`;
  const { added, removed, changed, deprecated } = schemaChanges(before.schema, schema);
  const list = (title: string, coordinates: readonly string[]) =>
    coordinates.length > 0 &&
    html`<h3>${title}</h3>
      <ul>
        ${coordinates.map((coordinate) => html`<li><code>${coordinate}</code></li>`)}
      </ul>`;
  return html`${list('Removed', removed)}${list('Changed', changed)}
  ${
    deprecated.length > 0 &&
    html`<h3>Deprecated</h3>
      ${deprecationList(deprecated)}`
  }${list('Added', added)}`;
}

const deprecationList = (list: readonly { coordinate: string; reason: string }[]): Html =>
  html`<dl>
    ${list.map(
      ({ coordinate, reason }) =>
        html`<dt><code>${coordinate}</code></dt>
          <dd>${described(reason)}</dd>`,
    )}
  </dl>`;

const RELEASES = new URL('./releases/', import.meta.url);

/** The schemas of the releases, oldest first, as they lie in `releases/`. */
export function readReleases(): Release[] {
  return readdirSync(RELEASES)
    .map((name) => name.replace(/\.graphql$/, ''))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((version) => ({
      version,
      schema: buildSchema(readFileSync(new URL(`${version}.graphql`, RELEASES), 'utf8')),
    }));
}
