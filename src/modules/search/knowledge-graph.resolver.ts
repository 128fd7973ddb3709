import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Cost, type CostArguments } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Link } from '../records/link.entity.js';
import { KnowledgeRecord } from '../records/record.entity.js';
import { recordById } from '../records/record.loaders.js';
import { linkById } from '../records/relation.loaders.js';
import type { KnowledgeGraphService } from './knowledge-graph.service.js';
import {
  DEFAULT_NODES,
  KnowledgeGraph,
  KnowledgeGraphArguments,
  KnowledgeGraphEdge,
  type Walk,
} from './knowledge-graph.types.js';

const WALK_COST = 20;

/** Each step goes over all that was reached before it, and each hundred records have their links to be read. */
function costOfWalk({ depth, first }: CostArguments): number {
  return WALK_COST * Math.max(1, Number(depth)) * Math.max(1, Math.ceil(Number(first) / DEFAULT_NODES));
}

@Resolver(() => KnowledgeGraph)
export class KnowledgeGraphResolver {
  constructor(private readonly service: KnowledgeGraphService) {}

  @Guard('record.read')
  @Cost(costOfWalk)
  @Query(() => KnowledgeGraph, {
    description:
      'The records around one and what connects them. Empty when there is no such record, or you may not see it.',
  })
  knowledgeGraph(
    @Args(() => KnowledgeGraphArguments) walkArguments: KnowledgeGraphArguments,
    @Ctx() context: Context,
  ): Promise<Walk> {
    return this.service.walk(context, walkArguments);
  }

  @Guard('record.read')
  @FieldResolver(() => [KnowledgeRecord], {
    description: 'The records that were reached, the one to start from first, then the nearest.',
  })
  async nodes(@Root() walk: Walk, @Ctx() context: Context): Promise<KnowledgeRecord[]> {
    return [...(await recordsOf(walk, context)).values()];
  }

  @Guard('record.read')
  @FieldResolver(() => [KnowledgeGraphEdge], {
    description: 'What connects these records with one another, each relation once.',
  })
  async edges(@Root() walk: Walk, @Ctx() context: Context): Promise<object[]> {
    const [steps, records] = await Promise.all([this.service.steps(context, walk), recordsOf(walk, context)]);
    return steps.flatMap(({ fromId, toId, ...step }) => {
      const from = records.get(fromId);
      const to = records.get(toId);
      return from && to ? [{ ...step, from, to }] : [];
    });
  }
}

@Resolver(() => KnowledgeGraphEdge)
export class KnowledgeGraphEdgeResolver {
  @Guard('record.read')
  @FieldResolver(() => Link, {
    nullable: true,
    description: 'The link that says so; null between an experience and its case or lesson.',
  })
  link(@Root() edge: KnowledgeGraphEdge, @Ctx() context: Context): Promise<Link | null> | null {
    return edge.linkId === null ? null : context.loader(linkById).load(edge.linkId);
  }
}

/** The records of a walk by id, in its order, without those that were taken back since. */
async function recordsOf(walk: Walk, context: Context): Promise<Map<string, KnowledgeRecord>> {
  const records = await Promise.all(walk.ids.map((id) => context.loader(recordById).load(id)));
  return new Map(records.flatMap((record) => (record === null ? [] : [[record.id, record] as const])));
}
