/** Follows: who wants to be told of what. */
import sql, { raw, type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { DomainError, refuse, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { type StoredFilter, storedFilter } from '../../platform/log/event-filter.js';
import type { KnowledgeEventFilter } from '../knowledge-events/knowledge-event.types.js';
import type { Follow, WatchLevel } from './follow.entity.js';
import { assertCanUseAny, canUse, inboxOwner, ownedBy, requireInbox } from './inbox-owner.js';

/** Follows of one inbox. */
const MOST_FOLLOWS = 200;

export interface NewFollow {
  readonly organisationId?: string | null;
  readonly name: string;
  readonly filter: KnowledgeEventFilter;
  readonly level: WatchLevel;
}

export interface FollowChange {
  readonly id: string;
  readonly name?: string | null;
  readonly level?: WatchLevel | null;
}

const COLUMNS = sql`f.id, f.inbox_id AS "inboxId", f.name, f.filter, f.level, f.after_position AS "afterPosition",
  f.created_at AS "createdAt", b.organisation_id AS "organisationId", state.epoch`;

const FROM = sql`FROM follow f JOIN inbox b ON b.id = f.inbox_id, knowledge_log_state state`;

export class FollowService {
  constructor(private readonly database: Database) {}

  /**
   * Begins a follow, or changes the name and level of the one with the same filter.
   *
   * @throws DomainError INVALID (there are too many), REQUIRED, NOT_FOUND (what the filter names)
   */
  async follow(viewer: Viewer, input: NewFollow): Promise<Follow> {
    const owner = inboxOwner(viewer, input.organisationId);
    checkInput(input);
    const filter = storedFilter(input.filter);
    const errors = await unknownNames(this.database, filter, input.filter);
    if (errors.length > 0) throw new DomainError(errors);
    const inboxId = await requireInbox(this.database, owner);
    return this.database.inTransaction(async (transaction) => {
      // While this is held nothing is dealt out: what comes behind the position is dealt out with the follow in view. Before
      // all other locks, as in an erasure, lest one waits for the other.
      await transaction.rows(sql`SELECT FROM inbox_reader FOR NO KEY UPDATE`);
      await holdInbox(transaction, inboxId);
      const [same] = await transaction.rows<{ id: string }>(
        sql`SELECT id FROM follow WHERE inbox_id = ${inboxId} AND filter = ${JSON.stringify(filter)}::jsonb`,
      );
      const id = same?.id ?? uuid();
      if (owner.organisationId !== null) {
        await audit(transaction, viewer, {
          action: 'inbox.use',
          organisationId: owner.organisationId,
          targetId: id,
          details: { followed: input.name, level: input.level },
        });
      }
      if (same === undefined) {
        await requireRoom(transaction, inboxId);
        await transaction.rows(
          sql`INSERT INTO follow (id, inbox_id, name, filter, level, after_position, created_at)
            SELECT ${id}, ${inboxId}, ${input.name}, ${JSON.stringify(filter)}::jsonb, ${input.level}, last_position, now()
            FROM knowledge_log_state`,
        );
      } else {
        await transaction.rows(sql`UPDATE follow SET name = ${input.name}, level = ${input.level} WHERE id = ${id}`);
      }
      return read(transaction, id);
    });
  }

  /**
   * Changes name or level. Items that are in the inbox stay.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN; DomainError NOT_FOUND, also for follows of others; INVALID, REQUIRED
   */
  async change(viewer: Viewer, input: FollowChange): Promise<Follow> {
    assertCanUseAny(viewer);
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const follow = await lock(transaction, viewer, input.id);
      const { name, level } = { name: input.name ?? follow.name, level: input.level ?? follow.level };
      await transaction.rows(sql`UPDATE follow SET name = ${name}, level = ${level} WHERE id = ${follow.id}`);
      await tell(transaction, viewer, follow, { level });
      return { ...follow, name, level };
    });
  }

  /**
   * Ends a follow. Items that are in the inbox stay.
   *
   * @throws DomainError NOT_FOUND, also for follows of others
   */
  async unfollow(viewer: Viewer, input: { readonly id: string }): Promise<Follow> {
    assertCanUseAny(viewer);
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const follow = await lock(transaction, viewer, input.id);
      await transaction.rows(sql`DELETE FROM follow WHERE id = ${follow.id}`);
      await tell(transaction, viewer, follow, { unfollowed: true });
      return follow;
    });
  }

  /**
   * The follows of an organisation or, without one, the viewer's own; newest first.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID
   */
  list(
    { database, viewer }: ReadScope,
    organisationId: string | null,
    page: ConnectionArguments,
  ): Promise<Connection<Follow>> {
    const owner = inboxOwner(viewer, organisationId);
    return readConnection<Follow>(database, page, {
      columns: COLUMNS,
      from: sql`${FROM} WHERE ${ownedBy(owner)}`,
      order: {
        name: 'follows',
        expression: raw('f.created_at'),
        type: 'timestamptz',
        id: raw('f.id'),
        direction: OrderDirection.DESC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ id }) => id,
      },
    });
  }
}

