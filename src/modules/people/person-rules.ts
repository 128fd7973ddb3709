/** Rules for the arguments of queries about people. */
import { requestError } from '../../common/errors.js';
import { isId } from '../../common/id.js';

/** @throws BAD_USER_INPUT on what is no id at all */
export function requireOrganisationId(id: string): void {
  if (!isId(id)) throw requestError('BAD_USER_INPUT', '`organisationId` must be an id that this API gave.');
}
