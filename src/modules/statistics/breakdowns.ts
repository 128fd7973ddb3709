/** By what records are counted, and how each is read. */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { whereMadeOf } from '../records/tables-as-of.js';
import { PARTY_SECTOR, type StatisticsFilter, withChosen } from './statistics.filter.js';
import type { StatisticCount } from './statistics.types.js';

/** Most values that a breakdown gives; municipalities, years and recommendations are far fewer. */
export const MAXIMUM_VALUES = 1_000;

interface Breakdown {
  /** Expression: the value of a record of `chosen`, or each of its values. */
  readonly value: string;
  /** Where the values stand that a record can have several of. */
  readonly joined?: (reads: Reads) => Sql;
  /** The table, as `named`, that has names for a value, and the columns of these in Danish and in English. */
  readonly names?: { readonly join: string; readonly danish: string; readonly english: string };
  /** In the order of the values, and not the most frequent first. */
  readonly inOrder?: true;
}

export const BREAKDOWNS = {
  recordKinds: { value: 'chosen.kind' },
  kinds: { value: 'chosen.case_kind' },
  scopes: { value: 'chosen.scope' },
  states: { value: 'chosen.state' },
  municipalities: {
    value: 'chosen.municipality_code',
    names: { join: 'municipality named ON named.code = counted.value', danish: 'name', english: 'english_name' },
  },
  regions: {
    value: 'place.region_code',
    joined: () => raw('LEFT JOIN municipality place ON place.code = chosen.municipality_code'),
    names: { join: 'region named ON named.code = counted.value', danish: 'name', english: 'english_name' },
  },
  startedYears: { value: 'chosen.started_year', inOrder: true },
  publishedYears: { value: 'chosen.published_year', inOrder: true },
  sectors: {
    value: 'part.sector',
    joined: () =>
      partsOfCase(sql`SELECT p.record_id, ${PARTY_SECTOR} AS sector
        FROM party p JOIN organisation o ON o.id = p.organisation_id`),
  },
  contributionKinds: {
    value: 'part.kind',
    joined: (reads) =>
      partsOfCase(sql`SELECT p.record_id, brought.kind FROM party p JOIN contribution brought
        ON brought.party_id = p.id${whereMadeOf(reads, raw('brought.record_id = p.record_id'))}`),
  },
  recommendations: {
    value: 'x.number',
    joined: () => raw('LEFT JOIN record_recommendation x ON x.record_id = chosen.id'),
    names: {
      join: `framework_element named ON named.kind = 'RECOMMENDATION' AND named.number::text = counted.value`,
      danish: 'danish_label',
      english: 'english_label',
    },
  },
  themes: {
    value: 'x.theme',
    joined: () => raw('LEFT JOIN record_theme x ON x.record_id = chosen.id'),
    names: { join: 'theme named ON named.slug = counted.value', danish: 'danish_label', english: 'english_label' },
  },
  documentations: { value: 'chosen.documentation' },
  provenances: { value: 'chosen.provenance' },
} as const satisfies Record<string, Breakdown>;

export type BreakdownName = keyof typeof BREAKDOWNS;

/** Joins what a statement gives of parties to their cases; OFFSET 0 has it planned by itself. */
function partsOfCase(statement: Sql): Sql {
  return sql`LEFT JOIN (${statement} OFFSET 0) AS part ON part.record_id = chosen.case_id`;
}

/** Counts the records of a filter by one thing. */
export function readBreakdown(reads: Reads, filter: StatisticsFilter, name: BreakdownName): Promise<StatisticCount[]> {
  const { value, joined, names, inOrder }: Breakdown = BREAKDOWNS[name];
  // A record can have a value several times, such as two parties of one sector.
  const count = raw(joined === undefined ? 'count(*)' : 'count(DISTINCT chosen.id)');
  const label = (language: 'danish' | 'english') => raw(names === undefined ? 'NULL' : `named.${names[language]}`);
  return reads.rows<StatisticCount>(sql`${withChosen(filter)}
    SELECT counted.value, counted.count, ${label('danish')} AS "danishLabel", ${label('english')} AS "englishLabel"
    FROM (SELECT (${raw(value)})::text AS value, ${count} AS count
      FROM chosen ${joined?.(reads) ?? empty} GROUP BY 1) AS counted
    ${names === undefined ? empty : raw(`LEFT JOIN ${names.join}`)}
    ORDER BY ${inOrder ? empty : raw('counted.count DESC,')} counted.value LIMIT ${MAXIMUM_VALUES}`);
}
