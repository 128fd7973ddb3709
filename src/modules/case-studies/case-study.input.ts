import { Field, Float, ID, InputType, Int } from 'type-graphql';
import {
  DistinctValues,
  Id,
  Items,
  Money,
  PARAGRAPH_LENGTH,
  Pattern,
  Range,
  STORY_LENGTH,
  Text,
  TITLE_LENGTH,
} from '../../common/input.js';
import { CalendarDate, Currency } from '../../common/scalars.js';
import { RATIONALES, StakeholderGroup } from '../framework/framework.entity.js';
import { CreateRecordInput, UpdateRecordInput } from '../records/record.input.js';
import { CaseStudyKind, CaseStudyState, Scope } from './case-study.entity.js';
import { ContributionKind, PartyRole, RuleTopic } from './partnership.entity.js';

@InputType({ description: 'Something that a party brings in.' })
export class ContributionInput {
  @Field(() => ContributionKind, { description: 'The kind of resource.' })
  kind: ContributionKind;

  @Field(() => String, { description: 'What it is.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  description: string;

  @Field(() => Float, {
    nullable: true,
    description: 'How much money, in units of `currency`, to two decimals; only for MONEY.',
  })
  @Money({ only: (contribution) => (contribution as ContributionInput).kind === ContributionKind.MONEY })
  amount?: number | null;

  @Field(() => Currency, { nullable: true, description: 'The currency of `amount`.' })
  currency?: string | null;
}

@InputType({ description: 'An organisation that takes part, with all that it brings in.' })
export class PartyInput {
  @Field(() => ID, { description: 'The organisation.' })
  @Id()
  organisationId: string;

  @Field(() => PartyRole, { defaultValue: PartyRole.PARTNER, description: 'What it is in the partnership.' })
  role: PartyRole;

  @Field(() => [ContributionInput], { defaultValue: [], description: 'What it brings in.' })
  @Items()
  contributions: ContributionInput[];
}

@InputType({ description: 'Something that the parties agreed on in writing.' })
export class RuleOfPlayInput {
  @Field(() => RuleTopic, { description: 'What it is about.' })
  topic: RuleTopic;

  @Field(() => String, { description: 'The rule.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  text: string;
}

@InputType({ description: 'What one group gains.' })
export class BenefitInput {
  @Field(() => StakeholderGroup, { description: 'Who gains.' })
  group: StakeholderGroup;

  @Field(() => String, { description: 'What they gain.' })
  @Text(PARAGRAPH_LENGTH, { required: true })
  description: string;
}

@InputType({ description: 'Money from a pool or fund.' })
export class FundingInput {
  @Field(() => String, { description: 'The pool or fund.' })
  @Text(TITLE_LENGTH, { required: true })
  pool: string;

  @Field(() => Float, { nullable: true, description: 'How much, in units of `currency`, to two decimals.' })
  @Money()
  amount?: number | null;

  @Field(() => Currency, { nullable: true, description: 'The currency of `amount`.' })
  currency?: string | null;

  @Field(() => Int, { nullable: true, description: 'The year of the grant.' })
  @Range(1800, 2200)
  year?: number | null;
}

@InputType({ description: 'A new case study: a draft until it is published. What is not known yet may be left out.' })
export class CreateCaseStudyInput extends CreateRecordInput {
  @Field(() => CaseStudyKind, { description: 'What form the partnership has.' })
  kind: CaseStudyKind;

  @Field(() => Scope, { description: 'How far it reaches.' })
  scope: Scope;

  @Field(() => CaseStudyState, { nullable: true, description: 'How far it has come.' })
  state?: CaseStudyState | null;

  @Field(() => String, { nullable: true, description: 'The case in a few sentences.' })
  @Text(PARAGRAPH_LENGTH)
  summary?: string | null;

  @Field(() => String, { nullable: true, description: 'The whole story, as Markdown.' })
  @Text(STORY_LENGTH)
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'The municipality where it is at home, by four-digit code.' })
  @Pattern(/^0\d{3}$/, 'a four-digit municipality code, e.g. "0851"')
  municipalityCode?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it began.' })
  startedOn?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it ended.' })
  endedOn?: string | null;

  @Field(() => [PartyInput], { nullable: true, description: 'Who takes part, in the order in which to show them.' })
  @Items()
  parties?: PartyInput[];

  @Field(() => [RuleOfPlayInput], { nullable: true, description: 'What they agreed on in writing.' })
  @Items()
  rulesOfPlay?: RuleOfPlayInput[];

  @Field(() => [BenefitInput], { nullable: true, description: 'Who gains what.' })
  @Items()
  benefits?: BenefitInput[];

  @Field(() => [FundingInput], { nullable: true, description: 'Money from pools and funds.' })
  @Items()
  funding?: FundingInput[];

  @Field(() => [Int], {
    nullable: true,
    description: `Rationales that it answers to, by number from 1 to ${RATIONALES}.`,
  })
  @DistinctValues({ minimum: 1, maximum: RATIONALES })
  rationales?: number[];
}

@InputType({
  description:
    'A change of a case study. What is left out stays; a list that is given replaces the whole one; null empties.',
})
export class UpdateCaseStudyInput extends UpdateRecordInput {
  @Field(() => CaseStudyKind, { nullable: true, description: 'What form the partnership has.' })
  kind?: CaseStudyKind;

  @Field(() => Scope, { nullable: true, description: 'How far it reaches.' })
  scope?: Scope;

  @Field(() => CaseStudyState, { nullable: true, description: 'How far it has come.' })
  state?: CaseStudyState | null;

  @Field(() => String, { nullable: true, description: 'The case in a few sentences.' })
  @Text(PARAGRAPH_LENGTH)
  summary?: string | null;

  @Field(() => String, { nullable: true, description: 'The whole story, as Markdown.' })
  @Text(STORY_LENGTH)
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'The municipality where it is at home, by four-digit code.' })
  @Pattern(/^0\d{3}$/, 'a four-digit municipality code, e.g. "0851"')
  municipalityCode?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it began.' })
  startedOn?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'The day on which it ended.' })
  endedOn?: string | null;

  @Field(() => [PartyInput], { nullable: true, description: 'Who takes part, in the order in which to show them.' })
  @Items()
  parties?: PartyInput[];

  @Field(() => [RuleOfPlayInput], { nullable: true, description: 'What they agreed on in writing.' })
  @Items()
  rulesOfPlay?: RuleOfPlayInput[];

  @Field(() => [BenefitInput], { nullable: true, description: 'Who gains what.' })
  @Items()
  benefits?: BenefitInput[];

  @Field(() => [FundingInput], { nullable: true, description: 'Money from pools and funds.' })
  @Items()
  funding?: FundingInput[];

  @Field(() => [Int], {
    nullable: true,
    description: `Rationales that it answers to, by number from 1 to ${RATIONALES}.`,
  })
  @DistinctValues({ minimum: 1, maximum: RATIONALES })
  rationales?: number[];
}
