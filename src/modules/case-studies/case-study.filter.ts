import sql, { empty, type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { OrderDirection } from '../../common/connection.js';
import { CalendarDate } from '../../common/scalars.js';
import { anyId, anyOf } from '../../platform/database/conditions.js';
import { RecordFilter, type RecordOrder, RecordOrderField } from '../records/record.filter.js';
import { CaseStudyKind, CaseStudyState, Scope } from './case-study.entity.js';

@InputType({
  description:
    'What a list of case studies can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing.',
})
export class CaseStudyFilter extends RecordFilter {
  @Field(() => [CaseStudyKind], { nullable: true, description: 'Forms of partnership.' })
  kinds?: CaseStudyKind[] | null;

  @Field(() => [Scope], { nullable: true, description: 'How far they reach.' })
  scopes?: Scope[] | null;

  @Field(() => [CaseStudyState], { nullable: true, description: 'How far they have come.' })
  states?: CaseStudyState[] | null;

  @Field(() => [String], { nullable: true, description: 'Municipalities, by four-digit code.' })
  municipalities?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Regions, by four-digit code.' })
  regions?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Organisations that are parties.' })
  parties?: string[] | null;

  @Field(() => CalendarDate, { nullable: true, description: 'Under way on this day or later: not ended before it.' })
  activeFrom?: string | null;

  @Field(() => CalendarDate, { nullable: true, description: 'Under way on this day or earlier: begun by then.' })
  activeUntil?: string | null;
}

@InputType({ description: 'What to order case studies by.' })
export class CaseStudyOrder implements RecordOrder {
  @Field(() => RecordOrderField, { description: 'By what.' })
  field: RecordOrderField;

  @Field(() => OrderDirection, { description: 'Which way.' })
  direction: OrderDirection;
}

/** The conditions that case studies have beside those of all records. */
export function caseStudyConditions(filter: CaseStudyFilter): Sql[] {
  return [
    anyOf('r.case_kind', 'text', filter.kinds),
    anyOf('r.scope', 'text', filter.scopes),
    anyOf('r.state', 'text', filter.states),
    anyOf('r.municipality_code', 'text', filter.municipalities),
    !filter.regions?.length
      ? empty
      : sql`AND r.municipality_code IN (SELECT code FROM municipality WHERE region_code = ANY(${filter.regions}::text[]))`,
    !filter.parties?.length
      ? empty
      : sql`AND EXISTS (SELECT FROM party p WHERE p.record_id = r.id ${anyId('p.organisation_id', filter.parties)})`,
    filter.activeFrom == null ? empty : sql`AND coalesce(r.ended_on, 'infinity') >= ${filter.activeFrom}::date`,
    filter.activeUntil == null ? empty : sql`AND r.started_on <= ${filter.activeUntil}::date`,
  ];
}
