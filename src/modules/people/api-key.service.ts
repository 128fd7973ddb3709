/** Keys of people and of the systems of organisations: made, listed, revoked. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { DomainError, refuse, requestError, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { checkInput } from '../../common/input.js';
import { makeApiKey } from '../../platform/auth/api-key.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { type Action, assertCan, can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import type { ApiKey } from './api-key.entity.js';
import { type CreateApiKeyInput, MAXIMUM_KEY_YEARS } from './api-key.input.js';
import { API_KEY_COLUMNS, visibleApiKey } from './person.loaders.js';

/** Keys that may be good at a time. */
const MAXIMUM_ORGANISATION_KEYS = 100;
const MAXIMUM_PERSON_KEYS = 50;

const NEWEST_FIRST: KeysetOrder<ApiKey> = {
  name: 'created',
  expression: raw('k.created_at'),
  type: 'timestamptz',
  id: raw('k.id'),
  direction: OrderDirection.DESC,
  keyOf: (key) => key.createdAt,
  idOf: (key) => key.id,
};

/** Who is to have a key. */
type Holder = Pick<ApiKey, 'personId' | 'organisationId'>;

export class ApiKeyService {
  constructor(private readonly database: Database) {}

  /**
   * Makes a key of the viewer's own or, with `organisationId`, of a system of that organisation.
   *
   * @returns the key and its secret, which is kept nowhere
   * @throws DomainError INVALID, REQUIRED, NOT_FOUND (organisation)
   */
  async create(viewer: Viewer, input: CreateApiKeyInput): Promise<{ apiKey: ApiKey; secret: string }> {
    const action = input.organisationId == null ? 'key.manage-own' : 'key.manage';
    assertCan(viewer, action);
    checkInput(input);
    assertCan(viewer, action, input.organisationId ?? undefined);
    checkReach(viewer, input);
    const holder = holderOf(viewer, input);
    const { secret, prefix, hash } = makeApiKey();
    return this.database.inTransaction(async (transaction) => {
      await requireRoom(transaction, holder);
      const [apiKey] = await transaction.rows<ApiKey>(
        sql`INSERT INTO api_key AS k
            (id, person_id, organisation_id, name, prefix, hash, scopes, made_by, created_at, expires_at)
          VALUES (${uuid()}, ${holder.personId}, ${holder.organisationId}, ${input.name}, ${prefix}, ${hash},
            ${input.scopes}, ${maker(viewer)}, now(), ${input.expiresAt ?? null})
          RETURNING ${API_KEY_COLUMNS}`,
      );
      await audit(transaction, viewer, {
        action,
        organisationId: holder.organisationId,
        targetId: apiKey!.id,
        details: { made: true, scopes: input.scopes, expiresAt: input.expiresAt?.toISOString() ?? null },
      });
      return { apiKey: apiKey!, secret };
    });
  }

  /**
   * Revokes a key: at once for requests, within a second for open connections. One that was revoked before stays as it is.
   *
   * @throws DomainError NOT_FOUND, also for a key of somebody else: who leaves an organisation is removed from it
   */
  async revoke(viewer: Viewer, input: { id: string }): Promise<ApiKey> {
    if (!can(viewer, 'key.manage-own')) assertCan(viewer, 'key.manage');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const [key] = await transaction.rows<ApiKey>(
        sql`SELECT ${API_KEY_COLUMNS} FROM api_key k WHERE k.id = ${input.id} AND ${visibleApiKey(viewer, 'k')} FOR UPDATE`,
      );
      if (key === undefined) throw refuse(UserErrorCode.NOT_FOUND, `No key of yours has the id ${input.id}.`, ['id']);
      if (key.revokedAt !== null) return key;
      const [revoked] = await transaction.rows<ApiKey>(
        sql`UPDATE api_key k SET revoked_at = now() WHERE k.id = ${key.id} RETURNING ${API_KEY_COLUMNS}`,
      );
      await audit(transaction, viewer, {
        action: actionOn(key),
        organisationId: key.organisationId,
        targetId: key.id,
        details: { revoked: true },
      });
      return revoked!;
    });
  }

  /**
   * One page of the keys of an organisation or, without one, of the viewer's own; of all keys for the operator.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID
   */
  async list(
    { database, viewer }: ReadScope,
    page: ConnectionArguments,
    organisationId: string | null,
  ): Promise<Connection<ApiKey>> {
    if (organisationId !== null && !isId(organisationId)) {
      throw requestError('BAD_USER_INPUT', '`organisationId` must be an id that this API gave.');
    }
    assertCan(viewer, organisationId === null ? 'key.manage-own' : 'key.manage', organisationId ?? undefined);
    return readConnection<ApiKey>(database, page, {
      columns: API_KEY_COLUMNS,
      from: sql`FROM api_key k WHERE ${listed(viewer, organisationId)}`,
      order: NEWEST_FIRST,
    });
  }
}

