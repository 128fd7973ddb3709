/** What the writes of follows take and give. */
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Item, Text, TITLE_LENGTH } from '../../common/input.js';
import { KnowledgeEventFilter } from '../knowledge-events/knowledge-event.types.js';
import { Follow, WatchLevel } from './follow.entity.js';

@InputType({ description: 'What is to be followed, and for whom.' })
export class FollowInput {
  @Id()
  @Field(() => ID, {
    nullable: true,
    description: 'The organisation into whose inbox it goes; left out, your own.',
  })
  organisationId?: string | null;

  @Text(TITLE_LENGTH, { required: true })
  @Field(() => String, { description: `What to call it, at most ${TITLE_LENGTH} characters.` })
  name: string;

  @Item()
  @Field(() => KnowledgeEventFilter, {
    description:
      'Which events: of themes, recommendations, municipalities, organisations, single records, or any of them together. An empty filter is everything.',
  })
  filter: KnowledgeEventFilter;

  @Field(() => WatchLevel, {
    description: 'How much of it; everything unless told.',
    defaultValue: WatchLevel.EVERYTHING,
  })
  level: WatchLevel;
}

@InputType({ description: 'What is to be different about a follow. What is left out stays.' })
export class ChangeFollowInput {
  @Id()
  @Field(() => ID, { description: 'The follow.' })
  id: string;

  @Text(TITLE_LENGTH, { required: true })
  @Field(() => String, { nullable: true, description: `What to call it, at most ${TITLE_LENGTH} characters.` })
  name?: string | null;

  @Field(() => WatchLevel, { nullable: true, description: 'How much of it, from now on.' })
  level?: WatchLevel | null;
}

@InputType({ description: 'A follow that is to end.' })
export class UnfollowInput {
  @Id()
  @Field(() => ID, { description: 'The follow.' })
  id: string;
}

@ObjectType({ description: 'A follow as it is now, or why it is not.', simpleResolvers: true })
export class FollowPayload {
  @Field(() => Follow, { nullable: true, description: 'The follow; null when this was refused.' })
  follow: Follow | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'A follow that ended, or why it did not.', simpleResolvers: true })
export class UnfollowPayload {
  @Field(() => Follow, { nullable: true, description: 'The follow as it was; null when this was refused.' })
  follow: Follow | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
