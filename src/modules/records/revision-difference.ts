import difference from 'microdiff';
import { Field, ObjectType } from 'type-graphql';
import { Json } from '../../common/scalars.js';

@ObjectType({ description: 'A field whose content is another one in a later version.', simpleResolvers: true })
export class FieldChange {
  @Field(() => [String], {
    description: 'The field, by the names of the create input, outermost first; places in lists count from "0".',
  })
  path: string[];

  @Field(() => Json, {
    nullable: true,
    description: 'What it held in the earlier version; null also where it was not there.',
  })
  before: unknown;

  @Field(() => Json, {
    nullable: true,
    description: 'What it holds in the later version; null also where it is not there any more.',
  })
  after: unknown;
}

export type RevisionContent = Readonly<Record<string, unknown>>;

/** What is different in the later of two versions. Lists are compared place by place. */
export function changesBetween(earlier: RevisionContent, later: RevisionContent): FieldChange[] {
  // Without the look-out for cycles, of which JSON has none: it would search all that lies above each value.
  return difference(earlier, later, { cyclesFix: false }).map((change) => ({
    path: change.path.map(String),
    before: change.type === 'CREATE' ? null : change.oldValue,
    after: change.type === 'REMOVE' ? null : change.value,
  }));
}
