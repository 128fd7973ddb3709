/** What earlier runs of the import have left of the rows of a batch. */
import sql from 'sql-template-tag';
import type { RecordKind, RecordStatus } from '../modules/records/record.entity.js';
import type { Database } from '../platform/database/database.js';
import type { ImportedRow } from './format.js';

export interface EarlierImport {
  readonly id: string;
  readonly status: RecordStatus;
  readonly version: number;
  /** The edit in progress. */
  readonly edit: { readonly status: RecordStatus; readonly version: number } | null;
  /** The content as an import last wrote it; null when none ever did. */
  readonly imported: Readonly<Record<string, unknown>> | null;
  /** Whether anybody else changed the record after that. */
  readonly editedSince: boolean;
  /** For a lesson: the ids of the experiences that it rests on. */
  readonly evidence: readonly string[];
}

export class EarlierImports {
  private constructor(private readonly records: ReadonlyMap<string, EarlierImport>) {}

  /** Looks the records of these rows up, in one statement. */
  static async read(database: Database, rows: readonly ImportedRow[], actor: string): Promise<EarlierImports> {
    const slugs = rows.map(({ caseStudy }) => caseStudy.slug!);
    const found = await database.rows<EarlierImport & { kind: RecordKind; slug: string }>(
      // The three records of a row share their slug, each under its own kind.
      sql`SELECT r.kind, r.slug, r.id, r.status, r.version, last.content AS imported,
          (SELECT jsonb_build_object('status', e.status, 'version', e.version) FROM record e WHERE e.working_copy_of = r.id) AS edit,
          EXISTS (SELECT FROM revision v WHERE v.record_id = r.id AND v.actor <> ${actor} AND v.version > coalesce(last.version, 0)) AS "editedSince",
          ARRAY(SELECT v.experience_id::text FROM evidence v WHERE v.lesson_id = r.id) AS evidence
        FROM record r LEFT JOIN LATERAL (
          SELECT v.content, v.version FROM revision v WHERE v.record_id = r.id AND v.actor = ${actor} ORDER BY v.version DESC LIMIT 1
        ) last ON TRUE
        WHERE r.slug = ANY(${slugs}::text[]) AND r.working_copy_of IS NULL`,
    );
    return new EarlierImports(new Map(found.map((record) => [`${record.kind} ${record.slug}`, record])));
  }

  find(kind: RecordKind, slug: string): EarlierImport | undefined {
    return this.records.get(`${kind} ${slug}`);
  }
}
