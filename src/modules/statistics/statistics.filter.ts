/** What statistics can be narrowed by, and the records that are left. */
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { anyId, anyOf } from '../../platform/database/conditions.js';
import { CaseStudyKind, CaseStudyState, Scope } from '../case-studies/case-study.entity.js';
import { Documentation, Provenance, RecordKind } from '../records/record.entity.js';

/** The sectors of organisations, with libraries as one of their own. */
export enum PartySector {
  LIBRARY = 'LIBRARY',
  PUBLIC = 'PUBLIC',
  PRIVATE = 'PRIVATE',
  CIVIL_SOCIETY = 'CIVIL_SOCIETY',
}

registerEnumType(PartySector, {
  name: 'PartySector',
  description: 'The part of society that a party of a partnership belongs to, libraries apart.',
  valuesConfig: {
    LIBRARY: { description: 'A library with an ISIL, whoever runs it.' },
    PUBLIC: { description: 'State, region, municipality and their institutions, other than libraries.' },
    PRIVATE: { description: 'Business.' },
    CIVIL_SOCIETY: { description: 'Associations, foundations, volunteers.' },
  },
});

/** Expression: the sector of `organisation o`. */
export const PARTY_SECTOR = raw(`coalesce(o.sector, 'LIBRARY')`);

@InputType({
  description:
    'What statistics can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing. What only a case has is asked of the case of an experience; a lesson belongs to no case, and none is counted where it is asked for.',
})
export class StatisticsFilter {
  @Field(() => [RecordKind], { nullable: true, description: 'Kinds of record to count; case studies unless told.' })
  recordKinds?: RecordKind[] | null;

  @Field(() => [CaseStudyKind], { nullable: true, description: 'Forms of partnership.' })
  kinds?: CaseStudyKind[] | null;

  @Field(() => [Scope], { nullable: true, description: 'How far the cases reach.' })
  scopes?: Scope[] | null;

  @Field(() => [CaseStudyState], { nullable: true, description: 'How far the cases have come.' })
  states?: CaseStudyState[] | null;

  @Field(() => [String], { nullable: true, description: 'Municipalities of the cases, by four-digit code.' })
  municipalities?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Regions of the cases, by four-digit code.' })
  regions?: string[] | null;

  @Field(() => [PartySector], { nullable: true, description: 'Sectors of which the cases have a party.' })
  sectors?: PartySector[] | null;

  @Field(() => [ID], { nullable: true, description: 'Organisations that are parties of the cases.' })
  organisations?: string[] | null;

  @Field(() => Int, { nullable: true, description: 'The first year in which the cases may have begun.' })
  startedYearFrom?: number | null;

  @Field(() => Int, { nullable: true, description: 'The last year in which the cases may have begun.' })
  startedYearTo?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The first year in which the records may have been published first, in UTC.',
  })
  publishedYearFrom?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The last year in which the records may have been published first, in UTC.',
  })
  publishedYearTo?: number | null;

  @Field(() => [Int], { nullable: true, description: 'Recommendations that the records bear on, by number.' })
  recommendations?: number[] | null;

  @Field(() => [String], { nullable: true, description: 'Themes of the records, by slug.' })
  themes?: string[] | null;

  @Field(() => [Documentation], { nullable: true, description: 'Whether the story is known as a whole.' })
  documentations?: Documentation[] | null;

  @Field(() => [Provenance], {
    nullable: true,
    description:
      'Where the content comes from, e.g. all but IMPORTED. ILLUSTRATIVE counts only if it is included below.',
  })
  provenances?: Provenance[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether records that were invented as illustrations count as well. Answers of theirs never do.',
  })
  includeIllustrative?: boolean;
}

/** Expression: the year of publication of a `record r`, in UTC. */
const PUBLISHED_YEAR = raw(`extract(year FROM r.published_at AT TIME ZONE 'UTC')::integer`);

/**
 * The beginning of a statement: `chosen`, the published records that a filter leaves, each once, with columns of its case
 * (null where there is none, or none that is published). By itself, for as of a time the planner knows little of how many
 * records anything leaves, and is not to guess at it in the middle of what is counted.
 *
 * @param kinds those to count, instead of what the filter says
 * @throws BAD_USER_INPUT on what is no id
 */
