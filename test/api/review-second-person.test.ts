/** Where an organisation asks for it, what one person wrote is published by another. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createCaseStudy, publish } from '../helpers/records.js';
import {
  draftLesson,
  editLesson,
  keyOfSystem,
  libraries,
  requireSecondPerson,
  type Send,
  step,
  tryWrite,
  write,
} from '../helpers/review.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let organisationId: string;
let otherId: string;
let author: TestPerson;
let editor: TestPerson;
let manager: TestPerson;

beforeAll(async () => {
  server = await startTestServer();
  [organisationId, otherId] = await libraries(server);
  author = await memberOf(server, organisationId, 'EDITOR');
  editor = await memberOf(server, organisationId, 'EDITOR');
  manager = await memberOf(server, organisationId, 'MANAGER');
});
beforeEach(() => requireSecondPerson(server, organisationId, true));
afterAll(() => server?.close());

const submit = (send: Send, id: string, version: number) => step(send, 'submitForReview', id, version);

/** Why somebody may not publish; nothing when it worked. */
async function refusal(send: Send, id: string, version: number): Promise<string[]> {
  const { record, errors } = await write(send, 'publish', 'record { status }', { id, version });
  if (errors.length === 0) expect(record.status).toBe('PUBLISHED');
  else expect(errors.map(({ path }) => path)).toEqual([['id']]);
  return errors.map(({ code }) => code);
}

const REFUSED = ['INVALID_TRANSITION'];

describe('who wrote a record', () => {
  it('does not publish it, and another editor does', async () => {
    const { id } = await draftLesson(author.query, organisationId);
    const version = await submit(author.query, id, 1);
    expect(await refusal(author.query, id, version)).toEqual(REFUSED);
    expect(await refusal(editor.query, id, version)).toEqual([]);
  });

  it('does not publish it whatever key it comes with', async () => {
    const { secret } = await write(author.query, 'createApiKey', 'secret', {
      name: 'Another key',
      scopes: ['READ_DRAFTS', 'WRITE', 'PUBLISH'],
    });
    const byOtherKey: Send = (query, variables) => server.as(secret, query, variables);
    const { id } = await draftLesson(byOtherKey, organisationId);
    const version = await submit(byOtherKey, id, 1);
    expect(await refusal(author.query, id, version)).toEqual(REFUSED);
    expect(await refusal(byOtherKey, id, version)).toEqual(REFUSED);
    expect(await refusal(editor.query, id, version)).toEqual([]);
  });

  it('does not publish it either as one of several authors, not even where none of it is left', async () => {
    const { id } = await draftLesson(author.query, organisationId, { title: 'Mine' });
    const edited = await editLesson(editor.query, id, 1, { title: 'Ours', context: 'x', advice: 'y' });
    const version = await submit(editor.query, id, edited);
    expect(await refusal(author.query, id, version)).toEqual(REFUSED);
    expect(await refusal(editor.query, id, version)).toEqual(REFUSED);
    expect(await refusal(manager.query, id, version)).toEqual([]);
  });

  it('is not who submits it, asks for changes, comments, or saves it unchanged', async () => {
    const { id } = await draftLesson(author.query, organisationId, { title: 'The same' });
    const unchanged = await editLesson(editor.query, id, 1, { title: 'The same' });
    const first = await submit(editor.query, id, unchanged);
    await write(editor.query, 'addReviewComment', 'comment { id }', { recordId: id, version: first, text: 'Hm' });
    const back = await step(editor.query, 'requestChanges', id, first, { comment: 'More.' });
    const edited = await editLesson(author.query, id, back, { title: 'More' });
    const version = await submit(editor.query, id, edited);
    expect(await refusal(author.query, id, version)).toEqual(REFUSED);
    expect(await refusal(editor.query, id, version)).toEqual([]);
  });
});

describe('an edit of a published record', () => {
  it('has authors of its own', async () => {
    const { id } = await draftLesson(author.query, organisationId);
    const first = await submit(author.query, id, 1);
    const published = await step(editor.query, 'publish', id, first);
    const edited = await editLesson(editor.query, id, published, { title: 'Edited' });
    const version = await submit(editor.query, id, edited);
    expect(await refusal(editor.query, id, version)).toEqual(REFUSED);
    // Wrote what was there before, which the editor had approved.
    expect(await refusal(author.query, id, version)).toEqual([]);
  });

  it('that is saved unchanged has no author', async () => {
    const { id } = await draftLesson(author.query, organisationId, { title: 'As it is' });
    const published = await step(editor.query, 'publish', id, await submit(author.query, id, 1));
    const saved = await editLesson(author.query, id, published, { title: 'As it is' });
    expect(await refusal(author.query, id, await submit(author.query, id, saved))).toEqual([]);
  });

  it('can be taken back by who wrote it: that is no publication', async () => {
    const { id } = await draftLesson(author.query, organisationId);
    const published = await step(editor.query, 'publish', id, await submit(author.query, id, 1));
    await editLesson(author.query, id, published, { title: 'Edited' });
    await step(author.query, 'retract', id, published, { reason: 'Wrong.' });
  });
});

