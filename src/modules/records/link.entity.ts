import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Node } from '../../common/node.js';
import { DateTime } from '../../common/scalars.js';
import { KnowledgeRecord } from './record.entity.js';

export enum LinkRelation {
  INSPIRED_BY = 'INSPIRED_BY',
  CONTINUES = 'CONTINUES',
  REPLICATES = 'REPLICATES',
  CONFIRMS = 'CONFIRMS',
  CONTRADICTS = 'CONTRADICTS',
  SUPERSEDES = 'SUPERSEDES',
  RELATED = 'RELATED',
}

registerEnumType(LinkRelation, {
  name: 'LinkRelation',
  description: 'How one record relates to another, said from the one that the link starts at.',
  valuesConfig: {
    INSPIRED_BY: { description: 'The idea came from the other.' },
    CONTINUES: { description: 'It goes on where the other ended.' },
    REPLICATES: { description: 'It does again what the other did.' },
    CONFIRMS: { description: 'It shows the same as the other.' },
    CONTRADICTS: { description: 'It shows the opposite of the other.' },
    SUPERSEDES: { description: 'It takes the place of the other.' },
    RELATED: { description: 'They have something to do with each other; no direction.' },
  },
});

export enum LinkRole {
  INSPIRED_BY = 'INSPIRED_BY',
  CONTINUES = 'CONTINUES',
  REPLICATES = 'REPLICATES',
  CONFIRMS = 'CONFIRMS',
  CONTRADICTS = 'CONTRADICTS',
  SUPERSEDES = 'SUPERSEDES',
  RELATED = 'RELATED',
  INSPIRED = 'INSPIRED',
  CONTINUED_BY = 'CONTINUED_BY',
  REPLICATED_BY = 'REPLICATED_BY',
  CONFIRMED_BY = 'CONFIRMED_BY',
  CONTRADICTED_BY = 'CONTRADICTED_BY',
  SUPERSEDED_BY = 'SUPERSEDED_BY',
}

registerEnumType(LinkRole, {
  name: 'LinkRole',
  description: 'How a record relates to the one at the other end of a link: a relation, or the inverse of one.',
  valuesConfig: {
    INSPIRED_BY: { description: 'The idea came from the other.' },
    CONTINUES: { description: 'It goes on where the other ended.' },
    REPLICATES: { description: 'It does again what the other did.' },
    CONFIRMS: { description: 'It shows the same as the other.' },
    CONTRADICTS: { description: 'It shows the opposite of the other.' },
    SUPERSEDES: { description: 'It takes the place of the other.' },
    RELATED: { description: 'They have something to do with each other; no direction.' },
    INSPIRED: { description: 'The other got its idea here.' },
    CONTINUED_BY: { description: 'The other goes on where this ended.' },
    REPLICATED_BY: { description: 'The other does this again.' },
    CONFIRMED_BY: { description: 'The other shows the same.' },
    CONTRADICTED_BY: { description: 'The other shows the opposite.' },
    SUPERSEDED_BY: { description: 'The other takes the place of this.' },
  },
});

/** What a relation is called when one stands at its other end. */
export const INVERSE: Readonly<Record<LinkRelation, LinkRole>> = {
  [LinkRelation.INSPIRED_BY]: LinkRole.INSPIRED,
  [LinkRelation.CONTINUES]: LinkRole.CONTINUED_BY,
  [LinkRelation.REPLICATES]: LinkRole.REPLICATED_BY,
  [LinkRelation.CONFIRMS]: LinkRole.CONFIRMED_BY,
  [LinkRelation.CONTRADICTS]: LinkRole.CONTRADICTED_BY,
  [LinkRelation.SUPERSEDES]: LinkRole.SUPERSEDED_BY,
  [LinkRelation.RELATED]: LinkRole.RELATED,
};

@Entity('link')
@Check('link_relation', 'see the migration')
@Check('link_ends', 'from_id <> to_id')
@Unique('link_key', ['fromId', 'toId', 'relation'])
@Index('link_to_index', ['toId'])
@Index('link_related_key', { synchronize: false })
@ObjectType({ implements: Node, description: 'A typed edge between two records.', simpleResolvers: true })
export class Link extends Node {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'link_pkey' })
  declare id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'link_from_fkey' })
  @Column({ type: 'uuid' })
  fromId: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'link_to_fkey' })
  @Column({ type: 'uuid' })
  toId: string;

  @Field(() => LinkRelation, { description: 'How `from` relates to `to`.' })
  @Column({ type: 'text' })
  relation: LinkRelation;

  @Field(() => String, { nullable: true, description: 'In what way.' })
  @Column({ type: 'text', nullable: true })
  note: string | null;

  @Field(() => DateTime, { description: 'When the link was made.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}
