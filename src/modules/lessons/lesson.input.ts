import { Field, ID, InputType } from 'type-graphql';
import { Id, PARAGRAPH_LENGTH, STORY_LENGTH, Text } from '../../common/input.js';
import { CreateRecordInput, UpdateRecordInput } from '../records/record.input.js';
import { EvidenceStance } from './lesson.entity.js';

@InputType({ description: 'A new lesson: a draft until it is published. Evidence is added to it by `addEvidence`.' })
export class CreateLessonInput extends CreateRecordInput {
  @Field(() => String, { nullable: true, description: 'Where and when it holds. Markdown.' })
  @Text(STORY_LENGTH)
  context?: string | null;

  @Field(() => String, { nullable: true, description: 'Why it is so. Markdown.' })
  @Text(STORY_LENGTH)
  cause?: string | null;

  @Field(() => String, { nullable: true, description: 'What to do. Markdown.' })
  @Text(STORY_LENGTH)
  advice?: string | null;

  @Field(() => String, { nullable: true, description: 'What not to do. Markdown.' })
  @Text(STORY_LENGTH)
  avoid?: string | null;
}

@InputType({
  description:
    'A change of a lesson. What is left out stays; a list that is given replaces the whole one; null empties.',
})
export class UpdateLessonInput extends UpdateRecordInput {
  @Field(() => String, { nullable: true, description: 'Where and when it holds. Markdown.' })
  @Text(STORY_LENGTH)
  context?: string | null;

  @Field(() => String, { nullable: true, description: 'Why it is so. Markdown.' })
  @Text(STORY_LENGTH)
  cause?: string | null;

  @Field(() => String, { nullable: true, description: 'What to do. Markdown.' })
  @Text(STORY_LENGTH)
  advice?: string | null;

  @Field(() => String, { nullable: true, description: 'What not to do. Markdown.' })
  @Text(STORY_LENGTH)
  avoid?: string | null;
}

@InputType({ description: 'An experience that supports or contradicts a lesson.' })
export class AddEvidenceInput {
  @Field(() => ID, { description: 'The lesson.' })
  @Id()
  lessonId: string;

  @Field(() => ID, { description: 'The experience.' })
  @Id()
  experienceId: string;

  @Field(() => EvidenceStance, { description: 'What the experience says about the lesson.' })
  stance: EvidenceStance;

  @Field(() => String, { nullable: true, description: 'In what way it does.' })
  @Text(PARAGRAPH_LENGTH)
  note?: string | null;
}
