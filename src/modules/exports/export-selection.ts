/** Which part of the knowledge an export has. */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { EventFilterInput } from '../../platform/log/event-filter.js';
import { readFilterParameters, readSingleParameter } from '../feeds/feed-parameters.js';

/** The lists of the filter of events that say something of a record, and not only of what happened to it. */
const RECORD_LISTS = ['kinds', 'records', 'organisations', 'municipalities', 'recommendations', 'themes'] as const;

export interface ExportSelection {
  /** A record passes when each list that is given has one of its values, as when it was published. */
  readonly filter: Pick<EventFilterInput, (typeof RECORD_LISTS)[number]>;
  /** A cursor: only what changed after it. */
  readonly since: string | null;
}

export const EVERYTHING: ExportSelection = { filter: {}, since: null };

const SINCE = 'since';

/**
 * Reads the parameters: lists as for feeds, but for `types`, and `since`.
 *
 * @throws BAD_USER_INPUT for a parameter or a value that there is not
 */
export function readSelection(parameters: URLSearchParams): ExportSelection {
  const filter = readFilterParameters(parameters, RECORD_LISTS, [SINCE]);
  return { filter, since: readSingleParameter(parameters, SINCE) };
}

/** The filter as a condition on `d`, see {@link publishedRecord}. Its lists hold values that a filter may hold. */
export function recordCondition({ filter }: Pick<ExportSelection, 'filter'>): Sql {
  const { kinds, records, organisations, municipalities, recommendations, themes } = filter;
  const criteria = [
    given(kinds, (list) => sql`d.kind = ANY(${list}::text[])`),
    given(records, (list) => sql`d.id = ANY(${list}::uuid[])`),
    given(organisations, (list) => sql`d.id IN (SELECT id FROM record WHERE organisation_id = ANY(${list}::uuid[]))`),
    given(municipalities, fromMunicipalities),
    given(
      recommendations,
      (list) => sql`d.id IN (SELECT record_id FROM record_recommendation WHERE number = ANY(${list}::integer[]))`,
    ),
    given(themes, (list) => sql`d.id IN (SELECT record_id FROM record_theme WHERE theme = ANY(${list}::text[]))`),
  ].flat();
  return criteria.length === 0 ? raw('TRUE') : join(criteria, ' AND ');
}

/** The case's own, or those of the cases that an experience or lesson comes from; of cases that everybody may see. */
function fromMunicipalities(list: readonly string[]): Sql {
  return sql`EXISTS (
    SELECT FROM record c WHERE c.status = 'PUBLISHED' AND c.municipality_code = ANY(${list}::text[]) AND c.id IN (
      SELECT d.id UNION ALL SELECT x.case_study_id FROM record x WHERE x.id = d.id UNION ALL
      SELECT e.case_study_id FROM evidence v JOIN record e ON e.id = v.experience_id
      WHERE v.lesson_id = d.id AND e.status = 'PUBLISHED'))`;
}

function given<Value>(list: readonly Value[] | null | undefined, condition: (list: Value[]) => Sql): Sql[] {
  return list == null || list.length === 0 ? [] : [condition([...list])];
}
