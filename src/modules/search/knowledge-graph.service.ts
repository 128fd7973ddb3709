/** Walks over the knowledge: from a record along links, and between experiences and their cases and lessons. */
import sql, { empty, type Sql } from 'sql-template-tag';
import { requestError } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import { anyOf } from '../../platform/database/conditions.js';
import type { LinkRelation } from '../records/link.entity.js';
import {
  type KnowledgeGraphArguments,
  MAXIMUM_DEPTH,
  MAXIMUM_NODES,
  type Step,
  type Walk,
} from './knowledge-graph.types.js';

export class KnowledgeGraphService {
  /**
   * Finds the records within `depth` steps, breadth first, by a way that the viewer may see the whole of. Nothing is
   * reached from a record that is not there, or that the viewer may not see.
   *
   * @throws BAD_USER_INPUT when `depth` or `first` is out of range
   */
  async walk(
    { database, viewer }: ReadScope,
    { from, depth, relations, first }: KnowledgeGraphArguments,
  ): Promise<Walk> {
    requireRange('depth', depth, 0, MAXIMUM_DEPTH);
    requireRange('first', first, 1, MAXIMUM_NODES);
    const along = relations ?? [];
    // UNION ends it on cycles: a record is met at most once at each depth. PostgreSQL walks on only while rows are asked
    // for, level by level, so that after this many of them either `first + 1` different records were met or all were.
    const rows = isId(from)
      ? await database.rows<{ id: string }>(
          sql`WITH RECURSIVE walk(id, depth) AS (
              SELECT r.id, 0 FROM record r WHERE r.id = ${from} AND ${primary('r')} AND ${visible(viewer, 'r')}
              UNION
              SELECT next.id, walk.depth + 1 FROM walk CROSS JOIN LATERAL (
                SELECT r.id FROM (${neighbours(along)}) AS neighbour(id) JOIN record r ON r.id = neighbour.id
                WHERE ${primary('r')} AND ${visible(viewer, 'r')} ORDER BY r.id
              ) AS next
              WHERE walk.depth < ${depth}
            )
            SELECT id FROM walk LIMIT ${(depth + 1) * (first + 1)}`,
        )
      : [];
    const ids = [...new Set(rows.map((row) => row.id))];
    return { ids: ids.slice(0, first), relations: along, truncated: ids.length > first };
  }

  /** Gives what connects the records of a walk with one another, also where the walk did not come along it. */
  steps({ database }: ReadScope, { ids, relations }: Walk): Promise<Step[]> {
    return database.rows<Step>(
      sql`SELECT l.from_id AS "fromId", l.to_id AS "toId", l.relation, l.id AS "linkId" FROM link l
        WHERE l.from_id = ANY(${ids}::uuid[]) AND l.to_id = ANY(${ids}::uuid[])${anyOf('l.relation', 'text', relations)}
        ${relations.length > 0 ? empty : structuralSteps(ids)}
        ORDER BY "fromId", "toId", relation`,
    );
  }
}

/** From experiences to their cases and lessons. */
function structuralSteps(ids: readonly string[]): Sql {
  return sql`
  UNION ALL
  SELECT e.id, e.case_study_id, 'DESCRIBES', NULL FROM record e
  WHERE e.id = ANY(${ids}::uuid[]) AND e.case_study_id = ANY(${ids}::uuid[])
  UNION ALL
  SELECT v.experience_id, v.lesson_id, v.stance, NULL FROM evidence v
  WHERE v.experience_id = ANY(${ids}::uuid[]) AND v.lesson_id = ANY(${ids}::uuid[])`;
}

/** The ids one step away from `walk.id`, either way. */
function neighbours(relations: readonly LinkRelation[]): Sql {
  const along = anyOf('l.relation', 'text', relations);
  const links = sql`SELECT l.to_id FROM link l WHERE l.from_id = walk.id${along}
    UNION ALL SELECT l.from_id FROM link l WHERE l.to_id = walk.id${along}`;
  if (relations.length > 0) return links;
  return sql`${links}
    UNION ALL SELECT e.case_study_id FROM record e WHERE e.id = walk.id
    UNION ALL SELECT e.id FROM record e WHERE e.case_study_id = walk.id
    UNION ALL SELECT v.lesson_id FROM evidence v WHERE v.experience_id = walk.id
    UNION ALL SELECT v.experience_id FROM evidence v WHERE v.lesson_id = walk.id`;
}

function requireRange(name: string, value: number, minimum: number, maximum: number): void {
  if (value < minimum || value > maximum) {
    throw requestError('BAD_USER_INPUT', `\`${name}\` is ${value}: ask for ${minimum} to ${maximum}.`);
  }
}
