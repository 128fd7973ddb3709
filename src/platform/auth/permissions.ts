/** Who may do what: one table, asked by services before they do it. */
import { requestError } from '../../common/errors.js';
import type { Role, Viewer } from './viewer.js';

const ROLES = {
  'record.read-published': ['ANONYMOUS', 'ADMIN'],
  'record.read-unpublished': ['ADMIN'],
  'record.create': ['ADMIN'],
  'record.update': ['ADMIN'],
  'record.submit': ['ADMIN'],
  'record.review': ['ADMIN'],
  'record.retract': ['ADMIN'],
  'record.link': ['ADMIN'],
  'record.add-evidence': ['ADMIN'],
  'record.adopt': ['ADMIN'],
  'revision.read': ['ADMIN'],
  'organisation.create': ['ADMIN'],
  'organisation.update': ['ADMIN'],
  'theme.create': ['ADMIN'],
} as const satisfies Record<string, readonly Role[]>;

/** Something that a viewer may or may not do. */
export type Action = keyof typeof ROLES;

export function can(viewer: Viewer, action: Action): boolean {
  return (ROLES[action] as readonly Role[]).includes(viewer.role);
}

/**
 * Lets a permitted action pass.
 *
 * @throws UNAUTHENTICATED when nobody is signed in, FORBIDDEN when who is signed in may not.
 */
export function assertCan(viewer: Viewer, action: Action): void {
  if (can(viewer, action)) return;
  if (viewer.role === 'ANONYMOUS') {
    throw requestError('UNAUTHENTICATED', `This needs a key (${action}): send it as "Authorization: Bearer ...".`);
  }
  throw requestError('FORBIDDEN', `Your key does not allow this (${action}).`);
}
