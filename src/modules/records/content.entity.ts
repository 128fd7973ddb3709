/** What every kind of record can hold: sources, recommendations and themes. */
import { Field, Int, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Url } from '../../common/scalars.js';
import { Theme } from '../framework/framework.entity.js';
import { KnowledgeRecord } from './record.entity.js';

@Entity('source')
@Check('source_year', 'year BETWEEN 1400 AND 2200')
@Index('source_record_index', ['recordId'])
@ObjectType({ description: 'Where a claim comes from.', simpleResolvers: true })
export class Source {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'source_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'source_record_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @Field(() => String, { description: 'The title of the publication or page.' })
  @Column({ type: 'text' })
  title: string;

  @Field(() => String, { nullable: true, description: 'Who published it.' })
  @Column({ type: 'text', nullable: true })
  publisher: string | null;

  @Field(() => Int, { nullable: true, description: 'The year in which it was published.' })
  @Column({ type: 'integer', nullable: true })
  year: number | null;

  @Field(() => Url, { nullable: true, description: 'Where it can be read.' })
  @Column({ type: 'text', nullable: true })
  url: string | null;

  @Field(() => String, { nullable: true, description: 'The page or part meant, e.g. "p. 22".' })
  @Column({ type: 'text', nullable: true })
  page: string | null;
}

@Entity('record_recommendation')
@Check('record_recommendation_number', 'number BETWEEN 1 AND 10')
@Index('record_recommendation_number_index', ['number', 'recordId'])
export class RecordRecommendation {
  @ForeignKey(() => KnowledgeRecord, { name: 'record_recommendation_record_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'record_recommendation_pkey' })
  recordId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'record_recommendation_pkey' })
  number: number;
}

@Entity('record_theme')
@Index('record_theme_theme_index', ['theme', 'recordId'])
export class RecordTheme {
  @ForeignKey(() => KnowledgeRecord, { name: 'record_theme_record_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'record_theme_pkey' })
  recordId: string;

  @ForeignKey(() => Theme, { name: 'record_theme_theme_fkey' })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'record_theme_pkey' })
  theme: string;
}
