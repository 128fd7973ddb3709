/** What is kept about people: theirs to see, to change and to have forgotten. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow, inboxOf } from '../helpers/inbox.js';
import { invite, memberOf, type TestPerson } from '../helpers/people.js';
import { libraryId, mutate, publish } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';
import { tablesWith } from '../helpers/stored-text.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let client: pg.Client;
let aarhus: string;
let copenhagen: string;

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  aarhus = await libraryId(server);
  copenhagen = await libraryId(server, 'DK-710100');
  await memberOf(server, aarhus, 'MANAGER');
  await memberOf(server, copenhagen, 'MANAGER');
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

const DATA = 'query ($id: ID) { personalData(personId: $id) }';
const ERASE = `mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { erased errors { code message path } } }`;
const PROFILE = `mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { person { name email namedPublicly } errors { code message path } }
}`;
const REQUEST = `mutation ($input: RequestAccessInput!) {
  requestAccess(input: $input) { accessRequest { id } token errors { code } }
}`;
const APPROVE = `mutation ($input: ApproveAccessRequestInput!) { approveAccessRequest(input: $input) { errors { code } } }`;
const ACCEPT = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { person { id } secret errors { code } }
}`;

const codes = ({ errors }: GraphqlResponse) => errors?.map(({ extensions }) => extensions.code);

async function writeLesson({ query, organisationId }: TestPerson): Promise<string> {
  const { data } = await query(
    'mutation ($input: CreateLessonInput!) { createLesson(input: $input) { lesson { id } errors { code message } } }',
    {
      input: {
        title: 'Share the key to the room',
        language: 'EN',
        organisationId,
        context: 'A room that two share.',
        advice: 'Have two keys.',
      },
    },
  );
  expect(data.createLesson.errors).toEqual([]);
  return data.createLesson.lesson.id;
}

async function comment(person: TestPerson, recordId: string, text: string): Promise<void> {
  await client.query(
    `INSERT INTO review_comment (id, record_id, version, text, person_id, created_at)
     VALUES (gen_random_uuid(), $1, 1, $2, $3, now())`,
    [recordId, text, person.personId],
  );
}

describe('a profile', () => {
  it('is changed by whom it is about', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    const { data } = await person.query(PROFILE, { input: { name: 'Ida', namedPublicly: true } });
    expect(data.updateProfile).toEqual({
      person: { name: 'Ida', email: person.email, namedPublicly: true },
      errors: [],
    });
    const { data: emptied } = await person.query(PROFILE, { input: { email: null } });
    expect(emptied.updateProfile.person).toEqual({ name: 'Ida', email: null, namedPublicly: true });
    const { rows } = await client.query(
      `SELECT details FROM audit_log WHERE target_id = $1 AND action = 'person.manage-own' ORDER BY id`,
      [person.personId],
    );
    expect(rows).toEqual([{ details: { changed: ['name', 'namedPublicly'] } }, { details: { changed: ['email'] } }]);
  });

  it('keeps a name, and takes an e-mail address for what it is', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    for (const name of [null, ' ']) {
      const { data } = await person.query(PROFILE, { input: { name } });
      expect(data.updateProfile).toMatchObject({ person: null, errors: [{ code: 'REQUIRED', path: ['name'] }] });
    }
    const { data } = await person.query(PROFILE, { input: { email: 'nobody' } });
    expect(data.updateProfile.errors).toMatchObject([{ code: 'INVALID', path: ['email'] }]);
  });

  it('is for people', async () => {
    const limited = await memberOf(server, aarhus, 'MANAGER', ['WRITE']);
    const input = { name: 'A' };
    expect(codes(await limited.query(PROFILE, { input }))).toEqual(['FORBIDDEN']);
    expect(codes(await server.admin(PROFILE, { input }))).toEqual(['FORBIDDEN']);
    expect(codes(await server.query(PROFILE, { input }))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('personal data', () => {
  it('are everything that is kept, for whom it is about and for the operator', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    const recordId = await writeLesson(person);
    await comment(person, recordId, 'Is this ours to tell?');
    await client.query(`INSERT INTO person_identity VALUES ('https://issuer.example', 'subject-1', $1)`, [
      person.personId,
    ]);
    const { data, errors } = await person.query(DATA);
    expect(errors).toBeUndefined();
    expect(data.personalData).toMatchObject({
      person: { id: person.personId, name: person.name, email: person.email, namedPublicly: false },
      identities: [{ issuer: 'https://issuer.example', subject: 'subject-1' }],
      memberships: [{ organisationId: aarhus, role: 'EDITOR', origin: 'INVITATION' }],
      apiKeys: [{ id: person.keyId, name: 'First key' }],
      organisationKeysMade: [],
      invitations: [{ organisationId: aarhus, email: person.email }],
      accessRequests: [],
      revisions: [{ recordId, version: 1, status: 'DRAFT' }],
      reviewComments: [{ recordId, version: 1, text: 'Is this ours to tell?' }],
    });
    expect(data.personalData.auditEntries.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['invitation.accept', 'key.manage-own', 'record.create']),
    );
    expect(JSON.stringify(data)).not.toMatch(/hash/i);
    const byOperator = await server.admin(DATA, { id: person.personId });
    expect(byOperator.data.personalData.revisions).toEqual(data.personalData.revisions);
  });

  it('have a place for every column that points at a person', async () => {
    const { rows } = await client.query<{ place: string }>(
      `SELECT conrelid::regclass || '.' || attname AS place
       FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
       WHERE contype = 'f' AND confrelid = 'person'::regclass ORDER BY 1`,
    );
    // Whoever adds one shows it in PersonalDataService, and says in ErasureService what becomes of it.
    expect(rows.map(({ place }) => place)).toEqual([
      'api_key.made_by',
      'api_key.person_id',
      'audit_log.person_id',
      'digest.person_id',
      'digest_confirmation.person_id',
      'inbox.person_id',
      'invitation.person_id',
      'membership.person_id',
      'person_identity.person_id',
      'review_comment.person_id',
      'revision.person_id',
    ]);
  });

  it('are nobody else’s to see or to erase', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    const manager = await memberOf(server, aarhus, 'MANAGER');
    const limited = await memberOf(server, aarhus, 'MANAGER', ['READ_DRAFTS', 'WRITE', 'PUBLISH']);
    const variables = { id: person.personId, input: { personId: person.personId } };
    for (const operation of [DATA, ERASE]) {
      expect(codes(await manager.query(operation, variables))).toEqual(['FORBIDDEN']);
      expect(codes(await server.query(operation, variables))).toEqual(['UNAUTHENTICATED']);
    }
    expect(codes(await limited.query(DATA))).toEqual(['FORBIDDEN']);
    expect(codes(await limited.query(ERASE, { input: { personId: limited.personId } }))).toEqual(['FORBIDDEN']);
    expect(codes(await server.admin(DATA, { id: aarhus }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await server.admin(DATA, { id: 'nobody' }))).toEqual(['BAD_USER_INPUT']);
    expect((await server.admin(ERASE, { input: { personId: aarhus } })).data.erasePerson).toMatchObject({
      erased: null,
      errors: [{ code: 'NOT_FOUND', path: ['personId'] }],
    });
    expect((await person.query('{ viewer { role } }')).data.viewer.role).toBe('CONTRIBUTOR');
  });

  it('are not had by claiming another’s address, nor is what lies there taken away', async () => {
    const victim = 'victim@example.org';
    const { token } = await invite(server, copenhagen, 'EDITOR', victim);
    const ask = { organisationId: copenhagen, name: 'Vera', email: victim, reason: 'Because.' };
    expect((await server.query(REQUEST, { input: ask })).data.requestAccess.errors).toEqual([]);
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    await person.query(PROFILE, { input: { email: victim } });
    const { data } = await person.query(DATA);
    expect(data.personalData.invitations).toMatchObject([{ email: person.email }]);
    expect(data.personalData.accessRequests).toEqual([]);
    const byOperator = await server.admin(DATA, { id: person.personId });
    expect(byOperator.data.personalData.accessRequests).toMatchObject([{ name: 'Vera', email: victim }]);
    expect((await person.query(ERASE, { input: { personId: person.personId } })).data.erasePerson.erased).toBe(true);
    expect(await tablesWith(client, victim)).toEqual(['access_request', 'invitation']);
    const accepted = await server.query(ACCEPT, { input: { token, name: 'Vera' } });
    expect(accepted.data.acceptInvitation.errors).toEqual([]);
  });
});

describe('erasure', () => {
  it('leaves neither name nor address in any table, and all that was written', async () => {
    const [name, email] = ['Zenobia Quist', 'zenobia.quist@example.org'];
    const { data: asked } = await server.query(REQUEST, {
      input: { organisationId: aarhus, name, email, reason: `${name} asks.` },
    });
    const { accessRequest, token } = asked.requestAccess;
    await server.admin(APPROVE, { input: { id: accessRequest.id } });
    const { data } = await server.query(ACCEPT, { input: { token, name } });
    const { person, secret } = data.acceptInvitation;
    const zenobia: TestPerson = {
      personId: person.id,
      name,
      email,
      key: secret,
      keyId: '',
      organisationId: aarhus,
      query: (query, variables) => server.as(secret, query, variables),
    };
    await server.as(
      secret,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { errors { code } } }',
      { input: { name: `Laptop of ${name}`, scopes: ['WRITE'] } },
    );
    const recordId = await writeLesson(zenobia);
    await comment(zenobia, recordId, 'Two keys, or three?');
    // What else was written to her or by her: an invitation that is open, one that ended, a request that waits.
    await invite(server, copenhagen, 'EDITOR', email.toUpperCase());
    await client.query('UPDATE invitation SET revoked_at = now() WHERE id = $1', [
      (await invite(server, copenhagen, 'EDITOR', email)).id,
    ]);
    await server.query(REQUEST, { input: { organisationId: copenhagen, name, email, reason: 'There, too.' } });
    await client.query(`INSERT INTO person_identity VALUES ('https://issuer.example', $1, $2)`, [email, person.id]);
    const identity = 'zenobia';
    expect(await tablesWith(client, identity)).toEqual([
      'access_request',
      'api_key',
      'invitation',
      'person',
      'person_identity',
    ]);
    const { rows: before } = await client.query('SELECT id, person_id FROM audit_log WHERE person_id = $1', [
      person.id,
    ]);

    const erased = await zenobia.query(ERASE, { input: { personId: person.id } });
    expect(erased.data.erasePerson).toEqual({ erased: true, errors: [] });

    expect(await tablesWith(client, identity)).toEqual([]);
    expect(await tablesWith(client, 'quist')).toEqual([]);
    const { rows } = await client.query(
      `SELECT p.name, p.email, p.erased_at IS NOT NULL AS erased,
         (SELECT count(*)::integer FROM revision v WHERE v.person_id = p.id AND v.record_id = $2) AS revisions,
         (SELECT count(*)::integer FROM review_comment c WHERE c.person_id = p.id) AS comments,
         (SELECT count(*)::integer FROM membership m WHERE m.person_id = p.id) AS memberships,
         (SELECT array_agg(DISTINCT k.name) FROM api_key k WHERE k.person_id = p.id) AS keys,
         (SELECT count(*)::integer FROM audit_log a WHERE a.person_id = p.id) AS entries
       FROM person p WHERE p.id = $1`,
      [person.id, recordId],
    );
    expect(rows).toEqual([
      {
        name: null,
        email: null,
        erased: true,
        revisions: 1,
        comments: 1,
        memberships: 0,
        keys: ['Key of an erased person'],
        entries: before.length + 1,
      },
    ]);
    expect(codes(await zenobia.query('{ viewer { role } }'))).toEqual(['UNAUTHENTICATED']);
  });

  it('of somebody by the operator finds what was sent to an address that nobody confirmed', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    await person.query(PROFILE, { input: { email: 'xerxes@example.org' } });
    await invite(server, copenhagen, 'EDITOR', 'xerxes@example.org');
    const { data } = await server.admin(ERASE, { input: { personId: person.personId } });
    expect(data.erasePerson).toEqual({ erased: true, errors: [] });
    expect(await tablesWith(client, 'xerxes')).toEqual([]);
    expect(await tablesWith(client, person.email)).toEqual([]);
    const again = await server.admin(ERASE, { input: { personId: person.personId } });
    expect(again.data.erasePerson.errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('of the last manager waits for another, except by the operator', async () => {
    const esbjerg = await libraryId(server, 'DK-756100');
    const manager = await memberOf(server, esbjerg, 'MANAGER');
    const input = { personId: manager.personId };
    const { data } = await manager.query(ERASE, { input });
    expect(data.erasePerson).toMatchObject({ erased: null, errors: [{ code: 'INVALID', path: ['personId'] }] });
    expect(data.erasePerson.errors[0].message).toContain(esbjerg);
    expect((await manager.query('{ viewer { role person { name } } }')).data.viewer).toEqual({
      role: 'MANAGER',
      person: { name: manager.name },
    });
    expect((await server.admin(ERASE, { input })).data.erasePerson.erased).toBe(true);
  });

  it('is final, also within the operation that does it', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    const { token } = await invite(server, copenhagen, 'EDITOR');
    const { data, errors } = await person.query(
      `mutation ($id: ID!) {
        erasePerson(input: { personId: $id }) { erased }
        again: erasePerson(input: { personId: $id }) { erased errors { code } }
        createApiKey(input: { name: "Later", scopes: [WRITE] }) { secret errors { code } }
      }`,
      { id: person.personId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      erasePerson: { erased: true },
      again: { erased: null, errors: [{ code: 'NOT_FOUND' }] },
      createApiKey: { secret: null, errors: [{ code: 'NOT_FOUND' }] },
    });
    for (const write of [
      'updateProfile(input: { name: "Back" }) { person { name } }',
      'acceptInvitation(input: { token: $token }) { person { name } }',
    ]) {
      const other = await memberOf(server, aarhus, 'EDITOR');
      const answer = await other.query(
        `mutation ($id: ID!${write.includes('$token') ? ', $token: String!' : ''}) {
          erasePerson(input: { personId: $id }) { erased } ${write}
        }`,
        { id: other.personId, token },
      );
      expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
      const { rows } = await client.query('SELECT name FROM person WHERE id = $1', [other.personId]);
      expect(rows).toEqual([{ name: null }]);
    }
  });

  it('takes the inbox with it, and what is adopted later makes no other', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    const id = await writeLesson(person);
    const adopt = (organisationId: string) =>
      mutate(server, 'recordAdoption', 'adoption { id }', {
        recordId: id,
        organisationId,
        taken: 'The keys.',
      });
    const lesson = await publish(server, { id, version: 1 });
    await follow(person.query, { recommendations: [3] }, { name: 'Ophelia follows this' });
    const organisations = await follow(person.query, { recommendations: [3] }, { organisationId: aarhus });
    await adopt(copenhagen);
    await until(async () => expect((await inboxOf(person.query)).items).toHaveLength(1));
    const { data } = await person.query(DATA);
    expect(data.personalData).toMatchObject({
      follows: [{ name: 'Ophelia follows this', filter: { recommendations: [3] }, level: 'EVERYTHING' }],
      inboxItems: [{ type: 'ADOPTED', recordId: lesson.id, reason: 'ADOPTED', readAt: null }],
    });
    expect((await person.query(ERASE, { input: { personId: person.personId } })).data.erasePerson.erased).toBe(true);
    const inboxes = () => client.query('SELECT FROM inbox WHERE person_id = $1', [person.personId]);
    expect((await inboxes()).rowCount).toBe(0);
    expect(await tablesWith(client, 'ophelia')).toEqual([]);
    await adopt(await libraryId(server, 'DK-746100'));
    // The organisation is told of it still, with the same statement that would tell the person.
    await until(async () => {
      const { rows } = await client.query(
        `SELECT FROM inbox_item i JOIN knowledge_log l USING (position) JOIN inbox b ON b.id = i.inbox_id
           WHERE l.record_id = $1 AND l.type = 'ADOPTED' AND b.organisation_id = $2`,
        [lesson.id, aarhus],
      );
      expect(rows).toHaveLength(2);
    });
    expect((await inboxes()).rowCount).toBe(0);
    const { rows } = await client.query('SELECT id FROM follow WHERE id = $1', [organisations.id]);
    expect(rows, 'what an organisation follows stays').toHaveLength(1);
  });

  it('waits for the inboxes that are being filled, and they for it', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    const holder = new pg.Client({ connectionString: server.database.url });
    await holder.connect();
    try {
      await holder.query('BEGIN; SELECT FROM inbox_reader FOR UPDATE');
      const erasing = person.query(ERASE, { input: { personId: person.personId } });
      await until(async () => {
        const { rows } = await client.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%inbox_reader%NO KEY%'
             AND datname = current_database()`,
        );
        expect(rows.length).toBeGreaterThan(0);
      });
      // As an adoption does that is dealt out at this moment.
      await holder.query('INSERT INTO inbox VALUES (gen_random_uuid(), $1, NULL, now())', [person.personId]);
      await holder.query('COMMIT');
      expect((await erasing).data.erasePerson.erased).toBe(true);
      const { rowCount } = await client.query('SELECT FROM inbox WHERE person_id = $1', [person.personId]);
      expect(rowCount).toBe(0);
    } finally {
      await holder.end();
    }
  });

  it('ends what the person follows', async () => {
    const person = await memberOf(server, aarhus, 'EDITOR');
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${person.key}`,
      },
      body: JSON.stringify({ query: 'subscription { knowledgeEvents { id } }' }),
    });
    expect(response.status).toBe(200);
    await person.query(ERASE, { input: { personId: person.personId } });
    // Without an end this waits until the test is over time.
    await response.text();
  });
});
