/** Full text search over the records that the viewer may see. */
import { createHash } from 'node:crypto';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { OrderDirection } from '../../common/connection.js';
import { requestError } from '../../common/errors.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import { anyId, anyOf } from '../../platform/database/conditions.js';
import { type KeysetOrder, planPage } from '../../platform/database/keyset.js';
import type { KnowledgeRecord } from '../records/record.entity.js';
import { withStatus } from '../records/record.filter.js';
import { type RecordColumns, recordColumns } from '../records/record.columns.js';
import {
  QUERY_LENGTH,
  type SearchArguments,
  type SearchEdge,
  type SearchFacet,
  type SearchFacets,
  type SearchFilter,
  SearchPage,
} from './search.types.js';

type Found = KnowledgeRecord & { foundId: string; score: number };

export class SearchService {
  /**
   * One page of what answers a query, the best first; ties break by id.
   *
   * @throws BAD_USER_INPUT on a query that is too long or a wrong `first`, CURSOR_INVALID on a cursor of another query
   */
  async search(
    scope: ReadScope,
    { query, filter, ...page }: SearchArguments,
    columns?: RecordColumns,
  ): Promise<SearchPage> {
    if (query.length > QUERY_LENGTH) {
      throw requestError(
        'BAD_USER_INPUT',
        `\`query\` has ${query.length} characters: ask with at most ${QUERY_LENGTH}; the words that matter will do.`,
      );
    }
    const matches = matchesOf(scope.viewer, query, filter ?? {});
    const plan = planPage(page, orderOf(query));
    // OFFSET 0 keeps the planner from working out each score twice, once to seek and once to sort.
    const rows = await scope.database.rows<Found>(
      sql`SELECT ${recordColumns(columns)}, found.id AS "foundId", found.score FROM (
          SELECT scored.id, scored.score FROM (
            SELECT r.id, ts_rank(r.search, any_word, ${raw(BY_LENGTH)})::float8 AS score ${matches} OFFSET 0
          ) AS scored WHERE TRUE${plan.seek} ORDER BY ${plan.orderBy} LIMIT ${plan.limit}
        ) AS found JOIN record r ON r.id = found.id ORDER BY found.score DESC, found.id DESC`,
    );
    const count = async () =>
      (await scope.database.row<{ count: number }>(sql`SELECT count(*) AS count ${matches}`))!.count;
    const found = plan.connection(rows, count, (row) => row);
    return new SearchPage(
      found.edges.map((edge): SearchEdge => ({
        get cursor() {
          return edge.cursor;
        },
        id: edge.node.foundId,
        node: edge.node,
        score: edge.node.score,
        query,
      })),
      found.hasNextPage,
      found.hasPreviousPage,
      count,
      () => this.facets(scope, matches),
    );
  }

