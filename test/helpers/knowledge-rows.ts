/** Rows of organisations and records, written past the services: what tests of reads start from. */
import sql, { join, raw } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { slugify } from '../../src/common/text.js';
import type { Database } from '../../src/platform/database/database.js';

type Columns = Record<string, unknown>;

async function insert(database: Database, table: string, columns: Columns): Promise<void> {
  const names = Object.keys(columns);
  await database.rows(
    sql`INSERT INTO ${raw(table)} (${raw(names.join(', '))}) VALUES (${join(names.map((name) => columns[name]))})`,
  );
}

export async function addMunicipality(database: Database, code: string, name: string, region = '1082'): Promise<void> {
  await database.rows(
    sql`INSERT INTO region VALUES (${region}, ${`Region ${region}`}, ${`Region ${region} (en)`}) ON CONFLICT DO NOTHING`,
  );
  await insert(database, 'municipality', { code, name, english_name: name, region_code: region });
}

export async function addOrganisation(database: Database, name: string, columns: Columns = {}): Promise<string> {
  const id = uuid();
  const now = new Date();
  const kind = columns.isil === undefined ? 'PARTNER' : 'LIBRARY';
  await insert(database, 'organisation', {
    id,
    kind,
    name,
    country: 'DK',
    sector: kind === 'PARTNER' ? 'PRIVATE' : null,
    version: 1,
    created_at: now,
    updated_at: now,
    ...columns,
  });
  return id;
}

const KINDS: Record<string, Columns> = {
  CASE_STUDY: { summary: '', description: '', case_kind: 'PROJECT', scope: 'LOCAL' },
  EXPERIENCE: {
    purpose: '',
    experienced: '',
    challenges: '',
    barriers: '',
    gain: '',
    phase: 'RUNNING',
    outcome: 'SUCCESS',
  },
  LESSON: { context: '', cause: '', advice: '', avoid: '' },
};

export interface RecordRow {
  kind: 'CASE_STUDY' | 'EXPERIENCE' | 'LESSON';
  title: string;
  organisation: string;
  themes?: string[];
  recommendations?: number[];
  /** Further columns; published in Danish and documented unless told. */
  columns?: Columns;
}

export async function addRecord(
  database: Database,
  { kind, title, organisation, themes = [], recommendations = [], columns = {} }: RecordRow,
): Promise<string> {
  const id = uuid();
  const now = new Date();
  const status = columns.status ?? 'PUBLISHED';
  await insert(database, 'record', {
    id,
    kind,
    slug: `${slugify(title) || 'x'}-${id}`,
    title,
    language: 'DA',
    status,
    provenance: 'DOCUMENTED',
    documentation: 'COMPLETE',
    version: 1,
    organisation_id: organisation,
    created_at: now,
    updated_at: now,
    published_at: status === 'PUBLISHED' || status === 'RETRACTED' ? now : null,
    ...KINDS[kind],
    ...columns,
  });
  for (const theme of themes) await insert(database, 'record_theme', { record_id: id, theme });
  for (const number of recommendations) await insert(database, 'record_recommendation', { record_id: id, number });
  await index(database, id);
  return id;
}

export async function addParty(database: Database, recordId: string, organisationId: string): Promise<void> {
  await insert(database, 'party', {
    id: uuid(),
    record_id: recordId,
    organisation_id: organisationId,
    ordinal: 0,
    role: 'PARTNER',
  });
  await index(database, recordId);
}

export async function addEvidence(
  database: Database,
  lessonId: string,
  experienceId: string,
  stance: 'SUPPORTS' | 'CONTRADICTS' = 'SUPPORTS',
): Promise<void> {
  await insert(database, 'evidence', {
    id: uuid(),
    lesson_id: lessonId,
    experience_id: experienceId,
    stance,
    created_at: new Date(),
  });
}

export async function addLink(database: Database, from: string, relation: string, to: string): Promise<string> {
  const id = uuid();
  await insert(database, 'link', { id, from_id: from, to_id: to, relation, created_at: new Date() });
  return id;
}

async function index(database: Database, id: string): Promise<void> {
  await database.rows(sql`UPDATE record SET search = record_search_vector(id) WHERE id = ${id}`);
}
