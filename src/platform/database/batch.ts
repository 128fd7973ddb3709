/** Many keys in one statement, and its rows put back to the keys that asked for them, in the order that DataLoader wants. */
import sql, { raw, type Sql } from 'sql-template-tag';

/**
 * Condition that a column holds one of the keys. A single key, as a query of one record has it on every level, is compared
 * by itself: for a list PostgreSQL plans anew each time, to see how long it is (0.21 ms a statement instead of 0.12).
 *
 * @param column an SQL expression; never text from outside
 */
export function isAmong(column: string, type: 'uuid' | 'text' | 'integer', keys: readonly (string | number)[]): Sql {
  return keys.length === 1
    ? sql`${raw(column)} = ${keys[0]}::${raw(type)}`
    : sql`${raw(column)} = ANY(${keys}::${raw(type)}[])`;
}

/** For keys with at most one row each. */
export function oneEach<Key, Row>(
  keys: readonly Key[],
  rows: readonly Row[],
  keyOf: (row: Row) => Key,
): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

/** For keys with any number of rows each, in the order in which the rows came. */
export function manyEach<Key, Row>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): Row[][] {
  const byKey = new Map<Key, Row[]>(keys.map((key) => [key, []]));
  for (const row of rows) byKey.get(keyOf(row))?.push(row);
  return keys.map((key) => byKey.get(key)!);
}
