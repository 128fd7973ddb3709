/** Requests to become the first manager of an organisation: anybody makes them, the operator decides. */
import sql, { empty, raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { type Connection, type ConnectionArguments, OrderDirection } from '../../common/connection.js';
import { DomainError, refuse, userError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { makeToken, secretHash } from '../../platform/auth/api-key.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import type { PartnerContent, PartnerService } from '../directory/partner.service.js';
import { storedAddress } from './email-address.js';
import { type AccessRequest, AccessRequestStatus } from './invitation.entity.js';
import { insertInvitation } from './invitation.service.js';
import { Role } from './person.entity.js';
import { ACCESS_REQUEST_COLUMNS } from './person.loaders.js';

/** Anybody can ask, so what waits for the operator is bounded. */
const MOST_PENDING = 1_000;
const MOST_PENDING_OF_ORGANISATION = 20;

const REQUEST_LOCK = 7_301_201;

export interface NewAccessRequest {
  readonly organisationId?: string | null;
  readonly newPartner?: PartnerContent | null;
  readonly name: string;
  readonly email: string;
  readonly reason: string;
}

export interface AccessDecision {
  readonly id: string;
  readonly comment?: string | null;
}

export class AccessRequestService {
  constructor(
    private readonly database: Database,
    private readonly partnerService: PartnerService,
  ) {}

  /**
   * Asks for access. The token is told to nobody but the caller, and never again.
   *
   * @throws DomainError INVALID (also when too many requests wait), REQUIRED, NOT_FOUND (organisation, municipality),
   *   DUPLICATE (the new partner is in the directory)
   */
  async request(viewer: Viewer, input: NewAccessRequest): Promise<{ accessRequest: AccessRequest; token: string }> {
    assertCan(viewer, 'access.request');
    checkInput(input);
    const { organisationId = null, newPartner = null, name, email, reason } = input;
    if ((organisationId === null) === (newPartner === null)) {
      throw refuse(UserErrorCode.INVALID, 'Give either `organisationId` or `newPartner`.', ['organisationId']);
    }
    return this.database.inTransaction(async (transaction) => {
      await transaction.rows(sql`SELECT pg_advisory_xact_lock(${REQUEST_LOCK}::bigint)`);
      await requireRoom(transaction, organisationId);
      if (newPartner !== null) {
        await elsewhere(
          (path) => ['newPartner', ...path],
          () => this.partnerService.check(transaction, newPartner),
        );
      }
      const { token, hash } = makeToken();
      const id = uuid();
      const [accessRequest] = await transaction.rows<AccessRequest>(
        sql`INSERT INTO access_request AS a
            (id, organisation_id, new_organisation, name, email, reason, token_hash, status, created_at)
          VALUES (${id}, ${organisationId}, ${newPartner && JSON.stringify(newPartner)}::jsonb, ${name},
            ${storedAddress(email)}, ${reason}, ${hash}, ${AccessRequestStatus.PENDING}, now())
          RETURNING ${ACCESS_REQUEST_COLUMNS}`,
      );
      await audit(transaction, viewer, { action: 'access.request', organisationId, targetId: id });
      return { accessRequest: accessRequest!, token };
    });
  }

  /**
   * The requests, those that have waited longest first.
   *
   * @throws FORBIDDEN, CURSOR_INVALID
   */
  list(
    { database, viewer }: ReadScope,
    status: AccessRequestStatus | null,
    page: ConnectionArguments,
  ): Promise<Connection<AccessRequest>> {
    assertCan(viewer, 'access.decide');
    return readConnection<AccessRequest>(database, page, {
      columns: ACCESS_REQUEST_COLUMNS,
      from: sql`FROM access_request a WHERE TRUE${status === null ? empty : sql` AND a.status = ${status}`}`,
      order: {
        name: 'accessRequests',
        expression: raw('a.created_at'),
        type: 'timestamptz',
        id: raw('a.id'),
        direction: OrderDirection.ASC,
        keyOf: ({ createdAt }) => createdAt,
        idOf: ({ id }) => id,
      },
    });
  }

  /** The request that a token was given for; null when it was for none. */
  async byToken({ database, viewer }: ReadScope, token: string): Promise<AccessRequest | null> {
    assertCan(viewer, 'access.request');
    const [accessRequest] = await database.rows<AccessRequest>(
      sql`SELECT ${ACCESS_REQUEST_COLUMNS} FROM access_request a WHERE a.token_hash = ${secretHash(token)}`,
    );
    return accessRequest ?? null;
  }

  /**
   * Grants a request: its organisation comes into the directory if it is new, and its token becomes an invitation.
   *
   * @throws DomainError NOT_FOUND; INVALID_TRANSITION when it was decided; whatever keeps the partner out of the directory
   */
  async approve(viewer: Viewer, input: AccessDecision): Promise<AccessRequest> {
    assertCan(viewer, 'access.decide');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const { tokenHash, ...accessRequest } = await lockPending(transaction, input.id);
      const organisationId =
        accessRequest.organisationId ??
        (await this.addPartner(transaction, viewer, accessRequest.newOrganisation as unknown as PartnerContent));
      await insertInvitation(transaction, {
        organisationId,
        email: accessRequest.email,
        role: Role.MANAGER,
        tokenHash,
      });
      return decide(transaction, viewer, { ...input, organisationId, status: AccessRequestStatus.APPROVED });
    });
  }

  /**
   * Declines a request.
   *
   * @throws DomainError NOT_FOUND; INVALID_TRANSITION when it was decided
   */
  async decline(viewer: Viewer, input: AccessDecision): Promise<AccessRequest> {
    assertCan(viewer, 'access.decide');
    checkInput(input);
    return this.database.inTransaction(async (transaction) => {
      const { organisationId } = await lockPending(transaction, input.id);
      return decide(transaction, viewer, { ...input, organisationId, status: AccessRequestStatus.DECLINED });
    });
  }

  private async addPartner(transaction: Transaction, viewer: Viewer, content: PartnerContent): Promise<string> {
    const partner = await elsewhere(
      () => ['id'],
      () => this.partnerService.add(transaction, viewer, content),
    );
    return partner.id;
  }
}

