/** What a viewer may see of the records, as a condition that every lookup, list, count, search and walk carries. */
import { raw, type Sql } from 'sql-template-tag';
import { can } from './permissions.js';
import type { Viewer } from './viewer.js';

/**
 * Condition on a row of `record`: the viewer may see it. Working copies pass for those who see unpublished records, so a
 * statement that wants one row per record adds {@link primary}.
 *
 * @param alias how the statement calls the table; never text from outside
 */
export function visible(viewer: Viewer, alias: string): Sql {
  return can(viewer, 'record.read-unpublished') ? raw('TRUE') : raw(`${alias}.status = 'PUBLISHED'`);
}

/** Condition on a row of `record`: it is the record itself, not the working copy of an edit in progress. */
export function primary(alias: string): Sql {
  return raw(`${alias}.working_copy_of IS NULL`);
}
