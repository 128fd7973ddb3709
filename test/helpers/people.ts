/** People of organisations, who come in as anybody would: invited by the operator, with a key of their own. */
import { expect } from 'vitest';
import type { GraphqlResponse, TestServer } from './server.js';

export type RoleName = 'CONTRIBUTOR' | 'EDITOR' | 'MANAGER';

export interface TestPerson {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  /** A key of the person, with the scopes that were asked for. */
  readonly key: string;
  readonly keyId: string;
  readonly organisationId: string;
  /** Sends an operation with the key. */
  query(query: string, variables?: object): Promise<GraphqlResponse>;
}

let count = 0;

/** Invites somebody with the operator's key and gives the token. */
export async function invite(
  server: TestServer,
  organisationId: string,
  role: RoleName,
  email = `invited-${++count}@example.org`,
): Promise<{ id: string; token: string; email: string }> {
  const { data, errors } = await server.admin(
    `mutation ($input: InviteMemberInput!) {
      inviteMember(input: $input) { invitation { id } token errors { code message } }
    }`,
    { input: { organisationId, role, email } },
  );
  expect(errors).toBeUndefined();
  expect(data.inviteMember.errors).toEqual([]);
  return { id: data.inviteMember.invitation.id, token: data.inviteMember.token, email };
}

/**
 * Makes a person who is a member of an organisation.
 *
 * @param scopes what the person's key may be used for; everything unless told
 */
export async function memberOf(
  server: TestServer,
  organisationId: string,
  role: RoleName,
  scopes?: readonly string[],
): Promise<TestPerson> {
  const { token, email } = await invite(server, organisationId, role);
  const name = `Person ${++count} of the tests`;
  const { data, errors } = await server.query(
    `mutation ($input: AcceptInvitationInput!) {
      acceptInvitation(input: $input) { person { id } apiKey { id } secret errors { code message } }
    }`,
    { input: { token, name } },
  );
  expect(errors).toBeUndefined();
  expect(data.acceptInvitation.errors).toEqual([]);
  const { person, apiKey, secret } = data.acceptInvitation;
  const { id: keyId, key } =
    scopes === undefined ? { id: apiKey.id, key: secret } : await keyWithScopes(server, secret, scopes);
  return {
    personId: person.id,
    name,
    email,
    key,
    keyId,
    organisationId,
    query: (query, variables) => server.as(key, query, variables),
  };
}

async function keyWithScopes(
  server: TestServer,
  secret: string,
  scopes: readonly string[],
): Promise<{ id: string; key: string }> {
  const { data, errors } = await server.as(
    secret,
    `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { apiKey { id } secret errors { code message } }
    }`,
    { input: { name: 'A key of the tests', scopes } },
  );
  expect(errors).toBeUndefined();
  expect(data.createApiKey.errors).toEqual([]);
  return { id: data.createApiKey.apiKey.id, key: data.createApiKey.secret };
}

/** Makes a key for a system of an organisation. */
export async function organisationKey(
  server: TestServer,
  organisationId: string,
  scopes: readonly string[] = ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS', 'MANAGE'],
): Promise<string> {
  const { data, errors } = await server.admin(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret errors { code message } } }',
    { input: { name: 'A system of the tests', organisationId, scopes } },
  );
  expect(errors).toBeUndefined();
  expect(data.createApiKey.errors).toEqual([]);
  return data.createApiKey.secret;
}
