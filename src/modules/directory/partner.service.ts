/** Writing partners. Libraries come with the registers and are not written here. */
import sql, { join, type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { DomainError, refuse, type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { fold } from '../../common/text.js';
import { audit } from '../../platform/auth/audit-log.js';
import { assertCan } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { OrganisationKind, Partner, type Sector } from './organisation.entity.js';
import { ORGANISATION_COLUMNS } from './organisation.loaders.js';

/** What is known about a partner. */
export interface PartnerContent {
  name: string;
  sector: Sector;
  country: string;
  municipalityCode?: string | null;
  cvr?: string | null;
  wikidataId?: string | null;
  url?: string | null;
}

export type PartnerUpdate = { id: string; version: number } & {
  [Key in keyof PartnerContent]?: PartnerContent[Key] | null;
};

const REQUIRED_COLUMNS = ['name', 'sector', 'country'] as const;

export class PartnerService {
  constructor(private readonly database: Database) {}

  /**
   * Adds a partner.
   *
   * @throws DomainError INVALID, REQUIRED, NOT_FOUND (municipality), DUPLICATE (CVR number, Wikidata item, or name in the
   *   same country)
   */
  async create(viewer: Viewer, input: PartnerContent): Promise<Partner> {
    assertCan(viewer, 'organisation.create');
    checkInput(input);
    return this.database.inTransaction((transaction) => this.add(transaction, viewer, input));
  }

  /**
   * Adds a partner as part of something greater.
   *
   * @param content checked by its rules
   * @throws DomainError as {@link create}
   */
  async add(transaction: Transaction, viewer: Viewer, content: PartnerContent): Promise<Partner> {
    assertCan(viewer, 'organisation.create');
    await this.check(transaction, content);
    const id = uuid();
    const now = new Date();
    await transaction.manager.insert(Partner, {
      ...content,
      id,
      kind: OrganisationKind.PARTNER,
      version: 1,
      createdAt: now,
      updatedAt: now,
    });
    await audit(transaction, viewer, { action: 'organisation.create', organisationId: id, targetId: id });
    return (await readPartner(transaction, id))!;
  }

  /**
   * Looks whether a partner could come into the directory. Nobody else adds one before the transaction ends.
   *
   * @throws DomainError as {@link create}
   */
  async check(transaction: Transaction, content: PartnerContent): Promise<void> {
    await lockPartners(transaction);
    await checkContent(transaction, content, null);
  }

  /**
   * Changes a partner. With its name changes what the records that name it are found by.
   *
   * @throws DomainError INVALID, REQUIRED, NOT_FOUND (partner, municipality), VERSION_CONFLICT, DUPLICATE
   */
  async update(viewer: Viewer, input: PartnerUpdate): Promise<Partner> {
    assertCan(viewer, 'organisation.update');
    checkInput(input);
    assertCan(viewer, 'organisation.update', input.id);
    const { id, version, ...given } = input;
    return this.database.inTransaction(async (transaction) => {
      await lockPartners(transaction);
      const current = await readPartner(transaction, id);
      if (current === undefined) throw refuse(UserErrorCode.NOT_FOUND, `No partner has the id ${id}.`, ['id']);
      if (current.version !== version) {
        throw refuse(
          UserErrorCode.VERSION_CONFLICT,
          `The partner is at version ${current.version}, not ${version}: read it again and repeat your change.`,
          ['version'],
        );
      }
      const emptied = REQUIRED_COLUMNS.filter((column) => given[column] === null);
      if (emptied.length > 0) {
        throw new DomainError(
          emptied.map((column) => userError(UserErrorCode.REQUIRED, `${column} must not be empty.`, [column])),
        );
      }
      const content = withDefined(current, given);
      await checkContent(transaction, content, id);
      const renamed = content.name !== current.name;
      const records = renamed ? await lockRecordsOf(transaction, id) : [];
      await transaction.manager.update(
        Partner,
        { id, version },
        {
          name: content.name,
          sector: content.sector,
          country: content.country,
          municipalityCode: content.municipalityCode,
          cvr: content.cvr,
          wikidataId: content.wikidataId,
          url: content.url,
          version: version + 1,
          updatedAt: new Date(),
        },
      );
      if (records.length > 0) {
        await transaction.rows(
          sql`UPDATE record SET search = record_search_vector(id) WHERE id = ANY(${records}::uuid[])`,
        );
      }
      await audit(transaction, viewer, { action: 'organisation.update', organisationId: id, targetId: id });
      return (await readPartner(transaction, id))!;
    });
  }

  /**
   * Finds each partner in the directory, by CVR number, Wikidata item, or name and country, and adds those that are not
   * there. For imports, which have checked what they bring: what is found stays as it is.
   *
   * @returns their ids, in the order of `partners`
   */
  async ensure(viewer: Viewer, transaction: Transaction, partners: readonly PartnerContent[]): Promise<string[]> {
    assertCan(viewer, 'organisation.create');
    if (partners.length === 0) return [];
    await lockPartners(transaction);
    const found = await transaction.rows<{ id: string | null }>(
      sql`SELECT coalesce(
            (SELECT o.id FROM organisation o WHERE o.cvr = wanted.cvr),
            (SELECT o.id FROM organisation o WHERE o.wikidata_id = wanted.wikidata_id),
            (SELECT o.id FROM organisation o WHERE fold(o.name) = fold(wanted.name) AND o.country = wanted.country
              ORDER BY o.id LIMIT 1)) AS id
        FROM unnest(${partners.map(({ name }) => name)}::text[], ${partners.map(({ country }) => country)}::text[],
          ${partners.map(({ cvr }) => cvr ?? null)}::text[], ${partners.map(({ wikidataId }) => wikidataId ?? null)}::text[]
        ) WITH ORDINALITY AS wanted(name, country, cvr, wikidata_id, place)
        ORDER BY wanted.place`,
    );
    const added = new Map<string, string>();
    const rows: object[] = [];
    const now = new Date();
    const ids = partners.map((partner, place) => {
      const keys = [`${partner.country} ${fold(partner.name)}`, partner.cvr, partner.wikidataId].filter(
        (key) => key != null,
      );
      const known = found[place]!.id ?? keys.map((key) => added.get(key)).find((id) => id !== undefined);
      if (known !== undefined) return known;
      const id = uuid();
      for (const key of keys) added.set(key, id);
      rows.push({ ...partner, id, kind: OrganisationKind.PARTNER, version: 1, createdAt: now, updatedAt: now });
      return id;
    });
    if (rows.length > 0) await transaction.manager.insert(Partner, rows);
    return ids;
  }
}

/** One writer at a time, until its transaction ends: what is compared by its folded name has no unique key. */
async function lockPartners(transaction: Transaction): Promise<void> {
  await transaction.rows(sql`SELECT pg_advisory_xact_lock(${PARTNER_LOCK}::bigint)`);
}

const PARTNER_LOCK = 7_301_101;

async function readPartner(transaction: Transaction, id: string): Promise<Partner | undefined> {
  const [partner] = await transaction.rows<Partner>(
    sql`SELECT ${ORGANISATION_COLUMNS} FROM organisation o WHERE o.id = ${id} AND o.kind = ${OrganisationKind.PARTNER}`,
  );
  return partner;
}

function withDefined(current: Partner, given: Omit<PartnerUpdate, 'id' | 'version'>): PartnerContent {
  const changed = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...current, ...Object.fromEntries(changed) };
}

async function checkContent(transaction: Transaction, content: PartnerContent, self: string | null): Promise<void> {
  const errors: UserError[] = [];
  if (content.municipalityCode != null) {
    const [municipality] = await transaction.rows(
      sql`SELECT FROM municipality WHERE code = ${content.municipalityCode}`,
    );
    if (content.country !== 'DK') {
      errors.push(
        userError(UserErrorCode.INVALID, 'Only a partner in Denmark (DK) has a Danish municipality.', [
          'municipalityCode',
        ]),
      );
    } else if (municipality === undefined) {
      errors.push(
        userError(UserErrorCode.NOT_FOUND, `No municipality has the code ${content.municipalityCode}.`, [
          'municipalityCode',
        ]),
      );
    }
  }
  errors.push(...(await duplicates(transaction, content, self)));
  if (errors.length > 0) throw new DomainError(errors);
}

async function duplicates(
  transaction: Transaction,
  content: PartnerContent,
  self: string | null,
): Promise<UserError[]> {
  const same: { field: 'cvr' | 'wikidataId' | 'name'; what: string; condition: Sql }[] = [
    {
      field: 'name',
      what: 'this name in the same country',
      condition: sql`fold(o.name) = fold(${content.name}) AND o.country = ${content.country}`,
    },
  ];
  if (content.cvr != null) {
    same.push({ field: 'cvr', what: 'this CVR number', condition: sql`o.cvr = ${content.cvr}` });
  }
  if (content.wikidataId != null) {
    same.push({
      field: 'wikidataId',
      what: 'this Wikidata item',
      condition: sql`o.wikidata_id = ${content.wikidataId}`,
    });
  }
  const found = await transaction.rows<{ field: string; id: string; name: string }>(
    join(
      same.map(
        ({ field, condition }) => sql`(SELECT ${field} AS field, o.id, o.name FROM organisation o
          WHERE ${condition} AND o.id IS DISTINCT FROM ${self}::uuid ORDER BY o.id LIMIT 1)`,
      ),
      ' UNION ALL ',
    ),
  );
  return found.map(({ field, id, name }) =>
    userError(
      UserErrorCode.DUPLICATE,
      `"${name}" is in the directory with ${same.find((entry) => entry.field === field)!.what}: use its id, ${id}.`,
      [field],
    ),
  );
}

/**
 * Locks the rows of the records that an organisation answers for or is a party of. Before the organisation's own row, as
 * the writers of records do: those insert parties, which waits for a changed organisation.
 */
async function lockRecordsOf(transaction: Transaction, organisationId: string): Promise<string[]> {
  const rows = await transaction.rows<{ id: string }>(
    sql`SELECT r.id FROM record r WHERE r.organisation_id = ${organisationId}
        OR r.id IN (SELECT p.record_id FROM party p WHERE p.organisation_id = ${organisationId})
      ORDER BY r.id FOR NO KEY UPDATE`,
  );
  return rows.map((row) => row.id);
}