  private async facets({ database, viewer }: ReadScope, matches: Sql): Promise<SearchFacets> {
    const rows = await database.rows<SearchFacet & { facet: keyof SearchFacets }>(
      sql`WITH matched AS MATERIALIZED (
          SELECT r.id, r.kind, r.language, r.municipality_code, r.case_study_id ${matches}
        ), counted AS (
          SELECT 'kinds' AS facet, kind AS value, NULL AS "danishLabel", NULL AS "englishLabel", count(*) AS count
          FROM matched GROUP BY kind
          UNION ALL
          SELECT 'languages', language, NULL, NULL, count(*) FROM matched GROUP BY language
          UNION ALL
          SELECT 'themes', t.slug, t.danish_label, t.english_label, count(*)
          FROM matched JOIN record_theme x ON x.record_id = matched.id JOIN theme t ON t.slug = x.theme GROUP BY t.slug
          UNION ALL
          SELECT 'recommendations', e.number::text, e.danish_label, e.english_label, count(*)
          FROM matched JOIN record_recommendation x ON x.record_id = matched.id
            JOIN framework_element e ON e.kind = 'RECOMMENDATION' AND e.number = x.number
          GROUP BY e.kind, e.number
          UNION ALL
          SELECT 'municipalities', m.code, m.name, m.english_name, count(*) FROM (
            SELECT id, municipality_code FROM matched
            UNION
            SELECT matched.id, c.municipality_code FROM matched JOIN record c ON c.id = matched.case_study_id
            WHERE ${visible(viewer, 'c')}
            UNION
            SELECT matched.id, c.municipality_code FROM matched JOIN evidence v ON v.lesson_id = matched.id
              JOIN record e ON e.id = v.experience_id JOIN record c ON c.id = e.case_study_id
            WHERE matched.kind = 'LESSON' AND ${visible(viewer, 'e')} AND ${visible(viewer, 'c')}
          ) AS place JOIN municipality m ON m.code = place.municipality_code GROUP BY m.code
        )
        SELECT * FROM counted ORDER BY count DESC, value`,
    );
    const of = (facet: keyof SearchFacets) => rows.filter((row) => row.facet === facet);
    return {
      kinds: of('kinds'),
      languages: of('languages'),
      themes: of('themes'),
      recommendations: of('recommendations'),
      municipalities: of('municipalities'),
    };
  }
}

/** ts_rank divides by 1 + the logarithm of the text's length: a long story has every word in it. */
const BY_LENGTH = '1';

/** Best first. The name ties a cursor to its query: its score says nothing about another. */
function orderOf(query: string): KeysetOrder<Found> {
  return {
    name: `search ${createHash('sha256').update(query).digest('base64url').slice(0, 8)}`,
    expression: raw('scored.score'),
    type: 'float8',
    id: raw('scored.id'),
    direction: OrderDirection.DESC,
    keyOf: (row) => row.score,
    idOf: (row) => row.foundId,
  };
}

/**
 * The FROM clause and conditions of what a query finds among the records `r`. `query` is what it was made into, `any_word`
 * what to score by; both stand in FROM to be worked out once, not for each record.
 */
function matchesOf(viewer: Viewer, query: string, filter: SearchFilter): Sql {
  return sql`FROM record_search_query(${query.replaceAll('\0', ' ')}) AS query
    CROSS JOIN search_any_word(query) AS any_word CROSS JOIN record r
    WHERE r.search @@ query AND ${primary('r')} AND ${visible(viewer, 'r')} AND ${withStatus(filter.statuses)}
    ${anyOf('r.kind', 'text', filter.kinds)}
    ${anyOf('r.language', 'text', filter.languages)}
    ${anyOf('r.provenance', 'text', filter.provenances)}
    ${anyOf('r.documentation', 'text', filter.documentations)}
    ${anyId('r.organisation_id', filter.organisations)}
    ${has('record_recommendation', anyOf('x.number', 'integer', filter.recommendations))}
    ${has('record_theme', anyOf('x.theme', 'text', filter.themes))}
    ${inMunicipalities(viewer, filter.municipalities)}`;
}

function has(table: string, condition: Sql): Sql {
  return condition === empty
    ? empty
    : sql` AND EXISTS (SELECT FROM ${raw(table)} x WHERE x.record_id = r.id${condition})`;
}

/** The case itself, the case of an experience, or the case of an experience that is evidence of a lesson. */
function inMunicipalities(viewer: Viewer, municipalities: readonly string[] | null | undefined): Sql {
  const there = anyOf('c.municipality_code', 'text', municipalities);
  if (there === empty) return empty;
  const cases = sql`SELECT c.id FROM record c WHERE ${visible(viewer, 'c')}${there}`;
  return sql` AND (r.id IN (${cases}) OR r.case_study_id IN (${cases}) OR r.id IN (
    SELECT v.lesson_id FROM evidence v JOIN record e ON e.id = v.experience_id
    WHERE ${visible(viewer, 'e')} AND e.case_study_id IN (${cases})))`;
}
