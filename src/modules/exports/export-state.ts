/** What the state of the knowledge is called: equal names, equal documents. */
import sql from 'sql-template-tag';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { LogEnd } from '../../platform/log/log-entry.js';

export interface KnowledgeState {
  readonly end: LogEnd;
  readonly takenAt: Date;
  /** Names everything that documents are made of. */
  readonly fingerprint: string;
}

/**
 * Reads what the state that a transaction sees is called. Whatever changes a record tells the log in the same transaction,
 * and nothing is ever taken out of what was told: of two states of one history, the one that knows of as many entries is
 * the same. Organisations and places change without the log.
 */
export async function readState(reads: Pick<Reads, 'rows'>): Promise<KnowledgeState> {
  const [state] = await reads.rows<
    LogEnd & { takenAt: Date; unstamped: number; organisations: string; places: string }
  >(
    sql`SELECT s.epoch, s.last_position AS position, s.kept_after AS "keptAfter", transaction_timestamp() AS "takenAt",
        (SELECT count(*) FROM knowledge_log WHERE position IS NULL) AS unstamped,
        (SELECT concat_ws(' ', count(*), sum(version), extract(epoch FROM max(updated_at))) FROM organisation) AS organisations,
        (SELECT md5(string_agg(concat_ws(' ', m.code, m.name, g.code, g.name), ',' ORDER BY m.code))
          FROM municipality m JOIN region g ON g.code = m.region_code) AS places
      FROM knowledge_log_state s`,
  );
  const { epoch, position, keptAfter, takenAt, unstamped, organisations, places } = state!;
  return {
    end: { epoch, position, keptAfter },
    takenAt,
    fingerprint: JSON.stringify([epoch, position + unstamped, organisations, places]),
  };
}
