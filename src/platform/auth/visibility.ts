/** What a viewer may see of the records, as a condition that every lookup, list, count, search and walk carries. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { organisationsWith } from './permissions.js';
import type { Viewer } from './viewer.js';

/**
 * Condition on a row of `record`: the viewer may see it. Working copies pass for those who see unpublished records, so a
 * statement that wants one row per record adds {@link primary}.
 *
 * @param alias how the statement calls the table; never text from outside
 */
export function visible(viewer: Viewer, alias: string): Sql {
  const organisations = organisationsWith(viewer, 'record.read-unpublished');
  if (organisations === 'ALL') return raw('TRUE');
  if (organisations.length === 0) return raw(`${alias}.status = 'PUBLISHED'`);
  return sql`(${raw(alias)}.status = 'PUBLISHED' OR ${ofOrganisations(organisations, `${alias}.organisation_id`)})`;
}

/**
 * Condition on a table with a column `record_id`, or whatever names a record: the viewer is concerned with it, and may see
 * its whole history.
 *
 * @param column with its alias, e.g. `v.record_id`; never text from outside
 */
export function concerned(viewer: Viewer, column: string): Sql {
  const organisations = organisationsWith(viewer, 'record.read-unpublished');
  if (organisations === 'ALL') return raw('TRUE');
  if (organisations.length === 0) return raw('FALSE');
  return sql`EXISTS (SELECT FROM record concerned WHERE concerned.id = ${raw(column)}
    AND ${ofOrganisations(organisations, 'concerned.organisation_id')})`;
}

/** Condition on a row of `record`: it is the record itself, not the working copy of an edit in progress. */
export function primary(alias: string): Sql {
  return raw(`${alias}.working_copy_of IS NULL`);
}

function ofOrganisations(organisations: readonly string[], column: string): Sql {
  return sql`${raw(column)} = ANY(${[...organisations]}::uuid[])`;
}
