/** A client that follows the knowledge events with a wrapper of client-examples/resume, and keeps what it was given. */
export interface FollowedEvent {
  readonly id: string;
  readonly cursor: string;
  readonly recordId: string;
}

export interface Cut extends Error {
  /** Of the close of a WebSocket, or of a GraphQL error. */
  readonly code?: number | string;
}

export interface Follower {
  readonly events: readonly FollowedEvent[];
  /** How often it began anew, and why where it had a cursor before. */
  readonly beginnings: readonly { readonly cursor: string; readonly lost: Cut | undefined }[];
  readonly cuts: readonly Cut[];
  /** Of the last step. */
  readonly cursor: string | undefined;
  /** Rejects when it gives up. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export type FollowTransport = 'websocket' | 'sse';

interface Step {
  readonly cursor: string;
  readonly event: FollowedEvent | null;
  readonly lost?: Cut;
}

interface Wrapper {
  follow(options: object): AsyncGenerator<Step>;
}

const EVENTS = 'subscription ($after: String) { knowledgeEvents(after: $after) { id cursor recordId } }';

export interface FollowOptions {
  readonly cursor?: string;
  readonly key?: string;
  readonly query?: string;
}

/** Begins to follow; what it misses while its server is away it gets afterwards. */
export async function follow(transport: FollowTransport, url: string, options: FollowOptions = {}): Promise<Follower> {
  const file = new URL(`../../client-examples/resume/${transport}.js`, import.meta.url);
  const wrapper = (await import(file.href)) as Wrapper;
  const events: FollowedEvent[] = [];
  const beginnings: { cursor: string; lost: Cut | undefined }[] = [];
  const cuts: Cut[] = [];
  const stop = new AbortController();
  let last: string | undefined;
  const run = async () => {
    const onCut = (reason: Cut) => void cuts.push(reason);
    for await (const step of wrapper.follow({ query: EVENTS, ...options, url, signal: stop.signal, onCut })) {
      last = step.cursor;
      if (step.event) events.push(step.event);
      else beginnings.push({ cursor: step.cursor, lost: step.lost });
    }
  };
  const ended = run();
  ended.catch(() => undefined);
  return {
    events,
    beginnings,
    cuts,
    get cursor() {
      return last;
    },
    ended,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}
