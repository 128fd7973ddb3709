/** What the knowledge log holds. */
import sql from 'sql-template-tag';

/** What can happen to published knowledge. */
export const eventTypes = [
  'PUBLISHED',
  'REVISED',
  'RETRACTED',
  'LINKED',
  'UNLINKED',
  'ADOPTED',
  'EVIDENCE_ADDED',
] as const;

export type EventType = (typeof eventTypes)[number];

/** A place in one history of the log: behind the entry with this position, or at its start when the position is 0. */
export interface LogPlace {
  /** Names the history. A database that went back in time (a lagging standby, a backup) starts another. */
  readonly epoch: string;
  /** Counts from 1 without a gap. */
  readonly position: number;
}

/** The end of the log, and where the part of it that is kept begins. */
export interface LogEnd extends LogPlace {
  /** All behind this position is there; entries up to it may be deleted. */
  readonly keptAfter: number;
}

/** One thing that happened, in its place. */
export interface LogEntry extends LogPlace {
  readonly eventId: string;
  readonly type: EventType;
  readonly occurredAt: Date;
  readonly recordId: string;
  readonly recordKind: 'CASE_STUDY' | 'EXPERIENCE' | 'LESSON';
  /** The record's version that this made. */
  readonly recordVersion: number;
  /** The other end of a link, or the experience that is evidence. */
  readonly relatedRecordId: string | null;
  readonly organisationId: string;
  readonly municipalities: readonly string[];
  readonly recommendations: readonly number[];
  readonly themes: readonly string[];
}

/** What a writer says; the log adds the event's id, the time and, after the commit, the place. */
export type NewLogEntry = Omit<LogEntry, keyof LogPlace | 'eventId' | 'occurredAt'>;

/** The columns of a {@link LogEntry}, of `knowledge_log AS entry` and `knowledge_log_state AS state`. */
export const entryColumns = sql`
  state.epoch, entry.position, entry.event_id AS "eventId", entry.type, entry.occurred_at AS "occurredAt",
  entry.record_id AS "recordId", entry.record_kind AS "recordKind", entry.record_version AS "recordVersion",
  entry.related_record_id AS "relatedRecordId", entry.organisation_id AS "organisationId", entry.municipalities,
  entry.recommendations, entry.themes`;
