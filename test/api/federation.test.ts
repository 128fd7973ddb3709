/** The server as a subgraph: composed with another one, and asked through both. */
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation';
import { composeServices } from '@theguild/federation-composition';
import { graphql, type GraphQLSchema, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cancellation } from '../../src/common/cancellation.js';
import { FEDERATED_ENTITIES } from '../../src/modules/records/federated-entities.js';
import { createContext } from '../../src/platform/auth/context.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { Database } from '../../src/platform/database/database.js';
import { federate } from '../../src/platform/graphql/federation.js';
import { buildGraphqlSchema, printGraphqlSchema } from '../../src/schema.js';
import { createCaseStudy, createLesson, libraryId, publish, type Reference } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { startSubgraph, type Subgraph } from '../helpers/subgraph.js';
import { subscribe } from '../helpers/subscriber.js';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@interfaceObject"])';

const LOANS = `${LINK}
type Library @key(fields: "isil") { isil: String! loans: Int! }
type CaseStudy @key(fields: "id") { id: ID! visitors: Int! }
type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Query { busiestLibraries: [Library]! visitedCases: [CaseStudy]! }`;

const READERS = `${LINK}
type KnowledgeRecord @key(fields: "id") @interfaceObject { id: ID! readers: Int! }
type Query { reading: Boolean }`;

let server: TestServer;
let loans: Subgraph;
let readers: Subgraph;
let sdl: string;
let caseStudy: Reference;
let lesson: Reference;
let draft: Reference;

beforeAll(async () => {
  server = await startTestServer({ environment: { FEDERATION: 'true' } });
  caseStudy = await publish(server, await createCaseStudy(server));
  lesson = await publish(server, await createLesson(server));
  draft = await createCaseStudy(server, { title: 'Nobody is to see this yet' });
  loans = await startSubgraph(
    'loans',
    LOANS,
    (one) => (one.__typename === 'Library' ? { loans: one.isil === 'DK-775100' ? 900 : 12 } : { visitors: 40 }),
    {
      busiestLibraries: () => [
        { isil: 'DK-775100', loans: 900 },
        { isil: 'DK-999999', loans: 1 },
      ],
      visitedCases: () => [caseStudy, draft].map(({ id }) => ({ id, visitors: 40 })),
    },
  );
  readers = await startSubgraph('readers', READERS, () => ({ readers: 7 }));
  sdl = (await server.query('{ _service { sdl } }')).data._service.sdl;
});

afterAll(async () => {
  await loans?.close();
  await readers?.close();
  await server?.close();
});

const medspil = () => ({ name: 'medspil', url: `${server.url}/graphql`, typeDefs: parse(sdl) });
const other = ({ name, sdl: text, url }: Pick<Subgraph, 'name' | 'sdl' | 'url'>) => ({
  name,
  url,
  typeDefs: parse(text),
});

function router(...subgraphs: Subgraph[]): GraphQLSchema {
  const { errors, supergraphSdl } = composeServices([medspil(), ...subgraphs.map(other)]);
  expect(errors?.map(({ message }) => message)).toBeUndefined();
  return getStitchedSchemaFromSupergraphSdl({ supergraphSdl: supergraphSdl! });
}

const ask = (schema: GraphQLSchema, source: string, variableValues: Record<string, unknown> = {}) =>
  graphql({ schema, source, variableValues });

