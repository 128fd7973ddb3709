import type { Sql } from 'sql-template-tag';
import sql, { empty } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { OrderDirection } from '../../common/connection.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { visible } from '../../platform/auth/visibility.js';
import { anyId, anyOf } from '../../platform/database/conditions.js';
import { RecordFilter, type RecordOrder, RecordOrderField } from '../records/record.filter.js';
import { Outcome } from '../records/outcome.js';
import { Phase } from './experience.entity.js';

@InputType({
  description:
    'What a list of experiences can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing.',
})
export class ExperienceFilter extends RecordFilter {
  @Field(() => [ID], { nullable: true, description: 'Cases in which they were made.' })
  caseStudies?: string[] | null;

  @Field(() => [Phase], { nullable: true, description: 'Where in the life of the partnership they were made.' })
  phases?: Phase[] | null;

  @Field(() => [Outcome], { nullable: true, description: 'How it went.' })
  outcomes?: Outcome[] | null;

  @Field(() => [String], { nullable: true, description: 'Municipalities of the cases, by four-digit code.' })
  municipalities?: string[] | null;
}

@InputType({ description: 'What to order experiences by.' })
export class ExperienceOrder implements RecordOrder {
  @Field(() => RecordOrderField, { description: 'By what.' })
  field: RecordOrderField;

  @Field(() => OrderDirection, { description: 'Which way.' })
  direction: OrderDirection;
}

/** The conditions that experiences have beside those of all records. */
export function experienceConditions(viewer: Viewer, filter: ExperienceFilter): Sql[] {
  return [
    anyId('r.case_study_id', filter.caseStudies),
    anyOf('r.phase', 'text', filter.phases),
    anyOf('r.outcome', 'text', filter.outcomes),
    !filter.municipalities?.length
      ? empty
      : sql`AND r.case_study_id IN (SELECT c.id FROM record c
          WHERE c.municipality_code = ANY(${filter.municipalities}::text[]) AND ${visible(viewer, 'c')})`,
  ];
}
