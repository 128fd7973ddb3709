/** Reads of what makes a case a partnership. */
import sql from 'sql-template-tag';
import { defineLoader, type Loader } from '../../platform/auth/context.js';
import { isAmong, manyEach } from '../../platform/database/batch.js';
import { whereMadeOf } from '../records/tables-as-of.js';
import type { Benefit, Contribution, Funding, Party, RuleOfPlay } from './partnership.entity.js';

export const partiesByRow = defineLoader<string, Party[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<Party>(
    sql`SELECT id, record_id AS "recordId", organisation_id AS "organisationId", role FROM party
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, ordinal`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

export const contributionsByParty: Loader<Party, Contribution[]> = {
  cacheKey: (party) => party.id,
  batch: async ({ database }, parties) => {
    const partyIds = parties.map((party) => party.id);
    const rowIds = [...new Set(parties.map((party) => party.recordId))];
    const rows = await database.rows<Contribution>(
      sql`SELECT party_id AS "partyId", kind, description, amount, currency FROM contribution
        WHERE ${isAmong('party_id', 'uuid', partyIds)}${whereMadeOf(database, isAmong('record_id', 'uuid', rowIds))}
        ORDER BY party_id, ordinal`,
    );
    return manyEach(partyIds, rows, (row) => row.partyId);
  },
};

export const rulesOfPlayByRow = defineLoader<string, RuleOfPlay[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<RuleOfPlay>(
    sql`SELECT record_id AS "recordId", topic, text FROM rule_of_play
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, ordinal`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

export const benefitsByRow = defineLoader<string, Benefit[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<Benefit>(
    sql`SELECT record_id AS "recordId", stakeholder_group AS "group", description FROM benefit
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, ordinal`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

export const fundingByRow = defineLoader<string, Funding[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<Funding>(
    sql`SELECT record_id AS "recordId", pool, amount, currency, year FROM funding
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, ordinal`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId);
});

/** The numbers of the rationales that a case answers to, in order. */
export const rationaleNumbersByRow = defineLoader<string, number[]>(async ({ database }, rowIds) => {
  const rows = await database.rows<{ recordId: string; number: number }>(
    sql`SELECT record_id AS "recordId", number FROM record_rationale
      WHERE ${isAmong('record_id', 'uuid', rowIds)} ORDER BY record_id, number`,
  );
  return manyEach(rowIds, rows, (row) => row.recordId).map((found) => found.map((row) => row.number));
});
