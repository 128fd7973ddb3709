/** Reads of whole documents, many in one statement. What is not published is in none of them, not even by its title. */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { publishedRecord, recordPath } from '../records/published-record.js';

export interface DocumentSelection {
  /** Condition on `d`, see {@link publishedRecord}; without one all are read. */
  readonly condition?: Sql;
  /** The address of the server as clients know it, without a slash at the end. */
  readonly base: string;
}

export interface DocumentRow {
  readonly id: string;
  /** A {@link RecordDocument} as the text of its JSON: whoever hands it on need not parse it. */
  readonly document: string;
}

/** The documents that follow `after` in the order of ids, `length` at most; from the first with null. */
export function readDocuments(
  reads: Pick<Reads, 'rows'>,
  selection: DocumentSelection,
  after: string | null,
  length: number,
): Promise<DocumentRow[]> {
  return reads.rows<DocumentRow>(selectDocuments(selection, after, length));
}

/** The same as a statement, for one that reads more with it. */
export function selectDocuments({ condition, base }: DocumentSelection, after: string | null, length: number): Sql {
  return sql`WITH page AS MATERIALIZED (
        SELECT d.* FROM ${publishedRecord(null, 'd')}
        WHERE ${after === null ? raw('TRUE') : sql`d.id > ${after}::uuid`} AND ${condition ?? raw('TRUE')}
        ORDER BY d.id LIMIT ${length})
      SELECT d.id, (d.content - ${REPLACED}::text[] || jsonb_build_object(
          'id', d.id, 'recordKind', d.kind, 'slug', d.slug, 'url', ${url(base, 'd')}, 'version', d.version,
          'publishedAt', ${time('d.published_at')}, 'updatedAt', ${time('d.revised_at')},
          'organisation', ${organisation("(d.content ->> 'organisationId')::uuid")},
          'links', ${links(base)}, 'adoptions', ${ADOPTIONS})
        || CASE d.kind
          WHEN 'CASE_STUDY' THEN jsonb_build_object('municipality', ${MUNICIPALITY}, 'parties', ${PARTIES})
          WHEN 'EXPERIENCE' THEN jsonb_build_object('caseStudy', ${reference(base, "(d.content ->> 'caseStudyId')::uuid")})
          ELSE jsonb_build_object('evidence', ${evidence(base)}) END)::text AS document
      FROM page d ORDER BY d.id`;
}

/** What of the content stands in the document as what it refers to. */
const REPLACED = ['organisationId', 'municipalityCode', 'caseStudyId', 'parties'];

const time = (column: string): Sql => raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

const url = (base: string, alias: string): Sql => sql`(${base}::text || ${recordPath(alias)})`;

const organisation = (id: string): Sql =>
  raw(`(SELECT jsonb_build_object('id', o.id, 'kind', o.kind, 'name', o.name, 'country', o.country, 'isil', o.isil,
    'agencyId', o.agency_id, 'sector', o.sector, 'cvr', o.cvr, 'wikidataId', o.wikidata_id,
    'municipalityCode', o.municipality_code, 'url', o.url) FROM organisation o WHERE o.id = ${id})`);

const referenceTo = (base: string, alias: string): Sql =>
  sql`jsonb_build_object('id', ${raw(alias)}.id, 'recordKind', ${raw(alias)}.kind, 'slug', ${raw(alias)}.slug,
    'title', ${raw(alias)}.title, 'url', ${url(base, alias)})`;

const reference = (base: string, id: string): Sql =>
  sql`(SELECT ${referenceTo(base, 'x')} FROM record x WHERE x.id = ${raw(id)} AND x.status = 'PUBLISHED')`;

const links = (base: string): Sql =>
  sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'relation', l.relation, 'from', ${referenceTo(base, 'f')},
      'to', ${referenceTo(base, 't')}, 'note', l.note, 'createdAt', ${time('l.created_at')}) ORDER BY l.created_at, l.id), '[]')
    FROM (SELECT * FROM link WHERE from_id = d.id UNION ALL SELECT * FROM link WHERE to_id = d.id) l
    JOIN record f ON f.id = l.from_id AND f.status = 'PUBLISHED' JOIN record t ON t.id = l.to_id AND t.status = 'PUBLISHED')`;

const evidence = (base: string): Sql =>
  sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('experience', ${referenceTo(base, 'e')}, 'stance', v.stance,
      'note', v.note, 'createdAt', ${time('v.created_at')}) ORDER BY v.created_at, v.id), '[]')
    FROM evidence v JOIN record e ON e.id = v.experience_id AND e.status = 'PUBLISHED' WHERE v.lesson_id = d.id)`;

const ADOPTIONS = sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id,
      'organisation', ${organisation('a.organisation_id')}, 'taken', a.taken, 'adaptation', a.adaptation,
      'outcome', a.outcome, 'result', a.result, 'adoptedOn', a.adopted_on, 'createdAt', ${time('a.created_at')})
    ORDER BY a.created_at, a.id), '[]') FROM adoption a WHERE a.record_id = d.id)`;

const MUNICIPALITY = raw(`(SELECT jsonb_build_object('code', m.code, 'name', m.name,
    'region', jsonb_build_object('code', g.code, 'name', g.name))
  FROM municipality m JOIN region g ON g.code = m.region_code WHERE m.code = d.content ->> 'municipalityCode')`);

const PARTIES = sql`(SELECT coalesce(jsonb_agg((p.party - 'organisationId')
      || jsonb_build_object('organisation', ${organisation("(p.party ->> 'organisationId')::uuid")}) ORDER BY p.place), '[]')
    FROM jsonb_array_elements(d.content -> 'parties') WITH ORDINALITY AS p (party, place))`;
