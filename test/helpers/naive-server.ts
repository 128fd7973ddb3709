/** A server as one writes it in an afternoon, without a guard: what the attacks succeed on. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, execute, GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';

const schema = buildSchema(`
  type Query { item(id: ID): Item find(text: String): Item items(first: Int): [Item!]! nodes(ids: [ID!]!): [Item]! secret: String }
  type Item { id: ID! title: String items(first: Int): [Item!]! }
  type Mutation { change(id: ID, text: String): Item try(secret: String): Boolean }
  type Subscription { changes: Item }
`);

const item = (id: string): object => ({
  id,
  title: 'the title of a draft',
  items: ({ first = 1 }: { first?: number }) => Array.from({ length: first }, (_, index) => item(String(index))),
});

const rootValue = {
  item: ({ id }: { id: string }) => item(id),
  items: ({ first = 1 }: { first?: number }) =>
    Array.from({ length: Math.min(first, 10_000) }, (_, i) => item(String(i))),
  nodes: ({ ids }: { ids: string[] }) => ids.map(item),
  find: ({ text }: { text: string }) => {
    if (text.includes("'")) throw new Error(`syntax error at or near "'" in SELECT * FROM item WHERE text = '${text}'`);
    return item(text);
  },
  change: ({ id }: { id: string }) => item(id),
  try: ({ secret }: { secret: string }) => secret === 'guess 99',
};

interface Body {
  query: string;
  variables?: Record<string, unknown>;
}

async function answer(body: Body | Body[]): Promise<unknown> {
  if (Array.isArray(body)) return Promise.all(body.map(answer));
  const result = await execute({ schema, document: parse(body.query), rootValue, variableValues: body.variables });
  return { ...result, extensions: { tracing: { version: 1 } } };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url!, 'http://naive');
  if (url.pathname === '/graphiql') return void response.end('<title>GraphiQL</title>');
  let text = '';
  for await (const chunk of request) text += chunk;
  const form = request.headers['content-type']?.includes('urlencoded');
  const body =
    request.method === 'GET' || form
      ? (Object.fromEntries(form ? new URLSearchParams(text) : url.searchParams) as unknown as Body)
      : JSON.parse(text);
  const events = url.pathname === '/graphql/stream';
  response.setHeader('content-type', events ? 'text/event-stream' : 'application/json');
  const result = JSON.stringify(
    await answer(body).catch(({ message, stack }: Error) => ({ errors: [{ message, stack }] })),
  );
  response.end(events ? `event: next\ndata: ${result}\n\nevent: complete\ndata:\n\n` : result);
}

/** Starts it on a free port. */
export async function startNaiveServer(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server });
  const protocol = useServer(
    {
      onSubscribe: (_context, _id, { query, variables }) => {
        try {
          return { schema, document: parse(query), rootValue, variableValues: variables };
        } catch (error) {
          return [new GraphQLError((error as Error).message, { extensions: { stack: (error as Error).stack } })];
        }
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await protocol.dispose();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
