/** What the database knows of keys and people, as viewers. */
import { timingSafeEqual } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import type { Database } from '../database/database.js';
import { prefixOf, secretHash } from './api-key.js';
import { type Membership, SCOPES, type Scope, type Viewer, viewerOf } from './viewer.js';

interface KeyRow {
  apiKeyId: string;
  personId: string | null;
  hash: Buffer;
  scopes: Scope[];
  expiresAt: Date | null;
  memberships: Membership[];
  lastUsedIsOld: boolean;
}

/** How exactly it is known when a key was last used. */
const LAST_USED_WITHIN = '1 minute';

/** The viewer of a key that is good; undefined for one that is wrong, revoked or over. */
export async function viewerByKey(database: Database, secret: string): Promise<Viewer | undefined> {
  const prefix = prefixOf(secret);
  if (prefix === undefined) return undefined;
  const [key] = await database.rows<KeyRow>(keys(sql`k.prefix = ${prefix}`));
  if (key === undefined || !timingSafeEqual(key.hash, secretHash(secret))) return undefined;
  if (key.lastUsedIsOld) await database.rows(sql`UPDATE api_key SET last_used_at = now() WHERE id = ${key.apiKeyId}`);
  return keyViewer(key);
}

/** The viewers of the people, as far as they are there and not erased. */
async function viewersByPerson(database: Database, personIds: readonly string[]): Promise<Map<string, Viewer>> {
  const rows = await database.rows<{ personId: string; memberships: Membership[] }>(
    sql`SELECT p.id AS "personId", ${memberships('p.id')} AS memberships FROM person p
      WHERE p.id = ANY(${[...personIds]}::uuid[]) AND p.erased_at IS NULL`,
  );
  return new Map(rows.map((row) => [row.personId, tokenViewer(row, null)]));
}

/** The viewer of a person who came with a token; undefined for one that was erased meanwhile. */
export async function viewerByPerson(
  database: Database,
  personId: string,
  expiresAt: Date,
): Promise<Viewer | undefined> {
  const viewer = (await viewersByPerson(database, [personId])).get(personId);
  return viewer && tokenViewer(viewer as { personId: string; memberships: readonly Membership[] }, expiresAt);
}

/**
 * What these viewers would be if they came now: undefined where the credential is no longer good.
 *
 * @returns by {@link credentialOf}
 */
export async function currentViewers(
  database: Database,
  viewers: readonly Viewer[],
): Promise<ReadonlyMap<string, Viewer>> {
  const current = new Map<string, Viewer>();
  const keyIds = viewers.flatMap(({ apiKeyId }) => apiKeyId ?? []);
  if (keyIds.length > 0) {
    const rows = await database.rows<KeyRow>(keys(sql`k.id = ANY(${keyIds}::uuid[])`));
    for (const row of rows) current.set(row.apiKeyId, keyViewer(row));
  }
  const personIds = viewers.flatMap(({ apiKeyId, personId }) => (apiKeyId === null ? (personId ?? []) : []));
  if (personIds.length > 0) {
    for (const [personId, viewer] of await viewersByPerson(database, personIds)) current.set(personId, viewer);
  }
  return current;
}

/** What tells the credentials of two viewers apart: the key, or the person where there is none. */
export function credentialOf({ apiKeyId, personId }: Viewer): string | null {
  return apiKeyId ?? personId;
}

function keys(condition: Sql): Sql {
  return sql`SELECT k.id AS "apiKeyId", k.person_id AS "personId", k.hash, k.scopes, k.expires_at AS "expiresAt",
      coalesce(k.last_used_at < now() - ${LAST_USED_WITHIN}::interval, true) AS "lastUsedIsOld",
      CASE WHEN k.person_id IS NULL
        THEN jsonb_build_array(jsonb_build_object('organisationId', k.organisation_id, 'role', 'MANAGER'))
        ELSE ${memberships('k.person_id')} END AS memberships
    FROM api_key k LEFT JOIN person p ON p.id = k.person_id
    WHERE ${condition} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND p.erased_at IS NULL`;
}

function memberships(person: 'k.person_id' | 'p.id'): Sql {
  const condition = person === 'p.id' ? sql`m.person_id = p.id` : sql`m.person_id = k.person_id`;
  return sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('organisationId', m.organisation_id, 'role', m.role)
    ORDER BY m.organisation_id), '[]') FROM membership m WHERE ${condition})`;
}

function keyViewer({ apiKeyId, personId, scopes, expiresAt, memberships: held }: KeyRow): Viewer {
  return viewerOf({ apiKeyId, personId, expiresAt, memberships: held, scopes: ordered(scopes) });
}

function tokenViewer(
  { personId, memberships: held }: { readonly personId: string; readonly memberships: readonly Membership[] },
  expiresAt: Date | null,
): Viewer {
  return viewerOf({ apiKeyId: null, personId, expiresAt, memberships: held, scopes: SCOPES });
}

function ordered(scopes: readonly Scope[]): Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}
