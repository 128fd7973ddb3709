import { Field, ID, InputType } from 'type-graphql';
import { Id, STORY_LENGTH, Text } from '../../common/input.js';
import { CalendarDate } from '../../common/scalars.js';
import { Outcome } from '../records/outcome.js';
import { CreateRecordInput, UpdateRecordInput } from '../records/record.input.js';
import { Phase } from './experience.entity.js';

@InputType({ description: 'A new experience: a draft until it is published. Questions may be left open until then.' })
export class CreateExperienceInput extends CreateRecordInput {
  @Field(() => ID, { description: 'The case in which it was made.' })
  @Id()
  caseStudyId: string;

  @Field(() => String, { nullable: true, description: 'What was the purpose? Markdown.' })
  @Text(STORY_LENGTH)
  purpose?: string | null;

  @Field(() => String, { nullable: true, description: 'What did you experience? Markdown.' })
  @Text(STORY_LENGTH)
  experienced?: string | null;

  @Field(() => String, { nullable: true, description: 'What were the biggest challenges? Markdown.' })
  @Text(STORY_LENGTH)
  challenges?: string | null;

  @Field(() => String, { nullable: true, description: 'Which organisational barriers were there? Markdown.' })
  @Text(STORY_LENGTH)
  barriers?: string | null;

  @Field(() => String, { nullable: true, description: 'What was concretely gained? Markdown.' })
  @Text(STORY_LENGTH)
  gain?: string | null;

  @Field(() => Phase, { description: 'Where in the life of the partnership it was made.' })
  phase: Phase;

  @Field(() => Outcome, { description: 'How it went.' })
  outcome: Outcome;

  @Field(() => CalendarDate, { nullable: true, description: 'The first day of the time it is about.' })
  startedOn?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The last day of the time it is about.' })
  endedOn?: string | null;
}

@InputType({
  description:
    'A change of an experience. What is left out stays; a list that is given replaces the whole one; null empties.',
})
export class UpdateExperienceInput extends UpdateRecordInput {
  @Field(() => ID, { nullable: true, description: 'The case in which it was made.' })
  @Id()
  caseStudyId?: string;

  @Field(() => String, { nullable: true, description: 'What was the purpose? Markdown.' })
  @Text(STORY_LENGTH)
  purpose?: string | null;

  @Field(() => String, { nullable: true, description: 'What did you experience? Markdown.' })
  @Text(STORY_LENGTH)
  experienced?: string | null;

  @Field(() => String, { nullable: true, description: 'What were the biggest challenges? Markdown.' })
  @Text(STORY_LENGTH)
  challenges?: string | null;

  @Field(() => String, { nullable: true, description: 'Which organisational barriers were there? Markdown.' })
  @Text(STORY_LENGTH)
  barriers?: string | null;

  @Field(() => String, { nullable: true, description: 'What was concretely gained? Markdown.' })
  @Text(STORY_LENGTH)
  gain?: string | null;

  @Field(() => Phase, { nullable: true, description: 'Where in the life of the partnership it was made.' })
  phase?: Phase;

  @Field(() => Outcome, { nullable: true, description: 'How it went.' })
  outcome?: Outcome;

  @Field(() => CalendarDate, { nullable: true, description: 'The first day of the time it is about.' })
  startedOn?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The last day of the time it is about.' })
  endedOn?: string | null;
}
