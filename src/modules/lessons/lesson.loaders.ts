/** Reads of lessons, their evidence, and what both connect. */
import sql from 'sql-template-tag';
import type { ConnectionArguments } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import { visible } from '../../platform/auth/visibility.js';
import { isAmong, manyEach, oneEach } from '../../platform/database/batch.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { CaseStudy } from '../case-studies/case-study.entity.js';
import { recordColumns } from '../records/record.columns.js';
import { recordOrder } from '../records/record.filter.js';
import type { ColumnArguments } from '../records/record.loaders.js';
import { type Confidence, ConfidenceLevel, type Evidence, type Lesson } from './lesson.entity.js';

/** More evidence than anybody reads at once; the lists of experiences by lesson go on. */
const EVIDENCE_SHOWN = 1000;

/** The evidence of lessons from published experiences, oldest first, {@link EVIDENCE_SHOWN} pieces at most. */
export const evidenceByLesson = defineLoader<string, Evidence[]>(async ({ database, viewer }, lessonIds) => {
  const rows = await database.rows<Evidence>(
    sql`SELECT child.* FROM unnest(${lessonIds}::uuid[]) AS parent(id) CROSS JOIN LATERAL (
        SELECT v.lesson_id AS "lessonId", v.experience_id AS "experienceId", v.stance, v.note, v.created_at AS "createdAt"
        FROM evidence v JOIN record e ON e.id = v.experience_id
        WHERE v.lesson_id = parent.id AND e.status = 'PUBLISHED' AND ${visible(viewer, 'e')}
        ORDER BY v.created_at, v.id LIMIT ${EVIDENCE_SHOWN}) AS child`,
  );
  return manyEach(lessonIds, rows, (row) => row.lessonId);
});

interface Count {
  lessonId: string;
  supporting: number;
  contradicting: number;
  organisations: number;
}

/** The confidence in lessons. What is not published never counts: a figure would tell of it. */
export const confidenceByLesson = defineLoader<string, Confidence>(async ({ database }, lessonIds) => {
  const rows = await database.rows<Count>(
    sql`SELECT v.lesson_id AS "lessonId", count(DISTINCT e.organisation_id) AS organisations,
        count(DISTINCT e.organisation_id) FILTER (WHERE v.stance = 'SUPPORTS') AS supporting,
        count(DISTINCT e.organisation_id) FILTER (WHERE v.stance = 'CONTRADICTS') AS contradicting
      FROM evidence v JOIN record e ON e.id = v.experience_id JOIN record l ON l.id = v.lesson_id
      WHERE ${isAmong('v.lesson_id', 'uuid', lessonIds)} AND e.status = 'PUBLISHED'
        AND (e.provenance <> 'ILLUSTRATIVE' OR l.provenance = 'ILLUSTRATIVE')
      GROUP BY v.lesson_id`,
  );
  return oneEach(lessonIds, rows, (row) => row.lessonId).map((row) => {
    const { supporting, contradicting, organisations } = row ?? { supporting: 0, contradicting: 0, organisations: 0 };
    return { level: confidenceLevel(supporting, contradicting), supporting, contradicting, organisations };
  });
});

/** The rule behind {@link ConfidenceLevel}: how many organisations speak for a lesson, how many against it. */
export function confidenceLevel(supporting: number, contradicting: number): ConfidenceLevel {
  if (supporting + contradicting === 0) return ConfidenceLevel.UNTESTED;
  if (contradicting > 0) {
    return supporting >= 2 * contradicting ? ConfidenceLevel.MODERATE : ConfidenceLevel.CONTESTED;
  }
  if (supporting >= 3) return ConfidenceLevel.HIGH;
  return supporting === 2 ? ConfidenceLevel.MODERATE : ConfidenceLevel.LOW;
}

/** Pages of the published lessons that an experience is evidence of, newest first. */
export const lessonsOfExperience = defineFieldLoader(
  ({ database, viewer }, experienceIds, { columns, ...page }: ConnectionArguments & ColumnArguments) =>
    readConnections<Lesson>(database, experienceIds, page, {
      columns: recordColumns(columns),
      // A join and no subquery: an experience is evidence of a lesson once. Who reads this may see the experience.
      from: sql`FROM evidence v JOIN record r ON r.id = v.lesson_id
        WHERE v.experience_id = parent.id AND r.status = 'PUBLISHED' AND ${visible(viewer, 'r')}`,
      order: recordOrder(viewer),
    }),
);

/** Pages of the published lessons that the published experiences of a case are evidence of, each once, newest first. */
export const lessonsOfCaseStudy = defineFieldLoader(
  ({ database, viewer }, caseStudyIds, { columns, ...page }: ConnectionArguments & ColumnArguments) =>
    readConnections<Lesson>(database, caseStudyIds, page, {
      columns: recordColumns(columns),
      from: sql`FROM record r WHERE r.status = 'PUBLISHED' AND ${visible(viewer, 'r')} AND r.id IN (
        SELECT v.lesson_id FROM evidence v JOIN record e ON e.id = v.experience_id
        WHERE e.case_study_id = parent.id AND e.status = 'PUBLISHED' AND ${visible(viewer, 'e')})`,
      order: recordOrder(viewer),
    }),
);

/** Pages of the published cases that the evidence of a lesson comes from, each once, newest first. */
export const caseStudiesOfLesson = defineFieldLoader(
  ({ database, viewer }, lessonIds, { columns, ...page }: ConnectionArguments & ColumnArguments) =>
    readConnections<CaseStudy>(database, lessonIds, page, {
      columns: recordColumns(columns),
      from: sql`FROM record r WHERE r.status = 'PUBLISHED' AND ${visible(viewer, 'r')} AND r.id IN (
        SELECT e.case_study_id FROM evidence v JOIN record e ON e.id = v.experience_id
        WHERE v.lesson_id = parent.id AND e.status = 'PUBLISHED' AND ${visible(viewer, 'e')})`,
      order: recordOrder(viewer),
    }),
);
