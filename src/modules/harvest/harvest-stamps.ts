/** When harvesters are told that a record changed: times that never lie before one that a harvester was told already. */
import sql from 'sql-template-tag';
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';

/** Entries of the log that are stamped at a time. */
const BATCH = 1_000;

/** Up to where the log was read for harvesters. */
export const HARVEST_POSITION = sql`SELECT position FROM harvest_state`;

export interface HarvestMoment {
  /**
   * The time of the answer. Whatever is not in what is read from now on gets this time or a later one, and so is in a
   * harvest that begins with it.
   */
  readonly time: Date;
  /** What resumption tokens are signed with. */
  readonly tokenKey: string;
}

export class HarvestStamps {
  constructor(
    private readonly database: Database,
    private readonly log: Pick<KnowledgeLog, 'end'>,
  ) {}

  /** Stamps all that was committed before this call. */
  async advance(): Promise<HarvestMoment> {
    await this.log.end();
    for (;;) {
      const row = await this.database.row<{ done: boolean; time: Date; tokenKey: string }>(
        sql`SELECT done, told_at AS "time", token_key AS "tokenKey" FROM advance_harvest(${BATCH})`,
      );
      if (row!.done) return row!;
    }
  }

  /** The same for itself: what nobody harvests must not keep the log from being trimmed. */
  async run(): Promise<void> {
    await this.advance();
  }
}
