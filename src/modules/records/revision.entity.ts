import { Field, Int, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime, JsonObject } from '../../common/scalars.js';
import { ApiKey } from '../people/api-key.entity.js';
import { Person } from '../people/person.entity.js';
import { KnowledgeRecord, RecordStatus } from './record.entity.js';

@Entity('revision')
@Check('revision_status', `status IN ('DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED')`)
@Index('revision_person_index', ['personId'])
@Index('revision_case_study_index', { synchronize: false })
@Unique('revision_key', ['recordId', 'version'])
@ObjectType({ description: 'A record as it was at one version. Kept for ever.', simpleResolvers: true })
export class Revision {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'revision_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'revision_record_fkey' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Field(() => Int, { description: 'The number of this version: the `version` that the record had then.' })
  @Column({ type: 'integer' })
  version: number;

  @Field(() => RecordStatus, { description: 'The status that the record, or the edit of it, had then.' })
  @Column({ type: 'text' })
  status: RecordStatus;

  @Field(() => JsonObject, { description: 'The whole content, by the names of the fields of the create input.' })
  @Column({ type: 'jsonb' })
  content: Record<string, unknown>;

  @Column({ type: 'text' })
  actor: string;

  @ForeignKey(() => Person, { name: 'revision_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;

  @ForeignKey(() => ApiKey, { name: 'revision_api_key_fkey' })
  @Column({ type: 'uuid', nullable: true })
  apiKeyId: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'What was said with the change: why changes were asked for, why it was retracted.',
  })
  @Column({ type: 'text', nullable: true })
  comment: string | null;

  @Field(() => DateTime, { description: 'When this version came to be.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

export const RevisionConnection = connectionType('Revision', () => Revision);
