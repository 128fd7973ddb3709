/** Who wrote each version of a record and what it changed, and who gets to see that. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { mutate } from '../helpers/records.js';
import { draftLesson, editLesson, keyOfSystem, libraries, type Send, step, write } from '../helpers/review.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let organisationId: string;
let shy: TestPerson;
let named: TestPerson;
let manager: TestPerson;
let stranger: TestPerson;
let system: Send;
/** Lesson with the versions below. */
let id: string;

const V = { written: 1, renamed: 2, submitted: 3, published: 4, edited: 5, editSubmitted: 6, revised: 7, open: 8 };

beforeAll(async () => {
  server = await startTestServer();
  const [own, other] = await libraries(server);
  organisationId = own;
  shy = await memberOf(server, own, 'EDITOR');
  named = await memberOf(server, own, 'EDITOR');
  manager = await memberOf(server, own, 'MANAGER');
  stranger = await memberOf(server, other, 'MANAGER');
  const agreed = await write(named.query, 'updateProfile', 'person { namedPublicly }', { namedPublicly: true });
  expect(agreed).toEqual({ person: { namedPublicly: true }, errors: [] });
  const secret = await keyOfSystem(manager.query, own, 'Nightly export', ['READ_DRAFTS', 'WRITE', 'PUBLISH']);
  system = (query, variables) => server.as(secret, query, variables);

  ({ id } = await draftLesson(shy.query, own, { title: 'First', sources: [{ title: 'A' }, { title: 'B' }] }));
  await editLesson(system, id, V.written, { title: 'Second', recommendations: [3] });
  await step(system, 'submitForReview', id, V.renamed);
  await step(shy.query, 'publish', id, V.submitted);
  await editLesson(server.admin, id, V.published, { cause: 'Because.', sources: [{ title: 'B' }] });
  await step(shy.query, 'submitForReview', id, V.edited);
  await step(named.query, 'publish', id, V.editSubmitted);
  await editLesson(shy.query, id, V.revised, { title: 'Third' });
}, 60_000);
afterAll(() => server?.close());

const REVISIONS = `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { revisions(first: 100) { nodes {
  version status author { kind name apiKeyName } changes { path before after } } } } } }`;

async function history(send: Send, of = id): Promise<any[]> {
  const { data, errors } = await send(REVISIONS, { id: of });
  expect(errors).toBeUndefined();
  return data.node.revisions.nodes;
}

const authors = (revisions: any[]) =>
  Object.fromEntries(revisions.map(({ version, author }) => [version, author && [author.kind, author.name]]));

describe('those who may see drafts', () => {
  it('see who wrote each version: people, systems, the operator', async () => {
    const revisions = await history(manager.query);
    expect(authors(revisions)).toEqual({
      1: ['PERSON', shy.name],
      2: ['ORGANISATION', 'Aarhus Kommunes Biblioteker'],
      3: ['ORGANISATION', 'Aarhus Kommunes Biblioteker'],
      4: ['PERSON', shy.name],
      5: ['OPERATOR', null],
      6: ['PERSON', shy.name],
      7: ['PERSON', named.name],
      8: ['PERSON', shy.name],
    });
    const keys = Object.fromEntries(revisions.map(({ version, author }) => [version, author.apiKeyName]));
    expect(keys).toMatchObject({ 1: expect.any(String), 2: 'Nightly export', 3: 'Nightly export', 5: null });
    expect(authors(await history(server.admin))).toEqual(authors(revisions));
  });

  it('see what each version changed', async () => {
    const changes = Object.fromEntries((await history(manager.query)).map((one) => [one.version, one.changes]));
    expect(changes).toEqual({
      1: [],
      2: [
        { path: ['title'], before: 'First', after: 'Second' },
        { path: ['recommendations', '0'], before: null, after: 3 },
      ].sort((a, b) => (a.path[0]! < b.path[0]! ? 1 : -1)),
      3: [],
      4: [],
      5: [
        { path: ['cause'], before: '', after: 'Because.' },
        { path: ['sources', '0', 'title'], before: 'A', after: 'B' },
        {
          path: ['sources', '1'],
          before: { title: 'B', publisher: null, year: null, url: null, page: null },
          after: null,
        },
      ],
      6: [],
      7: [],
      8: [{ path: ['title'], before: 'Second', after: 'Third' }],
    });
  });

  it('keep the whole history of what was taken back, and of the edit that was dropped with it', async () => {
    const draft = await draftLesson(shy.query, organisationId, { title: 'To be taken back' });
    const published = await step(
      named.query,
      'publish',
      draft.id,
      await step(shy.query, 'submitForReview', draft.id, 1),
    );
    const edited = await editLesson(shy.query, draft.id, published, { title: 'Never shown' });
    const retracted = await step(named.query, 'retract', draft.id, published, { reason: 'Wrong.' });
    const revisions = await history(manager.query, draft.id);
    expect(revisions.map(({ version, status }) => [version, status])).toEqual([
      [retracted, 'RETRACTED'],
      [edited, 'DRAFT'],
      [published, 'PUBLISHED'],
      [2, 'IN_REVIEW'],
      [1, 'DRAFT'],
    ]);
    // What was taken back is what was public, not the edit.
    expect(revisions[0].changes).toEqual([{ path: ['title'], before: 'Never shown', after: 'To be taken back' }]);
    expect((await server.query(REVISIONS, { id: draft.id })).data.node).toBeNull();
  });
});