async function requireRoom(transaction: Transaction, organisationId: string | null): Promise<void> {
  const [found] = await transaction.rows<{ known: boolean; all: number; ofOrganisation: number }>(
    sql`SELECT EXISTS (SELECT FROM organisation WHERE id = ${organisationId}::uuid) AS known,
        count(*) AS all, count(*) FILTER (WHERE a.organisation_id = ${organisationId}::uuid) AS "ofOrganisation"
      FROM access_request a WHERE a.status = ${AccessRequestStatus.PENDING}`,
  );
  if (organisationId !== null && !found!.known) {
    throw refuse(UserErrorCode.NOT_FOUND, `No organisation has the id ${organisationId}.`, ['organisationId']);
  }
  if (found!.ofOrganisation >= MOST_PENDING_OF_ORGANISATION) {
    throw refuse(
      UserErrorCode.INVALID,
      `${MOST_PENDING_OF_ORGANISATION} requests for this organisation wait for the operator, and more cannot: try again later.`,
      ['organisationId'],
    );
  }
  if (found!.all >= MOST_PENDING) {
    throw refuse(
      UserErrorCode.INVALID,
      `${MOST_PENDING} requests wait for the operator, and more cannot: try again later.`,
    );
  }
}

type PendingRequest = AccessRequest & { readonly tokenHash: Buffer };

async function lockPending(transaction: Transaction, id: string): Promise<PendingRequest> {
  const [accessRequest] = await transaction.rows<PendingRequest>(
    sql`SELECT ${ACCESS_REQUEST_COLUMNS}, a.token_hash AS "tokenHash"
      FROM access_request a WHERE a.id = ${id} FOR UPDATE`,
  );
  if (accessRequest === undefined) {
    throw refuse(UserErrorCode.NOT_FOUND, `No request for access has the id ${id}.`, ['id']);
  }
  if (accessRequest.status !== AccessRequestStatus.PENDING) {
    throw refuse(UserErrorCode.INVALID_TRANSITION, `The request is ${accessRequest.status} already.`, ['id']);
  }
  return accessRequest;
}

async function decide(
  transaction: Transaction,
  viewer: Viewer,
  {
    id,
    status,
    organisationId,
    comment = null,
  }: AccessDecision & { readonly status: AccessRequestStatus; readonly organisationId: string | null },
): Promise<AccessRequest> {
  const [decided] = await transaction.rows<AccessRequest>(
    sql`UPDATE access_request AS a
      SET status = ${status}, organisation_id = ${organisationId}, comment = ${comment}, decided_at = now()
      WHERE a.id = ${id} RETURNING ${ACCESS_REQUEST_COLUMNS}`,
  );
  await audit(transaction, viewer, { action: 'access.decide', organisationId, targetId: id, details: { status } });
  return decided!;
}

/** Tells what is wrong with a partner by the input that it came with. */
async function elsewhere<Result>(
  pathOf: (path: readonly string[]) => string[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.errors.map(({ code, message, path }) => userError(code, message, pathOf(path ?? []))));
  }
}
