import { Field, ID, InputType, Int } from 'type-graphql';
import { FieldPath, Id, PARAGRAPH_LENGTH, Text, Version } from '../../common/input.js';

@InputType({ description: 'Something to be said of a version of a record.' })
export class AddReviewCommentInput {
  @Field(() => ID, { description: 'The record.' })
  @Id()
  recordId: string;

  @Field(() => Int, { description: 'The version that it is about: the current one or an earlier one.' })
  @Version()
  version: number;

  @Field(() => [String], {
    nullable: true,
    description:
      'The field that it is about, by the names in `Revision.content`, outermost first, places in lists counted from "0"; left out for the whole.',
  })
  @FieldPath()
  path?: string[] | null;

  @Field(() => String, { description: 'What is to be said.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  text: string;
}

@InputType({ description: 'Settles a comment.' })
export class ResolveReviewCommentInput {
  @Field(() => ID, { description: 'The comment.' })
  @Id()
  id: string;
}
