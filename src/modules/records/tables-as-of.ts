/**
 * The tables as the public had them at a time. A statement that names a table finds a CTE of that name before it finds the
 * table, so that every read is the one that is read today: there is no second one that could answer otherwise.
 */
import sql, { empty, join, raw, Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { setScope } from '../../common/reading-scope.js';

/** Reads of {@link tablesAsOf}. Each row has the scope that it was read in. */
export class ReadsAsOf implements Reads {
  private readonly tables: Sql;

  constructor(
    private readonly database: Reads,
    at: Date,
    /** Asked late: it has these reads itself. */
    private readonly scope: () => object,
  ) {
    this.tables = tablesAsOf(at);
  }

  async rows<Row>(statement: Sql): Promise<Row[]> {
    const rows = await this.database.rows<Row>(withTables(this.tables, statement));
    const scope = this.scope();
    for (const row of rows) setScope(row as object, scope);
    return rows;
  }

  async row<Row>(statement: Sql): Promise<Row | undefined> {
    return (await this.rows<Row>(statement))[0];
  }
}

/**
 * Condition on rows of a table of content that hangs on a table of content, starting with AND: they are of this record. As of
 * a time such rows are made of the content of records; where it is not said of which, they would be made of all of them.
 * The table itself does not have the column, and needs none.
 *
 * @param condition on `record_id` of the rows
 */
export function whereMadeOf(database: Reads, condition: Sql): Sql {
  return database instanceof ReadsAsOf ? sql` AND ${condition}` : empty;
}

const OWN_TABLES = /^\s*WITH\s/;

/** A statement over such tables, which may have CTEs of its own, but no recursive ones. */
export function withTables(tables: Sql, statement: Sql): Sql {
  const [first, ...others] = statement.strings;
  if (!OWN_TABLES.test(first!)) return sql`WITH ${tables} ${statement}`;
  return sql`WITH ${tables}, ${new Sql([first!.replace(OWN_TABLES, ''), ...others], statement.values)}`;
}

/**
 * All tables in which published knowledge is kept, as CTEs: of each record the version that was published last by then.
 * What was retracted since is in none of them, and a link that was taken away since neither. Directory and framework are
 * not among them: they have no history.
 */
export function tablesAsOf(at: Date): Sql {
  const tables = Object.entries(TABLES).map(([name, table]) => sql`${raw(name)} AS NOT MATERIALIZED (${table(at)})`);
  return join(tables, ', ');
}

/** Expression: a field of the content. */
const content = (field: string, type = 'text') =>
  `${type === 'text' ? `v.content ->> '${field}'` : `(v.content ->> '${field}')::${type}`} AS ${columnOf(field)}`;

const columnOf = (field: string) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * An anti-join and no "latest of each", so that a condition on the content, such as the case of an experience, finds its
 * versions by an index of theirs.
 */
const RECORD_COLUMNS = [
  ...['id', 'kind', 'slug', 'status', 'created_at', 'published_at', 'working_copy_of'].map((column) => `now.${column}`),
  'v.version',
  'v.created_at AS updated_at',
  'v.content',
  ...['title', 'language', 'provenance', 'documentation', 'summary', 'description', 'scope', 'state'].map((field) =>
    content(field),
  ),
  ...['purpose', 'experienced', 'challenges', 'barriers', 'gain', 'phase', 'outcome'].map((field) => content(field)),
  ...['context', 'cause', 'advice', 'avoid', 'municipalityCode'].map((field) => content(field)),
  `v.content ->> 'kind' AS case_kind`,
  ...['organisationId', 'caseStudyId'].map((field) => content(field, 'uuid')),
  ...['startedOn', 'endedOn'].map((field) => content(field, 'date')),
].join(', ');

/** A list among the content of records, with `item` and its `place` in the list. */
const list = (field: string, columns: string) => () =>
  raw(`SELECT r.id AS record_id, entry.place::integer - 1 AS ordinal, ${columns}
    FROM record r CROSS JOIN LATERAL jsonb_array_elements(r.content -> '${field}') WITH ORDINALITY AS entry (item, place)`);

const values = (...fields: string[]) =>
  fields.map((field) => `entry.item ->> '${field}' AS ${columnOf(field)}`).join(', ');

const numbers = (field: string) => () =>
  raw(`SELECT r.id AS record_id, entry.number::integer AS number
    FROM record r CROSS JOIN LATERAL jsonb_array_elements_text(r.content -> '${field}') AS entry (number)`);

const MONEY = `(entry.item ->> 'amount')::numeric(14,2) AS amount, (entry.item ->> 'currency')::character(3) AS currency`;

const since = (table: string) => (at: Date) => sql`SELECT * FROM ${raw(table)} WHERE created_at <= ${at}`;

/** By name, in an order in which each sees of those before it the CTE, and of itself and those behind it the table. */
const TABLES: Readonly<Record<string, (at: Date) => Sql>> = {
  record: (at) =>
    sql`SELECT ${raw(RECORD_COLUMNS)} FROM record now JOIN revision v ON v.record_id = now.id
      WHERE now.status = 'PUBLISHED' AND now.published_at <= ${at} AND v.status = 'PUBLISHED' AND v.created_at <= ${at} AND NOT EXISTS (
        SELECT FROM revision later WHERE later.record_id = v.record_id AND later.version > v.version
          AND later.status = 'PUBLISHED' AND later.created_at <= ${at})`,
  revision: (at) =>
    sql`SELECT * FROM revision v WHERE v.status = 'PUBLISHED' AND v.created_at <= ${at}
      AND EXISTS (SELECT FROM record r WHERE r.id = v.record_id)`,
  evidence: since('evidence'),
  link: since('link'),
  adoption: since('adoption'),
  // An organisation is a party of a case once.
  party: list(
    'parties',
    `md5(r.id::text || (entry.item ->> 'organisationId'))::uuid AS id, ${values('role')},
      (entry.item ->> 'organisationId')::uuid AS organisation_id, entry.item -> 'contributions' AS contributions`,
  ),
  contribution: () =>
    raw(`SELECT p.record_id, p.id AS party_id, entry.place::integer - 1 AS ordinal,
      ${values('kind', 'description')}, ${MONEY}
      FROM party p CROSS JOIN LATERAL jsonb_array_elements(p.contributions) WITH ORDINALITY AS entry (item, place)`),
  rule_of_play: list('rulesOfPlay', values('topic', 'text')),
  benefit: list('benefits', `${values('description')}, entry.item ->> 'group' AS stakeholder_group`),
  funding: list('funding', `${values('pool')}, ${MONEY}, (entry.item ->> 'year')::integer AS year`),
  source: list('sources', `${values('title', 'publisher', 'url', 'page')}, (entry.item ->> 'year')::integer AS year`),
  record_recommendation: numbers('recommendations'),
  record_rationale: numbers('rationales'),
  record_theme: () =>
    raw(`SELECT r.id AS record_id, entry.theme
      FROM record r CROSS JOIN LATERAL jsonb_array_elements_text(r.content -> 'themes') AS entry (theme)`),
};
