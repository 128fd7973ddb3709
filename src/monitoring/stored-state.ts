/** How things stand in the database that no process knows by itself: what waits, since when, and what has given up. */
import sql from 'sql-template-tag';
import type { Reads } from '../platform/database/cancellable-reads.js';

export interface StoredState {
  /** Where the knowledge log ends. */
  readonly position: number;
  /** Entries that are committed and have no position yet, and for how many seconds the first of them has waited. */
  readonly unstamped: number;
  readonly unstampedSeconds: number;
  /** Entries that are not dealt out to the inboxes yet. */
  readonly inboxLag: number;
  readonly webhooksEnabled: number;
  /** Enabled ones whose last attempt failed. */
  readonly webhooksFailing: number;
  readonly webhooksDisabled: number;
  /** Enabled ones that are behind the log and do not wait for their next attempt. */
  readonly webhooksDue: number;
  /** Of the enabled one that is furthest behind. */
  readonly webhookLag: number;
  /** Digests whose time has come, and those that the mail server refused for good. */
  readonly digestsDue: number;
  readonly digestsPaused: number;
  /** Addresses that are to be asked whether they want digests. */
  readonly questionsDue: number;
}

/** Reads it in one statement, which looks at indexes and at tables of as many rows as there are endpoints and digests. */
export async function readStoredState(reads: Reads): Promise<StoredState> {
  const state = await reads.row<StoredState>(sql`
    SELECT state.last_position AS position, unstamped.*, webhook.*, digest.*,
      greatest(state.last_position - (SELECT position FROM inbox_reader), 0) AS "inboxLag",
      (SELECT count(*) FROM digest_confirmation WHERE next_at <= now()) AS "questionsDue"
    FROM knowledge_log_state AS state,
      LATERAL (
        SELECT count(*) AS unstamped,
          coalesce(extract(epoch FROM now() - min(occurred_at)), 0)::float8 AS "unstampedSeconds"
        FROM knowledge_log WHERE position IS NULL) AS unstamped,
      LATERAL (
        SELECT count(*) FILTER (WHERE status = 'ENABLED') AS "webhooksEnabled",
          count(*) FILTER (WHERE status = 'ENABLED' AND failures > 0) AS "webhooksFailing",
          count(*) FILTER (WHERE status = 'DISABLED') AS "webhooksDisabled",
          count(*) FILTER (WHERE status = 'ENABLED' AND position < state.last_position
            AND coalesce(next_attempt_at <= now(), true)) AS "webhooksDue",
          coalesce(max(state.last_position - position) FILTER (WHERE status = 'ENABLED'), 0) AS "webhookLag"
        FROM webhook_endpoint) AS webhook,
      LATERAL (
        SELECT count(*) FILTER (WHERE next_at <= now()) AS "digestsDue",
          count(*) FILTER (WHERE paused_because IS NOT NULL) AS "digestsPaused"
        FROM digest) AS digest`);
  return state!;
}
