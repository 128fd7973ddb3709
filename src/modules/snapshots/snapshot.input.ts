/** What taking a snapshot takes and gives. */
import { Field, InputType, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { LINE_LENGTH, Text } from '../../common/input.js';
import { Snapshot } from './snapshot.entity.js';

@InputType({ description: 'A snapshot that is to be taken now.' })
export class TakeSnapshotInput {
  @Text(LINE_LENGTH)
  @Field(() => String, {
    nullable: true,
    description: `What it is taken for, e.g. the paper that rests on it; everybody can read it. At most ${LINE_LENGTH} characters.`,
  })
  note?: string | null;
}

@ObjectType({ description: 'What became of the wish for a snapshot.', simpleResolvers: true })
export class TakeSnapshotPayload {
  @Field(() => Snapshot, {
    nullable: true,
    description:
      'The snapshot; of much knowledge it is `IN_PREPARATION` still, and is in the list once it is whole. Null when it was refused.',
  })
  snapshot: Snapshot | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}
