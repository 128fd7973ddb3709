import { getOperationAST, parse } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import type { GraphiQLProps } from 'graphiql';

type Fetcher = GraphiQLProps['fetcher'];
type Request = Parameters<Fetcher>[0];
type Headers = Record<string, string>;

/**
 * Sends queries and mutations by HTTP POST and subscriptions by graphql-transport-ws, with the headers of the headers
 * editor on either way.
 *
 * @param endpoint absolute http(s) address of the GraphQL endpoint; the WebSocket is opened at the same address
 */
export function createFetcher(endpoint: URL): Fetcher {
  return (edited, options) => {
    const headers: Headers = options?.headers ?? {};
    const operation = findOperation(edited);
    const request = { ...edited, operationName: operation?.name?.value ?? edited.operationName };
    return operation?.operation === 'subscription'
      ? subscribe(endpoint, request, headers)
      : post(endpoint, request, headers);
  };
}

/**
 * GraphiQL's own view of the document lags 100 ms behind the editor, so that just after a change of tabs it names an
 * operation of the other tab; the text itself is always the current one.
 */
function findOperation({ query, operationName }: Request) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null; // The server's answer tells what is wrong with it.
  }
}

async function post(endpoint: URL, request: Request, headers: Headers) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/graphql-response+json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  });
  if (!response.headers.get('content-type')?.includes('json')) {
    throw new Error(`The server answered ${response.status} ${response.statusText} without a GraphQL result.`);
  }
  return response.json();
}

function subscribe(endpoint: URL, request: Request, headers: Headers): ReturnType<Fetcher> {
  const address = new URL(endpoint);
  address.protocol = endpoint.protocol.replace('http', 'ws');

  // graphql-ws sends this very object again when it reconnects: moving its cursor on makes the stream resume there.
  const variables: Record<string, unknown> = { ...request.variables };
  const payload: SubscribePayload = { ...request, variables };

  const open: Observable['subscribe'] = (observer) => {
    const client = createClient({ url: address.href, connectionParams: lowerCaseNames(headers) });
    return {
      unsubscribe: client.subscribe<{ knowledgeEvents?: { cursor?: string } }>(payload, {
        next(result) {
          const cursor = result.data?.knowledgeEvents?.cursor;
          if (cursor) variables.after = cursor;
          observer.next(result);
        },
        error: (reason) => observer.error(readableError(reason)),
        complete: () => observer.complete(),
      }),
    };
  };
  return { subscribe: open } as ReturnType<Fetcher>;
}

interface Observable {
  subscribe(observer: { next: (result: unknown) => void; error: (reason: unknown) => void; complete: () => void }): {
    unsubscribe: () => void;
  };
}

/** HTTP header names have no case, connection_init has: the server reads `authorization` there. */
function lowerCaseNames(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A CloseEvent and a bare Event print as `{}` in the response pane, so their meaning is put in words. */
function readableError(reason: unknown): unknown {
  if (reason instanceof CloseEvent) return new Error(`The socket closed: ${reason.code} ${reason.reason}`.trim());
  if (reason instanceof Event) return new Error('No connection to the server.');
  return reason;
}
