/** A knowledge base in which every text that is not for everybody can be told from all others. */
import { expect } from 'vitest';
import { follow } from './inbox.js';
import { invite, type RoleName } from './people.js';
import { createCaseStudy, createExperience, createLesson, libraryId, mutate, publish } from './records.js';
import type { TestServer } from './server.js';

/** Whom a canary may reach: everybody; who reads an organisation's drafts; who looks after its people; the operator; nobody. */
export type Audience = 'everybody' | 'drafts' | 'people' | 'operator' | 'nobody';

export interface Canary {
  readonly text: string;
  readonly audience: Audience;
  /** Whose it is, where that matters. */
  readonly organisationId: string;
  readonly what: string;
}

/** Letters alone: what search, folding, slugs and e-mail addresses leave as it is. */
function word(number: number): string {
  return `kanarie${[...String(number + 1000)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}fugl`;
}

/** Somebody of the organisation, with every secret that it was ever given. */
export interface Bird {
  readonly personId: string;
  readonly key: string;
  readonly secrets: readonly string[];
}

export interface Aviary {
  readonly canaries: readonly Canary[];
  readonly organisationId: string;
  readonly manager: Bird;
  readonly contributor: Bird;
  /** May write for the organisation and read what everybody reads. */
  readonly writer: Bird;
  /** Everything that has an id, by the kind of thing. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
}

async function settle(
  server: TestServer,
  organisationId: string,
  role: RoleName,
  name: string,
  email: string,
  scopes: readonly string[] | undefined,
): Promise<Bird> {
  const { token } = await invite(server, organisationId, role, email);
  const accepted = await server.query(
    `mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { person { id } secret } }`,
    { input: { token, name } },
  );
  const { person, secret } = accepted.data.acceptInvitation;
  if (scopes === undefined) return { personId: person.id, key: secret, secrets: [token, secret] };
  const made = await server.as(
    secret,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { name: 'a second key', scopes } },
  );
  const key = made.data.createApiKey.secret;
  return { personId: person.id, key, secrets: [token, secret, key] };
}

/** Fills an organisation with records in every state, people, keys and requests, each text of its own. */
export async function fill(server: TestServer, isil: string, offset: number): Promise<Aviary> {
  const organisationId = await libraryId(server, isil);
  const canaries: Canary[] = [];
  const canary = (audience: Audience, what: string): string => {
    const text = word(offset + canaries.length);
    canaries.push({ text, audience, organisationId, what });
    return text;
  };
  const hidden = (what: string) => canary('drafts', what);
  const open = (what: string) => canary('everybody', what);
  const kept = (text: string, audience: Audience, what: string): void => {
    canaries.push({ text, audience, organisationId, what });
  };

  const person = (role: RoleName, name: string, who: string, scopes?: readonly string[]) =>
    settle(server, organisationId, role, name, `${canary('people', `address of the ${who}`)}@example.org`, scopes);
  const people = {
    manager: await person('MANAGER', canary('drafts', 'name of the manager'), 'manager'),
    contributor: await person('CONTRIBUTOR', canary('drafts', 'name of the contributor'), 'contributor'),
    writer: await person('CONTRIBUTOR', canary('people', 'name of the writer'), 'writer', ['WRITE']),
  };
  for (const [who, { secrets }] of Object.entries(people)) {
    for (const secret of secrets) kept(secret, 'nobody', `secret of the ${who}`);
  }

  const texts = (make: (what: string) => string, what: string) => ({
    title: `${what} ${make(`title of the ${what}`)}`,
    organisationId,
    sources: [{ title: make(`source of the ${what}`) }],
  });
  const caseTexts = (make: (what: string) => string, what: string) => ({
    ...texts(make, what),
    summary: make(`summary of the ${what}`),
    description: make(`description of the ${what}`),
    parties: [
      {
        organisationId,
        role: 'LEAD',
        contributions: [{ kind: 'STAFF', description: make(`contribution of the ${what}`) }],
      },
    ],
    rulesOfPlay: [{ topic: 'GOALS', text: make(`rule of the ${what}`) }],
    benefits: [{ group: 'USERS', description: make(`benefit of the ${what}`) }],
    funding: [{ pool: make(`funding of the ${what}`) }],
  });
  const lessonTexts = (make: (what: string) => string, what: string) => ({
    ...texts(make, what),
    context: make(`context of the ${what}`),
    cause: make(`cause of the ${what}`),
    advice: make(`advice of the ${what}`),
    avoid: make(`avoid of the ${what}`),
  });
  const experienceTexts = (make: (what: string) => string, what: string) => ({
    ...texts(make, what),
    purpose: make(`purpose of the ${what}`),
    experienced: make(`experienced of the ${what}`),
    challenges: make(`challenges of the ${what}`),
    barriers: make(`barriers of the ${what}`),
    gain: make(`gain of the ${what}`),
  });

  const draft = await createCaseStudy(server, caseTexts(hidden, 'draft case'));
  const published = await publish(server, await createCaseStudy(server, caseTexts(open, 'published case')));
  await mutate(server, 'updateCaseStudy', 'caseStudy { id }', {
    ...published,
    slug: undefined,
    ...caseTexts(hidden, 'edit in progress'),
  });
  const experience = await publish(
    server,
    await createExperience(server, published.id, experienceTexts(open, 'published experience')),
  );
  const draftExperience = await createExperience(server, published.id, experienceTexts(hidden, 'draft experience'));
  const lesson = await publish(server, await createLesson(server, lessonTexts(open, 'published lesson')));
  const draftLesson = await createLesson(server, lessonTexts(hidden, 'draft lesson'));

  const inReview = await createLesson(server, lessonTexts(hidden, 'lesson in review'));
  const submitted = await mutate(server, 'submitForReview', 'record { id version }', {
    id: inReview.id,
    version: inReview.version,
  });
  const sentBack = await mutate(server, 'requestChanges', 'record { id version }', {
    ...submitted.record,
    comment: hidden('what changes were asked for'),
  });
  const { comment } = await mutate(server, 'addReviewComment', 'comment { id }', {
    recordId: inReview.id,
    version: sentBack.record.version,
    text: hidden('review comment'),
  });

  const retracted = await publish(server, await createLesson(server, lessonTexts(hidden, 'retracted lesson')));
  await mutate(server, 'retract', 'record { id }', {
    id: retracted.id,
    version: retracted.version,
    reason: hidden('why it was retracted'),
  });

  const ends = [
    [lesson.id, retracted.id],
    [lesson.id, draftLesson.id],
    [draft.id, published.id],
  ];
  const links: string[] = [];
  for (const [fromId, toId] of ends) {
    const payload = await mutate(server, 'link', 'link { id }', {
      fromId,
      toId,
      relation: 'CONTINUES',
      note: hidden('note of a link to what is not public'),
    });
    links.push(payload.link.id);
  }
  // What rests on a draft shows once that is published; until then it is nobody's.
  for (const [lessonId, experienceId, audience] of [
    [draftLesson.id, experience.id, 'drafts'],
    [lesson.id, draftExperience.id, 'nobody'],
  ] as const) {
    await mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId,
      experienceId,
      stance: 'SUPPORTS',
      note: canary(audience, 'note of evidence that is not public'),
    });
  }

  const invitation = await mutate(server, 'inviteMember', 'invitation { id } token', {
    organisationId,
    email: `${canary('people', 'address of an invitation')}@example.org`,
    role: 'EDITOR',
  });
  kept(invitation.token, 'nobody', 'token of an invitation');
  const request = await mutate(server, 'requestAccess', 'accessRequest { id } token', {
    organisationId,
    name: canary('operator', 'name of who asks for access'),
    email: `${canary('operator', 'address of who asks for access')}@example.org`,
    reason: canary('operator', 'reason of who asks for access'),
  });
  kept(request.token, 'nobody', 'token of a request');
  const key = await mutate(server, 'createApiKey', 'apiKey { id } secret', {
    organisationId,
    name: canary('people', 'name of a key'),
    scopes: ['WRITE'],
  });
  kept(key.secret, 'nobody', 'a key');
  const shared = await follow(
    server.admin,
    { recommendations: [9] },
    {
      organisationId,
      name: canary('drafts', 'name of a follow'),
    },
  );
  const own = await follow(
    (query, variables) => server.as(people.manager.key, query, variables),
    { recommendations: [9] },
    { name: canary('people', 'name of a follow of the manager') },
  );
  const webhook = await mutate(server, 'createWebhookEndpoint', 'webhookEndpoint { id } secret', {
    organisationId,
    url: `https://${canary('people', 'host of a webhook')}.invalid/${canary('people', 'path of a webhook')}`,
    description: canary('people', 'description of a webhook'),
  });
  kept(webhook.secret, 'nobody', 'secret of a webhook');
  const ping = await mutate(server, 'pingWebhookEndpoint', 'webhookDelivery { id }', {
    id: webhook.webhookEndpoint.id,
  });

  expect(new Set(canaries.map(({ text }) => text)).size).toBe(canaries.length);
  return {
    canaries,
    organisationId,
    ...people,
    ids: {
      record: [draft, published, experience, draftExperience, lesson, draftLesson, inReview, retracted].map(
        ({ id }) => id,
      ),
      slug: [draft, published, experience, draftExperience, lesson, draftLesson, inReview, retracted].map(
        ({ slug }) => slug,
      ),
      link: links,
      comment: [comment.id],
      person: Object.values(people).map(({ personId }) => personId),
      invitation: [invitation.invitation.id],
      accessRequest: [request.accessRequest.id],
      apiKey: [key.apiKey.id],
      follow: [shared.id, own.id],
      webhook: [webhook.webhookEndpoint.id, ping.webhookDelivery.id],
    },
  };
}
