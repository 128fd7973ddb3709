/** Who takes snapshots and who sees them. */
import { setTimeout as delay } from 'node:timers/promises';
import sql from 'sql-template-tag';
import type { Connection, ConnectionArguments } from '../../common/connection.js';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import { assertCan } from '../../platform/auth/permissions.js';
import { readConnection } from '../../platform/database/connection-query.js';
import type { Snapshot } from './snapshot.entity.js';
import type { SnapshotMaker } from './snapshot-maker.js';
import { IS_LISTED, NEWEST_FIRST, SNAPSHOT_COLUMNS } from './snapshot.loaders.js';

/** A small one is whole within this time, and its files can be told at once. */
const WAIT_MILLISECONDS = 4_000;

export class SnapshotService {
  constructor(private readonly maker: Pick<SnapshotMaker, 'begin'>) {}

  /** One page of those that are whole, newest first, also those that are withdrawn or removed. */
  list({ database, viewer }: ReadScope, page: ConnectionArguments): Promise<Connection<Snapshot>> {
    assertCan(viewer, 'snapshot.read');
    return readConnection<Snapshot>(database, page, {
      columns: SNAPSHOT_COLUMNS,
      from: sql`FROM snapshot s WHERE ${IS_LISTED}`,
      order: NEWEST_FIRST,
    });
  }

  /**
   * Takes a snapshot of this moment. Its files may still be written when this resolves.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN; DomainError INVALID_TRANSITION when one is being made
   */
  async take({ database, viewer }: ReadScope, input: { readonly note?: string | null }): Promise<Snapshot> {
    assertCan(viewer, 'snapshot.take');
    checkInput(input);
    const begun = await this.maker.begin({
      note: input.note || null,
      onInsert: (transaction, targetId) =>
        audit(transaction, viewer, { action: 'snapshot.take', organisationId: null, targetId }),
    });
    if (begun === null) {
      throw refuse(UserErrorCode.INVALID_TRANSITION, 'A snapshot is being taken already: look for it in the list.');
    }
    const stopWaiting = new AbortController();
    try {
      await Promise.race([begun.whole, delay(WAIT_MILLISECONDS, undefined, { signal: stopWaiting.signal })]);
    } finally {
      stopWaiting.abort();
    }
    const snapshot = await database.row<Snapshot>(
      sql`SELECT ${SNAPSHOT_COLUMNS} FROM snapshot s WHERE s.id = ${begun.id}`,
    );
    return snapshot!;
  }
}
