/** Ends connections whose credential is no longer what it was when they came. */
import type { Database } from '../database/database.js';
import { credentialOf, currentViewers } from './credentials.js';
import type { Viewer } from './viewer.js';

/**
 * Time between two looks, in milliseconds. Looked for and not told of, so that a lost notification, a server that was away
 * or a key that ends by itself make no difference; and one statement for all connections, none when all are anonymous.
 */
const INTERVAL_MILLISECONDS = 250;

/** Why a connection ends: the credential is not good any more, or it stands for something else now. */
export type CredentialEnd = 'ENDED' | 'CHANGED';

/**
 * Has `end` called, once, when the viewer's key is revoked or over, the token over, the person erased, or what either may do
 * has changed.
 *
 * @returns to be called when the connection is gone
 */
export type WatchCredential = (viewer: Viewer, end: (reason: CredentialEnd) => void) => () => void;

interface Watched {
  readonly viewer: Viewer;
  readonly end: (reason: CredentialEnd) => void;
}

export class CredentialWatch {
  private readonly watched = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  /** @param onError hears why a look failed; the next one comes all the same */
  constructor(
    private readonly database: Database,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), INTERVAL_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  readonly watch: WatchCredential = (viewer, end) => {
    if (credentialOf(viewer) === null) return () => undefined;
    const entry = { viewer, end };
    this.watched.add(entry);
    return () => void this.watched.delete(entry);
  };

  private async look(): Promise<void> {
    if (this.watched.size === 0 || this.looking) return;
    this.looking = true;
    try {
      // Not those who come while the database is asked: it was not asked about them.
      const watched = [...this.watched];
      // One viewer for each credential: a dashboard may have many connections with one key.
      const viewers = new Map(watched.map(({ viewer }) => [credentialOf(viewer), viewer]));
      const current = await currentViewers(this.database, [...viewers.values()]);
      const now = new Date();
      for (const entry of watched) {
        if (this.watched.has(entry)) this.judge(entry, current.get(credentialOf(entry.viewer)!), now);
      }
    } catch (error) {
      this.onError(error as Error);
    } finally {
      this.looking = false;
    }
  }

  private judge(entry: Watched, current: Viewer | undefined, now: Date): void {
    const { viewer } = entry;
    const over = current === undefined || (viewer.expiresAt !== null && viewer.expiresAt <= now);
    if (!over && rightsOf(viewer) === rightsOf(current)) return;
    this.watched.delete(entry);
    entry.end(over ? 'ENDED' : 'CHANGED');
  }
}

function rightsOf({ memberships, scopes }: Viewer): string {
  return JSON.stringify([memberships.map(({ organisationId, role }) => [organisationId, role]), scopes]);
}
