/** The guards that the schema declares hold: each is met by somebody who must not get past it, and by somebody who may. */
import { readFile } from 'node:fs/promises';
import { buildSchema, type GraphQLField } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withPermissionTable } from '../../src/platform/auth/permission-table.js';
import { type Action, RULES } from '../../src/platform/auth/permissions.js';
import { ROLES, SCOPES } from '../../src/platform/auth/viewer.js';
import { buildGraphqlSchema } from '../../src/schema.js';
import { memberOf, type RoleName, type TestPerson } from '../helpers/people.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';
import { declaredActions, rootFields } from './guard-rules.js';
import { minimalOperation, type ValueOf } from './minimal-operation.js';

interface Guarded {
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
  readonly action: Action;
  /** Whether it is guarded by another action as well, for other inputs. */
  readonly twofold: boolean;
}

/**
 * Root fields of which not everybody may make use, once for each action by which they are guarded. Subscriptions are met
 * where they are tested.
 */
const GUARDED: Guarded[] = rootFields(buildGraphqlSchema()).flatMap(({ parent, field }) =>
  (declaredActions(field) as Action[])
    .filter((action) => parent.name !== 'Subscription' && RULES[action].role !== 'ANYBODY')
    .map((action, _index, actions) => ({
      name: `${field.name} (${action})`,
      kind: parent.name === 'Query' ? 'query' : 'mutation',
      field,
      action,
      twofold: actions.length > 1,
    })),
);

/** What is done for no organisation in particular, so that nobody is a stranger to it. */
const OF_NO_ORGANISATION: readonly Action[] = ['organisation.create'];

/** What the inputs name: all of one organisation. */
interface World {
  readonly organisationId: string;
  readonly memberId: string;
  readonly draftId: string;
  readonly lessonId: string;
  readonly caseStudyId: string;
  readonly experienceId: string;
  readonly linkId: string;
  readonly keyId: string;
  readonly invitationId: string;
  readonly accessRequestId: string;
  readonly commentId: string;
  readonly followId: string;
  readonly endpointId: string;
  /** One more, of which the deletion leaves the first. */
  readonly spareEndpointId: string;
  readonly deliveryId: string;
  readonly cursor: string;
}

let server: TestServer;
let database: pg.Client;
let world: World;
let strangers: string;
let outsider: TestPerson;

/** By the name of an argument or of a field of an input, whatever it belongs to. */
const VALUES: Readonly<Record<string, (sender: TestPerson) => unknown>> = {
  caseStudyId: () => world.caseStudyId,
  comment: () => 'Some words.',
  email: () => 'somebody@example.org',
  experienceId: () => world.experienceId,
  fromId: () => world.lessonId,
  lessonId: () => world.lessonId,
  name: () => 'A name',
  organisationId: () => world.organisationId,
  personId: () => world.memberId,
  reason: () => 'Some words.',
  recordId: () => world.draftId,
  secondPersonRequired: () => true,
  taken: () => 'Some words.',
  text: () => 'Some words.',
  title: () => 'A title',
  toId: () => world.caseStudyId,
  version: () => 1,
};

