/** Tells the knowledge log what happened to a published record. */
import sql from 'sql-template-tag';
import type { Transaction } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { EventType } from '../../platform/log/log-entry.js';

export interface RecordEvent {
  readonly type: EventType;
  readonly recordId: string;
  /** The record at the other end, where the event has one. */
  readonly relatedRecordId?: string;
  /** Who is behind the event; the organisation that answers for the record unless told. */
  readonly organisationId?: string;
}

interface Facets {
  recordKind: 'CASE_STUDY' | 'EXPERIENCE' | 'LESSON';
  recordVersion: number;
  organisationId: string;
  municipalities: string[];
  recommendations: number[];
  themes: string[];
}

export class RecordEventService {
  constructor(private readonly log: KnowledgeLog) {}

  /**
   * Appends to the log what the record looks like to a filter at this moment. The last thing a transaction does, so that
   * the rows which it has locked put the entries of one record in the order of their commits.
   */
  async tell(transaction: Transaction, event: RecordEvent): Promise<void> {
    const [facets] = await transaction.rows<Facets>(
      sql`SELECT r.kind AS "recordKind", r.version AS "recordVersion", r.organisation_id AS "organisationId",
          ARRAY(SELECT number FROM record_recommendation WHERE record_id = r.id ORDER BY number) AS recommendations,
          ARRAY(SELECT theme FROM record_theme WHERE record_id = r.id ORDER BY theme) AS themes,
          ARRAY(SELECT DISTINCT c.municipality_code FROM record c WHERE c.municipality_code IS NOT NULL AND c.id IN (
            SELECT r.id UNION ALL SELECT r.case_study_id UNION ALL
            SELECT e.case_study_id FROM evidence v JOIN record e ON e.id = v.experience_id
            WHERE v.lesson_id = r.id AND e.status = 'PUBLISHED') ORDER BY 1) AS municipalities
        FROM record r WHERE r.id = ${event.recordId}`,
    );
    await this.log.append(transaction, {
      ...facets!,
      type: event.type,
      recordId: event.recordId,
      relatedRecordId: event.relatedRecordId ?? null,
      organisationId: event.organisationId ?? facets!.organisationId,
    });
  }
}
