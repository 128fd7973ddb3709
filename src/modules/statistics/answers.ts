/** Reads of what experiences answered, made so that no table tells what few organisations did. */
import sql, { raw } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { Phase } from '../experiences/experience.entity.js';
import { Outcome } from '../records/outcome.js';
import { RecordKind } from '../records/record.entity.js';
import { type AnswerCell, ENOUGH_ORGANISATIONS, protectAnswers, type ProtectedCell } from './disclosure-control.js';
import { type StatisticsFilter, withChosen } from './statistics.filter.js';

const QUESTIONS = { outcome: Object.values(Outcome), phase: Object.values(Phase) } as const;

/** A question with a few possible answers, by its column. */
export type Question = keyof typeof QUESTIONS;

/**
 * How often each answer was given to a question by the experiences that a filter leaves, illustrations never among them:
 * with and without them the same true answers would be drawn twice.
 */
export async function readAnswers(
  reads: Reads,
  filter: StatisticsFilter,
  question: Question,
): Promise<ProtectedCell[]> {
  // The id of a version is shown nowhere, so that nobody can work out what is drawn from it.
  const rows = await reads.rows<AnswerCell & { digest: string }>(
    sql`${withChosen({ ...filter, includeIllustrative: false }, [RecordKind.EXPERIENCE])}
      SELECT ${raw(`chosen.${question}`)} AS value, count(*) AS count,
        count(DISTINCT chosen.organisation_id) AS organisations,
        CASE WHEN count(DISTINCT chosen.organisation_id) < ${ENOUGH_ORGANISATIONS}
          THEN array_agg(DISTINCT chosen.organisation_id) ELSE '{}' END AS "organisationIds",
        sum(('x' || left(md5(v.id::text), 15))::bit(60)::bigint)::text AS digest
      FROM chosen JOIN revision v ON v.record_id = chosen.id AND v.version = chosen.version GROUP BY 1`,
  );
  const key = rows.reduce((sum, { digest }) => sum + BigInt(digest), 0n);
  const cells = QUESTIONS[question].map(
    (value): AnswerCell =>
      rows.find((row) => row.value === value) ?? { value, count: 0, organisations: 0, organisationIds: [] },
  );
  return protectAnswers(cells, `${question} ${key}`);
}
