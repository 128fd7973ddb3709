/** Who is asking. */

/** Rights a credential carries. ADMIN may do everything. */
export type Role = 'ANONYMOUS' | 'ADMIN';

/** The one on whose behalf a request runs; made anew for each request, never changed. */
export interface Viewer {
  readonly role: Role;
  /** Name under which writes are recorded in revisions, e.g. `admin`. */
  readonly actor: string;
  /** Equal for viewers who see exactly the same: what was worked out for one may be given to another. */
  readonly scope: string;
}

export const ANONYMOUS: Viewer = Object.freeze({ role: 'ANONYMOUS', actor: 'anonymous', scope: 'public' });
export const ADMIN: Viewer = Object.freeze({ role: 'ADMIN', actor: 'admin', scope: 'admin' });
