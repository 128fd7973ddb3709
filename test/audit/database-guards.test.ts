/** What may not be is refused by the database as well, whoever writes to it. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Language } from '../../src/common/language.js';
import { CaseStudyKind, CaseStudyState, Scope } from '../../src/modules/case-studies/case-study.entity.js';
import { ContributionKind, PartyRole, RuleTopic } from '../../src/modules/case-studies/partnership.entity.js';
import { DigestFrequency, DigestPauseReason } from '../../src/modules/digests/digest.entity.js';
import { OrganisationKind, Sector } from '../../src/modules/directory/organisation.entity.js';
import { Phase } from '../../src/modules/experiences/experience.entity.js';
import { FrameworkElementKind, StakeholderGroup } from '../../src/modules/framework/framework.entity.js';
import { EvidenceStance } from '../../src/modules/lessons/lesson.entity.js';
import { LinkRelation } from '../../src/modules/records/link.entity.js';
import { AccessRequestStatus } from '../../src/modules/people/invitation.entity.js';
import { MembershipOrigin, Role } from '../../src/modules/people/person.entity.js';
import { Outcome } from '../../src/modules/records/outcome.js';
import { Documentation, Provenance, RecordKind, RecordStatus } from '../../src/modules/records/record.entity.js';
import { WatchLevel } from '../../src/modules/notifications/follow.entity.js';
import { InboxReason } from '../../src/modules/notifications/inbox.entity.js';
import { WebhookDeliveryKind, WebhookDeliveryStatus } from '../../src/modules/webhooks/webhook-delivery.entity.js';
import { WebhookDisabledReason, WebhookEndpointStatus } from '../../src/modules/webhooks/webhook-endpoint.entity.js';
import { eventTypes } from '../../src/platform/log/log-entry.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { IDS, insertRows, withIds } from './guarded-rows.js';
import { ACCEPTED, REFUSED } from './guarded-statements.js';

/** The values that a CHECK lets a column have, by the CHECK's name. */
const ENUMS: Record<string, object> = {
  access_request_status: AccessRequestStatus,
  adoption_outcome: Outcome,
  benefit_stakeholder_group: StakeholderGroup,
  contribution_kind: ContributionKind,
  digest_confirmation_language: Language,
  digest_frequency: DigestFrequency,
  digest_language: Language,
  digest_paused: DigestPauseReason,
  evidence_stance: EvidenceStance,
  invitation_role: Role,
  framework_element_kind: FrameworkElementKind,
  framework_element_stakeholder_group: StakeholderGroup,
  knowledge_log_record_kind_check: RecordKind,
  knowledge_log_type_check: eventTypes,
  link_relation: LinkRelation,
  membership_origin: MembershipOrigin,
  membership_role: Role,
  organisation_kind: OrganisationKind,
  organisation_sector: Sector,
  party_role: PartyRole,
  record_case_kind: CaseStudyKind,
  record_documentation: Documentation,
  record_kind: RecordKind,
  record_language: Language,
  record_outcome: Outcome,
  record_phase: Phase,
  record_provenance: Provenance,
  record_scope: Scope,
  record_state: CaseStudyState,
  record_status: RecordStatus,
  revision_status: RecordStatus,
  rule_of_play_topic: RuleTopic,
  follow_level: WatchLevel,
  inbox_item_reason: InboxReason,
  webhook_delivery_event_type: eventTypes,
  webhook_delivery_kind: WebhookDeliveryKind,
  webhook_delivery_status: WebhookDeliveryStatus,
  webhook_endpoint_reason: WebhookDisabledReason,
  webhook_endpoint_status: WebhookEndpointStatus,
};

/** What else to set so that no other CHECK refuses the row before its turn. */
const BESIDES: Record<string, string> = {
  record_kind: `summary = NULL, description = NULL, case_kind = NULL, scope = NULL, state = NULL, municipality_code = NULL`,
  access_request_status: `decided_at = now()`,
  record_status: `published_at = NULL`,
  webhook_delivery_event_type: `kind = 'REDELIVERY'`,
};

interface Guard {
  readonly table: string;
  readonly name: string;
  readonly kind: 'check' | 'reference' | 'unique' | 'trigger';
  readonly definition: string;
  readonly columns: string[];
}

let database: TestDatabase;
let client: pg.Client;
let guards: Guard[];

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.connection.url });
  await client.connect();
  await insertRows(client);
  guards = await readGuards();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Everything in the database that can refuse a row, but for what a column's type and NOT NULL and a primary key say. */
async function readGuards(): Promise<Guard[]> {
  const { rows } = await client.query<Guard>(`
    SELECT conrelid::regclass::text AS table, conname AS name,
      CASE contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'reference' ELSE 'unique' END AS kind,
      pg_get_constraintdef(oid) AS definition,
      ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) AS columns
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u')
    UNION ALL
    SELECT tablename, indexname, 'unique', indexdef, '{}' FROM pg_indexes
    WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE INDEX%'
      AND indexname NOT IN (SELECT conname FROM pg_constraint)
    UNION ALL
    SELECT tgrelid::regclass::text, tgname, 'trigger', pg_get_triggerdef(oid), '{}' FROM pg_trigger
    -- Others write down what happened.
    WHERE NOT tgisinternal AND (SELECT prosrc FROM pg_proc WHERE oid = tgfoid) LIKE '%RAISE EXCEPTION%'`);
  return rows;
}

