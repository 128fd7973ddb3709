/** What makes a case a partnership: parties and what they bring, rules of play, benefits, funding. */
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Currency } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';
import { StakeholderGroup } from '../framework/framework.entity.js';
import { KnowledgeRecord } from '../records/record.entity.js';

export enum PartyRole {
  LEAD = 'LEAD',
  PARTNER = 'PARTNER',
  FUNDER = 'FUNDER',
  OTHER = 'OTHER',
}

registerEnumType(PartyRole, {
  name: 'PartyRole',
  description: 'What a party is in a partnership.',
  valuesConfig: {
    LEAD: { description: 'Leads it.' },
    PARTNER: { description: 'Takes part on equal terms.' },
    FUNDER: { description: 'Gives money without taking part in the work.' },
    OTHER: { description: 'None of these.' },
  },
});

export enum ContributionKind {
  STAFF = 'STAFF',
  EXPERTISE = 'EXPERTISE',
  MONEY = 'MONEY',
  VENUE = 'VENUE',
  CONTENT = 'CONTENT',
  TECHNOLOGY = 'TECHNOLOGY',
  NETWORK = 'NETWORK',
  AUDIENCE = 'AUDIENCE',
  OTHER = 'OTHER',
}

registerEnumType(ContributionKind, {
  name: 'ContributionKind',
  description: 'What a party brings in.',
  valuesConfig: {
    STAFF: { description: 'Working time.' },
    EXPERTISE: { description: 'Knowledge and competences.' },
    MONEY: { description: 'Money; amount and currency say how much.' },
    VENUE: { description: 'Rooms and places.' },
    CONTENT: { description: 'Works, collections, programmes.' },
    TECHNOLOGY: { description: 'Equipment, software, platforms.' },
    NETWORK: { description: 'Contacts to others.' },
    AUDIENCE: { description: 'People who are reached.' },
    OTHER: { description: 'None of these.' },
  },
});

export enum RuleTopic {
  GOALS = 'GOALS',
  ROLES = 'ROLES',
  DECISIONS = 'DECISIONS',
  ECONOMY = 'ECONOMY',
  RIGHTS = 'RIGHTS',
  COMMUNICATION = 'COMMUNICATION',
  EVALUATION = 'EVALUATION',
  EXIT = 'EXIT',
  OTHER = 'OTHER',
}

registerEnumType(RuleTopic, {
  name: 'RuleTopic',
  description: 'What a rule of play is about.',
  valuesConfig: {
    GOALS: { description: 'What is to be reached.' },
    ROLES: { description: 'Who does what.' },
    DECISIONS: { description: 'How decisions are made.' },
    ECONOMY: { description: 'Who pays and who earns.' },
    RIGHTS: { description: 'Who owns and may use what is made.' },
    COMMUNICATION: { description: 'Who says what to whom.' },
    EVALUATION: { description: 'How it is seen whether it works.' },
    EXIT: { description: 'How it is ended.' },
    OTHER: { description: 'None of these.' },
  },
});

@Entity('party')
@Check('party_role', `role IN ('LEAD', 'PARTNER', 'FUNDER', 'OTHER')`)
@Unique('party_organisation_key', ['recordId', 'organisationId'])
@Index('party_organisation_index', ['organisationId'])
@ObjectType({ description: 'An organisation that takes part in a partnership.', simpleResolvers: true })
export class Party {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'party_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'party_record_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @ForeignKey(() => Organisation, { name: 'party_organisation_fkey' })
  @Column({ type: 'uuid' })
  organisationId: string;

  @Field(() => PartyRole, { description: 'What it is in the partnership.' })
  @Column({ type: 'text' })
  role: PartyRole;
}

@Entity('contribution')
@Check('contribution_kind', 'see the migration')
@Check('contribution_amount', 'amount >= 0')
@Check('contribution_money', 'see the migration')
@Index('contribution_party_index', ['partyId'])
@ObjectType({ description: 'Something that a party brings into a partnership.', simpleResolvers: true })
export class Contribution {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'contribution_pkey' })
  id: string;

  @ForeignKey(() => Party, { name: 'contribution_party_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  partyId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @Field(() => ContributionKind, { description: 'The kind of resource.' })
  @Column({ type: 'text' })
  kind: ContributionKind;

  @Field(() => String, { description: 'What it is.' })
  @Column({ type: 'text' })
  description: string;

  @Field(() => Float, {
    nullable: true,
    description: 'How much money, in units of `currency`; only for MONEY, and only if known.',
  })
  @Column({ type: 'numeric', precision: 14, scale: 2, nullable: true })
  amount: number | null;

  @Field(() => Currency, { nullable: true, description: 'The currency of `amount`.' })
  @Column({ type: 'character', length: 3, nullable: true })
  currency: string | null;
}

@Entity('rule_of_play')
@Check('rule_of_play_topic', 'see the migration')
@Index('rule_of_play_record_index', ['recordId'])
@ObjectType({ description: 'Something that the parties agreed on in writing.', simpleResolvers: true })
export class RuleOfPlay {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'rule_of_play_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'rule_of_play_record_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @Field(() => RuleTopic, { description: 'What it is about.' })
  @Column({ type: 'text' })
  topic: RuleTopic;

  @Field(() => String, { description: 'The rule.' })
  @Column({ type: 'text' })
  text: string;
}

@Entity('benefit')
@Check('benefit_stakeholder_group', 'see the migration')
@Index('benefit_record_index', ['recordId'])
@ObjectType({ description: 'What one group gains from a partnership.', simpleResolvers: true })
export class Benefit {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'benefit_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'benefit_record_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @Field(() => StakeholderGroup, { description: 'Who gains.' })
  @Column({ name: 'stakeholder_group', type: 'text' })
  group: StakeholderGroup;

  @Field(() => String, { description: 'What they gain.' })
  @Column({ type: 'text' })
  description: string;
}

@Entity('funding')
@Check('funding_amount', 'amount >= 0')
@Check('funding_year', 'year BETWEEN 1800 AND 2200')
@Check('funding_money', '(amount IS NULL) = (currency IS NULL)')
@Index('funding_record_index', ['recordId'])
@ObjectType({ description: 'Money for a partnership from a pool or fund.', simpleResolvers: true })
export class Funding {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'funding_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'funding_record_fkey', onDelete: 'CASCADE' })
  @Column({ type: 'uuid' })
  recordId: string;

  @Column({ type: 'integer' })
  ordinal: number;

  @Field(() => String, { description: 'The pool or fund, e.g. "Udviklingspuljen".' })
  @Column({ type: 'text' })
  pool: string;

  @Field(() => Float, { nullable: true, description: 'How much, in units of `currency`, if known.' })
  @Column({ type: 'numeric', precision: 14, scale: 2, nullable: true })
  amount: number | null;

  @Field(() => Currency, { nullable: true, description: 'The currency of `amount`.' })
  @Column({ type: 'character', length: 3, nullable: true })
  currency: string | null;

  @Field(() => Int, { nullable: true, description: 'The year of the grant, if known.' })
  @Column({ type: 'integer', nullable: true })
  year: number | null;
}

@Entity('record_rationale')
@Check('record_rationale_number', 'number BETWEEN 1 AND 3')
export class RecordRationale {
  @ForeignKey(() => KnowledgeRecord, { name: 'record_rationale_record_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'record_rationale_pkey' })
  recordId: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'record_rationale_pkey' })
  number: number;
}
