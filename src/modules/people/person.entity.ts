import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';

export enum Role {
  CONTRIBUTOR = 'CONTRIBUTOR',
  EDITOR = 'EDITOR',
  MANAGER = 'MANAGER',
}

registerEnumType(Role, {
  name: 'Role',
  description: 'What a person is to an organisation. Each may do what those before it may.',
  valuesConfig: {
    CONTRIBUTOR: { description: 'Reads drafts, writes, submits for review, comments.' },
    EDITOR: { description: 'Also reviews, publishes and retracts.' },
    MANAGER: { description: 'Also looks after people, keys and settings.' },
  },
});

@Entity('person')
@Check('person_name', `name <> ''`)
@Check('person_erased', 'see the migration')
@Check('person_email', 'NOT email_confirmed OR email IS NOT NULL')
@ObjectType({
  description:
    'Somebody who works for an organisation. The public never sees one, except by name as the author of what it agreed to be named for.',
  simpleResolvers: true,
})
export class Person {
  @Field(() => ID, { description: 'Its id.' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'person_pkey' })
  id: string;

  @Field(() => String, { nullable: true, description: 'Its name; null once it was erased.' })
  @Column({ type: 'text', nullable: true })
  name: string | null;

  @Field(() => String, { nullable: true, description: 'Its e-mail address, if it gave one.' })
  @Column({ type: 'text', nullable: true })
  email: string | null;

  @Column({ type: 'boolean', default: false })
  emailConfirmed: boolean;

  @Field(() => Boolean, { description: 'Whether it agreed to be named in public as an author. No, unless it says so.' })
  @Column({ type: 'boolean' })
  namedPublicly: boolean;

  @Field(() => DateTime, { description: 'When it first came.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  erasedAt: Date | null;
}

/** What an issuer of tokens calls a person. */
@Entity('person_identity')
@Index('person_identity_person_index', ['personId'])
export class PersonIdentity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'person_identity_pkey' })
  issuer: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'person_identity_pkey' })
  subject: string;

  @ForeignKey(() => Person, { name: 'person_identity_person_fkey' })
  @Column({ type: 'uuid' })
  personId: string;
}

/** Where a place in an organisation comes from: claims are followed with each token, invitations stay. */
export enum MembershipOrigin {
  INVITATION = 'INVITATION',
  CLAIMS = 'CLAIMS',
}

registerEnumType(MembershipOrigin, {
  name: 'MembershipOrigin',
  description: 'Where a place in an organisation comes from.',
  valuesConfig: {
    INVITATION: { description: 'An invitation that was accepted.' },
    CLAIMS: { description: 'What the issuer of the person’s tokens says; it follows each new token.' },
  },
});

@Entity('membership')
@Check('membership_role', `role IN ('CONTRIBUTOR', 'EDITOR', 'MANAGER')`)
@Check('membership_origin', `origin IN ('INVITATION', 'CLAIMS')`)
@Index('membership_organisation_index', ['organisationId', 'createdAt', 'personId'])
@ObjectType({ description: 'The place of a person in an organisation.', simpleResolvers: true })
export class Membership {
  @ForeignKey(() => Person, { name: 'membership_person_fkey' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'membership_pkey' })
  personId: string;

  @ForeignKey(() => Organisation, { name: 'membership_organisation_fkey' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'membership_pkey' })
  organisationId: string;

  @Field(() => Role, { description: 'What the person is to the organisation.' })
  @Column({ type: 'text' })
  role: Role;

  @Field(() => MembershipOrigin, { description: 'Where the place comes from.' })
  @Column({ type: 'text' })
  origin: MembershipOrigin;

  @Field(() => DateTime, { description: 'Since when.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

export const MembershipConnection = connectionType('Membership', () => Membership);
