/** What statistics give. */
import { Arg, Field, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../../common/connection.js';
import { Language } from '../../common/language.js';
import type { Context } from '../../platform/auth/context.js';
import { Municipality } from '../directory/municipality.entity.js';
import { Organisation } from '../directory/organisation.entity.js';
import { MAXIMUM_VALUES } from './breakdowns.js';
import { FEWEST_ORGANISATIONS, ROUNDING_BASE } from './disclosure-control.js';
import { PartySector, type StatisticsFilter } from './statistics.filter.js';

@ObjectType({ description: 'How many of the records that are counted have a certain value.' })
export class StatisticCount {
  @Field(() => String, {
    nullable: true,
    description: 'The value, as the filter takes it; null for the records that have none, or of which it is not known.',
    simple: true,
  })
  value: string | null;

  @Field(() => Int, { description: 'How many records have it. Exact.', simple: true })
  count: number;

  danishLabel: string | null;
  englishLabel: string | null;

  @Field(() => String, { nullable: true, description: 'Its name for people; null where the value says it itself.' })
  label(
    @Arg('language', () => Language, { defaultValue: Language.EN, description: 'In which language.' })
    language: Language,
  ): string | null {
    return language === Language.DA ? this.danishLabel : this.englishLabel;
  }
}

@ObjectType({
  description: `How many experiences gave a certain answer, without showing what few organisations answered. A cell is suppressed where fewer than ${FEWEST_ORGANISATIONS} organisations gave the answer (the threshold rule; now and then a few more are asked for, so that the bound itself tells nothing), an answer that nobody gave included. Where the suppressed cells of a table have too few organisations among them, the smallest of the other cells is suppressed with them, so that none can be had by subtraction (secondary suppression). What is shown is rounded at random to a multiple of ${ROUNDING_BASE}, up or down so that it is right on average: always in the same way for the same experiences, and anew in every cell as soon as one experience more or less is counted, so that two filters or two times that differ by one experience do not tell its answer. Rounded cells need not add up. This is the practice of official statistics (statistical disclosure control). It guards the table, not the sources: experiences that are published can be read one by one, and who compares very many overlapping tables can average the rounding away.`,
  simpleResolvers: true,
})
export class AnswerCount {
  @Field(() => String, { description: 'The answer. Every possible one has its cell.' })
  value: string;

  @Field(() => Int, {
    nullable: true,
    description: `How many experiences gave it, rounded to a multiple of ${ROUNDING_BASE}; null where that is suppressed.`,
  })
  count: number | null;

  @Field(() => Boolean, { description: 'Whether the count is suppressed because it, or another, is of too few.' })
  suppressed: boolean;
}

@ObjectType({ description: 'Two organisations that are parties of the same cases.' })
export class OrganisationPair {
  /** Of the pair, made of both. */
  id: string;
  oneId: string;
  otherId: string;

  @Field(() => Int, { description: 'How many of the cases that are counted have both as parties.', simple: true })
  caseStudies: number;

  one: Organisation;
  other: Organisation;
}

@ObjectType({ description: 'Two municipalities whose organisations are parties of the same cases.' })
export class MunicipalityPair {
  /** Of the pair, made of both. */
  id: string;
  oneCode: string;
  otherCode: string;

  @Field(() => Int, {
    description: 'How many of the cases that are counted have a party at home in each of the two.',
    simple: true,
  })
  caseStudies: number;

  one: Municipality;
  other: Municipality;
}

@ObjectType({ description: 'Two sectors that meet in the same cases.', simpleResolvers: true })
export class SectorPair {
  @Field(() => PartySector, { description: 'The one, the first of the two in the alphabet.' })
  one: PartySector;

  @Field(() => PartySector, { description: 'The other. The same as the one where two parties are of one sector.' })
  other: PartySector;

  @Field(() => Int, {
    description: 'How many of the cases that are counted have a party of the one and another party of the other.',
  })
  caseStudies: number;
}

export const OrganisationPairConnection = connectionType('OrganisationPair', () => OrganisationPair);
export const MunicipalityPairConnection = connectionType('MunicipalityPair', () => MunicipalityPair);

@ObjectType({
  description: `Counts of published records: case studies unless the filter says otherwise. A record that has several values counts once for each. What belongs to a case, such as its municipality, is counted for its experiences by their case. Organisations, their sectors and municipalities are as the directory has them today. Case studies are documentation and counted as they are; for the answers of experiences see AnswerCount. A list gives at most ${MAXIMUM_VALUES} values. Each field costs a statement of its own.`,
})
export class Statistics {
  filter: StatisticsFilter;
  /** What reads them, now or as of a time. */
  scope: Context;
}
