/** Relay connections: https://relay.dev/graphql/connections.htm */
import type { ClassType } from 'type-graphql';
import { ArgsType, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Cost } from './cost.js';
import { requestError } from './errors.js';

export const DEFAULT_PAGE_SIZE = 20;
export const MAXIMUM_PAGE_SIZE = 1000;

@ArgsType()
export class ConnectionArguments {
  @Field(() => Int, {
    nullable: true,
    description: `How many to give from the front: 0 to ${MAXIMUM_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} unless told.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Give only what comes after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many to give from the end: 0 to ${MAXIMUM_PAGE_SIZE}. Not together with \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Give only what comes before this cursor.' })
  before?: string | null;
}

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}

registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which way a list runs.',
  valuesConfig: {
    ASC: { description: 'Smallest, earliest or first in the alphabet first.' },
    DESC: { description: 'Largest, latest or last in the alphabet first.' },
  },
});

@ObjectType({ description: 'Where a page lies in its list.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether more follows after `endCursor`.' })
  hasNextPage: boolean;

  @Field(() => Boolean, { description: 'Whether something comes before `startCursor`.' })
  hasPreviousPage: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null on an empty page.' })
  startCursor: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last edge; null on an empty page.' })
  endCursor: string | null;
}

/** How many rows a page may hold, and from which end. */
export interface PageSize {
  readonly size: number;
  readonly backward: boolean;
}

/**
 * Reads `first` and `last`.
 *
 * @throws BAD_USER_INPUT when both are given, or one is out of range.
 */
export function pageSize({ first, last }: ConnectionArguments): PageSize {
  if (first != null && last != null) {
    throw requestError('BAD_USER_INPUT', 'Give either `first` or `last`, not both.');
  }
  const size = first ?? last ?? DEFAULT_PAGE_SIZE;
  if (size < 0 || size > MAXIMUM_PAGE_SIZE) {
    const name = first != null ? 'first' : 'last';
    throw requestError(
      'BAD_USER_INPUT',
      `\`${name}\` is ${size}: ask for 0 to ${MAXIMUM_PAGE_SIZE} and go on from the last cursor.`,
    );
  }
  return { size, backward: last != null };
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/** One page of a list, as its resolver returns it. `count` is asked only when somebody selects `totalCount`. */
export class Connection<Node, NodeEdge extends Edge<Node> = Edge<Node>> {
  constructor(
    readonly edges: readonly NodeEdge[],
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
    readonly count: () => Promise<number>,
  ) {}

  get nodes(): Node[] {
    return this.edges.map((edge) => edge.node);
  }

  get pageInfo(): PageInfo {
    return {
      hasNextPage: this.hasNextPage,
      hasPreviousPage: this.hasPreviousPage,
      startCursor: this.edges[0]?.cursor ?? null,
      endCursor: this.edges.at(-1)?.cursor ?? null,
    };
  }
}

/**
 * Makes the GraphQL types of a connection.
 *
 * @param name what the nodes are, e.g. `CaseStudy` for `CaseStudyConnection` and `CaseStudyEdge`
 * @param node gives the node's GraphQL type
 * @param EdgeFields an object type whose fields every edge has besides `cursor` and `node`
 */
export function connectionType<Node extends object>(
  name: string,
  node: () => ClassType<Node> | (abstract new () => Node),
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} in a list.`, simpleResolvers: true })
  class NodeEdge {
    @Field(() => String, { description: 'Where this entry lies; give it as `after` or `before` to go on from here.' })
    cursor: string;

    @Field(() => node() as ClassType<Node>, { description: `The ${name} itself.` })
    node: Node;
  }

  return connectionOf(name, node, NodeEdge);
}

/** As {@link connectionType}, for edges that tell more than `cursor` and `node`; `EdgeType` declares all their fields. */
export function connectionOf<Node extends object>(
  name: string,
  node: () => ClassType<Node> | (abstract new () => Node),
  EdgeType: ClassType<Edge<Node>>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name} entries, and its place in the list.` })
  class NodeConnection {
    @Field(() => [EdgeType], { description: 'The entries of this page with their cursors.', simple: true })
    edges: Edge<Node>[];

    @Field(() => [node() as ClassType<Node>], {
      description: 'The entries of this page without their cursors.',
      simple: true,
    })
    nodes: Node[];

    @Field(() => PageInfo, { description: 'Where this page lies in the list.', simple: true })
    pageInfo: PageInfo;

    count: () => Promise<number>;

    @Cost(5)
    @Field(() => Int, {
      description: 'How many entries the whole list has for this viewer. Costs a statement of its own.',
    })
    totalCount(): Promise<number> {
      return this.count();
    }
  }
  return NodeConnection as unknown as ClassType<Connection<Node>>;
}
