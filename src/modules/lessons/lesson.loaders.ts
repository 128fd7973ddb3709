/** Reads of lessons, their evidence, and what both connect. */
import sql, { type Sql } from 'sql-template-tag';
import type { ConnectionArguments } from '../../common/connection.js';
import { defineFieldLoader, defineLoader } from '../../platform/auth/context.js';
import { visible } from '../../platform/auth/visibility.js';
import { manyEach, oneEach } from '../../platform/database/batch.js';
import { readConnections } from '../../platform/database/connection-query.js';
import type { CaseStudy } from '../case-studies/case-study.entity.js';
import { RecordKind } from '../records/record.entity.js';
import { recordOrder } from '../records/record.filter.js';
import { recordBySlug, recordColumns } from '../records/record.loaders.js';
import { type Confidence, ConfidenceLevel, type Evidence, type Lesson } from './lesson.entity.js';

export const lessonBySlug = recordBySlug(RecordKind.LESSON);

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
      WHERE v.lesson_id = ANY(${lessonIds}::uuid[]) AND e.status = 'PUBLISHED'
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

/** Pages of published records at the other end of the evidence, each once, newest first. */
function throughEvidence<Row extends Lesson | CaseStudy>(kind: RecordKind, evidence: (experience: Sql) => Sql) {
  return defineFieldLoader(({ database, viewer }, parents, page: ConnectionArguments) =>
    readConnections<Row>(database, parents, page, {
      columns: recordColumns(kind),
      from: sql`FROM record r WHERE r.status = 'PUBLISHED' AND ${visible(viewer, 'r')}
        AND r.id IN (${evidence(sql`e.status = 'PUBLISHED' AND ${visible(viewer, 'e')}`)})`,
      order: recordOrder(viewer),
    }),
  );
}

export const lessonsOfExperience = throughEvidence<Lesson>(
  RecordKind.LESSON,
  (experience) =>
    sql`SELECT v.lesson_id FROM evidence v JOIN record e ON e.id = v.experience_id WHERE v.experience_id = parent.id AND ${experience}`,
);

export const lessonsOfCaseStudy = throughEvidence<Lesson>(
  RecordKind.LESSON,
  (experience) =>
    sql`SELECT v.lesson_id FROM evidence v JOIN record e ON e.id = v.experience_id WHERE e.case_study_id = parent.id AND ${experience}`,
);

export const caseStudiesOfLesson = throughEvidence<CaseStudy>(
  RecordKind.CASE_STUDY,
  (experience) =>
    sql`SELECT e.case_study_id FROM evidence v JOIN record e ON e.id = v.experience_id WHERE v.lesson_id = parent.id AND ${experience}`,
);
