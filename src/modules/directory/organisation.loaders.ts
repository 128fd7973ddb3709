/** Reads of the directory. It is open: everybody sees all of it. */
import sql, { raw } from 'sql-template-tag';
import { defineLoader } from '../../platform/auth/context.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import type { Municipality } from './municipality.entity.js';
import type { Library, Organisation } from './organisation.entity.js';

/** The select list that reads rows of `organisation o` as the entity classes have them. */
export const ORGANISATION_COLUMNS = raw(`CASE o.kind WHEN 'LIBRARY' THEN 'Library' ELSE 'Partner' END AS "__typename",
  o.id, o.kind, o.name, o.country, o.municipality_code AS "municipalityCode", o.isil, o.agency_id AS "agencyId", o.sector,
  o.cvr, o.wikidata_id AS "wikidataId", o.url, o.second_person_required AS "secondPersonRequired",
  o.version, o.created_at AS "createdAt", o.updated_at AS "updatedAt"`);

export const organisationById = defineLoader<string, Organisation | null>(async ({ database }, ids) => {
  const rows = await database.rows<Organisation>(
    sql`SELECT ${ORGANISATION_COLUMNS} FROM organisation o WHERE ${isAmong('o.id', 'uuid', ids)}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

// What has another form is no ISIL, and may hold what PostgreSQL refuses to look for (NUL).
const ISIL = /^[A-Z0-9]{1,4}-[A-Za-z0-9:/-]{1,11}$/;

export const libraryByIsil = defineLoader<string, Library | null>(async ({ database }, isils) => {
  const rows = await database.rows<Library>(
    sql`SELECT ${ORGANISATION_COLUMNS} FROM organisation o WHERE o.isil = ANY(${isils.filter((isil) => ISIL.test(isil))}::text[])`,
  );
  return oneEach(isils, rows, (row) => row.isil);
});

/** Municipalities, each with its region. */
export const municipalityByCode = defineLoader<string, Municipality | null>(async ({ database }, codes) => {
  const rows = await database.rows<Municipality>(
    sql`SELECT m.code, m.name, m.english_name AS "englishName", m.region_code AS "regionCode",
        json_build_object('code', g.code, 'name', g.name, 'englishName', g.english_name) AS region
      FROM municipality m JOIN region g ON g.code = m.region_code
      WHERE ${isAmong('m.code', 'text', codes)}`,
  );
  return oneEach(codes, rows, (row) => row.code);
});
