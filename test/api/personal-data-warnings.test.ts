/** What looks like personal data is pointed out to its authors, and not published before somebody looked at it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createCaseStudy, createLesson, publish } from '../helpers/records.js';
import { type Draft, draftLesson, editLesson, libraries, type Send, step, tryWrite, write } from '../helpers/review.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

const NUMBER = '010190-1234';
const ADDRESS = 'kirsten@example.org';

let server: TestServer;
let organisationId: string;
let editor: TestPerson;
let stranger: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  const [own, other] = await libraries(server);
  organisationId = own;
  editor = await memberOf(server, own, 'EDITOR');
  stranger = await memberOf(server, other, 'EDITOR');
});
afterAll(() => server?.close());

interface Warning {
  id: string;
  code: string;
  path: string[];
  message: string;
  acknowledged: boolean;
}

const FIELDS = 'warnings { id code path message acknowledged }';

async function warnings(send: Send, id: string, of = ''): Promise<Warning[]> {
  const { data, errors } = await send(
    `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { ${of === '' ? FIELDS : `${of} { ${FIELDS} }`} } } }`,
    { id },
  );
  expect(errors).toBeUndefined();
  return of === '' ? data.node.warnings : data.node[of].warnings;
}

const ready = async (input: object): Promise<Draft> => {
  const draft = await draftLesson(editor.query, organisationId, input);
  return { ...draft, version: await step(editor.query, 'submitForReview', draft.id, 1) };
};

const tryPublish = ({ id, version }: Draft, acknowledgedWarnings?: string[]) =>
  write(editor.query, 'publish', 'record { version status }', { id, version, acknowledgedWarnings });

describe('warnings', () => {
  it('say where something is, what it looks like, and never what it is', async () => {
    const { caseStudy } = await write(editor.query, 'createCaseStudy', `caseStudy { id ${FIELDS} }`, {
      title: 'A case',
      language: 'EN',
      organisationId,
      kind: 'PROJECT',
      scope: 'LOCAL',
      summary: `Ask ${ADDRESS} or ${ADDRESS.toUpperCase()}.`,
      description: `She was ${NUMBER}, he ${NUMBER.replace('-', '')}. 310290-1234 is nobody.`,
      parties: [{ organisationId, contributions: [{ kind: 'STAFF', description: `Kirsten (${NUMBER})` }] }],
      sources: [{ title: 'A page', url: `https://example.org/?mail=${ADDRESS}` }],
    });
    const seen: Warning[] = caseStudy.warnings;
    expect(seen.map(({ code, path }) => `${code} ${path.join('.')}`).sort()).toEqual([
      'CPR_NUMBER description',
      'CPR_NUMBER parties.0.contributions.0.description',
      'EMAIL_ADDRESS sources.0.url',
      'EMAIL_ADDRESS summary',
    ]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(4);
    expect(seen.every(({ acknowledged }) => !acknowledged)).toBe(true);
    expect(JSON.stringify(seen)).not.toMatch(/010190|1234|kirsten/i);
    expect(seen.find(({ path }) => path[0] === 'summary')!.message).toBe(
      '`summary` holds what looks like an e-mail address: take it out.',
    );
  });

  it('are for those who may see drafts', async () => {
    const draft = await createLesson(server, { advice: `Ask ${ADDRESS}.` });
    const { data } = await server.admin(
      `query ($id: ID!) { node(id: $id) { ... on KnowledgeRecord { ${FIELDS} } } }`,
      draft,
    );
    const submitted = await step(server.admin, 'submitForReview', draft.id, draft.version);
    await step(server.admin, 'publish', draft.id, submitted, {
      acknowledgedWarnings: data.node.warnings.map(({ id }: Warning) => id),
    });
    expect(await warnings(server.query, draft.id)).toEqual([]);
    expect(await warnings(stranger.query, draft.id)).toEqual([]);
    expect(await warnings(editor.query, draft.id)).toMatchObject([{ path: ['advice'], acknowledged: true }]);
  });

  it('are there also for the address of a record, which is made from the title and stays', async () => {
    const draft = await ready({ title: `The case of ${NUMBER}` });
    expect((await warnings(editor.query, draft.id)).map(({ path }) => path)).toEqual([['slug'], ['title']]);
    const back = await step(editor.query, 'requestChanges', draft.id, draft.version, { comment: 'A number!' });
    const version = await step(
      editor.query,
      'submitForReview',
      draft.id,
      await editLesson(editor.query, draft.id, back, { title: 'The case of somebody' }),
    );
    const { errors } = await tryPublish({ ...draft, version });
    expect(errors).toMatchObject([
      { code: 'REQUIRED', path: ['acknowledgedWarnings', 'slug'], message: expect.stringContaining('a new record') },
    ]);
  });
});

describe('publishing', () => {
  it('is refused for each warning that nobody acknowledged, and tells how to go on', async () => {
    const draft = await ready({ advice: `Ask ${ADDRESS}.`, cause: `${NUMBER} was late.`, provenance: 'DOCUMENTED' });
    const open = await warnings(editor.query, draft.id);
    expect(open).toHaveLength(2);
    const refused = await tryPublish(draft);
    expect(refused.record).toBeNull();
    expect(refused.errors).toHaveLength(3);
    expect(refused.errors).toEqual(
      expect.arrayContaining([
        { code: 'REQUIRED', path: ['sources'], message: expect.any(String) },
        ...open.map(({ id, path, message }) => ({
          code: 'REQUIRED',
          path: ['acknowledgedWarnings', ...path],
          message: `${message} If it may be public, publish with its id, ${id}, among \`acknowledgedWarnings\`.`,
        })),
      ]),
    );
    const [one] = open;
    const half = await tryPublish(draft, [one!.id]);
    expect(half.errors.map(({ path }) => path!.join('.')).sort()).toEqual(
      [`acknowledgedWarnings.${open[1]!.path[0]}`, 'sources'].sort(),
    );
  });

  it('goes through with all of them acknowledged, which the audit log keeps', async () => {
    const draft = await ready({ advice: `Ask ${ADDRESS}.`, cause: `${NUMBER} was late.` });
    const open = (await warnings(editor.query, draft.id)).map(({ id }) => id);
    const { record, errors } = await tryPublish(draft, [...open, 'ffffffffffffffff']);
    expect(errors).toEqual([]);
    expect(record).toEqual({ version: 3, status: 'PUBLISHED' });
    const { data } = await server.admin(
      '{ auditLog(first: 1000, actions: ["record.publish"]) { nodes { targetId actor details } } }',
    );
    const entry = data.auditLog.nodes.find(({ targetId }: any) => targetId === draft.id);
    expect(entry.actor).toBe(`person:${editor.personId}`);
    expect(entry.details.version).toBe(3);
    expect([...entry.details.acknowledgedWarnings].sort()).toEqual(['CPR_NUMBER cause', 'EMAIL_ADDRESS advice']);
    // Neither what was found nor a digest of it, from which a short number can be guessed.
    expect(JSON.stringify(data)).not.toMatch(/010190|kirsten/i);
    for (const id of open) expect(JSON.stringify(data)).not.toContain(id);
  });

  it('asks again only for what is new since', async () => {
    const draft = await ready({ advice: `Ask ${ADDRESS}.` });
    const [first] = await warnings(editor.query, draft.id);
    const { record } = await tryPublish(draft, [first!.id]);

    const harmless = await editLesson(editor.query, draft.id, record.version, { advice: `Do ask ${ADDRESS}!` });
    expect(await warnings(editor.query, draft.id, 'workingCopy')).toEqual([{ ...first, acknowledged: true }]);
    const again = await tryPublish({
      ...draft,
      version: await step(editor.query, 'submitForReview', draft.id, harmless),
    });
    expect(again.errors).toEqual([]);

    const another = await editLesson(editor.query, draft.id, again.record.version, {
      advice: `Ask ${ADDRESS} or ole@example.org.`,
    });
    const seen = await warnings(editor.query, draft.id, 'workingCopy');
    expect(seen.map(({ acknowledged }) => acknowledged)).toEqual([true, false]);
    const version = await step(editor.query, 'submitForReview', draft.id, another);
    expect((await tryPublish({ ...draft, version })).errors).toHaveLength(1);
    expect((await tryPublish({ ...draft, version }, [seen[1]!.id])).errors).toEqual([]);
  });

  it('counts an acknowledgement as long as the text is the same, and no longer', async () => {
    const one = await ready({ advice: `Ask ${ADDRESS}.` });
    const [before] = await warnings(editor.query, one.id);
    const back = await step(editor.query, 'requestChanges', one.id, one.version, { comment: 'Another address.' });
    const edited = await editLesson(editor.query, one.id, back, { advice: 'Ask ole@example.org.' });
    const version = await step(editor.query, 'submitForReview', one.id, edited);
    const refused = await tryPublish({ ...one, version }, [before!.id]);
    expect(refused.errors).toMatchObject([{ code: 'REQUIRED', path: ['acknowledgedWarnings', 'advice'] }]);
  });

  it('needs nothing where there is nothing to see', async () => {
    const draft = await ready({ advice: 'Call 12 34 56 78 before 31.12.' });
    expect(await warnings(editor.query, draft.id)).toEqual([]);
    expect((await tryPublish(draft)).errors).toEqual([]);
    await publish(server, await createCaseStudy(server));
  });
});

describe('an acknowledgement', () => {
  it.each([
    ['no id of a warning', ['abc'], 'INVALID'],
    ['one twice', ['ffffffffffffffff', 'ffffffffffffffff'], 'INVALID'],
    ['too many', Array.from({ length: 201 }, (_, i) => i.toString(16).padStart(16, '0')), 'INVALID'],
  ])('that names %s is refused', async (_what, acknowledged, code) => {
    const draft = await ready({});
    expect((await tryPublish(draft, acknowledged)).errors).toMatchObject([{ code, path: ['acknowledgedWarnings'] }]);
    expect((await tryPublish(draft, [])).errors).toEqual([]);
  });

  it('has no place in any other step', async () => {
    const draft = await draftLesson(editor.query, organisationId);
    const input = { id: draft.id, version: 1, acknowledgedWarnings: ['ffffffffffffffff'] };
    const refused = await write(editor.query, 'submitForReview', 'record { id }', input);
    expect(refused).toMatchObject({ record: null, errors: [{ code: 'INVALID', path: ['acknowledgedWarnings'] }] });
    const anonymous = await tryWrite(server.query, 'submitForReview', 'record { id }', input);
    expect(anonymous.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const retracted = await tryWrite(editor.query, 'retract', 'record { id }', { ...input, reason: 'x' });
    expect(retracted.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('texts as HTML', () => {
  it('are those that are written in Markdown and not empty', async () => {
    const draft = await draftLesson(editor.query, organisationId, {
      context: '*Where*',
      advice: 'See <b>this</b>: [page](https://example.org) [x](javascript:alert(1))',
    });
    const { data, errors } = await editor.query(
      'query ($slug: String!) { lesson(slug: $slug) { renderedTexts { field html } } }',
      draft,
    );
    expect(errors).toBeUndefined();
    expect(data.lesson.renderedTexts).toEqual([
      { field: 'context', html: '<p><em>Where</em></p>\n' },
      {
        field: 'advice',
        html: '<p>See &lt;b&gt;this&lt;/b&gt;: <a href="https://example.org" rel="noopener nofollow ugc">page</a> [x](javascript:alert(1))</p>\n',
      },
    ]);
    const list = await editor.query(
      '{ lessons(first: 50, filter: { statuses: [DRAFT] }) { nodes { id renderedTexts { field } } } }',
    );
    expect(list.data.lessons.nodes.find(({ id }: any) => id === draft.id).renderedTexts).toHaveLength(2);
  });
});
