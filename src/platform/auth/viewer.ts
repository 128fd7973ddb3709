/** Who is asking, and what the credential stands for. */

/** What a person is to an organisation. Each may do what those before it may. */
export const ROLES = ['CONTRIBUTOR', 'EDITOR', 'MANAGER'] as const;
export type Role = (typeof ROLES)[number];

/** What a credential may be used for, whatever the role of who holds it. */
export const SCOPES = ['READ_DRAFTS', 'WRITE', 'PUBLISH', 'WEBHOOKS', 'MANAGE'] as const;
export type Scope = (typeof SCOPES)[number];

/** A place in an organisation. */
export interface Membership {
  readonly organisationId: string;
  readonly role: Role;
}

/** The one on whose behalf a request runs; made anew for each request, never changed. */
export interface Viewer {
  /** PERSON: somebody by a token or a key of their own; ORGANISATION: a system of a library by a key of the library. */
  readonly kind: 'ANONYMOUS' | 'PERSON' | 'ORGANISATION' | 'ADMIN';
  /** Who it is, told apart by nothing else: `anonymous`, `admin`, `person:…` or `key:…`. Writes are recorded under it. */
  readonly actor: string;
  readonly personId: string | null;
  /** The key that was used; null for a token, for the admin key and for none. */
  readonly apiKeyId: string | null;
  /** In the order of the organisations' ids. */
  readonly memberships: readonly Membership[];
  /** In the order of {@link SCOPES}. */
  readonly scopes: readonly Scope[];
  /** Equal for viewers who see exactly the same: what was worked out for one may be given to another. */
  readonly scope: string;
  /** When the credential ends by itself; null when it does not. */
  readonly expiresAt: Date | null;
}

export const ANONYMOUS: Viewer = Object.freeze({
  kind: 'ANONYMOUS',
  actor: 'anonymous',
  personId: null,
  apiKeyId: null,
  memberships: [],
  scopes: [],
  scope: 'public',
  expiresAt: null,
});

export const ADMIN: Viewer = Object.freeze({
  ...ANONYMOUS,
  kind: 'ADMIN',
  actor: 'admin',
  scope: 'admin',
  scopes: SCOPES,
});

/** What is known of a credential that is not the operator's. */
export type Credential = Pick<Viewer, 'personId' | 'apiKeyId' | 'memberships' | 'scopes' | 'expiresAt'>;

/** Makes the viewer of a person (by token or key) or of an organisation's system (by key alone). */
export function viewerOf(credential: Credential): Viewer {
  const { personId, apiKeyId, memberships, scopes } = credential;
  const mayReadDrafts = scopes.includes('READ_DRAFTS') && memberships.length > 0;
  return Object.freeze({
    ...credential,
    kind: personId === null ? 'ORGANISATION' : 'PERSON',
    actor: personId === null ? `key:${apiKeyId}` : `person:${personId}`,
    // What an event looks like depends on what is seen and on nothing else that a viewer is.
    scope: mayReadDrafts ? `drafts ${memberships.map(({ organisationId }) => organisationId).join(' ')}` : 'public',
  });
}