/** Tries a statement, undoes it, and gives the error if there was one. */
async function attempt(statement: string, before?: string): Promise<pg.DatabaseError | null> {
  await client.query('BEGIN');
  try {
    if (before !== undefined) await client.query(before);
    await client.query(withIds(statement));
    return null;
  } catch (error) {
    return error as pg.DatabaseError;
  } finally {
    await client.query('ROLLBACK');
  }
}

function guardOf(name: string): Guard | undefined {
  return guards.find((guard) => guard.name === name);
}

describe('the database refuses', () => {
  it.each(REFUSED)('%s: %s', async (name, statement) => {
    const error = await attempt(statement);
    expect(error, 'it was accepted').not.toBeNull();
    if (guardOf(name)?.kind !== 'trigger') {
      expect(error).toMatchObject({ constraint: name });
      return;
    }
    // A trigger's error does not name it: with that trigger away, the statement must go through.
    expect(error!.message).toMatch(/refused|must be the id|append-only/);
    const { table } = guardOf(name)!;
    expect(await attempt(statement, `ALTER TABLE ${table} DISABLE TRIGGER ${name}`)).toBeNull();
  });

  it.each(Object.keys(ENUMS))('%s: what its list does not name', async (name) => {
    const { table, columns } = guardOf(name)!;
    const error = await attempt(
      `UPDATE ${table} SET ${[`${columns[0]} = 'NONSENSE'`, BESIDES[name]].filter(Boolean).join(', ')}
       WHERE ctid = (SELECT min(ctid) FROM ${table} WHERE ${columns[0]} IS NOT NULL)`,
      `ALTER TABLE ${table} DISABLE TRIGGER USER`,
    );
    expect(error).toMatchObject({ constraint: name });
  });

  it('references to what is not there', async () => {
    const references = guards.filter(({ kind }) => kind === 'reference');
    expect(references.length).toBeGreaterThan(20);
    for (const { table, name, columns } of references) {
      const [column] = columns;
      const absent = /_code$|^theme$|^position$/.test(column!) ? `'0999'` : `'${IDS.absent}'`;
      const error = await attempt(
        `UPDATE ${table} SET ${column} = ${absent}
         WHERE ctid = (SELECT min(ctid) FROM ${table} WHERE ${column} IS NOT NULL)`,
        `ALTER TABLE ${table} DISABLE TRIGGER USER`,
      );
      expect(error, name).toMatchObject({ constraint: name });
    }
  });

  it('to remove what others refer to, but not to remove what hangs on it', async () => {
    expect(await attempt('DELETE FROM organisation WHERE id = :partner')).toMatchObject({ code: '23503' });
    expect(await attempt('DELETE FROM record WHERE id = :caseStudy')).toMatchObject({ code: '23503' });
    await client.query('BEGIN');
    await client.query(withIds('UPDATE source SET record_id = :workingCopy'));
    await client.query(withIds('DELETE FROM record WHERE id = :workingCopy'));
    const { rows } = await client.query('SELECT FROM source');
    await client.query('ROLLBACK');
    expect(rows).toHaveLength(0);
  });
});

describe('the database accepts', () => {
  it.each(ACCEPTED)('%s', async (statement) => expect(await attempt(statement)).toBeNull());
});

/** Guards that no statement above tries. Of references all are tried. */
function untried(all: readonly Guard[]): string[] {
  const tried = new Set([...REFUSED.map(([name]) => name), ...Object.keys(ENUMS)]);
  return all.filter(({ kind, name }) => kind !== 'reference' && !tried.has(name)).map(({ name }) => name);
}

/** Values that a list of the database has and the program has not, or the other way round. */
function differences(all: readonly Guard[]): string[] {
  return Object.entries(ENUMS).flatMap(([name, values]) => {
    const { definition } = all.find((guard) => guard.name === name)!;
    const known = new Set<string>([...definition.matchAll(/'(\w+)'::text/g)].map(([, value]) => value!));
    const wanted = new Set<string>(Object.values(values));
    const apart = [...known, ...wanted].filter((value) => !known.has(value) || !wanted.has(value));
    return apart.map((value) => `${name}: ${value}`);
  });
}

describe('the guards', () => {
  it('are all tried above', () => expect(untried(guards)).toEqual([]));

  it('name the same values as the program', () => expect(differences(guards)).toEqual([]));

  it('would be noticed if they were new, or other than the program', async () => {
    await client.query('BEGIN');
    await client.query(`ALTER TABLE theme ADD CONSTRAINT theme_label CHECK (danish_label <> english_label)`);
    await client.query(`ALTER TABLE record DROP CONSTRAINT record_language,
      ADD CONSTRAINT record_language CHECK (language IN ('DA', 'SV'))`);
    const changed = await readGuards();
    await client.query('ROLLBACK');
    expect(untried(changed)).toEqual(['theme_label']);
    expect(differences(changed).sort()).toEqual(['record_language: EN', 'record_language: SV']);
  });
});
