/** Pages of lists as Relay connections: one for a whole list, or one for each of many parents in a single statement. */
import sql, { type Sql } from 'sql-template-tag';
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import type { Reads } from './cancellable-reads.js';
import { type KeysetOrder, planPage } from './keyset.js';

export interface ListQuery<Row> {
  /** What to select, without the word SELECT. */
  readonly columns: Sql;
  /** FROM and WHERE, ending in a condition; for lists under parents it refers to the parent as `parent.id`. */
  readonly from: Sql;
  readonly order: KeysetOrder<Row>;
}

/** Reads one page of a list. */
export async function readConnection<Row>(
  database: Reads,
  page: ConnectionArguments,
  { columns, from, order }: ListQuery<Row>,
): Promise<Connection<Row>> {
  const plan = planPage(page, order);
  const rows = await database.rows<Row>(
    sql`SELECT ${columns} ${from}${plan.seek} ORDER BY ${plan.orderBy} LIMIT ${plan.limit}`,
  );
  const count = async () => (await database.row<{ count: number }>(sql`SELECT count(*) AS count ${from}`))!.count;
  return plan.connection(rows, count, (row) => row);
}

/**
 * Reads the first page of the list under each parent, all in one statement: `LATERAL` stops at the page's end for each
 * parent, where a window function would read every list to its end (0.33 ms against 0.46 for 3 of 10 under 20 parents).
 */
export async function readConnections<Row extends object>(
  database: Reads,
  parents: readonly string[],
  page: ConnectionArguments,
  { columns, from, order }: ListQuery<Row>,
): Promise<Connection<Row>[]> {
  const plan = planPage(page, order);
  // A parent is told by its place: shorter than its id in every row, and found without a look-up.
  const rows = await database.rows<Row & { place: number }>(
    sql`SELECT parent.place, child.* FROM unnest(${parents}::uuid[]) WITH ORDINALITY AS parent(id, place)
      CROSS JOIN LATERAL (SELECT ${columns} ${from}${plan.seek} ORDER BY ${plan.orderBy} LIMIT ${plan.limit}) AS child`,
  );
  const byParent: Row[][] = parents.map(() => []);
  for (const row of rows) byParent[row.place - 1]!.push(row);
  let counts: Promise<Map<string, number>> | undefined;
  const countAll = async () => {
    const counted = await database.rows<{ parentId: string; count: number }>(
      sql`SELECT parent.id AS "parentId", child.count FROM unnest(${parents}::uuid[]) AS parent(id)
        CROSS JOIN LATERAL (SELECT count(*) AS count ${from}) AS child`,
    );
    return new Map(counted.map((row) => [row.parentId, row.count]));
  };
  return parents.map((parent, index) =>
    plan.connection(
      byParent[index]!,
      async () => (await (counts ??= countAll())).get(parent)!,
      (row) => row,
    ),
  );
}
