/** Ways past the rules of access that were found once, each tried again. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OidcIssuer, startOidcIssuer } from '../helpers/oidc-issuer.js';
import { invite, memberOf, type TestPerson } from '../helpers/people.js';
import { createCaseStudy, createExperience, mutate, publish } from '../helpers/records.js';
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

const AUDIENCE = 'https://medspil.example/graphql';
const ACCEPT = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { person { id } secret errors { code } } }`;

let issuer: OidcIssuer;
let server: TestServer;
let ours: string;
let theirs: string;
let manager: TestPerson;
let neighbour: TestPerson;

beforeAll(async () => {
  issuer = await startOidcIssuer('/realms/libraries');
  server = await startTestServer({
    environment: {
      OIDC_ISSUER: issuer.url,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_ORGANISATION_CLAIM: 'isil',
      OIDC_ROLE_CLAIM: 'roles',
      OIDC_ROLES: 'redaktion=EDITOR',
    },
  });
  [ours, theirs] = await libraries(server);
  manager = await memberOf(server, ours, 'MANAGER');
  neighbour = await memberOf(server, theirs, 'MANAGER');
});
afterAll(async () => {
  await server?.close();
  await issuer?.stop();
});

const as =
  (key: string): Send =>
  (query, variables) =>
    server.as(key, query, variables);

interface Entry {
  readonly targetId: string;
  readonly details: Record<string, unknown>;
}

async function auditLog({ query, organisationId }: TestPerson, action: string): Promise<Entry[]> {
  const { data, errors } = await query(
    `query ($id: ID!, $actions: [String!]) {
      auditLog(organisationId: $id, actions: $actions, first: 100) { nodes { targetId details } } }`,
    { id: organisationId, actions: [action] },
  );
  expect(errors).toBeUndefined();
  return data.auditLog.nodes;
}

async function tokenOf(subject: string, claims: object): Promise<string> {
  return (await issuer.signIn({ subject, audience: AUDIENCE, claims })).accessToken;
}

async function publishedLesson({ query, organisationId }: TestPerson) {
  const { id } = await draftLesson(query, organisationId);
  await step(query, 'publish', id, await step(query, 'submitForReview', id, 1));
  return id;
}

describe('who invites another’s address', () => {
  it('cannot erase, as the one it invited, what other organisations wrote to it', async () => {
    const email = 'victim@example.org';
    const invitation = await invite(server, theirs, 'EDITOR', email);
    const { token } = await write(manager.query, 'inviteMember', 'token', {
      organisationId: ours,
      email,
      role: 'CONTRIBUTOR',
    });
    const { person, secret } = (await server.query(ACCEPT, { input: { token, name: 'A puppet' } })).data
      .acceptInvitation;
    const { erased } = await write(as(secret), 'erasePerson', 'erased', { personId: person.id });
    expect(erased).toBe(true);
    const { data } = await server.query(ACCEPT, { input: { token: invitation.token, name: 'Vera' } });
    expect(data.acceptInvitation.errors).toEqual([]);
  });
});

describe('a place that came with tokens', () => {
  const CLAIMS = { isil: 'DK-775100', roles: 'redaktion' };
  const role = async (send: Send) => (await send('{ viewer { role } }')).data.viewer.role;

  it('is taken from who gets no more of them, and with it what their keys reach', async () => {
    const token = await tokenOf('left-without-a-word', CLAIMS);
    const { secret } = await write(as(token), 'createApiKey', 'secret', { name: 'Script', scopes: ['PUBLISH'] });
    expect(await role(as(secret))).toBe('EDITOR');
    const { data } = await as(token)('{ viewer { person { id } } }');
    const member = { organisationId: ours, personId: data.viewer.person.id };
    const { membership, errors } = await write(manager.query, 'removeMember', 'membership { role }', member);
    expect({ membership, errors }).toEqual({ membership: { role: 'EDITOR' }, errors: [] });
    expect(await role(as(secret))).toBe('PERSON');
    expect(await role(as(token))).toBe('EDITOR');
  });

  it('does not go without a trace in the log of its organisation', async () => {
    const { data } = await as(await tokenOf('moved', CLAIMS))('{ viewer { person { id } } }');
    expect(await role(as(await tokenOf('moved', { ...CLAIMS, isil: 'DK-746100' })))).toBe('EDITOR');
    const entries = async (person: TestPerson) =>
      (await auditLog(person, 'member.manage'))
        .filter(({ targetId }) => targetId === data.viewer.person.id)
        .map(({ details }) => details);
    expect(await entries(manager)).toEqual([
      { before: 'EDITOR', role: null, origin: 'CLAIMS' },
      { role: 'EDITOR', origin: 'CLAIMS' },
    ]);
    expect(await entries(neighbour)).toEqual([{ role: 'EDITOR', origin: 'CLAIMS' }]);
  });
});

describe('the audit log of an organisation', () => {
  it('has what its people did at the records of others, and theirs has not', async () => {
    const lesson = await publishedLesson(manager);
    const foreign = await publishedLesson(neighbour);
    const { link } = await write(manager.query, 'link', 'link { id }', {
      fromId: foreign,
      toId: lesson,
      relation: 'RELATED',
    });
    const caseStudy = await publish(server, await createCaseStudy(server));
    const experience = await publish(server, await createExperience(server, caseStudy.id, { organisationId: ours }));
    await write(neighbour.query, 'addEvidence', 'lesson { id }', {
      lessonId: foreign,
      experienceId: experience.id,
      stance: 'SUPPORTS',
    });
    const targets = async (person: TestPerson, action: string) =>
      (await auditLog(person, action)).map(({ targetId }) => targetId);
    expect(await targets(manager, 'record.link')).toContain(link.id);
    expect(await targets(neighbour, 'record.link')).not.toContain(link.id);
    expect(await targets(neighbour, 'record.add-evidence')).toContain(foreign);
    expect(await targets(manager, 'record.add-evidence')).not.toContain(foreign);
  });

  it('tells of a record that was handed over to another', async () => {
    const both = await memberOf(server, ours, 'CONTRIBUTOR');
    const { token } = await invite(server, theirs, 'CONTRIBUTOR');
    expect((await both.query(ACCEPT, { input: { token } })).data.acceptInvitation.errors).toEqual([]);
    const { id } = await draftLesson(both.query, ours);
    await editLesson(both.query, id, 1, { organisationId: theirs });
    for (const person of [manager, neighbour]) {
      const entries = (await auditLog(person, 'record.update')).filter(({ targetId }) => targetId === id);
      expect(entries.map(({ details }) => details)).toEqual([{ version: 2, handedOverTo: theirs }]);
    }
  });
});

it('what a key writes that was made by another key counts as written by who made the first', async () => {
  await requireSecondPerson(server, theirs, true);
  const first = await keyOfSystem(neighbour.query, theirs, 'first', ['READ_DRAFTS', 'WRITE', 'MANAGE']);
  const second = await keyOfSystem(as(first), theirs, 'second', ['READ_DRAFTS', 'WRITE']);
  const { id } = await draftLesson(as(second), theirs);
  const version = await step(as(second), 'submitForReview', id, 1);
  const refused = await write(neighbour.query, 'publish', 'record { id }', { id, version });
  expect(refused.errors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
  const other = await memberOf(server, theirs, 'EDITOR');
  expect((await write(other.query, 'publish', 'record { id }', { id, version })).errors).toEqual([]);
  await requireSecondPerson(server, theirs, false);
});

it('the municipality of a retracted case is not found by its experiences', async () => {
  const { id, version } = await publish(server, await createCaseStudy(server, { municipalityCode: '0825' }));
  const experience = await publish(server, await createExperience(server, id));
  const found = async () => {
    const { data } = await server.query('{ experiences(filter: { municipalities: ["0825"] }) { nodes { id } } }');
    return data.experiences.nodes;
  };
  expect(await found()).toEqual([{ id: experience.id }]);
  await mutate(server, 'retract', 'record { id }', { id, version, reason: 'Asked for by the other party.' });
  expect(await found()).toEqual([]);
});

describe('a forged cursor', () => {
  const forge = (name: string, key: unknown) =>
    Buffer.from(JSON.stringify([name, key, '01890000-0000-7000-8000-000000000000'])).toString('base64url');

  it.each(['1', '2020', '+200000-01-01T00:00:00.000Z', '-000001-01-01T00:00:00.000Z'])(
    'with the time %s is refused, and no fault of the server',
    async (time) => {
      const { errors } = await server.query('query ($after: String) { lessons(after: $after) { nodes { id } } }', {
        after: forge('published DESC', time),
      });
      expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['CURSOR_INVALID']);
    },
  );

  it.each([1.5, 2 ** 31, 1e300])('with the number %s is refused, too', async (number) => {
    const lesson = await publishedLesson(manager);
    const { errors } = await server.query(
      'query ($id: ID!, $after: String) { node(id: $id) { ... on Lesson { revisions(after: $after) { nodes { version } } } } }',
      { id: lesson, after: forge('revision', number) },
    );
    expect(errors!.map(({ extensions }) => extensions.code)).toEqual(['CURSOR_INVALID']);
  });
});

it('texts that are hard to render keep nobody else waiting', async () => {
  const { id } = await publish(server, await createCaseStudy(server));
  const columns = 5_000;
  const table = `${'|a'.repeat(columns)}\n${'|-'.repeat(columns)}\n${'x\n'.repeat(15_000)}`.slice(0, 50_000);
  const { errors } = await tryWrite(manager.query, 'createExperience', 'experience { id }', {
    title: 'Tables',
    language: 'EN',
    organisationId: ours,
    caseStudyId: id,
    purpose: table,
    experienced: table,
    challenges: table,
    barriers: table,
    gain: table,
    phase: 'RUNNING',
    outcome: 'SUCCESS',
  });
  expect(errors).toBeUndefined();
  const { longest, total, result } = await stallsDuring(() =>
    manager.query('{ experiences(filter: { statuses: [DRAFT] }) { nodes { renderedTexts { field } } } }'),
  );
  expect(result.data.experiences.nodes[0].renderedTexts.map(({ field }: { field: string }) => field)).toEqual([
    'purpose',
    'experienced',
    'challenges',
    'barriers',
    'gain',
  ]);
  // Five texts, each as long as the others: one at a time, none takes as much as half of it.
  expect(longest).toBeLessThan(total / 2);
});

/** How long the process, which is the server's as well, did nothing else at a time while something went on. */
async function stallsDuring<Result>(work: () => Promise<Result>) {
  let done = false;
  let longest = 0;
  const begun = performance.now();
  const working = work().finally(() => (done = true));
  for (let before = begun; !done;) {
    await nextTurn();
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return { longest, total: performance.now() - begun, result: await working };
}
