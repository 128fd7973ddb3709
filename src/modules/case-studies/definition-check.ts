/** The definition of a partnership of 2010, as a question to the tables: which part of it does a case not meet? */
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { defineLoader } from '../../platform/auth/context.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { whereMadeOf } from '../records/tables-as-of.js';

export enum PartnershipPart {
  TWO_PARTIES = 'TWO_PARTIES',
  CONTRIBUTION_FROM_EACH_PARTY = 'CONTRIBUTION_FROM_EACH_PARTY',
  RULES_OF_PLAY = 'RULES_OF_PLAY',
  MUTUAL_BENEFIT = 'MUTUAL_BENEFIT',
}

registerEnumType(PartnershipPart, {
  name: 'PartnershipPart',
  description: 'The parts of the definition of a partnership.',
  valuesConfig: {
    TWO_PARTIES: { description: 'There are two parties or more.' },
    CONTRIBUTION_FROM_EACH_PARTY: { description: 'Each party brings something in.' },
    RULES_OF_PLAY: { description: 'Common rules of play are written down.' },
    MUTUAL_BENEFIT: { description: 'At least two groups of stakeholders gain.' },
  },
});

/** What to say when a part is missing, and where in the input it belongs. */
export const PARTNERSHIP_PARTS: Readonly<Record<PartnershipPart, { message: string; path: string[] }>> = {
  [PartnershipPart.TWO_PARTIES]: { message: 'A partnership has two parties or more: name them.', path: ['parties'] },
  [PartnershipPart.CONTRIBUTION_FROM_EACH_PARTY]: {
    message: 'In a partnership each party brings something in: name a contribution of each.',
    path: ['parties'],
  },
  [PartnershipPart.RULES_OF_PLAY]: {
    message: 'In a partnership the rules of play are written down: give at least one.',
    path: ['rulesOfPlay'],
  },
  [PartnershipPart.MUTUAL_BENEFIT]: {
    message: 'A partnership enriches mutually: name benefits for two groups or more.',
    path: ['benefits'],
  },
};

@ObjectType({ description: 'Which part of the definition of a partnership a case meets.', simpleResolvers: true })
export class DefinitionCheck {
  @Field(() => Boolean, { description: 'Whether it meets all of it.' })
  isPartnership: boolean;

  @Field(() => [PartnershipPart], { description: 'The parts that it does not meet, as far as the record tells.' })
  missing: PartnershipPart[];
}

/**
 * The statement that finds what rows of `record` miss: `rowId` and `missing` for each.
 *
 * @param ofContribution a further condition on `contribution`, see {@link whereMadeOf}
 */
export function missingFromPartnership(rowIds: readonly string[], ofContribution = empty): Sql {
  return sql`
    SELECT r.id AS "rowId", array_remove(ARRAY[
      CASE WHEN parties.total < 2 THEN 'TWO_PARTIES' END,
      CASE WHEN parties.total = 0 OR parties.contributing < parties.total THEN 'CONTRIBUTION_FROM_EACH_PARTY' END,
      CASE WHEN NOT EXISTS (SELECT FROM rule_of_play WHERE record_id = r.id) THEN 'RULES_OF_PLAY' END,
      CASE WHEN (SELECT count(DISTINCT stakeholder_group) FROM benefit WHERE record_id = r.id) < 2 THEN 'MUTUAL_BENEFIT' END
    ], NULL) AS missing
    FROM record r CROSS JOIN LATERAL (
      SELECT count(*) AS total, count(*) FILTER (WHERE EXISTS (SELECT FROM contribution WHERE party_id = p.id${ofContribution})) AS contributing
      FROM party p WHERE p.record_id = r.id
    ) parties
    WHERE ${isAmong('r.id', 'uuid', rowIds)}`;
}

export const definitionCheckByRow = defineLoader<string, DefinitionCheck | null>(async ({ database }, rowIds) => {
  const rows = await database.rows<{ rowId: string; missing: PartnershipPart[] }>(
    missingFromPartnership(rowIds, whereMadeOf(database, raw('record_id = r.id'))),
  );
  const checks = rows.map(({ rowId, missing }) => ({ rowId, missing, isPartnership: missing.length === 0 }));
  return oneEach(rowIds, checks, (check) => check.rowId);
});
