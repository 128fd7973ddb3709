/** Wakes those who follow an inbox live, in this process. */
import sql from 'sql-template-tag';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import { InboxSource } from './inbox-source.js';
import { inboxOwner, requireInbox } from './inbox-owner.js';

/** What somebody waits for, to be called off when they wait no longer. */
export interface InboxWait {
  /** Up to where nothing came into the inbox while it was waited for; 0 when that is not known. */
  readonly over: Promise<number>;
  cancel(): void;
}

export class InboxFeed {
  /** By the inbox that they wait for. */
  private readonly waiters = new Map<string, Set<(quietUpTo: number) => void>>();
  private position: number | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: KnowledgeLog,
  ) {}

  /**
   * Follows an inbox.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID, CURSOR_EXPIRED
   */
  async subscribe(
    viewer: Viewer,
    { organisationId, after }: { readonly organisationId?: string | null; readonly after?: string | null },
  ): Promise<InboxSource> {
    const owner = inboxOwner(viewer, organisationId);
    const inboxId = await requireInbox(this.database, owner);
    const end = await this.log.end();
    const position = after == null ? end.position : await this.log.positionOf(after);
    return new InboxSource({ database: this.database, feed: this, inboxId, place: { epoch: end.epoch, position } });
  }

  /** Begins to wait for items of an inbox. Whoever waits first and reads then misses none. */
  wait(inboxId: string): InboxWait {
    let end!: (quietUpTo: number) => void;
    const over = new Promise<number>((resolve) => (end = resolve));
    const waiters = this.waiters.get(inboxId) ?? new Set();
    this.waiters.set(inboxId, waiters.add(end));
    const cancel = () => {
      waiters.delete(end);
      if (waiters.size === 0 && this.waiters.get(inboxId) === waiters) this.waiters.delete(inboxId);
      end(0);
    };
    return { over, cancel };
  }

  /** Wakes those whose inboxes got something up to a position, to which the log is dealt out now. */
  async advance(position: number): Promise<void> {
    const before = this.position;
    if (position === before) return;
    const awaited = [...this.waiters.keys()];
    const inboxes =
      awaited.length === 0
        ? []
        : await this.database.rows<{ inboxId: string }>(
            sql`SELECT DISTINCT inbox_id AS "inboxId" FROM inbox_item
              WHERE position > ${before ?? 0} AND position <= ${position} AND inbox_id = ANY(${awaited}::uuid[])`,
          );
    // Not before: what could not be read is looked for again.
    this.position = position;
    for (const { inboxId } of inboxes) {
      const waiters = this.waiters.get(inboxId);
      this.waiters.delete(inboxId);
      for (const end of waiters ?? []) end(before ?? 0);
    }
  }
}
