import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime, JsonObject } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { ApiKey } from './api-key.entity.js';
import { Person } from './person.entity.js';

@Entity('audit_log')
@Index('audit_log_time_index', ['occurredAt', 'id'])
@Index('audit_log_organisation_index', ['organisationId', 'occurredAt', 'id'])
@Index('audit_log_person_index', ['personId'])
@ObjectType({ description: 'That somebody did something. Entries are never changed.', simpleResolvers: true })
export class AuditEntry {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'audit_log_pkey' })
  id: string;

  @Field(() => DateTime, { description: 'When it was done.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  occurredAt: Date;

  @Field(() => String, { description: 'What was done, by the name of the action in the table of permissions.' })
  @Column({ type: 'text' })
  action: string;

  @Field(() => String, {
    description:
      'Who did it: `admin` for the operator, `person:` and an id, or `key:` and the id of an organisation’s key.',
  })
  @Column({ type: 'text' })
  actor: string;

  @ForeignKey(() => Person, { name: 'audit_log_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;

  @ForeignKey(() => ApiKey, { name: 'audit_log_api_key_fkey' })
  @Column({ type: 'uuid', nullable: true })
  apiKeyId: string | null;

  @ForeignKey(() => Organisation, { name: 'audit_log_organisation_fkey' })
  @Column({ type: 'uuid', nullable: true })
  organisationId: string | null;

  @Field(() => ID, { nullable: true, description: 'The id of what was changed.' })
  @Column({ type: 'uuid', nullable: true })
  targetId: string | null;

  @Field(() => JsonObject, { description: 'What else tells what happened, e.g. the version of a record.' })
  @Column({ type: 'jsonb' })
  details: Record<string, unknown>;
}

export const AuditEntryConnection = connectionType('AuditEntry', () => AuditEntry);
