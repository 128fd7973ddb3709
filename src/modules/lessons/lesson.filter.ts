import sql, { empty, type Sql } from 'sql-template-tag';
import { Field, ID, InputType } from 'type-graphql';
import { OrderDirection } from '../../common/connection.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { visible } from '../../platform/auth/visibility.js';
import { anyId } from '../../platform/database/conditions.js';
import { RecordFilter, type RecordOrder, RecordOrderField } from '../records/record.filter.js';

@InputType({
  description:
    'What a list of lessons can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing.',
})
export class LessonFilter extends RecordFilter {
  @Field(() => [ID], { nullable: true, description: 'Cases whose experiences are evidence of them.' })
  caseStudies?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Experiences that are evidence of them.' })
  experiences?: string[] | null;
}

@InputType({ description: 'What to order lessons by.' })
export class LessonOrder implements RecordOrder {
  @Field(() => RecordOrderField, { description: 'By what.' })
  field: RecordOrderField;

  @Field(() => OrderDirection, { description: 'Which way.' })
  direction: OrderDirection;
}

/** The conditions that lessons have beside those of all records. */
export function lessonConditions(viewer: Viewer, filter: LessonFilter): Sql[] {
  if (!filter.caseStudies?.length && !filter.experiences?.length) return [empty];
  return [
    sql`AND EXISTS (SELECT FROM evidence v JOIN record e ON e.id = v.experience_id
      WHERE v.lesson_id = r.id AND e.status = 'PUBLISHED' AND ${visible(viewer, 'e')}
      ${anyId('e.case_study_id', filter.caseStudies)} ${anyId('e.id', filter.experiences)})`,
  ];
}