describe('together with another subgraph', () => {
  it('what the other one adds to a library and a case is there on ours', async () => {
    const result = await ask(
      router(loans),
      `query ($slug: String!) {
        library(isil: "DK-775100") { name loans }
        caseStudy(slug: $slug) { title visitors organisation { name ... on Library { loans } } }
      }`,
      { slug: caseStudy.slug },
    );
    expect(result).toEqual({
      data: {
        library: { name: expect.stringContaining('Aarhus'), loans: 900 },
        caseStudy: {
          title: 'A reading room at the harbour',
          visitors: 40,
          organisation: { name: expect.stringContaining('Aarhus'), loans: 900 },
        },
      },
    });
  });

  it('what we know is there on what the other one lists, and nothing that nobody may see', async () => {
    const result: any = await ask(router(loans), `{ busiestLibraries { loans name municipality { name } } }`);
    expect(result.data.busiestLibraries).toEqual([
      {
        loans: 900,
        name: expect.stringContaining('Aarhus'),
        municipality: { name: 'Aarhus' },
      },
      null,
    ]);
    const cases: any = await ask(router(loans), '{ visitedCases { id visitors summary } }');
    expect(cases.data.visitedCases).toEqual([
      { id: caseStudy.id, visitors: 40, summary: 'A library and a rowing club share a room.' },
      null,
    ]);
  });

  it('what is added to an interface composes, onto all its types', () => {
    const schema = router(loans, readers);
    for (const type of ['CaseStudy', 'Experience', 'Lesson']) {
      expect(Object.keys((schema.getType(type) as any).getFields())).toContain('readers');
    }
  });

  it('does not compose where the other one contradicts it', () => {
    const messagesOf = (text: string) =>
      composeServices([
        medspil(),
        other({ name: 'other', url: 'http://localhost', sdl: `${LINK}\n${text}` }),
      ]).errors?.map(({ message }) => message) ?? [];
    expect(messagesOf('type Query { other: Int }')).toEqual([]);
    expect(messagesOf('type Library @key(fields: "isil") { isil: Int! } type Query { x: Library }').join()).toContain(
      'isil',
    );
    expect(
      messagesOf('type Library @key(fields: "isil") { isil: String! name: String! } type Query { x: Library }').join(),
    ).toContain('name');
    expect(messagesOf('type PageInfo { hasNextPage: Boolean! } type Query { x: PageInfo }').join()).toContain(
      'PageInfo',
    );
  });
});

