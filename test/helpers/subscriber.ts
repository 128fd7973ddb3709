/** A client of subscriptions that keeps all that it hears, so that a test can wait for it. */
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface Subscriber<Event> {
  readonly received: Event[];
  readonly errors: unknown[];
  /** Resolves once the server has acknowledged the connection and was asked for the subscription. */
  readonly started: Promise<void>;
  close(): Promise<void>;
}

export const EVENT_FIELDS =
  'id cursor type recordId recordKind recordVersion record { title status } organisation { name }';

/** Subscribes over graphql-transport-ws. */
export function subscribe<Event = any>(
  url: string,
  query: string,
  variables: Record<string, unknown> = {},
): Subscriber<Event> {
  const received: Event[] = [];
  const errors: unknown[] = [];
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: true,
    retryAttempts: 0,
  });
  const started = new Promise<void>((resolve) => client.on('connected', () => resolve()));
  client.subscribe<Record<string, Event>>(
    { query, variables },
    {
      next: ({ data, errors: failures }) => {
        if (failures) errors.push(...failures);
        if (data) received.push(Object.values(data)[0] as Event);
      },
      error: (error) => void errors.push(...(Array.isArray(error) ? error : [error])),
      complete: () => undefined,
    },
  );
  return { received, errors, started, close: async () => void (await client.dispose()) };
}
