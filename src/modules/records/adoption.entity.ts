import { Field, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { Node } from '../../common/node.js';
import { CalendarDate, DateTime } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { Outcome } from './outcome.js';
import { KnowledgeRecord } from './record.entity.js';

@Entity('adoption')
@Check('adoption_outcome', `outcome IN ('SUCCESS', 'MIXED', 'FAILURE')`)
@Index('adoption_key', { synchronize: false })
@Index('adoption_organisation_index', ['organisationId'])
@ObjectType({
  implements: Node,
  description:
    'An organisation says that it used a lesson, or took over a case: what it took, how it adapted it, how it went.',
  simpleResolvers: true,
})
export class Adoption extends Node {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'adoption_pkey' })
  declare id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'adoption_record_fkey' })
  @Column({ type: 'uuid' })
  recordId: string;

  @ForeignKey(() => Organisation, { name: 'adoption_organisation_fkey' })
  @Column({ type: 'uuid' })
  organisationId: string;

  @Field(() => String, { description: 'What it took over.' })
  @Column({ type: 'text' })
  taken: string;

  @Field(() => String, { nullable: true, description: 'How it changed it to fit.' })
  @Column({ type: 'text', nullable: true })
  adaptation: string | null;

  @Field(() => Outcome, { nullable: true, description: 'How it went; null while that is not known.' })
  @Column({ type: 'text', nullable: true })
  outcome: Outcome | null;

  @Field(() => String, { nullable: true, description: 'What came of it.' })
  @Column({ type: 'text', nullable: true })
  result: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day from which it was used, if known.' })
  @Column({ type: 'date', nullable: true })
  adoptedOn: string | null;

  @Field(() => DateTime, { description: 'When it was reported.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

export const AdoptionConnection = connectionType('Adoption', () => Adoption);