describe('the public', () => {
  it('sees published versions, what changed from one to the next, and who agreed to be named', async () => {
    for (const send of [server.query, stranger.query]) {
      const revisions = await history(send);
      expect(authors(revisions)).toEqual({ 7: ['PERSON', named.name], 4: null });
      expect(revisions[0].author.apiKeyName).toBeNull();
      expect(revisions.map(({ changes }) => changes.map(({ path }: any) => path.join('.')))).toEqual([
        ['cause', 'sources.0.title', 'sources.1'],
        [],
      ]);
    }
  });

  it('reads no name in any answer, whichever way it asks', async () => {
    const author = 'author { __typename kind name apiKeyName }';
    const record = `... on KnowledgeRecord { revisions { nodes { version comment content ${author} changes { path before after } } }
      reviewComments { nodes { text ${author} } } warnings { message } organisation { name } workingCopy { title }
      difference(from: 1, to: 4) { path } }`;
    const query = `query ($id: ID!) { node(id: $id) { ${record} } lessons(first: 5) { nodes { ${record} } }
      search(query: "second", first: 5) { nodes { ${record} } } knowledgeEvents(first: 5) { nodes { record { ${record} } } } }`;
    await write(shy.query, 'addReviewComment', 'comment { id }', { recordId: id, version: 4, text: 'By me' });
    for (const send of [server.query, stranger.query]) {
      const answer = await send(query, { id });
      expect(answer.errors).toBeUndefined();
      const bytes = JSON.stringify(answer);
      expect(bytes).toContain(named.name);
      for (const secret of [shy.name, manager.name, shy.personId, named.personId, 'Nightly export', 'By me', 'Third']) {
        expect(bytes, secret).not.toContain(secret);
      }
    }
  });

  it('does not see a person any longer who takes the agreement back', async () => {
    const change = (namedPublicly: boolean) => write(named.query, 'updateProfile', 'person { id }', { namedPublicly });
    await change(false);
    expect(authors(await history(server.query))).toEqual({ 7: null, 4: null });
    await change(true);
    expect(authors(await history(server.query))[7]).toEqual(['PERSON', named.name]);
  });
});

describe('the difference of two versions', () => {
  const difference = async (send: Send, from: number, to: number) => {
    const { data, errors } = await send(
      `query ($id: ID!, $from: Int!, $to: Int!) { node(id: $id) { ... on KnowledgeRecord {
        difference(from: $from, to: $to) { path before after } } } }`,
      { id, from, to },
    );
    expect(errors).toBeUndefined();
    return data.node.difference;
  };

  it('goes either way, over any distance', async () => {
    expect(await difference(shy.query, 1, V.open)).toEqual(
      expect.arrayContaining([
        { path: ['title'], before: 'First', after: 'Third' },
        { path: ['cause'], before: '', after: 'Because.' },
      ]),
    );
    expect(await difference(shy.query, V.open, V.revised)).toEqual([
      { path: ['title'], before: 'Third', after: 'Second' },
    ]);
    expect(await difference(shy.query, 2, 2)).toEqual([]);
  });

  it('is there for the public between published versions, and tells of nothing else', async () => {
    expect((await difference(server.query, V.published, V.revised)).map(({ path }: any) => path[0])).toEqual([
      'cause',
      'sources',
      'sources',
    ]);
    for (const [from, to] of [
      [V.written, V.published],
      [V.revised, V.open],
      [V.revised, 99],
      [-1, 0],
    ] as const) {
      for (const send of [server.query, stranger.query]) expect(await difference(send, from, to)).toBeNull();
    }
    expect(await difference(shy.query, V.revised, 99)).toBeNull();
  });
});

it('forgets the name of a person who was erased, and keeps what it wrote', async () => {
  const leaving = await memberOf(server, organisationId, 'CONTRIBUTOR');
  const draft = await draftLesson(leaving.query, organisationId, { title: 'Left behind' });
  const said = await write(leaving.query, 'addReviewComment', 'comment { id author { name } }', {
    recordId: draft.id,
    version: 1,
    text: 'Farewell',
  });
  expect(said.comment.author).toEqual({ name: leaving.name });
  const erased = await mutate(server, 'erasePerson', '', { personId: leaving.personId });
  expect(erased.errors).toEqual([]);
  const { data } = await manager.query(
    `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { title revisions { nodes { author { kind name } } }
      reviewComments { nodes { text author { kind name } } } } } }`,
    draft,
  );
  const nobody = { kind: 'PERSON', name: null };
  expect(data.node).toEqual({
    title: 'Left behind',
    revisions: { nodes: [{ author: nobody }] },
    reviewComments: { nodes: [{ text: 'Farewell', author: nobody }] },
  });
});

it('can be read below a list of records', async () => {
  const { data, errors } = await manager.query(
    `{ lessons(first: 50, filter: { statuses: [DRAFT, PUBLISHED, RETRACTED] }) { nodes { id
      revisions(first: 20) { nodes { version author { name } changes { path } } } difference(from: 1, to: 2) { path } } } }`,
  );
  expect(errors).toBeUndefined();
  const node = data.lessons.nodes.find((one: any) => one.id === id);
  expect(node.revisions.nodes).toHaveLength(V.open);
  expect(node.difference).toHaveLength(2);
});
