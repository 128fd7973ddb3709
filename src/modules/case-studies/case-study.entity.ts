import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { ChildEntity, Column, ForeignKey } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { CalendarDate } from '../../common/scalars.js';
import { Municipality } from '../directory/municipality.entity.js';
import { KnowledgeRecord, RecordKind } from '../records/record.entity.js';

export enum CaseStudyKind {
  PROJECT = 'PROJECT',
  SERVICE = 'SERVICE',
  EVENT = 'EVENT',
  HYBRID_CULTURE_ARENA = 'HYBRID_CULTURE_ARENA',
  NETWORK = 'NETWORK',
  PROGRAMME = 'PROGRAMME',
  OTHER = 'OTHER',
}

registerEnumType(CaseStudyKind, {
  name: 'CaseStudyKind',
  description: 'What form a partnership has.',
  valuesConfig: {
    PROJECT: { description: 'Work with a set goal and an end.' },
    SERVICE: { description: 'A standing offer to users.' },
    EVENT: { description: 'One happening or a series.' },
    HYBRID_CULTURE_ARENA: { description: 'A place that is library and something else at once.' },
    NETWORK: { description: 'Organisations that keep exchanging knowledge or help.' },
    PROGRAMME: { description: 'Several projects under one roof.' },
    OTHER: { description: 'None of these.' },
  },
});

export enum Scope {
  LOCAL = 'LOCAL',
  REGIONAL = 'REGIONAL',
  NATIONAL = 'NATIONAL',
  INTERNATIONAL = 'INTERNATIONAL',
}

registerEnumType(Scope, {
  name: 'Scope',
  description: 'How far a partnership reaches.',
  valuesConfig: {
    LOCAL: { description: 'One municipality.' },
    REGIONAL: { description: 'Several municipalities or a region.' },
    NATIONAL: { description: 'The country.' },
    INTERNATIONAL: { description: 'More than one country.' },
  },
});

export enum CaseStudyState {
  PLANNED = 'PLANNED',
  ACTIVE = 'ACTIVE',
  COMPLETED = 'COMPLETED',
  ENDED_EARLY = 'ENDED_EARLY',
}

registerEnumType(CaseStudyState, {
  name: 'CaseStudyState',
  description: 'How far a partnership has come.',
  valuesConfig: {
    PLANNED: { description: 'Agreed, not begun.' },
    ACTIVE: { description: 'Under way.' },
    COMPLETED: { description: 'Ended as planned.' },
    ENDED_EARLY: { description: 'Given up or ended before its time. As worth telling as the others.' },
  },
});

@ChildEntity(RecordKind.CASE_STUDY)
@ObjectType({ implements: KnowledgeRecord, description: 'One partnership, told as a case.', simpleResolvers: true })
export class CaseStudy extends KnowledgeRecord {
  @Field(() => String, { description: 'The case in a few sentences.' })
  @Column({ type: 'text' })
  summary: string;

  @Field(() => String, { description: 'The whole story, as Markdown.' })
  @Column({ type: 'text' })
  description: string;

  @Field(() => CaseStudyKind, { description: 'What form the partnership has.' })
  @Column({ name: 'case_kind', type: 'text' })
  kind: CaseStudyKind;

  @Field(() => Scope, { description: 'How far it reaches.' })
  @Column({ type: 'text' })
  scope: Scope;

  @Field(() => CaseStudyState, { nullable: true, description: 'How far it has come; null where no source says.' })
  @Column({ type: 'text', nullable: true })
  state: CaseStudyState | null;

  @ForeignKey(() => Municipality, { name: 'record_municipality_fkey' })
  @Column({ type: 'text', nullable: true })
  municipalityCode: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it began, if known.' })
  @Column({ type: 'date', nullable: true })
  startedOn: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it ended, if it did and that is known.' })
  @Column({ type: 'date', nullable: true })
  endedOn: string | null;
}

export const CaseStudyConnection = connectionType('CaseStudy', () => CaseStudy);
