/** Lists of the directory. */
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database } from '../../platform/database/database.js';
import type { Organisation } from './organisation.entity.js';
import {
  type OrganisationFilter,
  organisationList,
  type OrganisationOrder,
  organisationOrder,
} from './organisation.filter.js';
import { ORGANISATION_COLUMNS } from './organisation.loaders.js';

export class OrganisationService {
  constructor(private readonly database: Database) {}

  /**
   * One page of the directory.
   *
   * @throws BAD_USER_INPUT, CURSOR_INVALID
   */
  list(
    page: ConnectionArguments,
    filter: OrganisationFilter | null | undefined,
    order: OrganisationOrder | null | undefined,
  ): Promise<Connection<Organisation>> {
    return readConnection<Organisation>(this.database, page, {
      columns: ORGANISATION_COLUMNS,
      from: organisationList(filter ?? {}),
      order: organisationOrder(order),
    });
  }
}
