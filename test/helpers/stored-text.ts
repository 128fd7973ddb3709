/** Searches everything that a database keeps. */
import type pg from 'pg';

/**
 * The tables in which a text stands, in whatever column, as text, within JSON or as bytes.
 *
 * @param text looked for in upper and lower case alike
 */
export async function tablesWith(client: pg.Client, text: string): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    // In JSON, and so in the text of a row, quotes are escaped: what is looked for has none.
    const { rows } = await client.query(
      `SELECT FROM ${name} AS searched WHERE position(lower($1) IN lower(searched::text)) > 0
        OR position(encode($1::bytea, 'hex') IN searched::text) > 0 LIMIT 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}