export function withChosen(filter: StatisticsFilter, kinds: readonly RecordKind[] = kindsOf(filter)): Sql {
  // A case is its own: without a join.
  const caseStudy = kinds.every((kind) => kind === RecordKind.CASE_STUDY) ? 'r' : 'c';
  const joinCase =
    caseStudy === 'r'
      ? empty
      : raw(`LEFT JOIN record c ON c.status = 'PUBLISHED'
          AND c.id = CASE r.kind WHEN 'CASE_STUDY' THEN r.id WHEN 'EXPERIENCE' THEN r.case_study_id END`);
  const ofCase = ['case_kind', 'scope', 'state', 'municipality_code'].map((column) => `${caseStudy}.${column}`);
  return sql`WITH chosen AS MATERIALIZED (
      SELECT r.id, r.kind, r.version, r.organisation_id, r.documentation, r.provenance, r.outcome, r.phase,
        ${PUBLISHED_YEAR} AS published_year, ${raw(caseStudy)}.id AS case_id, ${raw(ofCase.join(', '))},
        ${startedYear(caseStudy)} AS started_year
      FROM record r ${joinCase}
      WHERE r.status = 'PUBLISHED'${anyOf('r.kind', 'text', kinds)} ${join(conditionsOf(filter, caseStudy), ' ')})`;
}

function startedYear(caseStudy: string): Sql {
  return raw(`extract(year FROM ${caseStudy}.started_on)::integer`);
}

function kindsOf({ recordKinds }: StatisticsFilter): readonly RecordKind[] {
  return recordKinds?.length ? recordKinds : [RecordKind.CASE_STUDY];
}

function conditionsOf(filter: StatisticsFilter, caseStudy: string): Sql[] {
  return [
    filter.includeIllustrative ? empty : raw(`AND r.provenance <> 'ILLUSTRATIVE'`),
    anyOf('r.provenance', 'text', filter.provenances),
    anyOf('r.documentation', 'text', filter.documentations),
    anyOf(`${caseStudy}.case_kind`, 'text', filter.kinds),
    anyOf(`${caseStudy}.scope`, 'text', filter.scopes),
    anyOf(`${caseStudy}.state`, 'text', filter.states),
    anyOf(`${caseStudy}.municipality_code`, 'text', filter.municipalities),
    within(
      `${caseStudy}.municipality_code`,
      sql`SELECT code FROM municipality`,
      anyOf('region_code', 'text', filter.regions),
    ),
    within(`${caseStudy}.id`, sql`SELECT p.record_id FROM party p`, anyId('p.organisation_id', filter.organisations)),
    within(
      `${caseStudy}.id`,
      sql`SELECT p.record_id FROM party p JOIN organisation o ON o.id = p.organisation_id`,
      anyOf(PARTY_SECTOR.text, 'text', filter.sectors),
    ),
    within(
      'r.id',
      sql`SELECT x.record_id FROM record_recommendation x`,
      anyOf('x.number', 'integer', filter.recommendations),
    ),
    within('r.id', sql`SELECT x.record_id FROM record_theme x`, anyOf('x.theme', 'text', filter.themes)),
    between(startedYear(caseStudy), filter.startedYearFrom, filter.startedYearTo),
    between(PUBLISHED_YEAR, filter.publishedYearFrom, filter.publishedYearTo),
  ];
}

/**
 * The column holds what a statement gives under a condition; empty without a condition. `IS TRUE` has PostgreSQL run the
 * statement once and look each row up in its result, instead of joining it by a guess of how long it is.
 */
function within(column: string, statement: Sql, condition: Sql): Sql {
  return condition === empty ? empty : sql`AND (${raw(column)} IN (${statement} WHERE TRUE${condition})) IS TRUE`;
}

function between(year: Sql, from: number | null | undefined, to: number | null | undefined): Sql {
  return sql`${from == null ? empty : sql`AND ${year} >= ${from}::integer`} ${
    to == null ? empty : sql`AND ${year} <= ${to}::integer`
  }`;
}
