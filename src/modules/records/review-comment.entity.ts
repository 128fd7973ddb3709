import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { ApiKey } from '../people/api-key.entity.js';
import { Person } from '../people/person.entity.js';
import { KnowledgeRecord } from './record.entity.js';

@Entity('review_comment')
@Check('review_comment_text', `text <> ''`)
@Index('review_comment_record_index', ['recordId', 'createdAt', 'id'])
@Index('review_comment_person_index', ['personId'])
@ObjectType({ description: 'What somebody said of a version of a record, or of a field of it.', simpleResolvers: true })
export class ReviewComment {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'review_comment_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'review_comment_record_fkey' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Field(() => Int, { description: 'The version that it is about.' })
  @Column({ type: 'integer' })
  version: number;

  @Field(() => [String], {
    nullable: true,
    description: 'The field that it is about, outermost first, list positions counted from "0"; null for the whole.',
  })
  @Column({ type: 'text', array: true, nullable: true })
  path: string[] | null;

  @Field(() => String, { description: 'What was said.' })
  @Column({ type: 'text' })
  text: string;

  @ForeignKey(() => Person, { name: 'review_comment_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;

  @ForeignKey(() => ApiKey, { name: 'review_comment_api_key_fkey' })
  @Column({ type: 'uuid', nullable: true })
  apiKeyId: string | null;

  @Field(() => DateTime, { description: 'When it was said.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was settled; null while it is open.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  resolvedAt: Date | null;
}

export const ReviewCommentConnection = connectionType('ReviewComment', () => ReviewComment);
