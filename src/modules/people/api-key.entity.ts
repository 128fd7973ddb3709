import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { Person } from './person.entity.js';

export enum ApiKeyScope {
  READ_DRAFTS = 'READ_DRAFTS',
  WRITE = 'WRITE',
  PUBLISH = 'PUBLISH',
  WEBHOOKS = 'WEBHOOKS',
  MANAGE = 'MANAGE',
}

registerEnumType(ApiKeyScope, {
  name: 'ApiKeyScope',
  description: 'What a key may be used for, whatever the role of who holds it.',
  valuesConfig: {
    READ_DRAFTS: { description: 'See what is not published, with its history.' },
    WRITE: { description: 'Write, submit, comment, link, adopt.' },
    PUBLISH: { description: 'Review, publish and retract.' },
    WEBHOOKS: { description: 'Look after webhooks.' },
    MANAGE: { description: 'Look after people, keys and settings.' },
  },
});

@Entity('api_key')
@Check('api_key_prefix', `prefix ~ '^[0-9a-z]{10}$'`)
@Check('api_key_hash', 'octet_length(hash) = 32')
@Check('api_key_scopes', 'see the migration')
@Check('api_key_holder', 'num_nonnulls(person_id, organisation_id) = 1')
@Unique('api_key_prefix_key', ['prefix'])
@Index('api_key_person_index', ['personId'])
@Index('api_key_organisation_index', ['organisationId'])
@ObjectType({
  description: 'A key to this API: of a person, as far as its roles reach, or of a system of an organisation.',
  simpleResolvers: true,
})
export class ApiKey {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'api_key_pkey' })
  id: string;

  @ForeignKey(() => Person, { name: 'api_key_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;

  @ForeignKey(() => Organisation, { name: 'api_key_organisation_fkey' })
  @Column({ type: 'uuid', nullable: true })
  organisationId: string | null;

  @Field(() => String, { description: 'What it is for, in the words of who made it.' })
  @Column({ type: 'text' })
  name: string;

  @Field(() => String, {
    description: 'Ten characters of the key, after `medspil_`, to know it by. The rest is not kept.',
  })
  @Column({ type: 'text' })
  prefix: string;

  @Column({ type: 'bytea' })
  hash: Buffer;

  @Field(() => [ApiKeyScope], { description: 'What it may be used for.' })
  @Column({ type: 'text', array: true })
  scopes: ApiKeyScope[];

  @ForeignKey(() => Person, { name: 'api_key_made_by_fkey' })
  @Column({ type: 'uuid', nullable: true })
  madeBy: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; null when it does not.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  expiresAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  lastUsedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked, if it was.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  revokedAt: Date | null;
}

export const ApiKeyConnection = connectionType('ApiKey', () => ApiKey);
