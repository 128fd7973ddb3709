/** Reads of what records point at: themes, the framework, organisations and places. */
import sql from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { OrganisationReference } from '../documents/record-document.js';
import { FrameworkElementKind, type FrameworkElement, type Theme } from '../framework/framework.entity.js';
import { ELEMENT_COLUMNS, THEME_COLUMNS } from '../framework/framework.loaders.js';

/** All of them, in the order of their slugs. */
export function readThemes(reads: Reads): Promise<Theme[]> {
  return reads.rows<Theme>(sql`SELECT ${THEME_COLUMNS} FROM theme t ORDER BY t.slug`);
}

export type Statement = Pick<
  FrameworkElement,
  'number' | 'danishLabel' | 'englishLabel' | 'danishText' | 'englishText'
>;

/** Those of one kind, in the order of the framework. */
export function readStatements(reads: Reads, kind: FrameworkElementKind): Promise<Statement[]> {
  return reads.rows<Statement>(
    sql`SELECT ${ELEMENT_COLUMNS} FROM framework_element e WHERE e.kind = ${kind} ORDER BY e.number`,
  );
}

export async function readOrganisation(reads: Reads, id: string): Promise<OrganisationReference | null> {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return null;
  const found = await reads.row<OrganisationReference>(
    sql`SELECT o.id, o.kind, o.name, o.country, o.isil, o.agency_id AS "agencyId", o.sector, o.cvr,
        o.wikidata_id AS "wikidataId", o.municipality_code AS "municipalityCode", o.url
      FROM organisation o WHERE o.id = ${id}::uuid`,
  );
  return found ?? null;
}

export interface Place {
  readonly code: string;
  readonly name: string;
  readonly englishName: string;
}

export async function readMunicipality(reads: Reads, code: string): Promise<(Place & { region: Place }) | null> {
  const found = await reads.row<Place & { region: Place }>(
    sql`SELECT m.code, m.name, m.english_name AS "englishName", jsonb_build_object('code', g.code, 'name', g.name,
        'englishName', g.english_name) AS region
      FROM municipality m JOIN region g ON g.code = m.region_code WHERE m.code = ${code}`,
  );
  return found ?? null;
}

export async function readRegion(reads: Reads, code: string): Promise<Place | null> {
  const found = await reads.row<Place>(
    sql`SELECT g.code, g.name, g.english_name AS "englishName" FROM region g WHERE g.code = ${code}`,
  );
  return found ?? null;
}
