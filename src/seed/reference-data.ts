/** What every database of Medspil holds, an empty knowledge base too: municipalities, libraries, framework, themes. */
import sql, { bulk } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import type { Database } from '../platform/database/database.js';
import { definition, initiatives, potentials, rationales, recommendations, themes } from './framework.js';
import { libraries } from './libraries.js';
import { municipalities, regions } from './municipalities.js';
import type { FrameworkItemSeed, PotentialSeed } from './seed-types.js';

/** Brings the reference data to this release's state. Libraries that are there stay as they are: they may have been edited. */
export async function seedReferenceData(database: Database): Promise<void> {
  const now = new Date();
  await database.inTransaction(async (transaction) => {
    await transaction.rows(sql`
      INSERT INTO region (code, name, english_name)
      VALUES ${bulk(regions.map((region) => [region.code, region.name, region.englishName]))}
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, english_name = excluded.english_name`);
    await transaction.rows(sql`
      INSERT INTO municipality (code, name, english_name, region_code)
      VALUES ${bulk(municipalities.map((one) => [one.code, one.name, one.englishName, one.regionCode]))}
      ON CONFLICT (code) DO UPDATE SET name = excluded.name, english_name = excluded.english_name,
        region_code = excluded.region_code`);
    await transaction.rows(sql`
      INSERT INTO organisation (id, kind, name, country, municipality_code, isil, agency_id, url, version, created_at, updated_at)
      VALUES ${bulk(
        libraries.map((library) => [
          uuid(),
          'LIBRARY',
          library.name,
          'DK',
          library.municipalityCode,
          library.isil,
          library.agencyId,
          library.url,
          1,
          now,
          now,
        ]),
      )}
      ON CONFLICT (isil) DO NOTHING`);
    await transaction.rows(sql`
      INSERT INTO framework_element (kind, number, danish_label, english_label, danish_text, english_text, stakeholder_group)
      VALUES ${bulk([
        element('DEFINITION', { number: 1, ...definition }),
        ...rationales.map((item) => element('RATIONALE', item)),
        ...potentials.map((item) => element('POTENTIAL', item)),
        ...recommendations.map((item) => element('RECOMMENDATION', item)),
        ...initiatives.map((item) => element('INITIATIVE', item)),
      ])}
      ON CONFLICT (kind, number) DO UPDATE SET danish_label = excluded.danish_label,
        english_label = excluded.english_label, danish_text = excluded.danish_text,
        english_text = excluded.english_text, stakeholder_group = excluded.stakeholder_group`);
    await transaction.rows(sql`
      INSERT INTO theme (slug, danish_label, english_label)
      VALUES ${bulk(themes.map((theme) => [theme.slug, theme.label.da, theme.label.en]))}
      ON CONFLICT (slug) DO UPDATE SET danish_label = excluded.danish_label, english_label = excluded.english_label`);
  });
}

function element(kind: string, { number, label, text, ...rest }: FrameworkItemSeed | PotentialSeed): unknown[] {
  const group = 'stakeholderGroup' in rest ? rest.stakeholderGroup : null;
  return [kind, number, label.da, label.en, text.da, text.en, group];
}
