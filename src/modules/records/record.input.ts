/** What writes of every kind of record take. */
import { Field, ID, InputType, Int } from 'type-graphql';
import {
  DistinctValues,
  Id,
  Items,
  LINE_LENGTH,
  PARAGRAPH_LENGTH,
  Pattern,
  Range,
  Text,
  TITLE_LENGTH,
  Version,
} from '../../common/input.js';
import { Language } from '../../common/language.js';
import { CalendarDate, Url } from '../../common/scalars.js';
import { RECOMMENDATIONS } from '../framework/framework.entity.js';
import { LinkRelation } from './link.entity.js';
import { Outcome } from './outcome.js';
import { WARNING_ID } from './personal-data-warning.js';
import { Documentation, Provenance } from './record.entity.js';

/** How slugs are written. */
export const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

@InputType({ description: 'Where a claim comes from.' })
export class SourceInput {
  @Field(() => String, { description: 'The title of the publication or page.' })
  @Text(TITLE_LENGTH, { required: true })
  title: string;

  @Field(() => String, { nullable: true, description: 'Who published it.' })
  @Text(LINE_LENGTH)
  publisher?: string | null;

  @Field(() => Int, { nullable: true, description: 'The year in which it was published.' })
  @Range(1400, 2200)
  year?: number | null;

  @Field(() => Url, { nullable: true, description: 'Where it can be read.' })
  @Text(2000)
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'The page or part meant, e.g. "p. 22".' })
  @Text(LINE_LENGTH)
  page?: string | null;
}

/** The lists that every kind of record can have; in an update a list that is given replaces the whole one. */
@InputType({ description: 'What every record can point at.' })
export abstract class RecordListsInput {
  @Field(() => [Int], {
    nullable: true,
    description: `Recommendations that it bears on, by number from 1 to ${RECOMMENDATIONS}.`,
  })
  @DistinctValues({ minimum: 1, maximum: RECOMMENDATIONS })
  recommendations?: number[];

  @Field(() => [String], { nullable: true, description: 'Themes, by slug; the query `themes` lists them.' })
  @DistinctValues({ pattern: SLUG })
  themes?: string[];

  @Field(() => [SourceInput], { nullable: true, description: 'Where its claims come from.' })
  @Items()
  sources?: SourceInput[];
}

@InputType({ description: 'What every new record has.' })
export abstract class CreateRecordInput extends RecordListsInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A text of your own, 1 to 200 characters: the same key with the same content answers the first result again instead of writing twice.',
  })
  @Pattern(/^[\x21-\x7e]{1,200}$/, '1 to 200 printable ASCII characters without spaces')
  idempotencyKey?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The readable part of its address, lower-case words with hyphens; made from the title unless given.',
  })
  @Pattern(SLUG, 'lower-case letters and digits in words with single hyphens between')
  @Text(100)
  slug?: string | null;

  @Field(() => String, { description: "Its title. A lesson's title is the lesson itself, as one statement." })
  @Text(TITLE_LENGTH, { required: true })
  title: string;

  @Field(() => Language, { description: 'The language in which it is written.' })
  language: Language;

  @Field(() => ID, { description: 'The organisation that answers for it.' })
  @Id()
  organisationId: string;

  @Field(() => Provenance, { defaultValue: Provenance.REPORTED, description: 'Where its content comes from.' })
  provenance: Provenance;

  @Field(() => Documentation, {
    defaultValue: Documentation.COMPLETE,
    description: 'Whether the story is known as a whole.',
  })
  documentation: Documentation;
}

@InputType({ description: 'What every change of a record names, and may change.' })
export abstract class UpdateRecordInput extends RecordListsInput {
  @Field(() => ID, { description: 'The record.' })
  @Id()
  id: string;

  @Field(() => Int, { description: 'The version that the change was made against.' })
  @Version()
  version: number;

  @Field(() => String, { nullable: true, description: 'A new title.' })
  @Text(TITLE_LENGTH, { required: true })
  title?: string;

  @Field(() => Language, { nullable: true, description: 'Another language.' })
  language?: Language;

  @Field(() => ID, { nullable: true, description: 'Another organisation that answers for it.' })
  @Id()
  organisationId?: string;

  @Field(() => Provenance, { nullable: true, description: 'Another provenance.' })
  provenance?: Provenance;

  @Field(() => Documentation, { nullable: true, description: 'Whether the story is known as a whole.' })
  documentation?: Documentation;
}

@InputType({ description: 'A step of a record on its way.' })
export abstract class RecordStepInput {
  @Field(() => ID, { description: 'The record.' })
  @Id()
  id: string;

  @Field(() => Int, { description: 'The version that you looked at.' })
  @Version()
  version: number;
}

@InputType({ description: 'Moves a record on.' })
export class RecordTransitionInput extends RecordStepInput {
  @Field(() => [ID], {
    nullable: true,
    description:
      'Only to publish: the ids of `warnings` that somebody looked at, so that the record is published all the same. Those that are not, or not any longer, warnings of the record do nothing.',
  })
  @DistinctValues({ pattern: WARNING_ID })
  acknowledgedWarnings?: string[] | null;
}

@InputType({ description: 'Sends a record in review back to be changed.' })
export class RequestChangesInput extends RecordStepInput {
  @Field(() => String, { description: 'What should be changed.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  comment: string;
}

@InputType({ description: 'Takes a published record back.' })
export class RetractInput extends RecordStepInput {
  @Field(() => String, { description: 'Why.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  reason: string;
}

@InputType({ description: 'Links two records.' })
export class LinkInput {
  @Field(() => ID, { description: 'The record that the link starts at.' })
  @Id()
  fromId: string;

  @Field(() => ID, { description: 'The record that it leads to.' })
  @Id()
  toId: string;

  @Field(() => LinkRelation, { description: 'How the first relates to the second.' })
  relation: LinkRelation;

  @Field(() => String, { nullable: true, description: 'In what way.' })
  @Text(PARAGRAPH_LENGTH)
  note?: string | null;
}

@InputType({ description: 'Takes a link away.' })
export class UnlinkInput {
  @Field(() => ID, { description: 'The link.' })
  @Id()
  id: string;
}

@InputType({ description: 'An organisation says that it used what a record tells.' })
export class RecordAdoptionInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A text of your own, 1 to 200 characters: the same key with the same content answers the first result again instead of writing twice.',
  })
  @Pattern(/^[\x21-\x7e]{1,200}$/, '1 to 200 printable ASCII characters without spaces')
  idempotencyKey?: string | null;

  @Field(() => ID, { description: 'The published record.' })
  @Id()
  recordId: string;

  @Field(() => ID, { description: 'The organisation that used it.' })
  @Id()
  organisationId: string;

  @Field(() => String, { description: 'What it took over.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  taken: string;

  @Field(() => String, { nullable: true, description: 'How it changed it to fit.' })
  @Text(PARAGRAPH_LENGTH)
  adaptation?: string | null;

  @Field(() => Outcome, { nullable: true, description: 'How it went; left out while that is not known.' })
  outcome?: Outcome | null;

  @Field(() => String, { nullable: true, description: 'What came of it.' })
  @Text(PARAGRAPH_LENGTH)
  result?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day from which it was used, if known.' })
  adoptedOn?: string | null;
}
