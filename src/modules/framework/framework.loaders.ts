/** Reads of the framework and the themes, and of how much knowledge there is to each. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { defineLoader, type Loader } from '../../platform/auth/context.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { FrameworkElementKind } from './framework.entity.js';
import type { Rationale, Recommendation, RecommendationCoverage } from './framework.types.js';

/** The select list that reads rows of `framework_element e` as the object types have them. */
export const ELEMENT_COLUMNS: Sql = raw(`
  CASE e.kind WHEN 'DEFINITION' THEN 'FrameworkDefinition' ELSE initcap(e.kind) END AS "__typename",
  e.number, e.danish_label AS "danishLabel", e.english_label AS "englishLabel", e.danish_text AS "danishText",
  e.english_text AS "englishText", e.stakeholder_group AS "stakeholderGroup"`);

/** The select list that reads rows of `theme t` as the entity class has them. */
export const THEME_COLUMNS: Sql = raw(`t.slug, t.danish_label AS "danishLabel", t.english_label AS "englishLabel"`);

export const recommendationByNumber = elementByNumber<Recommendation>(FrameworkElementKind.RECOMMENDATION);
export const rationaleByNumber = elementByNumber<Rationale>(FrameworkElementKind.RATIONALE);

function elementByNumber<Element extends { number: number }>(
  kind: FrameworkElementKind,
): Loader<number, Element | null> {
  return defineLoader<number, Element | null>(async ({ database }, numbers) => {
    const rows = await database.rows<Element>(
      sql`SELECT ${ELEMENT_COLUMNS} FROM framework_element e
        WHERE e.kind = ${kind} AND ${isAmong('e.number', 'integer', numbers)}`,
    );
    return oneEach(numbers, rows, (row) => row.number);
  });
}

/** How much published knowledge bears on a recommendation, by its number. */
export const coverageByRecommendation = defineLoader<number, RecommendationCoverage>(
  async ({ database, viewer }, numbers) => {
    const counted = (condition: string) => raw(`count(*) FILTER (WHERE ${condition})`);
    const rows = await database.rows<Omit<RecommendationCoverage, 'covered'> & { number: number }>(
      sql`SELECT x.number,
          ${counted(`r.kind = 'CASE_STUDY' AND r.provenance <> 'ILLUSTRATIVE'`)} AS "caseStudies",
          ${counted(`r.kind = 'EXPERIENCE' AND r.provenance <> 'ILLUSTRATIVE'`)} AS experiences,
          ${counted(`r.kind = 'LESSON' AND r.provenance <> 'ILLUSTRATIVE'`)} AS lessons,
          ${counted(`r.provenance = 'ILLUSTRATIVE'`)} AS illustrative
        FROM record_recommendation x JOIN record r ON r.id = x.record_id
        WHERE ${isAmong('x.number', 'integer', numbers)}
          AND r.status = 'PUBLISHED' AND ${primary('r')} AND ${visible(viewer, 'r')}
        GROUP BY x.number`,
    );
    return oneEach(numbers, rows, (row) => row.number).map((found) => {
      const counts = found ?? { caseStudies: 0, experiences: 0, lessons: 0, illustrative: 0 };
      return { ...counts, covered: counts.experiences + counts.lessons > 0 };
    });
  },
);

/** How many published records are about a theme, by its slug. */
export const recordCountByTheme = defineLoader<string, number>(async ({ database, viewer }, slugs) => {
  const rows = await database.rows<{ theme: string; count: number }>(
    sql`SELECT x.theme, count(*) AS count FROM record_theme x JOIN record r ON r.id = x.record_id
      WHERE ${isAmong('x.theme', 'text', slugs)} AND r.status = 'PUBLISHED' AND ${primary('r')} AND ${visible(viewer, 'r')}
      GROUP BY x.theme`,
  );
  return oneEach(slugs, rows, (row) => row.theme).map((found) => found?.count ?? 0);
});