/** By the root field and the name; null for what is left out there. With an action, for what that one guards. */
const VALUES_OF: Readonly<Record<string, (sender: TestPerson) => unknown>> = {
  'addEvidence.id': () => world.lessonId,
  'apiKeys.organisationId key.manage-own': () => null,
  'changeFollow.id inbox.use': () => world.followId,
  'changeFollow.id inbox.use-own': ({ personId }) => followOf({ personId }),
  'approveAccessRequest.id': () => world.accessRequestId,
  'createApiKey.organisationId key.manage-own': () => null,
  'createApiKey.scopes': () => ['READ_DRAFTS'],
  'createWebhookEndpoint.url': () => 'https://hooks.invalid/',
  'declineAccessRequest.id': () => world.accessRequestId,
  'deleteWebhookEndpoint.id': () => world.spareEndpointId,
  'digest.organisationId inbox.use': async ({ personId }) => {
    await digestOf({ organisationId: world.organisationId }, personId);
    return world.organisationId;
  },
  'digest.organisationId inbox.use-own': async ({ personId }) => {
    await digestOf({ personId }, personId);
    return null;
  },
  'follow.organisationId inbox.use-own': () => null,
  'follows.organisationId inbox.use-own': () => null,
  'inbox.organisationId inbox.use-own': () => null,
  'markInboxItems.ids inbox.use': async () => [await itemOf({ organisationId: world.organisationId })],
  'markInboxItems.ids inbox.use-own': async ({ personId }) => [await itemOf({ personId })],
  'markInboxItems.isRead': () => true,
  'markInboxRead.organisationId inbox.use-own': () => null,
  'erasePerson.personId person.manage-own': ({ personId }) => personId,
  'personalData.personId person.manage-own': () => null,
  'pingWebhookEndpoint.id': () => world.endpointId,
  'publish.id': () => world.draftId,
  'recordAdoption.recordId': () => world.lessonId,
  'redeliverWebhookDelivery.id': () => world.deliveryId,
  'replayWebhookEndpoint.after': () => world.cursor,
  'replayWebhookEndpoint.id': () => world.endpointId,
  'requestChanges.id': () => world.draftId,
  'resolveReviewComment.id': () => world.commentId,
  'retract.id': () => world.lessonId,
  'revokeApiKey.id key.manage': () => world.keyId,
  'revokeApiKey.id key.manage-own': ({ keyId }) => keyId,
  'revokeInvitation.id': () => world.invitationId,
  'rotateWebhookSecret.id': () => world.endpointId,
  'setDigest.organisationId inbox.use-own': () => null,
  'submitForReview.id': () => world.draftId,
  'unfollow.id inbox.use': () => followOf({ organisationId: world.organisationId }),
  'unfollow.id inbox.use-own': ({ personId }) => followOf({ personId }),
  'unlink.id': () => world.linkId,
  'updateCaseStudy.id': () => world.caseStudyId,
  'updateExperience.id': () => world.experienceId,
  'updateLesson.id': () => world.draftId,
  'updatePartner.id': () => world.organisationId,
  'updateWebhookEndpoint.id': () => world.endpointId,
  'webhookEndpoint.id': () => world.endpointId,
};

/** Whose an inbox is. */
type Owner = { personId: string } | { organisationId: string };

function inboxOf(owner: Owner): string {
  const [column, id] = 'personId' in owner ? ['person_id', owner.personId] : ['organisation_id', owner.organisationId];
  return `INSERT INTO inbox (id, ${column}, created_at) VALUES (gen_random_uuid(), '${id}', now())
    ON CONFLICT (${column}) DO UPDATE SET ${column} = excluded.${column} RETURNING id`;
}

/** A follow of somebody, made by nobody that the test is about. */
async function followOf(owner: Owner): Promise<string> {
  const { rows } = await database.query(`WITH inbox AS (${inboxOf(owner)})
    INSERT INTO follow SELECT gen_random_uuid(), id, 'n', jsonb_build_object('themes', gen_random_uuid()), 'NOTHING', 0, now()
    FROM inbox RETURNING id`);
  return rows[0].id;
}

/** Something in the inbox of somebody. */
async function itemOf(owner: Owner): Promise<string> {
  const { rows } = await database.query(`WITH inbox AS (${inboxOf(owner)})
    INSERT INTO inbox_item SELECT gen_random_uuid(), id, 1, 'FOLLOWED' FROM inbox
    ON CONFLICT (inbox_id, position) DO UPDATE SET reason = 'FOLLOWED' RETURNING id`);
  return rows[0].id;
}