describe('a system of the organisation', () => {
  it('writes in the name of who made its key, and publishes nothing', async () => {
    const secret = await keyOfSystem(manager.query, organisationId, 'System', ['READ_DRAFTS', 'WRITE', 'PUBLISH']);
    const system: Send = (query, variables) => server.as(secret, query, variables);
    const { id } = await draftLesson(system, organisationId);
    const version = await submit(system, id, 1);
    expect(await refusal(system, id, version)).toEqual(REFUSED);
    expect(await refusal(manager.query, id, version)).toEqual(REFUSED);
    expect(await refusal(editor.query, id, version)).toEqual([]);

    const others = await draftLesson(author.query, organisationId);
    expect(await refusal(system, others.id, await submit(author.query, others.id, 1))).toEqual(REFUSED);

    await requireSecondPerson(server, organisationId, false);
    const free = await draftLesson(system, organisationId);
    expect(await refusal(system, free.id, await submit(system, free.id, 1))).toEqual([]);
  });

  it('whose key the operator made writes in nobody’s name', async () => {
    const secret = await keyOfSystem(server.admin, organisationId, 'Operated', ['READ_DRAFTS', 'WRITE']);
    const system: Send = (query, variables) => server.as(secret, query, variables);
    const { id } = await draftLesson(system, organisationId);
    expect(await refusal(manager.query, id, await submit(system, id, 1))).toEqual([]);
  });
});

describe('the operator', () => {
  it('publishes also what the operator wrote', async () => {
    const { id, version } = await createCaseStudy(server, { organisationId, title: 'By the operator' });
    await publish(server, { id, version });
  });
});

describe('the rule', () => {
  it('holds from when it is switched on until it is switched off, also for what was written before', async () => {
    await requireSecondPerson(server, organisationId, false);
    const free = await draftLesson(author.query, organisationId);
    expect(await refusal(author.query, free.id, await submit(author.query, free.id, 1))).toEqual([]);

    const { id } = await draftLesson(author.query, organisationId);
    const version = await submit(author.query, id, 1);
    await requireSecondPerson(server, organisationId, true);
    expect(await refusal(author.query, id, version)).toEqual(REFUSED);
    await requireSecondPerson(server, organisationId, false);
    expect(await refusal(author.query, id, version)).toEqual([]);
  });

  it('is that of both organisations where an edit hands the record over', async () => {
    await requireSecondPerson(server, organisationId, false);
    await requireSecondPerson(server, otherId, true);
    try {
      // At home on both sides.
      const both = await memberOfBoth();
      const { id } = await draftLesson(both, organisationId);
      const published = await step(both, 'publish', id, await submit(both, id, 1));
      const edited = await editLesson(both, id, published, { organisationId: otherId });
      expect(await refusal(both, id, await submit(both, id, edited))).toEqual(REFUSED);
      // It is not the other organisation's before it is published.
      await step(editor.query, 'retract', id, published, { reason: 'Not to be handed over.' });
    } finally {
      await requireSecondPerson(server, otherId, false);
    }
  });

  it('changes nothing for those who may not publish at all', async () => {
    const contributor = await memberOf(server, organisationId, 'CONTRIBUTOR');
    const { id } = await draftLesson(author.query, organisationId);
    const version = await submit(contributor.query, id, 1);
    const refused = await tryWrite(contributor.query, 'publish', 'record { id }', { id, version });
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

/** Somebody who edits for both libraries. */
async function memberOfBoth(): Promise<Send> {
  const person = await memberOf(server, organisationId, 'EDITOR');
  const { token, errors } = await write(server.admin, 'inviteMember', 'token', {
    organisationId: otherId,
    role: 'EDITOR',
    email: person.email,
  });
  expect(errors).toEqual([]);
  const accepted = await write(person.query, 'acceptInvitation', 'person { id }', { token });
  expect(accepted).toMatchObject({ person: { id: person.personId }, errors: [] });
  return person.query;
}
