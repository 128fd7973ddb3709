/** Reads of who works together: parties of the same cases, the pairs that do so most often first. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { type KeysetOrder, planPage } from '../../platform/database/keyset.js';
import { RecordKind } from '../records/record.entity.js';
import { PARTY_SECTOR, type StatisticsFilter, withChosen } from './statistics.filter.js';
import type { MunicipalityPair, OrganisationPair, SectorPair } from './statistics.types.js';

const CASES = [RecordKind.CASE_STUDY];

/** The FROM clause and conditions of the parties of the cases that are counted, with `organisation o` of each. */
const PARTIES = raw(`FROM party p JOIN organisation o ON o.id = p.organisation_id
  WHERE (p.record_id IN (SELECT id FROM chosen)) IS TRUE`);

/**
 * @throws BAD_USER_INPUT on a wrong `first` or `last`, CURSOR_INVALID on a cursor of another list
 */
export function readOrganisationPairs(
  reads: Reads,
  filter: StatisticsFilter,
  page: ConnectionArguments,
): Promise<Connection<OrganisationPair>> {
  const members = sql`SELECT DISTINCT p.record_id AS record, p.organisation_id::text AS member ${PARTIES}`;
  return readPairs(reads, page, filter, members, raw('one AS "oneId", other AS "otherId"'));
}

/**
 * Of two different municipalities; what two organisations of the same do together is in no pair.
 *
 * @throws as {@link readOrganisationPairs}
 */
export function readMunicipalityPairs(
  reads: Reads,
  filter: StatisticsFilter,
  page: ConnectionArguments,
): Promise<Connection<MunicipalityPair>> {
  const members = sql`SELECT DISTINCT p.record_id AS record, o.municipality_code AS member ${PARTIES}
    AND o.municipality_code IS NOT NULL`;
  return readPairs(reads, page, filter, members, raw('one AS "oneCode", other AS "otherCode"'));
}

/** All of them: there are four sectors. */
export function readSectorPairs(reads: Reads, filter: StatisticsFilter): Promise<SectorPair[]> {
  return reads.rows<SectorPair>(
    sql`${withChosen(filter, CASES)}, member AS MATERIALIZED (
        SELECT p.record_id AS record, ${PARTY_SECTOR} AS sector, count(*) AS parties ${PARTIES} GROUP BY 1, 2)
      SELECT a.sector AS one, b.sector AS other, count(*) AS "caseStudies"
      FROM member a JOIN member b ON b.record = a.record AND (a.sector < b.sector OR a.sector = b.sector AND a.parties > 1)
      GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`,
  );
}

interface Pair {
  readonly id: string;
  readonly caseStudies: number;
}

const MOST_FREQUENT_FIRST: KeysetOrder<Pair> = {
  name: 'co-operation',
  expression: raw('pair."caseStudies"'),
  type: 'bigint',
  id: raw('pair.id'),
  direction: OrderDirection.DESC,
  keyOf: ({ caseStudies }) => caseStudies,
  idOf: ({ id }) => id,
};

/** @param members a statement that gives each `member` of each `record` once; it is read with the names in `columns` */
async function readPairs<Row extends Pair>(
  reads: Reads,
  page: ConnectionArguments,
  filter: StatisticsFilter,
  members: Sql,
  columns: Sql,
): Promise<Connection<Row>> {
  const plan = planPage<Row>(page, MOST_FREQUENT_FIRST);
  const pairs = sql`(SELECT md5(a.member || b.member)::uuid AS id, a.member AS one, b.member AS other, count(*) AS "caseStudies"
    FROM member a JOIN member b ON b.record = a.record AND a.member < b.member GROUP BY a.member, b.member) AS pair`;
  const withMembers = sql`${withChosen(filter, CASES)}, member AS MATERIALIZED (${members})`;
  const rows = await reads.rows<Row>(
    sql`${withMembers} SELECT id, ${columns}, "caseStudies" FROM ${pairs}
      WHERE TRUE${plan.seek} ORDER BY ${plan.orderBy} LIMIT ${plan.limit}`,
  );
  const count = async () =>
    (await reads.row<{ count: number }>(sql`${withMembers} SELECT count(*) AS count FROM ${pairs}`))!.count;
  return plan.connection(rows, count, (row) => row);
}
