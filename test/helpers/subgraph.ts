/** A small subgraph over HTTP, such as another system of a library might be: entities by their keys, and nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSchema, graphql, type GraphQLObjectType, type GraphQLScalarType, type GraphQLUnionType } from 'graphql';

export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  readonly url: string;
  /** The representations that it was asked for. */
  readonly asked: any[];
  close(): Promise<void>;
}

/** @param find gives what this subgraph knows of an entity */
export async function startSubgraph(
  name: string,
  sdl: string,
  find: (representation: any) => object | null,
  root: Readonly<Record<string, () => unknown>> = {},
): Promise<Subgraph> {
  const entities = [...sdl.matchAll(/^type (\w+) @key/gm)].map(([, type]) => type);
  const schema = buildSchema(
    `${sdl.replace(/^extend schema .*$/m, '').replace(/ @(key\(.*?\)|interfaceObject|shareable)/g, '')}
      scalar _Any
      union _Entity = ${entities.join(' | ')}
      extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
  );
  const asked: any[] = [];
  (schema.getType('_Any') as GraphQLScalarType).parseValue = (value) => value;
  (schema.getType('_Entity') as GraphQLUnionType).resolveType = (value) => value.__typename;
  (schema.getQueryType() as GraphQLObjectType).getFields()['_entities']!.resolve = (_source, { representations }) => {
    asked.push(...representations);
    return representations.map((one: any) => {
      const found = find(one);
      return found && { ...one, ...found };
    });
  };
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const { query, variables } = JSON.parse(body);
      const result = await graphql({ schema, source: query, variableValues: variables, rootValue: root });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    sdl,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
