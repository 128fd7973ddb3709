/** Takes the rows of a file into the knowledge base, batch by batch. */
import { DomainError, type UserError } from '../common/errors.js';
import type { KnowledgeBase } from '../knowledge-base.js';
import type { PartyInput } from '../modules/case-studies/case-study.input.js';
import type { PartnerService } from '../modules/directory/partner.service.js';
import { ADMIN, type Viewer } from '../platform/auth/viewer.js';
import type { Database } from '../platform/database/database.js';
import { EarlierImports } from './earlier-imports.js';
import type { ImportedRow, ImportFormat } from './format.js';
import { RecordWriter, type Written } from './record-writer.js';
import { RowFields } from './row-fields.js';

/** Under this name its revisions stand, by which it knows them again. */
export const IMPORTER: Viewer = Object.freeze({ ...ADMIN, actor: 'import' });

/** Few enough to keep other writers of partners waiting for a moment only, enough to make look-ups cheap. */
const BATCH_ROWS = 50;

/** What became of one row. */
export interface RowResult {
  /** Its place in the file, from 1. */
  readonly row: number;
  /** How its source calls it, if it says. */
  readonly id: string | null;
  readonly outcome: Written | 'failed';
  /** How many of its texts were published though they look as if they had personal data in them. */
  readonly warnings: number;
  /** Why it failed; else empty. */
  readonly errors: readonly UserError[];
}

export interface ImportOptions {
  readonly format: ImportFormat;
  readonly rows: readonly unknown[];
  /** The organisation that answers for the records. */
  readonly organisationId: string;
  readonly onRow: (result: RowResult) => void;
  /** Stops between two rows. */
  readonly signal: AbortSignal;
}

interface Row {
  readonly row: number;
  /** What it becomes, or why it cannot. */
  readonly read: ImportedRow | RowResult;
}

/**
 * Imports. Each row goes in by itself: what is wrong with one keeps no other out, and a run that was cut short is
 * completed by running it again.
 *
 * @throws Error when the database fails; what went in before stays
 */
export async function importRows({ database, services }: KnowledgeBase, options: ImportOptions): Promise<void> {
  const { format, rows, organisationId, onRow, signal } = options;
  await services.framework.ensureThemes(IMPORTER, format.themes);
  const read = format.reader(rows, { organisationId, today: new Date().toISOString().slice(0, 10) });
  const writer = new RecordWriter(services, IMPORTER);
  const firstRows = new Map<string, number>();

  for (let start = 0; start < rows.length && !signal.aborted; start += BATCH_ROWS) {
    const batch = rows.slice(start, start + BATCH_ROWS).map((value, index): Row => {
      const row = start + index + 1;
      return { row, read: attempt(row, value, () => readRow(row, RowFields.of(value), read, firstRows)) };
    });
    const readable = batch.flatMap(({ read }) => ('outcome' in read ? [] : [read]));
    await nameParties(database, services.partners, readable);
    const earlier = await EarlierImports.read(database, readable, IMPORTER.actor);
    for (const { row, read } of batch) {
      if (signal.aborted) return;
      if ('outcome' in read) onRow(read);
      else onRow(await writeRow(row, read, writer, earlier));
    }
  }
}

/** @throws DomainError with everything that is wrong with the row by itself */
function readRow(
  row: number,
  fields: RowFields,
  read: (fields: RowFields) => ImportedRow,
  firstRows: Map<string, number>,
): ImportedRow {
  const content = read(fields);
  for (const input of [content.caseStudy, content.experience, content.lesson]) if (input !== null) fields.accept(input);
  const slug = content.caseStudy.slug!;
  const first = firstRows.get(slug);
  if (first !== undefined) fields.refuse('id', `is that of row ${first}, too.`);
  else firstRows.set(slug, row);
  fields.settle();
  return content;
}

async function writeRow(
  row: number,
  content: ImportedRow,
  writer: RecordWriter,
  earlier: EarlierImports,
): Promise<RowResult> {
  try {
    return { row, id: content.id, ...(await writer.write(content, earlier)), errors: [] };
  } catch (error) {
    return failure(row, content.id, error);
  }
}

/** Finds the organisations of a batch in the directory, or adds them there, and puts their ids where they belong. */
async function nameParties(database: Database, service: PartnerService, batch: readonly ImportedRow[]): Promise<void> {
  const ids = await database.inTransaction((transaction) =>
    service.ensure(
      IMPORTER,
      transaction,
      batch.flatMap(({ partners }) => partners),
    ),
  );
  let next = 0;
  for (const { caseStudy } of batch) {
    const parties = new Map<string, PartyInput>();
    for (const party of caseStudy.parties ?? []) {
      party.organisationId = ids[next++]!;
      // Written in two ways, or as lead and as partner, it is one party, in the role that was named first.
      const known = parties.get(party.organisationId);
      if (known) known.contributions.push(...party.contributions);
      else parties.set(party.organisationId, party);
    }
    caseStudy.parties = [...parties.values()];
  }
}

function attempt(row: number, value: unknown, work: () => ImportedRow): ImportedRow | RowResult {
  try {
    return work();
  } catch (error) {
    const id = (value as { id?: unknown } | null)?.id;
    return failure(row, typeof id === 'string' ? id : null, error);
  }
}

/** @throws what says nothing about the row, but that the import cannot go on */
function failure(row: number, id: string | null, error: unknown): RowResult {
  if (!(error instanceof DomainError)) throw error;
  return { row, id, outcome: 'failed', warnings: 0, errors: error.errors };
}
