import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime, JsonObject } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { Person, Role } from './person.entity.js';

@Entity('invitation')
@Check('invitation_role', `role IN ('CONTRIBUTOR', 'EDITOR', 'MANAGER')`)
@Check('invitation_token', 'octet_length(token_hash) = 32')
@Check('invitation_outcome', 'num_nonnulls(accepted_at, revoked_at) < 2')
@Check('invitation_accepted', '(accepted_at IS NULL) = (person_id IS NULL)')
@Unique('invitation_token_key', ['tokenHash'])
@Index('invitation_organisation_index', ['organisationId', 'createdAt', 'id'])
@Index('invitation_person_index', ['personId'])
@ObjectType({ description: 'An open door into an organisation, for one person, for a while.', simpleResolvers: true })
export class Invitation {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'invitation_pkey' })
  id: string;

  @ForeignKey(() => Organisation, { name: 'invitation_organisation_fkey' })
  @Column({ type: 'uuid' })
  organisationId: string;

  @Field(() => String, { description: 'The address of the one who is meant.' })
  @Column({ type: 'text' })
  email: string;

  @Field(() => Role, { description: 'What the person is going to be.' })
  @Column({ type: 'text' })
  role: Role;

  @Column({ type: 'bytea' })
  tokenHash: Buffer;

  @Field(() => DateTime, { description: 'When it was made.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it ends by itself.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  expiresAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was accepted, if it was.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  acceptedAt: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was revoked, if it was.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  revokedAt: Date | null;

  @ForeignKey(() => Person, { name: 'invitation_person_fkey' })
  @Column({ type: 'uuid', nullable: true })
  personId: string | null;
}

export const InvitationConnection = connectionType('Invitation', () => Invitation);

export enum AccessRequestStatus {
  PENDING = 'PENDING',
  APPROVED = 'APPROVED',
  DECLINED = 'DECLINED',
}

registerEnumType(AccessRequestStatus, {
  name: 'AccessRequestStatus',
  description: 'What became of a request for access.',
  valuesConfig: {
    PENDING: { description: 'The operator has not decided yet.' },
    APPROVED: { description: 'The token of the request is an invitation now.' },
    DECLINED: { description: 'The operator said no; `comment` says why.' },
  },
});

@Entity('access_request')
@Check('access_request_token', 'octet_length(token_hash) = 32')
@Check('access_request_status', `status IN ('PENDING', 'APPROVED', 'DECLINED')`)
@Check('access_request_target', 'organisation_id IS NOT NULL OR new_organisation IS NOT NULL')
@Check('access_request_decided', `(status = 'PENDING') = (decided_at IS NULL)`)
@Unique('access_request_token_key', ['tokenHash'])
@Index('access_request_status_index', ['status', 'createdAt', 'id'])
@ObjectType({
  description: 'Somebody asks to become the first manager of an organisation, which may be new to the directory.',
  simpleResolvers: true,
})
export class AccessRequest {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'access_request_pkey' })
  id: string;

  @ForeignKey(() => Organisation, { name: 'access_request_organisation_fkey' })
  @Column({ type: 'uuid', nullable: true })
  organisationId: string | null;

  @Field(() => JsonObject, {
    nullable: true,
    description: 'The partner that is to come into the directory, by the fields of CreatePartnerInput.',
  })
  @Column({ type: 'jsonb', nullable: true })
  newOrganisation: Record<string, unknown> | null;

  @Field(() => String, { description: 'Who asks.' })
  @Column({ type: 'text' })
  name: string;

  @Field(() => String, { description: 'Where who asks can be reached.' })
  @Column({ type: 'text' })
  email: string;

  @Field(() => String, { description: 'Why, and how the operator can see that it is so.' })
  @Column({ type: 'text' })
  reason: string;

  @Column({ type: 'bytea' })
  tokenHash: Buffer;

  @Field(() => AccessRequestStatus, { description: 'What became of it.' })
  @Column({ type: 'text' })
  status: AccessRequestStatus;

  @Field(() => String, { nullable: true, description: 'What the operator said to it.' })
  @Column({ type: 'text', nullable: true })
  comment: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the operator decided.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  decidedAt: Date | null;
}

export const AccessRequestConnection = connectionType('AccessRequest', () => AccessRequest);