describe('entities', () => {
  const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename
    ... on CaseStudy { id title } ... on Lesson { id } ... on Library { id isil name } ... on KnowledgeRecord { slug } } }`;
  const entities = (...representations: unknown[]) => server.query(ENTITIES, { representations });

  it('come by each of their keys, in the order of the representations, also by an interface', async () => {
    const id = await libraryId(server);
    const { data, errors } = await entities(
      { __typename: 'Lesson', id: lesson.id },
      { __typename: 'Library', isil: 'DK-775100' },
      { __typename: 'CaseStudy', id: caseStudy.id },
      { __typename: 'Library', id },
      { __typename: 'KnowledgeRecord', id: lesson.id },
      { __typename: 'Organisation', id },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toMatchObject([
      { __typename: 'Lesson', id: lesson.id },
      { __typename: 'Library', id },
      { __typename: 'CaseStudy', id: caseStudy.id, slug: caseStudy.slug },
      { __typename: 'Library', isil: 'DK-775100' },
      { __typename: 'Lesson', id: lesson.id },
      { __typename: 'Library', id },
    ]);
  });

  it('are null where there is none, or none of this type, or none that the sender may see', async () => {
    const nothing = [
      { __typename: 'CaseStudy', id: '00000000-0000-7000-8000-000000000000' },
      { __typename: 'CaseStudy', id: 'no id' },
      { __typename: 'CaseStudy', id: lesson.id },
      { __typename: 'CaseStudy', id: draft.id },
      { __typename: 'KnowledgeRecord', id: draft.id },
      { __typename: 'Partner', id: await libraryId(server) },
      { __typename: 'Library', isil: 'DK-\0' },
    ];
    expect((await entities(...nothing)).data).toEqual({ _entities: nothing.map(() => null) });
    const seen = await server.admin(ENTITIES, { representations: [{ __typename: 'CaseStudy', id: draft.id }] });
    expect(seen.data._entities).toMatchObject([{ id: draft.id }]);
  });

  it('may hold whatever else a router sends, of which nothing is read', async () => {
    const further = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const one = `{"__typename":"Lesson","further":${further},"id":"${lesson.id}"}`;
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"query":${JSON.stringify(ENTITIES)},"variables":{"representations":[${one}]}}`,
    });
    expect(await response.json()).toMatchObject({ data: { _entities: [{ id: lesson.id }] } });
  });

  it('are refused where they are malformed', async () => {
    for (const wrong of [null, 1, 'x', [], {}, { __typename: 1 }, { id: lesson.id }]) {
      const { data, errors } = await entities(wrong);
      expect(data, JSON.stringify(wrong)).toBeUndefined();
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    const { data, errors } = await entities(
      { __typename: 'Person', id: lesson.id },
      { __typename: 'Lesson', id: lesson.id },
      { __typename: 'constructor', id: lesson.id },
      { __typename: 'Lesson', isil: 'DK-775100' },
      { __typename: 'Lesson', id: 7 },
    );
    expect(data._entities).toMatchObject([null, { id: lesson.id }, null, null, null]);
    expect(errors?.map(({ path, extensions }) => [...path!, extensions.code])).toEqual(
      [0, 2, 3, 4].map((place) => ['_entities', place, 'BAD_USER_INPUT']),
    );
    const literal = await server.query('{ _entities(representations: [{ id: "x" }]) { __typename } }');
    expect(literal.errors).toMatchObject([
      { extensions: { code: expect.stringMatching(/BAD_USER_INPUT|VALIDATION/) } },
    ]);
  });

  it('cost what they are, however they are sent, and are as many as ids may be', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ __typename: 'Lesson', id: lesson.id }));
    const response: any = await entities(...many(50));
    expect(response.extensions.cost.requestedQueryCost).toBeGreaterThanOrEqual(50);
    const { errors } = await entities(...many(1001));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: '_entities.representations' } }]);
  });

  it('are read by one statement for all of a kind', async () => {
    const plain = buildGraphqlSchema();
    const schema = federate(plain, printGraphqlSchema(plain), FEDERATED_ENTITIES);
    const options = { connection: server.database, entities: [], migrations: [], onIdleError: () => undefined };
    const database = await Database.open(options);
    const batches: number[] = [];
    const context = createContext(database, ANONYMOUS, new Cancellation(), (_loader, keys) => void batches.push(keys));
    const representations = [
      ...Array.from({ length: 40 }, (_, place) => ({ __typename: 'Library', isil: `DK-7${101 + place}00` })),
      ...[caseStudy, lesson, draft].map(({ id }) => ({ __typename: 'KnowledgeRecord', id })),
      { __typename: 'Lesson', id: lesson.id },
    ];
    const source = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
    const result = await graphql({ schema, source, variableValues: { representations }, contextValue: context });
    expect(result.errors).toBeUndefined();
    expect(batches.sort()).toEqual([3, 40]);
    await database.close();
  });
});

it('keeps its subscriptions', async () => {
  const subscriber = subscribe(
    server.url,
    'subscription ($c: String) { knowledgeEvents(after: $c) { type record { __typename } } }',
    {
      c: (await server.query('{ knowledgeCursor }')).data.knowledgeCursor,
    },
  );
  await subscriber.started;
  await publish(server, await createLesson(server, { title: 'While somebody listens' }));
  await expect.poll(() => subscriber.received).toEqual([{ type: 'PUBLISHED', record: { __typename: 'Lesson' } }]);
  await subscriber.close();
});

it('is no subgraph unless it is told to be', async () => {
  const plain = await server.sibling({ FEDERATION: 'false' });
  try {
    const { data } = await plain.query('{ __schema { types { name } queryType { fields { name } } } }');
    expect(data.__schema.types.filter(({ name }: any) => /^_[^_]/.test(name))).toEqual([]);
    expect(data.__schema.queryType.fields.filter(({ name }: any) => name.startsWith('_'))).toEqual([]);
    expect((await plain.query('{ _service { sdl } }')).errors).toHaveLength(1);
    const texts = await Promise.all(
      [plain, server].map(async ({ url }) => (await fetch(`${url}/schema.graphql`)).text()),
    );
    expect(texts[0]).toBe(texts[1]);
  } finally {
    await plain.close();
  }
});
