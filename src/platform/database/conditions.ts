/** Conditions that filters are made of. Each begins with AND, or is empty where the filter says nothing: by null or an empty list. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { requestError } from '../../common/errors.js';
import { isId } from '../../common/id.js';

/**
 * The column holds one of the values.
 *
 * @param column an SQL expression; never text from outside
 */
export function anyOf(
  column: string,
  type: 'text' | 'integer' | 'uuid',
  values: readonly (string | number)[] | null | undefined,
): Sql {
  if (!values?.length) return empty;
  // PostgreSQL refuses text with NUL, which therefore no column holds.
  const possible = values.filter((value) => typeof value === 'number' || !value.includes('\0'));
  return sql` AND ${raw(column)} = ANY(${possible}::${raw(type)}[])`;
}

/**
 * As {@link anyOf} for ids.
 *
 * @throws BAD_USER_INPUT on what is no id at all: it would silently find nothing.
 */
export function anyId(column: string, ids: readonly string[] | null | undefined): Sql {
  const wrong = ids?.find((id) => !isId(id));
  if (wrong !== undefined) {
    throw requestError('BAD_USER_INPUT', `"${wrong.slice(0, 100)}" in the filter is no id that this API gave.`);
  }
  return anyOf(column, 'uuid', ids);
}
