/** What a poller's `uuid` stands for. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { isId } from '../../common/id.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { can, organisationsWith } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { EventFilterInput } from '../../platform/log/event-filter.js';
import { RECOMMENDATIONS } from '../framework/framework.entity.js';
import { uuidOfRecommendation, uuidOfTheme } from './polled-uuid.js';

/** Which events a poller wants; null when there is nothing with this UUID, or the viewer may not see it. */
export async function filterOfPolled(scope: ReadScope, uuid: string): Promise<EventFilterInput | null> {
  if (!isId(uuid)) return null;
  // Whatever has an id of its own has one of version 7.
  return uuid[14] === '5' ? filterOfName(scope, uuid) : filterOfRow(scope, uuid);
}

async function filterOfName({ database }: ReadScope, uuid: string): Promise<EventFilterInput | null> {
  for (let number = 1; number <= RECOMMENDATIONS; number++) {
    if (uuidOfRecommendation(number) === uuid) return { recommendations: [number] };
  }
  const themes = await database.rows<{ slug: string }>(sql`SELECT slug FROM theme`);
  const theme = themes.find(({ slug }) => uuidOfTheme(slug) === uuid);
  return theme === undefined ? null : { themes: [theme.slug] };
}

/**
 * One statement for all. A case is polled with its experiences, and the lessons that rest on these; a follow by its filter,
 * whatever of it comes into the inbox.
 */
async function filterOfRow({ database, viewer }: ReadScope, uuid: string): Promise<EventFilterInput | null> {
  const row = await database.row<{ filter: EventFilterInput }>(sql`
    SELECT jsonb_build_object('organisations', jsonb_build_array(id)) AS filter FROM organisation WHERE id = ${uuid}
    UNION ALL
    SELECT jsonb_build_object('records', jsonb_build_array(id) || (
      SELECT coalesce(jsonb_agg(member), '[]') FROM (
        SELECT e.id FROM record e WHERE e.case_study_id = r.id AND e.working_copy_of IS NULL
        UNION
        SELECT v.lesson_id FROM record e JOIN evidence v ON v.experience_id = e.id WHERE e.case_study_id = r.id
      ) AS members(member)
    )) FROM record r WHERE r.id = ${uuid} AND r.kind = 'CASE_STUDY' AND r.published_at IS NOT NULL
    UNION ALL
    SELECT f.filter FROM follow f JOIN inbox b ON b.id = f.inbox_id WHERE f.id = ${uuid} AND ${usable(viewer)}`);
  return row?.filter ?? null;
}

/** Condition on `inbox b`: the viewer may use it. */
function usable(viewer: Viewer): Sql {
  const organisations = organisationsWith(viewer, 'inbox.use');
  const ofOrganisation =
    organisations === 'ALL'
      ? raw('b.organisation_id IS NOT NULL')
      : sql`b.organisation_id = ANY(${[...organisations]}::uuid[])`;
  return can(viewer, 'inbox.use-own') ? sql`(b.person_id = ${viewer.personId} OR ${ofOrganisation})` : ofOrganisation;
}
