/** How organisations, libraries as well as partners, want to work here. */
import sql from 'sql-template-tag';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database } from '../../platform/database/database.js';
import type { Organisation } from '../directory/organisation.entity.js';
import { ORGANISATION_COLUMNS } from '../directory/organisation.loaders.js';

export interface OrganisationSettings {
  readonly organisationId: string;
  readonly version: number;
  readonly secondPersonRequired: boolean;
}

export class OrganisationSettingsService {
  constructor(private readonly database: Database) {}

  /**
   * Changes the settings of an organisation.
   *
   * @throws DomainError NOT_FOUND, VERSION_CONFLICT
   */
  async update(viewer: Viewer, input: OrganisationSettings): Promise<Organisation> {
    assertCan(viewer, 'organisation.update');
    checkInput(input);
    const { organisationId, version, secondPersonRequired } = input;
    assertCan(viewer, 'organisation.update', organisationId);
    return this.database.inTransaction(async (transaction) => {
      const [organisation] = await transaction.rows<Organisation>(
        sql`UPDATE organisation AS o
          SET second_person_required = ${secondPersonRequired}, version = version + 1, updated_at = now()
          WHERE o.id = ${organisationId} AND o.version = ${version} RETURNING ${ORGANISATION_COLUMNS}`,
      );
      if (organisation === undefined) {
        const [current] = await transaction.rows<{ version: number }>(
          sql`SELECT version FROM organisation WHERE id = ${organisationId}`,
        );
        throw current === undefined
          ? refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${organisationId}.`, ['organisationId'])
          : refuse(
              UserErrorCode.VERSION_CONFLICT,
              `The organisation is at version ${current.version}, not ${version}: read it again and repeat your change.`,
              ['version'],
            );
      }
      await audit(transaction, viewer, {
        action: 'organisation.update',
        organisationId,
        targetId: organisationId,
        details: { secondPersonRequired },
      });
      return organisation;
    });
  }
}
