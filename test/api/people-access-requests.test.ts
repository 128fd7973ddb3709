/** Anybody may ask for an organisation; the operator decides. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memberOf } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let client: pg.Client;
let aarhus: string;

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  aarhus = await libraryId(server);
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

const FIELDS = 'id status comment newOrganisation organisation { id name } decidedAt';
const REQUEST = `mutation ($input: RequestAccessInput!) {
  requestAccess(input: $input) { accessRequest { ${FIELDS} } token errors { code message path } }
}`;
const APPROVE = `mutation ($input: ApproveAccessRequestInput!) {
  approveAccessRequest(input: $input) { accessRequest { ${FIELDS} } errors { code message path } }
}`;
const DECLINE = `mutation ($input: DeclineAccessRequestInput!) {
  declineAccessRequest(input: $input) { accessRequest { ${FIELDS} } errors { code message path } }
}`;
const STATUS = `query ($token: String!) { accessRequest(token: $token) { ${FIELDS} } }`;
const LIST = `query ($status: AccessRequestStatus) { accessRequests(status: $status, first: 1000) { totalCount nodes { id name email reason } } }`;
const ACCEPT = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { person { name email } membership { role organisation { id name } } secret errors { code } }
}`;

const ASKER = { name: 'Bo Berg', email: 'bo@example.org', reason: 'I run the library; call the town hall.' };

async function request(input: object): Promise<any> {
  const { data, errors } = await server.query(REQUEST, { input: { ...ASKER, ...input } });
  expect(errors).toBeUndefined();
  return data.requestAccess;
}

const codes = ({ errors }: GraphqlResponse) => errors?.map(({ extensions }) => extensions.code);
const partner = (name: string) => ({ name, sector: 'CIVIL_SOCIETY' });

describe('a request for access', () => {
  it('for an organisation of the directory leads to its first manager by the token that the asker has', async () => {
    const { accessRequest, token, errors } = await request({ organisationId: aarhus });
    expect(errors).toEqual([]);
    expect(accessRequest).toMatchObject({ status: 'PENDING', organisation: { id: aarhus }, decidedAt: null });
    expect((await server.query(ACCEPT, { input: { token, name: 'Bo' } })).data.acceptInvitation).toMatchObject({
      person: null,
      errors: [{ code: 'NOT_FOUND' }],
    });
    const { data } = await server.admin(APPROVE, { input: { id: accessRequest.id, comment: 'Welcome.' } });
    expect(data.approveAccessRequest).toMatchObject({ accessRequest: { status: 'APPROVED' }, errors: [] });
    expect((await server.query(STATUS, { token })).data.accessRequest).toMatchObject({
      status: 'APPROVED',
      comment: 'Welcome.',
      organisation: { id: aarhus },
    });
    const accepted = await server.query(ACCEPT, { input: { token, name: ASKER.name } });
    expect(accepted.data.acceptInvitation).toMatchObject({
      person: { name: ASKER.name, email: ASKER.email },
      membership: { role: 'MANAGER', organisation: { id: aarhus } },
      secret: expect.stringMatching(/^medspil_/),
      errors: [],
    });
    const again = await server.query(ACCEPT, { input: { token, name: ASKER.name } });
    expect(again.data.acceptInvitation.errors).toEqual([{ code: 'NOT_FOUND' }]);
  });

  it('for a new partner brings it into the directory, and not before', async () => {
    const { accessRequest, token } = await request({ newPartner: partner('Roklubben Havnen') });
    expect(accessRequest).toMatchObject({
      organisation: null,
      newOrganisation: { name: 'Roklubben Havnen', country: 'DK' },
    });
    const inDirectory = () => client.query(`SELECT id FROM organisation WHERE name = 'Roklubben Havnen'`);
    expect((await inDirectory()).rows).toHaveLength(0);
    await server.admin(APPROVE, { input: { id: accessRequest.id } });
    const { rows } = await inDirectory();
    expect(rows).toHaveLength(1);
    const { data } = await server.query(ACCEPT, { input: { token, name: 'Bo' } });
    expect(data.acceptInvitation.membership).toEqual({
      role: 'MANAGER',
      organisation: { id: rows[0].id, name: 'Roklubben Havnen' },
    });
    const { data: own } = await server.as(data.acceptInvitation.secret, '{ viewer { role } }');
    expect(own.viewer.role).toBe('MANAGER');
  });

  it('tells what is wrong with a new partner where it stands', async () => {
    expect((await request({ newPartner: { ...partner(''), cvr: '1' } })).errors).toMatchObject([
      { code: 'REQUIRED', path: ['newPartner', 'name'] },
      { code: 'INVALID', path: ['newPartner', 'cvr'] },
    ]);
    expect((await request({ newPartner: { ...partner('A'), municipalityCode: '0999' } })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['newPartner', 'municipalityCode'] },
    ]);
    const { rows } = await client.query(`SELECT name FROM organisation WHERE id = $1`, [aarhus]);
    const { accessRequest, token, errors } = await request({ newPartner: partner(rows[0].name) });
    expect({ accessRequest, token }).toEqual({ accessRequest: null, token: null });
    expect(errors).toMatchObject([{ code: 'DUPLICATE', path: ['newPartner', 'name'] }]);
    expect(errors[0].message).toContain(aarhus);
  });

  it('for a partner that came into the directory meanwhile cannot be approved, and stays', async () => {
    const first = await request({ newPartner: partner('Teatret ved Åen') });
    const second = await request({ newPartner: partner('TEATRET VED AAEN') });
    await server.admin(APPROVE, { input: { id: first.accessRequest.id } });
    const { data } = await server.admin(APPROVE, { input: { id: second.accessRequest.id } });
    expect(data.approveAccessRequest).toMatchObject({
      accessRequest: null,
      errors: [{ code: 'DUPLICATE', path: ['id'] }],
    });
    expect((await server.query(STATUS, { token: second.token })).data.accessRequest.status).toBe('PENDING');
    const accepted = await server.query(ACCEPT, { input: { token: second.token, name: 'Bo' } });
    expect(accepted.data.acceptInvitation.errors).toEqual([{ code: 'NOT_FOUND' }]);
  });

  it('that is declined opens nothing, and says why', async () => {
    const { accessRequest, token } = await request({ organisationId: aarhus });
    const input = { id: accessRequest.id, comment: 'Nobody there knows you.' };
    expect(
      (await server.admin(DECLINE, { input: { ...input, comment: ' ' } })).data.declineAccessRequest.errors,
    ).toMatchObject([{ code: 'REQUIRED', path: ['comment'] }]);
    const { data } = await server.admin(DECLINE, { input });
    expect(data.declineAccessRequest).toMatchObject({ accessRequest: { status: 'DECLINED' }, errors: [] });
    expect((await server.query(STATUS, { token })).data.accessRequest).toMatchObject({
      status: 'DECLINED',
      comment: 'Nobody there knows you.',
    });
    const accepted = await server.query(ACCEPT, { input: { token, name: 'Bo' } });
    expect(accepted.data.acceptInvitation.errors).toEqual([{ code: 'NOT_FOUND' }]);
  });

  it('is decided once, also by two at once', async () => {
    const { accessRequest } = await request({ newPartner: partner('Koret på Kajen') });
    const input = { id: accessRequest.id, comment: 'x' };
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => server.admin(APPROVE, { input })),
      ...Array.from({ length: 3 }, () => server.admin(DECLINE, { input })),
    ]);
    const errors = answers.map(({ data }) => (data.approveAccessRequest ?? data.declineAccessRequest).errors);
    expect(errors.filter((list) => list.length === 0)).toHaveLength(1);
    expect(errors.filter((list) => list[0]?.code === 'INVALID_TRANSITION')).toHaveLength(5);
  });

  it('names one organisation, which is there', async () => {
    for (const input of [{}, { organisationId: aarhus, newPartner: partner('Two') }]) {
      expect((await request(input)).errors).toMatchObject([{ code: 'INVALID', path: ['organisationId'] }]);
    }
    expect((await request({ organisationId: randomUUID() })).errors).toMatchObject([
      { code: 'NOT_FOUND', path: ['organisationId'] },
    ]);
    expect((await request({ organisationId: aarhus, email: 'nobody', name: '', reason: '' })).errors).toMatchObject([
      { code: 'REQUIRED', path: ['name'] },
      { code: 'INVALID', path: ['email'] },
      { code: 'REQUIRED', path: ['reason'] },
    ]);
  });

  it('is seen by the operator and by the bearer of its token alone', async () => {
    const { accessRequest, token } = await request({ newPartner: partner('Museet') });
    const { data } = await server.admin(LIST, { status: 'PENDING' });
    expect(data.accessRequests.nodes).toContainEqual({ id: accessRequest.id, ...ASKER });
    const manager = await memberOf(server, aarhus, 'MANAGER');
    const input = { id: accessRequest.id, comment: 'x' };
    for (const operation of [LIST, APPROVE, DECLINE]) {
      expect(codes(await manager.query(operation, { input, status: null }))).toEqual(['FORBIDDEN']);
      expect(codes(await server.query(operation, { input, status: null }))).toEqual(['UNAUTHENTICATED']);
    }
    expect((await server.query(STATUS, { token })).data.accessRequest.status).toBe('PENDING');
    expect((await server.query(STATUS, { token: accessRequest.id })).data.accessRequest).toBeNull();
    expect((await server.admin(STATUS, { token: `${token}\0` })).data.accessRequest).toBeNull();
  });
});

it('at most 20 requests for an organisation wait, and 1,000 altogether', async () => {
  const { rows: libraries } = await client.query(
    `SELECT id FROM organisation WHERE kind = 'LIBRARY' ORDER BY id LIMIT 2`,
  );
  const [crowded, quiet] = libraries.map(({ id }) => id);
  const answers = await Promise.all(Array.from({ length: 23 }, () => request({ organisationId: crowded })));
  expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(20);
  expect(answers.find(({ errors }) => errors.length > 0).errors).toMatchObject([
    { code: 'INVALID', path: ['organisationId'] },
  ]);
  expect((await request({ organisationId: quiet })).errors).toEqual([]);
  await client.query(
    `INSERT INTO access_request (id, new_organisation, name, email, reason, token_hash, status, created_at)
     SELECT gen_random_uuid(), '{}', 'x', 'x', 'x', sha256(i::text::bytea), 'PENDING', now()
     FROM generate_series(1, 999 - (SELECT count(*) FROM access_request WHERE status = 'PENDING')) AS i`,
  );
  expect((await request({ organisationId: quiet })).errors).toEqual([]);
  expect((await request({ organisationId: quiet })).errors).toMatchObject([
    { code: 'INVALID', message: expect.stringContaining('1000 requests'), path: null },
  ]);
});
