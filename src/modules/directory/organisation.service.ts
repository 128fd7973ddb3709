/** Lists of the directory. */
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Organisation } from './organisation.entity.js';
import {
  type OrganisationFilter,
  organisationList,
  type OrganisationOrder,
  organisationOrder,
} from './organisation.filter.js';
import { ORGANISATION_COLUMNS } from './organisation.loaders.js';

export class OrganisationService {
  /**
   * One page of the directory.
   *
   * @throws BAD_USER_INPUT, CURSOR_INVALID
   */
  list(
    { database }: ReadScope,
    page: ConnectionArguments,
    filter: OrganisationFilter | null | undefined,
    order: OrganisationOrder | null | undefined,
  ): Promise<Connection<Organisation>> {
    return readConnection<Organisation>(database, page, {
      columns: ORGANISATION_COLUMNS,
      from: organisationList(filter ?? {}),
      order: organisationOrder(order),
    });
  }
}
