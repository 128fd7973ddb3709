import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { type Draft, draftLesson, editLesson, libraries, type Send, step, tryWrite, write } from '../helpers/review.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let organisationId: string;
let otherId: string;
let contributor: TestPerson;
let editor: TestPerson;
let stranger: TestPerson;
let lesson: Draft;

beforeAll(async () => {
  server = await startTestServer();
  [organisationId, otherId] = await libraries(server);
  contributor = await memberOf(server, organisationId, 'CONTRIBUTOR');
  editor = await memberOf(server, organisationId, 'EDITOR');
  stranger = await memberOf(server, otherId, 'MANAGER');
  lesson = await draftLesson(contributor.query, organisationId, { sources: [{ title: 'A newspaper' }] });
});
afterAll(() => server?.close());

const COMMENT = 'comment { id version path text createdAt resolvedAt author { kind name apiKeyName } }';

function comment(send: Send, input: object = {}) {
  return write(send, 'addReviewComment', COMMENT, { recordId: lesson.id, version: 1, text: 'Say when.', ...input });
}

async function comments(send: Send, id: string, page = ''): Promise<any> {
  const { data, errors } = await send(
    `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord {
      reviewComments${page} { totalCount nodes { id version path text resolvedAt author { name } } } } } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  return data.node?.reviewComments;
}

describe('a comment', () => {
  it('is said of a field of a version, with its author, and stays with that version', async () => {
    const said = await comment(editor.query, { path: ['sources', '0', 'title'], text: '  Which one?  ' });
    expect(said.errors).toEqual([]);
    expect(said.comment).toEqual({
      id: said.comment.id,
      version: 1,
      path: ['sources', '0', 'title'],
      text: 'Which one?',
      createdAt: expect.any(String),
      resolvedAt: null,
      author: { kind: 'PERSON', name: editor.name, apiKeyName: expect.any(String) },
    });
    const whole = await comment(contributor.query, { path: [], text: 'All of it?' });
    expect(whole.comment).toMatchObject({ path: null, author: { name: contributor.name } });

    await editLesson(contributor.query, lesson.id, 1, { sources: [] });
    const seen = await comments(contributor.query, lesson.id, '(first: 2)');
    expect(seen.nodes).toMatchObject([
      { version: 1, path: ['sources', '0', 'title'], author: { name: editor.name } },
      { version: 1, path: null, author: { name: contributor.name } },
    ]);
  });

  it('is settled once, and can be told from those that are open', async () => {
    const own = await draftLesson(contributor.query, organisationId);
    const [first, second] = [
      await comment(editor.query, { recordId: own.id, text: 'One' }),
      await comment(editor.query, { recordId: own.id, text: 'Two' }),
    ];
    const settled = await write(contributor.query, 'resolveReviewComment', COMMENT, { id: first.comment.id });
    expect(settled.errors).toEqual([]);
    expect(settled.comment).toMatchObject({ id: first.comment.id, resolvedAt: expect.any(String) });
    const again = await write(editor.query, 'resolveReviewComment', COMMENT, { id: first.comment.id });
    expect(again.comment.resolvedAt).toBe(settled.comment.resolvedAt);

    expect(await comments(editor.query, own.id)).toMatchObject({ totalCount: 2 });
    expect(await comments(editor.query, own.id, '(open: true)')).toMatchObject({
      totalCount: 1,
      nodes: [{ id: second.comment.id }],
    });
    expect(await comments(editor.query, own.id, '(open: false)')).toMatchObject({
      totalCount: 1,
      nodes: [{ id: first.comment.id }],
    });
  });

  it.each([
    ['a field that is not there', { path: ['titel'] }, 'INVALID', ['path', '0'], 'it has advice, '],
    ['a place past the end of a list', { path: ['sources', '1'] }, 'INVALID', ['path', '1'], 'it has "0" alone'],
    ['the length of a list', { path: ['sources', 'length'] }, 'INVALID', ['path', '1'], 'it has "0" alone'],
    ['what lies in a text', { path: ['title', '0'] }, 'INVALID', ['path', '1'], 'nothing lies below it'],
    ['what every object has', { path: ['constructor'] }, 'INVALID', ['path', '0'], 'it has advice, '],
    ['a version that is not there', { version: 77 }, 'NOT_FOUND', ['version'], 'the latest is 2'],
    ['no version', { version: 0 }, 'INVALID', ['version'], ''],
    ['a path without end', { path: Array(11).fill('0') }, 'INVALID', ['path'], 'at most 10'],
    ['nothing', { text: ' ' }, 'REQUIRED', ['text'], ''],
    ['a record that is not there', { recordId: '00000000-0000-7000-8000-000000000000' }, 'NOT_FOUND', ['recordId'], ''],
  ])('cannot be said of %s', async (_what, input, code, path, message) => {
    const refused = await comment(editor.query, input);
    expect(refused.comment).toBeNull();
    expect(refused.errors).toMatchObject([{ code, path, message: expect.stringContaining(message) }]);
  });

  it('may name the same place twice on the way to a field', async () => {
    const { caseStudy } = await write(contributor.query, 'createCaseStudy', 'caseStudy { id }', {
      title: 'A case',
      language: 'EN',
      organisationId,
      kind: 'PROJECT',
      scope: 'LOCAL',
      parties: [{ organisationId, contributions: [{ kind: 'STAFF', description: 'Two' }] }],
    });
    const path = ['parties', '0', 'contributions', '0', 'description'];
    expect(await comment(editor.query, { recordId: caseStudy.id, path })).toMatchObject({
      errors: [],
      comment: { path },
    });
  });

  it('can be said of the edit of a published record, and of what was published before it', async () => {
    const own = await draftLesson(contributor.query, organisationId);
    const published = await step(
      editor.query,
      'publish',
      own.id,
      await step(contributor.query, 'submitForReview', own.id, 1),
    );
    const edited = await editLesson(contributor.query, own.id, published, { title: 'Another title' });
    for (const version of [edited, published, 1]) {
      expect((await comment(editor.query, { recordId: own.id, version })).errors).toEqual([]);
    }
    const { data } = await editor.query(
      `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord {
        reviewComments { nodes { version } } workingCopy { reviewComments { nodes { version } } } } } }`,
      own,
    );
    const expected = { nodes: [edited, published, 1].map((version) => ({ version })) };
    expect(data.node).toEqual({ reviewComments: expected, workingCopy: { reviewComments: expected } });
  });
});

describe('others', () => {
  let publishedLesson: Draft;
  let edited: number;
  beforeAll(async () => {
    publishedLesson = await draftLesson(contributor.query, organisationId);
    const inReview = await step(contributor.query, 'submitForReview', publishedLesson.id, 1);
    await comment(editor.query, { recordId: publishedLesson.id, text: 'A secret word' });
    const version = await step(editor.query, 'publish', publishedLesson.id, inReview);
    edited = await editLesson(contributor.query, publishedLesson.id, version, { title: 'Unpublished' });
  });

  it('see no comments on what is published, and hear nothing of them', async () => {
    for (const send of [server.query, stranger.query]) {
      expect(await comments(send, publishedLesson.id)).toEqual({ totalCount: 0, nodes: [] });
      const { data } = await send('{ knowledgeEvents(first: 1000) { nodes { type recordId } } }');
      expect(data.knowledgeEvents.nodes.filter(({ recordId }: any) => recordId === publishedLesson.id)).toEqual([
        { type: 'PUBLISHED', recordId: publishedLesson.id },
      ]);
    }
    expect((await comments(server.admin, publishedLesson.id)).totalCount).toBe(1);
  });

  it('say nothing, whether the record is published or not', async () => {
    const input = { recordId: publishedLesson.id, version: 3, text: 'Hello' };
    const anonymous = await tryWrite(server.query, 'addReviewComment', COMMENT, input);
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const foreign = await tryWrite(stranger.query, 'addReviewComment', COMMENT, input);
    expect(foreign.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const hidden = await comment(stranger.query);
    expect(hidden.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['recordId'] }]);
  });

  it('settle nothing', async () => {
    const said = await comment(editor.query, { text: 'Open', version: 2 });
    const foreign = await write(stranger.query, 'resolveReviewComment', COMMENT, { id: said.comment.id });
    expect(foreign.errors).toMatchObject([{ code: 'NOT_FOUND', path: ['id'] }]);
    const wrong = await write(editor.query, 'resolveReviewComment', COMMENT, { id: lesson.id });
    expect(wrong.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('learn nothing of a draft from a key that may write and not read', async () => {
    const writer = await memberOf(server, organisationId, 'CONTRIBUTOR', ['WRITE']);
    const of = (version: number, path: string[]) =>
      comment(writer.query, { recordId: publishedLesson.id, version, path });
    expect((await of(edited, ['nowhere'])).errors).toMatchObject([
      { code: 'NOT_FOUND', message: expect.stringContaining('the latest is 3') },
    ]);
    expect((await of(3, ['title'])).comment).toMatchObject({ version: 3, author: null });
  });
});

describe('the audit log', () => {
  it('knows who commented and who settled, and not what was said', async () => {
    const said = await comment(editor.query, { text: 'Not for the log', version: 2 });
    await write(contributor.query, 'resolveReviewComment', COMMENT, { id: said.comment.id });
    const { data } = await server.admin('{ auditLog(first: 1000) { nodes { action actor targetId details } } }');
    const entries = data.auditLog.nodes.filter(({ targetId }: any) => targetId === said.comment.id);
    expect(entries).toHaveLength(2);
    expect(entries).toEqual(
      expect.arrayContaining([
        {
          action: 'record.comment',
          actor: `person:${editor.personId}`,
          targetId: said.comment.id,
          details: { recordId: lesson.id, version: 2 },
        },
        {
          action: 'record.comment',
          actor: `person:${contributor.personId}`,
          targetId: said.comment.id,
          details: { recordId: lesson.id, version: 2, resolved: true },
        },
      ]),
    );
    expect(JSON.stringify(data)).not.toContain('Not for the log');
  });
});

it('can be read below a list of records', async () => {
  const other = await draftLesson(contributor.query, organisationId);
  await comment(editor.query, { recordId: other.id });
  const { data, errors } = await editor.query(
    `{ lessons(first: 100, filter: { statuses: [DRAFT, PUBLISHED] }) { nodes { id reviewComments(first: 1) { nodes { author { name } } } } } }`,
  );
  expect(errors).toBeUndefined();
  const node = data.lessons.nodes.find(({ id }: any) => id === other.id);
  expect(node.reviewComments.nodes).toEqual([{ author: { name: editor.name } }]);
});
