/** Who answers for what is imported. */
import sql from 'sql-template-tag';
import type { KnowledgeServices } from '../knowledge-base.js';
import type { PartnerContent } from '../modules/directory/partner.service.js';
import type { Viewer } from '../platform/auth/viewer.js';
import type { Database } from '../platform/database/database.js';
import { editorsKey, partners } from '../seed/organisations.js';
import { ImportFailure } from './import-failure.js';

/**
 * The id of an organisation of the directory, or of the platform's editors, who are added to it if need be.
 *
 * @param wanted its ISIL or its name; undefined means the editors
 * @throws ImportFailure when none is called so, or several are
 */
export async function findAnsweringOrganisation(
  database: Database,
  services: KnowledgeServices,
  viewer: Viewer,
  wanted: string | undefined,
): Promise<string> {
  if (wanted === undefined) {
    const { key: _key, ...editors } = partners.find(({ key }) => key === editorsKey)!;
    const [id] = await database.inTransaction((transaction) =>
      services.partners.ensure(viewer, transaction, [editors as PartnerContent]),
    );
    return id!;
  }
  const name = wanted.replaceAll('\0', '');
  const found = await database.rows<{ id: string }>(
    sql`SELECT id FROM organisation WHERE isil = upper(${name}) OR fold(name) = fold(${name}) LIMIT 2`,
  );
  if (found.length === 1) return found[0]!.id;
  const printed = JSON.stringify(wanted.slice(0, 200));
  throw new ImportFailure(
    found.length === 0
      ? `no organisation has the ISIL or the name ${printed}: add it first, or leave --organisation out.`
      : `several organisations are called ${printed}: give an ISIL instead.`,
  );
}
