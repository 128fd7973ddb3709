/** An organisation that follows a filter, and what its inbox holds in the end. */
import { expect, vi } from 'vitest';
import { owed } from './check-subscriber.js';
import { post } from './post.js';
import type { ReceivedEvent, Recorder } from './recorder.js';
import { ADMIN_KEY, patience, type Site } from './site.js';
import type { Truth } from './truth.js';

const FOLLOW = `mutation ($input: FollowInput!) { follow(input: $input) { follow { id } errors { code message } } }`;
const UNFOLLOW = `mutation ($input: UnfollowInput!) { unfollow(input: $input) { errors { code } } }`;
const ITEMS = `query ($organisationId: ID, $after: String) {
  inbox(organisationId: $organisationId) {
    items(first: 1000, after: $after) { nodes { event { id cursor type recordId } } pageInfo { endCursor hasNextPage } }
  }
}`;

/** What its live subscription asks for. */
export const INBOX_SUBSCRIPTION = `subscription ($after: String, $organisationId: ID) {
  inboxItems(after: $after, organisationId: $organisationId) { event { id cursor type recordId } }
}`;

export class InboxReader {
  private constructor(
    readonly recorder: Recorder,
    private readonly site: Site,
    private readonly organisationId: string,
    private readonly follow: string,
  ) {}

  static async open(site: Site, recorder: Recorder, organisationId: string): Promise<InboxReader> {
    const input = { organisationId, name: 'Faults', filter: recorder.history.filter };
    const { data, text } = await post(site.servers[0]!.url, FOLLOW, { input }, ADMIN_KEY);
    const follow = data?.follow?.follow;
    if (follow == null) throw new Error(text);
    recorder.open();
    return new InboxReader(recorder, site, organisationId, follow.id);
  }

  /** Reads what is in it, once that is as much as it is owed. */
  async read({ log }: Truth, timeout: number): Promise<void> {
    let items: ReceivedEvent[] = [];
    await vi
      .waitFor(
        async () => {
          items = await this.items();
          expect(items.length).toBeGreaterThanOrEqual(owed(this.recorder.history, log).length);
        },
        { ...patience, timeout },
      )
      .catch(() => undefined);
    for (const item of items) this.recorder.receive(0, '', item);
  }

  async close(): Promise<void> {
    const { url } = this.site.servers[0]!;
    await post(url, UNFOLLOW, { input: { id: this.follow } }, ADMIN_KEY).catch(() => undefined);
  }

  /** Those of this follow, oldest first. */
  private async items(): Promise<ReceivedEvent[]> {
    const items: ReceivedEvent[] = [];
    for (let after: string | null = null; ;) {
      const { organisationId } = this;
      const { data } = await post(this.site.servers[0]!.url, ITEMS, { organisationId, after }, ADMIN_KEY);
      const { nodes, pageInfo } = data.inbox.items;
      for (const { event } of nodes as { event: ReceivedEvent }[]) {
        if (positionOf(event) <= this.recorder.history.afterPosition) return items.reverse();
        items.push(event);
      }
      if (!pageInfo.hasNextPage) return items.reverse();
      after = pageInfo.endCursor;
    }
  }
}

/** Nobody but a test looks into a cursor. */
function positionOf({ cursor }: ReceivedEvent): number {
  return Number(Buffer.from(cursor, 'base64url').toString().split('.')[1]);
}
