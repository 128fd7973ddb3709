/** The tables of a database, in the order in which their rows can be written. */
import type pg from 'pg';

export interface Table {
  /** Quoted where it has to be. */
  readonly name: string;
  /** The columns that are stored, quoted and in the table's order. */
  readonly columns: readonly string[];
}

interface TableRow extends Table {
  /** The other tables that its rows refer to. */
  readonly references: readonly string[];
}

/** All of them, each behind those that its foreign keys lead to. */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<TableRow>(`
    SELECT quote_ident(t.relname) AS name,
      ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
        WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
      ARRAY(SELECT DISTINCT quote_ident(r.relname) FROM pg_constraint c JOIN pg_class r ON r.oid = c.confrelid
        WHERE c.contype = 'f' AND c.conrelid = t.oid AND c.confrelid <> t.oid) AS references
    FROM pg_class t WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace
    ORDER BY t.relname`);
  const ordered: Table[] = [];
  const waiting = new Map(rows.map((row) => [row.name, row]));
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ references }) => !references.some((name) => waiting.has(name)));
    if (ready.length === 0) throw new Error(`These tables refer to each other: ${[...waiting.keys()].join(', ')}.`);
    for (const { name, columns } of ready) {
      ordered.push({ name, columns });
      waiting.delete(name);
    }
  }
  return ordered;
}

export function copyList({ name, columns }: Table): string {
  return `${name} (${columns.join(', ')})`;
}