/** Two who follow at once count one after the other; an owner who was erased meanwhile has no inbox any more. */
async function holdInbox(transaction: Transaction, inboxId: string): Promise<void> {
  const held = await transaction.rows(sql`SELECT id FROM inbox WHERE id = ${inboxId} FOR NO KEY UPDATE`);
  if (held.length === 0) throw refuse(UserErrorCode.NOT_FOUND, 'Whose inbox this would be is not there any more.');
}

async function read(transaction: Transaction, id: string): Promise<Follow> {
  const [follow] = await transaction.rows<Follow>(sql`SELECT ${COLUMNS} ${FROM} WHERE f.id = ${id}`);
  return follow!;
}

/** Holds a follow that the viewer may change. */
async function lock(transaction: Transaction, viewer: Viewer, id: string): Promise<Follow> {
  const [follow] = await transaction.rows<Follow & { personId: string | null }>(
    sql`SELECT ${COLUMNS}, b.person_id AS "personId" ${FROM} WHERE f.id = ${id} FOR UPDATE OF f`,
  );
  if (follow === undefined || !canUse(viewer, follow))
    throw refuse(UserErrorCode.NOT_FOUND, `You have no follow with the id ${id}.`, ['id']);
  return follow;
}

async function tell(
  transaction: Transaction,
  viewer: Viewer,
  { id, organisationId }: Follow,
  details: Readonly<Record<string, string | boolean>>,
): Promise<void> {
  if (organisationId === null) return;
  await audit(transaction, viewer, { action: 'inbox.use', organisationId, targetId: id, details });
}

async function requireRoom(transaction: Transaction, inboxId: string): Promise<void> {
  const [row] = await transaction.rows<{ count: number }>(
    sql`SELECT count(*) AS count FROM follow WHERE inbox_id = ${inboxId}`,
  );
  if (row!.count < MOST_FOLLOWS) return;
  throw refuse(
    UserErrorCode.INVALID,
    `There are ${row!.count} follows already, of at most ${MOST_FOLLOWS}: end some, or put several into one filter.`,
  );
}

/** How each list of a filter whose values are names finds those that are there. */
const NAMES = [
  ['records', (ids) => sql`SELECT id AS name FROM record WHERE id = ANY(${ids}::uuid[]) AND status = 'PUBLISHED'`],
  ['organisations', (ids) => sql`SELECT id AS name FROM organisation WHERE id = ANY(${ids}::uuid[])`],
  ['municipalities', (codes) => sql`SELECT code AS name FROM municipality WHERE code = ANY(${codes})`],
  ['themes', (slugs) => sql`SELECT slug AS name FROM theme WHERE slug = ANY(${slugs})`],
] as const satisfies readonly (readonly [keyof StoredFilter, (names: string[]) => Sql])[];

/** One error for each name in a filter that names nothing: a typo would be silence for ever. */
async function unknownNames(
  database: Database,
  filter: StoredFilter,
  input: KnowledgeEventFilter,
): Promise<UserError[]> {
  const errors: UserError[] = [];
  for (const [list, find] of NAMES) {
    const names = (filter[list] ?? []) as string[];
    if (names.length === 0) continue;
    const found = await database.rows<{ name: string }>(find([...names]));
    const known = new Set(found.map(({ name }) => name));
    input[list]?.forEach((name, place) => {
      if (known.has(name)) return;
      const message = `filter.${list} names ${name}, which is not there.`;
      errors.push(userError(UserErrorCode.NOT_FOUND, message, ['filter', list, place]));
    });
  }
  return errors;
}