function operationOf({ kind, field, action }: Guarded, sender: TestPerson) {
  const valueOf: ValueOf = (fieldName, valueName) => {
    const own = VALUES_OF[`${fieldName}.${valueName} ${action}`] ?? VALUES_OF[`${fieldName}.${valueName}`];
    return (own ?? VALUES[valueName])?.(sender) ?? undefined;
  };
  return minimalOperation(kind, field, valueOf);
}

/** Sends the field's operation as somebody. */
async function send(guarded: Guarded, sender: TestPerson): Promise<GraphqlResponse> {
  const { query, variables } = operationOf(guarded, sender);
  return sender.query(query, (await settled(variables)) as object);
}

/** Has somebody a digest of an inbox. */
async function digestOf(owner: Owner, personId: string): Promise<void> {
  await database.query(
    `WITH inbox AS (${inboxOf(owner)})
      INSERT INTO digest (id, person_id, inbox_id, frequency, language, position, failures, refusals, unsubscribe_token,
        created_at)
      SELECT gen_random_uuid(), $1, id, 'NONE', 'DA', 0, 0, 0, sha256(gen_random_uuid()::text::bytea), now() FROM inbox
      ON CONFLICT (inbox_id, person_id) DO NOTHING`,
    [personId],
  );
}

/** The same with what was promised in it. */
async function settled(value: unknown): Promise<unknown> {
  if (value instanceof Promise) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(async ([name, inside]) => [name, await settled(inside)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** How it was answered: the code of a top-level error, the codes in a payload, NOTHING where there is none to see, or OK. */
function outcomeOf({ data, errors }: GraphqlResponse): string {
  if (errors !== undefined) return errors.map(({ extensions }) => extensions.code).join(' ');
  const payload = Object.values(data)[0] as { errors?: { code: string }[] } | null;
  if (payload === null) return 'NOTHING';
  return payload.errors?.map(({ code }) => code).join(' ') || 'OK';
}

/** A system of the organisation, whose key may do what a manager may. */
async function systemOf(organisationId: string): Promise<TestPerson> {
  const { secret } = await mutate(server, 'createApiKey', 'secret', { organisationId, name: 'n', scopes: SCOPES });
  return { ...outsider, key: secret, query: (query, variables) => server.as(secret, query, variables) };
}

/** Somebody whose role is just not enough. */
async function tooLow(action: Action): Promise<TestPerson> {
  const { role } = RULES[action];
  if (role === 'PERSON') return systemOf(world.organisationId);
  if (role === 'OPERATOR') return memberOf(server, world.organisationId, 'MANAGER');
  const lower = ROLES[ROLES.indexOf(role as RoleName) - 1];
  return lower === undefined ? outsider : memberOf(server, world.organisationId, lower);
}

/** Somebody whose role is just enough. */
async function highEnough(action: Action): Promise<TestPerson> {
  const { role } = RULES[action];
  if (role === 'OPERATOR') return { ...outsider, query: (query, variables) => server.admin(query, variables) };
  return memberOf(server, world.organisationId, role === 'PERSON' ? 'CONTRIBUTOR' : (role as RoleName));
}

beforeAll(async () => {
  server = await startTestServer();
  database = new pg.Client(server.database.url);
  await database.connect();
  strangers = await libraryId(server, 'DK-710100');
  const partner = { name: 'The rowing club', sector: 'CIVIL_SOCIETY' };
  const organisationId: string = (await mutate(server, 'createPartner', 'partner { id }', partner)).partner.id;
  const of = { organisationId };
  const [draft, published, caseStudy] = [
    await createLesson(server, of),
    await publish(server, await createLesson(server, of)),
    await publish(server, await createCaseStudy(server, of)),
  ];
  const experience = await publish(server, await createExperience(server, caseStudy.id, of));
  const member = await memberOf(server, organisationId, 'CONTRIBUTOR');
  outsider = await memberOf(server, organisationId, 'CONTRIBUTOR');
  await mutate(server, 'removeMember', 'membership { role }', { ...of, personId: outsider.personId });
  const idOf = async (name: string, value: string, input: object): Promise<string> => {
    const { [value]: made, errors } = await mutate(server, name, `${value} { id }`, input);
    expect(errors).toEqual([]);
    return made.id;
  };
  const ends = { fromId: published.id, toId: experience.id };
  const request = { ...of, name: 'n', email: 'n@example.org', reason: 'r' };
  const comment = { recordId: draft.id, version: draft.version, text: 't' };
  const endpoint = { ...of, url: 'https://hooks.invalid/' };
  const endpointId = await idOf('createWebhookEndpoint', 'webhookEndpoint', endpoint);
  world = {
    organisationId,
    memberId: member.personId,
    draftId: draft.id,
    lessonId: published.id,
    caseStudyId: caseStudy.id,
    experienceId: experience.id,
    linkId: await idOf('link', 'link', { ...ends, relation: 'CONTINUES' }),
    keyId: await idOf('createApiKey', 'apiKey', { ...of, name: 'n', scopes: ['WRITE'] }),
    invitationId: await idOf('inviteMember', 'invitation', { ...of, email: 'm@example.org', role: 'EDITOR' }),
    accessRequestId: await idOf('requestAccess', 'accessRequest', request),
    commentId: await idOf('addReviewComment', 'comment', comment),
    followId: await followOf({ organisationId }),
    endpointId,
    spareEndpointId: await idOf('createWebhookEndpoint', 'webhookEndpoint', endpoint),
    deliveryId: await idOf('pingWebhookEndpoint', 'webhookDelivery', { id: endpointId }),
    cursor: (await server.query('{ knowledgeCursor }')).data.knowledgeCursor,
  };
});

afterAll(async () => {
  await database.end();
  await server.close();
});

const auditEntries = async (): Promise<number> =>
  (await database.query('SELECT count(*)::integer AS count FROM audit_log')).rows[0].count;

/** Sends the operation of somebody who must not get past the guard, and holds that nothing came of it. */
async function refusalOf(guarded: Guarded, sender: TestPerson): Promise<string> {
  const before = await auditEntries();
  const outcome = outcomeOf(await send(guarded, sender));
  expect(await auditEntries()).toBe(before);
  return outcome;
}

describe.each(GUARDED)('$name', (guarded) => {
  const { action, kind, twofold } = guarded;
  const { role, scope } = RULES[action];

  it('is not for somebody who is not signed in', async () => {
    const anonymous = { ...outsider, query: server.query };
    expect(await refusalOf(guarded, anonymous)).toBe('UNAUTHENTICATED');
  });

  if (scope !== null) {
    it('is not for a manager whose key lacks the scope', async () => {
      const scopes = SCOPES.filter((one) => one !== scope);
      const manager = await memberOf(server, world.organisationId, 'MANAGER', scopes);
      expect(twofold ? ['FORBIDDEN', 'NOT_FOUND'] : ['FORBIDDEN']).toContain(await refusalOf(guarded, manager));
    });
  }

  it('is not for somebody one role below', async () => {
    const outcome = await refusalOf(guarded, await tooLow(action));
    // Whom the other action lets pass is told that there is no such thing of theirs.
    expect(twofold ? ['FORBIDDEN', 'NOT_FOUND'] : ['FORBIDDEN']).toContain(outcome);
  });

  if (role !== 'PERSON' && !OF_NO_ORGANISATION.includes(action)) {
    it('is not for a manager of another organisation', async () => {
      const stranger = await memberOf(server, strangers, 'MANAGER');
      const answers = kind === 'mutation' ? ['FORBIDDEN', 'NOT_FOUND'] : ['FORBIDDEN', 'NOTHING'];
      expect(answers).toContain(await refusalOf(guarded, stranger));
    });
  }
});

it('is for those who may, by the very same operations', async () => {
  const outcomes: Record<string, string> = {};
  for (const guarded of GUARDED) {
    outcomes[guarded.name] = outcomeOf(await send(guarded, await highEnough(guarded.action)));
  }
  // What was done before in this test stands in the way of some, which is no matter of who asks.
  const passed = ['OK', 'DUPLICATE', 'INVALID_TRANSITION', 'VERSION_CONFLICT'];
  expect(Object.entries(outcomes).filter(([, outcome]) => !passed.includes(outcome))).toEqual([]);
});

it('wants a value for whatever a new field requires', () => {
  const schema = buildSchema(`
    type Query { new(id: ID!, colour: Colour!, first: Int, filter: Filter = {}): Int }
    type Mutation { new(input: NewInput!): Int }
    enum Colour { RED }
    input Filter { id: ID! }
    input NewInput { title: String!, colours: [Colour!]!, size: Int! = 1, country: String, id: ID! }
  `);
  const values: Record<string, string> = { title: 'A title', country: 'DK' };
  const operation = (kind: 'query' | 'mutation', id?: string) => {
    const root = kind === 'query' ? schema.getQueryType()! : schema.getMutationType()!;
    return minimalOperation(kind, root.getFields()['new']!, (_field, name) => (name === 'id' ? id : values[name]));
  };
  expect(() => operation('query')).toThrow('new requires id');
  expect(() => operation('mutation')).toThrow('new requires id');
  expect(operation('query', '1')).toEqual({
    query: 'query ($id: ID!, $colour: Colour!) { new(id: $id, colour: $colour) }',
    variables: { id: '1', colour: 'RED' },
  });
  expect(operation('mutation', '1').variables).toEqual({
    input: { title: 'A title', colours: ['RED'], country: 'DK', id: '1' },
  });
});

describe('what is not published', () => {
  const DRAFT = 'query ($id: ID!) { node(id: $id) { id } lessons(filter: { statuses: [DRAFT] }) { nodes { id } } }';

  it('is for the organisation’s people with the scope READ_DRAFTS, and nobody else', async () => {
    const draft = await createLesson(server, { organisationId: world.organisationId });
    const sees = async (sender: Pick<TestPerson, 'query'>): Promise<boolean> => {
      const { data } = await sender.query(DRAFT, { id: draft.id });
      const listed = data.lessons.nodes.some(({ id }: { id: string }) => id === draft.id);
      expect(listed).toBe(data.node !== null);
      return listed;
    };
    expect(await sees(await memberOf(server, world.organisationId, 'CONTRIBUTOR'))).toBe(true);
    expect(await sees(await systemOf(world.organisationId))).toBe(true);
    expect(await sees({ query: server.admin })).toBe(true);
    const withoutScope = SCOPES.filter((scope) => scope !== 'READ_DRAFTS');
    expect(await sees(await memberOf(server, world.organisationId, 'MANAGER', withoutScope))).toBe(false);
    expect(await sees(await memberOf(server, strangers, 'MANAGER'))).toBe(false);
    expect(await sees(outsider)).toBe(false);
    expect(await sees({ query: server.query })).toBe(false);
  });
});

describe('the README', () => {
  it('has the table of permissions as it is', async () => {
    const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    expect(text, 'README.md is out of date: run `npm run schema`').toBe(withPermissionTable(text));
    for (const action of Object.keys(RULES)) expect(text).toContain(`| \`${action}\` |`);
  });

  it('is not written where the table has no place', () => {
    const [begin, end] = ['<!-- permissions -->', '<!-- /permissions -->'];
    const old = `a\n${begin}\nold\n${end}\nb`;
    expect(withPermissionTable(old)).not.toContain('old');
    expect(withPermissionTable(old)).toMatch(/^a\n[^]*\| `record\.read` \|[^]*\nb$/);
    for (const text of ['', begin, end, `${end}${begin}`, `${begin}${end}${begin}${end}`]) {
      expect(() => withPermissionTable(text)).toThrow('no place');
    }
  });
});
