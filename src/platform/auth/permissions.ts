/** Who may do what: one table, asked by services before they do it. */
import { requestError } from '../../common/errors.js';
import { ROLES, type Role, type Scope, type Viewer } from './viewer.js';

/** What an action asks of the one who wants to do it. ADMIN may do everything. */
interface Rule {
  /** ANYBODY needs no credential; PERSON is somebody who signed in, for what is their own; OPERATOR is ADMIN alone. */
  readonly role: Role | 'ANYBODY' | 'PERSON' | 'OPERATOR';
  readonly scope: Scope | null;
  /** What it is, for people. */
  readonly description: string;
}

const anybody = (description: string): Rule => ({ role: 'ANYBODY', scope: null, description });
const operator = (description: string): Rule => ({ role: 'OPERATOR', scope: null, description });
const rule = (role: Role | 'PERSON', scope: Scope | null, description: string): Rule => ({ role, scope, description });

export const RULES = {
  'record.read': anybody('Read, search and follow what is published'),
  'record.read-unpublished': rule(
    'CONTRIBUTOR',
    'READ_DRAFTS',
    'Read drafts, their whole history and what was said of them',
  ),
  'record.create': rule('CONTRIBUTOR', 'WRITE', 'Write a new draft'),
  'record.update': rule('CONTRIBUTOR', 'WRITE', 'Edit a draft, or begin the edit of a published record'),
  'record.submit': rule('CONTRIBUTOR', 'WRITE', 'Submit a draft for review'),
  'record.comment': rule('CONTRIBUTOR', 'WRITE', 'Comment on a draft or a field of it'),
  'record.link': rule('CONTRIBUTOR', 'WRITE', 'Link a record of the organisation to another, and take the link away'),
  'record.add-evidence': rule(
    'CONTRIBUTOR',
    'WRITE',
    'Rest a lesson on an experience, one of which is the organisation’s',
  ),
  'record.adopt': rule('CONTRIBUTOR', 'WRITE', 'Report that the organisation used a record'),
  'record.review': rule('EDITOR', 'PUBLISH', 'Send a draft in review back for changes'),
  'record.publish': rule('EDITOR', 'PUBLISH', 'Approve and publish a record in review'),
  'record.retract': rule('EDITOR', 'PUBLISH', 'Retract a published record'),
  'directory.read': anybody('Read the directory of libraries and partners, and the framework'),
  'organisation.create': rule('CONTRIBUTOR', 'WRITE', 'Add a partner to the directory'),
  'organisation.update': rule(
    'MANAGER',
    'MANAGE',
    'Change what the directory says of the organisation, and its settings',
  ),
  'member.read': rule('MANAGER', 'MANAGE', 'See the people of the organisation and its invitations'),
  'member.manage': rule('MANAGER', 'MANAGE', 'Invite people, change their roles, remove them'),
  'key.manage': rule('MANAGER', 'MANAGE', 'See, make and revoke the keys of the organisation'),
  'key.manage-own': rule('PERSON', 'MANAGE', 'See, make and revoke keys of one’s own'),
  'person.manage-own': rule('PERSON', 'MANAGE', 'Change, export and erase what is kept of oneself'),
  'person.manage': operator('Export and erase what is kept of anybody'),
  'viewer.read': anybody('See what one’s own credential stands for'),
  'invitation.accept': anybody('Accept an invitation, with its token'),
  'access.request': anybody('Ask to become the first manager of an organisation'),
  'access.decide': operator('Approve or decline such a request'),
  'audit-log.read': rule('MANAGER', 'MANAGE', 'Read who did what for the organisation, with which key'),
  'inbox.use-own': rule('PERSON', null, 'Follow for oneself, read one’s own inbox, have a digest of it'),
  'inbox.use': rule('CONTRIBUTOR', 'WRITE', 'Follow for the organisation, read and mark its inbox'),
  'webhook.manage': rule('MANAGER', 'WEBHOOKS', 'Look after the webhooks of the organisation, see what was delivered'),
  'snapshot.read': anybody('See which snapshots of everything there are, and have their files'),
  'snapshot.take': operator('Take a snapshot of everything that is public'),
  'theme.create': operator('Add a theme'),
} as const satisfies Record<string, Rule>;

/** Something that a viewer may or may not do. */
export type Action = keyof typeof RULES;

/**
 * Whether a viewer may do something.
 *
 * @param organisationId the organisation for which it is done; left out, whether there is any
 */
export function can(viewer: Viewer, action: Action, organisationId?: string): boolean {
  const { role, scope }: Rule = RULES[action];
  if (role === 'ANYBODY' || viewer.kind === 'ADMIN') return true;
  if (role === 'OPERATOR' || (scope !== null && !viewer.scopes.includes(scope))) return false;
  if (role === 'PERSON') return viewer.personId !== null;
  return viewer.memberships.some(
    (membership) =>
      ROLES.indexOf(membership.role) >= ROLES.indexOf(role) &&
      (organisationId === undefined || membership.organisationId === organisationId),
  );
}

/** The organisations for which a viewer may do something; `ALL` when there is no bound. */
export function organisationsWith(viewer: Viewer, action: Action): readonly string[] | 'ALL' {
  if (viewer.kind === 'ADMIN') return 'ALL';
  return viewer.memberships
    .map(({ organisationId }) => organisationId)
    .filter((organisationId) => can(viewer, action, organisationId));
}

/**
 * Lets a permitted action pass.
 *
 * @param organisationId as for {@link can}
 * @throws UNAUTHENTICATED when nobody is signed in, FORBIDDEN when who is signed in may not.
 */
export function assertCan(viewer: Viewer, action: Action, organisationId?: string): void {
  if (can(viewer, action, organisationId)) return;
  if (viewer.kind === 'ANONYMOUS') {
    throw requestError('UNAUTHENTICATED', `This needs a key (${action}): send it as "Authorization: Bearer ...".`);
  }
  throw requestError('FORBIDDEN', `${reason(viewer, action, organisationId)} (${action}).`);
}

/**
 * As {@link assertCan}, satisfied by any of several organisations.
 *
 * @returns the first for which it is permitted: the one that the viewer does it for
 */
export function assertCanForAny(
  viewer: Viewer,
  action: Action,
  organisationIds: readonly [string, ...string[]],
): string {
  const permitted = organisationIds.find((id) => can(viewer, action, id)) ?? organisationIds[0];
  assertCan(viewer, action, permitted);
  return permitted;
}

function reason(viewer: Viewer, action: Action, organisationId: string | undefined): string {
  const { role, scope }: Rule = RULES[action];
  if (role === 'OPERATOR') return 'Only the operator of this server may do this';
  if (scope !== null && !viewer.scopes.includes(scope)) return `Your key lacks the scope ${scope} that this needs`;
  if (role === 'PERSON') return 'This is for people; your key belongs to an organisation';
  return organisationId === undefined
    ? `This needs the role ${role} in an organisation, or one above it`
    : `This needs the role ${role}, or one above it, in the organisation ${organisationId}`;
}
