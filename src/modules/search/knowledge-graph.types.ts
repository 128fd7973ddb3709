/** What a walk over the knowledge takes and gives. */
import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Guard } from '../../platform/auth/guard.js';
import { LinkRelation } from '../records/link.entity.js';
import { KnowledgeRecord } from '../records/record.entity.js';

export const DEFAULT_DEPTH = 2;
export const MAXIMUM_DEPTH = 6;
export const DEFAULT_NODES = 100;
export const MAXIMUM_NODES = 1000;

export enum GraphRelation {
  INSPIRED_BY = 'INSPIRED_BY',
  CONTINUES = 'CONTINUES',
  REPLICATES = 'REPLICATES',
  CONFIRMS = 'CONFIRMS',
  CONTRADICTS = 'CONTRADICTS',
  SUPERSEDES = 'SUPERSEDES',
  RELATED = 'RELATED',
  DESCRIBES = 'DESCRIBES',
  SUPPORTS = 'SUPPORTS',
}

registerEnumType(GraphRelation, {
  name: 'GraphRelation',
  description: 'How one record of a graph relates to another: by a link, or by what it is.',
  valuesConfig: {
    INSPIRED_BY: { description: 'The idea came from the other.' },
    CONTINUES: { description: 'It goes on where the other ended.' },
    REPLICATES: { description: 'It does again what the other did.' },
    CONFIRMS: { description: 'It shows the same as the other.' },
    CONTRADICTS: {
      description:
        'It shows the opposite of the other. From an experience to a lesson without a link: as its evidence.',
    },
    SUPERSEDES: { description: 'It takes the place of the other.' },
    RELATED: { description: 'They have something to do with each other; no direction.' },
    DESCRIBES: { description: 'It is an experience from the other, a case.' },
    SUPPORTS: { description: 'It is an experience and evidence for the other, a lesson.' },
  },
});

@ArgsType()
export class KnowledgeGraphArguments {
  @Field(() => ID, { description: 'The record to start from.' })
  from: string;

  @Field(() => Int, {
    defaultValue: DEFAULT_DEPTH,
    description: `How many steps to go at most: 0 to ${MAXIMUM_DEPTH}.`,
  })
  depth: number;

  @Field(() => [LinkRelation], {
    nullable: true,
    description:
      'Go along links of these relations alone. Left out or empty: along all links, and between experiences and their cases and lessons.',
  })
  relations?: LinkRelation[] | null;

  @Field(() => Int, {
    defaultValue: DEFAULT_NODES,
    description: `How many records to give at most: 1 to ${MAXIMUM_NODES}. The nearest stay.`,
  })
  first: number;
}

/** How far a walk came. */
export interface Walk {
  /** The records that were reached, the nearest first. */
  readonly ids: readonly string[];
  readonly relations: readonly LinkRelation[];
  readonly truncated: boolean;
}

/** A step between two records of a walk. */
export interface Step {
  readonly fromId: string;
  readonly toId: string;
  readonly relation: GraphRelation;
  readonly linkId: string | null;
}

@ObjectType({ description: 'A relation between two records of a graph.', simpleResolvers: true })
export class KnowledgeGraphEdge {
  @Guard('record.read')
  @Field(() => KnowledgeRecord, { description: 'The record that the relation is said of.' })
  from: KnowledgeRecord;

  @Guard('record.read')
  @Field(() => KnowledgeRecord, { description: 'The record at the other end.' })
  to: KnowledgeRecord;

  @Field(() => GraphRelation, { description: 'How `from` relates to `to`.' })
  relation: GraphRelation;

  linkId: string | null;
}

@ObjectType({ description: 'The records around one, and what connects them.' })
export class KnowledgeGraph {
  ids: readonly string[];

  relations: readonly LinkRelation[];

  @Field(() => Boolean, {
    description: 'Whether records within `depth` steps were left out because there are more than `first`.',
    simple: true,
  })
  truncated: boolean;
}
