import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Check, ChildEntity, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import { KnowledgeRecord, RecordKind } from '../records/record.entity.js';

export enum EvidenceStance {
  SUPPORTS = 'SUPPORTS',
  CONTRADICTS = 'CONTRADICTS',
}

registerEnumType(EvidenceStance, {
  name: 'EvidenceStance',
  description: 'What an experience says about a lesson.',
  valuesConfig: {
    SUPPORTS: { description: 'It went as the lesson says.' },
    CONTRADICTS: { description: 'It went otherwise.' },
  },
});

export enum ConfidenceLevel {
  UNTESTED = 'UNTESTED',
  LOW = 'LOW',
  MODERATE = 'MODERATE',
  HIGH = 'HIGH',
  CONTESTED = 'CONTESTED',
}

registerEnumType(ConfidenceLevel, {
  name: 'ConfidenceLevel',
  description:
    'How much the published evidence lets one rely on a lesson. Counted by organisation: many experiences of one organisation weigh no more than one.',
  valuesConfig: {
    UNTESTED: { description: 'No experience supports or contradicts it.' },
    LOW: { description: 'One organisation supports it, none contradicts it.' },
    MODERATE: {
      description:
        'Two organisations support it, and none contradicts it; or more do, outnumbering those that contradict it by two to one or more.',
    },
    HIGH: { description: 'Three organisations or more support it, none contradicts it.' },
    CONTESTED: { description: 'Organisations contradict it, and those that support it are fewer than twice as many.' },
  },
});

@ChildEntity(RecordKind.LESSON)
@ObjectType({
  implements: KnowledgeRecord,
  description: 'What can be learned from partnerships: its title is the statement, its weight comes from evidence.',
  simpleResolvers: true,
})
export class Lesson extends KnowledgeRecord {
  @Field(() => String, { description: 'Where and when it holds. Markdown; may be empty.' })
  @Column({ type: 'text' })
  context: string;

  @Field(() => String, { description: 'Why it is so. Markdown; may be empty.' })
  @Column({ type: 'text' })
  cause: string;

  @Field(() => String, { description: 'What to do. Markdown; may be empty.' })
  @Column({ type: 'text' })
  advice: string;

  @Field(() => String, { description: 'What not to do. Markdown; may be empty.' })
  @Column({ type: 'text' })
  avoid: string;
}

export const LessonConnection = connectionType('Lesson', () => Lesson);

@Entity('evidence')
@Check('evidence_stance', `stance IN ('SUPPORTS', 'CONTRADICTS')`)
@Unique('evidence_key', ['lessonId', 'experienceId'])
@Index('evidence_experience_index', ['experienceId', 'lessonId'])
@ObjectType({ description: 'An experience that supports or contradicts a lesson.', simpleResolvers: true })
export class Evidence {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'evidence_pkey' })
  id: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'evidence_lesson_fkey' })
  @Column({ type: 'uuid' })
  lessonId: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'evidence_experience_fkey' })
  @Column({ type: 'uuid' })
  experienceId: string;

  @Field(() => EvidenceStance, { description: 'What the experience says about the lesson.' })
  @Column({ type: 'text' })
  stance: EvidenceStance;

  @Field(() => String, { nullable: true, description: 'In what way it does.' })
  @Column({ type: 'text', nullable: true })
  note: string | null;

  @Field(() => DateTime, { description: 'When it was added.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;
}

@ObjectType({
  description:
    'How much the published evidence lets one rely on a lesson. Computed, never typed in. Illustrative experiences count for illustrative lessons alone.',
  simpleResolvers: true,
})
export class Confidence {
  @Field(() => ConfidenceLevel, { description: 'The figures below as one word.' })
  level: ConfidenceLevel;

  @Field(() => Int, { description: 'Organisations with an experience that supports the lesson.' })
  supporting: number;

  @Field(() => Int, { description: 'Organisations with an experience that contradicts the lesson.' })
  contradicting: number;

  @Field(() => Int, { description: 'Organisations with an experience that does either.' })
  organisations: number;
}