function listed(viewer: Viewer, organisationId: string | null): Sql {
  if (organisationId !== null) return sql`k.organisation_id = ${organisationId}::uuid`;
  return viewer.kind === 'ADMIN' ? raw('TRUE') : sql`k.person_id = ${viewer.personId}::uuid`;
}

function actionOn({ organisationId }: ApiKey): Action {
  return organisationId === null ? 'key.manage-own' : 'key.manage';
}

function holderOf({ personId }: Viewer, { organisationId }: CreateApiKeyInput): Holder {
  if (organisationId != null) return { personId: null, organisationId };
  if (personId !== null) return { personId, organisationId: null };
  throw refuse(
    UserErrorCode.REQUIRED,
    'Your credential stands for no person who could have a key: name the organisation whose system is to have it.',
    ['organisationId'],
  );
}

/** The person behind a new key, also where it is made by a key which that person made: what it writes counts as theirs. */
function maker({ personId, apiKeyId }: Viewer): Sql {
  return personId === null ? sql`(SELECT made_by FROM api_key WHERE id = ${apiKeyId}::uuid)` : sql`${personId}::uuid`;
}

/** Nobody gets further by a key that they make than by the credential that they make it with. */
function checkReach(viewer: Viewer, { scopes, expiresAt }: CreateApiKeyInput): void {
  const errors: UserError[] = [];
  const invalid = (message: string, path: readonly (string | number)[]) =>
    errors.push(userError(UserErrorCode.INVALID, message, path));
  if (scopes.length === 0) {
    errors.push(userError(UserErrorCode.REQUIRED, 'A key without a scope would be of no use: name one.', ['scopes']));
  }
  scopes.forEach((scope, index) => {
    if (!viewer.scopes.includes(scope)) {
      invalid(`Your credential lacks the scope ${scope}, and so cannot hand it on.`, ['scopes', index]);
    }
  });
  const latest = new Date();
  latest.setFullYear(latest.getFullYear() + MAXIMUM_KEY_YEARS);
  if (expiresAt != null && (expiresAt <= new Date() || expiresAt > latest)) {
    invalid(`expiresAt must lie ahead, by at most ${MAXIMUM_KEY_YEARS} years.`, ['expiresAt']);
  }
  // A token ends within minutes by its nature, and who has got it can get the next: only keys bound keys.
  const bound = viewer.apiKeyId === null ? null : viewer.expiresAt;
  if (bound !== null && (expiresAt == null || expiresAt > bound)) {
    invalid(`Your own key ends at ${bound.toISOString()}: the new one must end by then.`, ['expiresAt']);
  }
  if (errors.length > 0) throw new DomainError(errors);
}

/**
 * Holds the holder's row, so that two who make keys at once count one after the other.
 *
 * @throws DomainError NOT_FOUND (organisation, or a person who was erased meanwhile), INVALID when there are too many keys
 */
async function requireRoom(transaction: Transaction, { personId, organisationId }: Holder): Promise<void> {
  const holders = await transaction.rows(
    organisationId === null
      ? sql`SELECT FROM person WHERE id = ${personId} AND erased_at IS NULL FOR NO KEY UPDATE`
      : sql`SELECT FROM organisation WHERE id = ${organisationId} FOR NO KEY UPDATE`,
  );
  if (holders.length === 0) {
    throw organisationId === null
      ? refuse(UserErrorCode.NOT_FOUND, 'You were erased meanwhile.')
      : refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${organisationId}.`, ['organisationId']);
  }
  const maximum = organisationId === null ? MAXIMUM_PERSON_KEYS : MAXIMUM_ORGANISATION_KEYS;
  const [row] = await transaction.rows<{ count: number }>(
    sql`SELECT count(*) AS count FROM api_key
      WHERE (person_id = ${personId}::uuid OR organisation_id = ${organisationId}::uuid)
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
  );
  if (row!.count >= maximum) {
    throw refuse(
      UserErrorCode.INVALID,
      `There are ${row!.count} keys already, of at most ${maximum}: revoke some first.`,
    );
  }
}
