import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { ChildEntity, Column, ForeignKey } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { CalendarDate } from '../../common/scalars.js';
import { KnowledgeRecord, RecordKind } from '../records/record.entity.js';
import { Outcome } from '../records/outcome.js';

export enum Phase {
  EXPLORING = 'EXPLORING',
  AGREEING = 'AGREEING',
  RUNNING = 'RUNNING',
  EVALUATING = 'EVALUATING',
  CONTINUING = 'CONTINUING',
  ENDING = 'ENDING',
}

registerEnumType(Phase, {
  name: 'Phase',
  description: 'Where in the life of a partnership an experience was made.',
  valuesConfig: {
    EXPLORING: { description: 'Looking for a partner and a common idea.' },
    AGREEING: { description: 'Writing down goals, contributions and rules.' },
    RUNNING: { description: 'Doing it.' },
    EVALUATING: { description: 'Seeing what came of it.' },
    CONTINUING: { description: 'Making it last.' },
    ENDING: { description: 'Bringing it to an end.' },
  },
});

@ChildEntity(RecordKind.EXPERIENCE)
@ObjectType({
  implements: KnowledgeRecord,
  description:
    'What one library or partner lived through in a case: five questions, those of the Danish project "Byg Partnerskaber" (2010-2012).',
  simpleResolvers: true,
})
export class Experience extends KnowledgeRecord {
  @ForeignKey(() => KnowledgeRecord, { name: 'record_case_study_fkey' })
  @Column({ type: 'uuid' })
  caseStudyId: string;

  @Field(() => String, { description: 'What was the purpose? Markdown; empty if not answered.' })
  @Column({ type: 'text' })
  purpose: string;

  @Field(() => String, { description: 'What did you experience? Markdown; empty if not answered.' })
  @Column({ type: 'text' })
  experienced: string;

  @Field(() => String, { description: 'What were the biggest challenges? Markdown; empty if not answered.' })
  @Column({ type: 'text' })
  challenges: string;

  @Field(() => String, { description: 'Which organisational barriers were there? Markdown; empty if not answered.' })
  @Column({ type: 'text' })
  barriers: string;

  @Field(() => String, { description: 'What was concretely gained? Markdown; empty if not answered.' })
  @Column({ type: 'text' })
  gain: string;

  @Field(() => Phase, { description: 'Where in the life of the partnership it was made.' })
  @Column({ type: 'text' })
  phase: Phase;

  @Field(() => Outcome, { description: 'How it went.' })
  @Column({ type: 'text' })
  outcome: Outcome;

  @Field(() => CalendarDate, { nullable: true, description: 'The first day of the time it is about, if known.' })
  @Column({ type: 'date', nullable: true })
  startedOn: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The last day of the time it is about, if known.' })
  @Column({ type: 'date', nullable: true })
  endedOn: string | null;
}

export const ExperienceConnection = connectionType('Experience', () => Experience);
