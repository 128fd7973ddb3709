/** A place in the log as clients keep it: opaque, and of no use in another history. */
import type { GraphQLError } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { LogEnd, LogPlace } from './log-entry.js';

const PLACE = /^([0-9a-f]{8})\.(0|[1-9][0-9]{0,14})$/;

export function encodeCursor({ epoch, position }: LogPlace): string {
  return Buffer.from(`${epoch}.${position}`).toString('base64url');
}

/**
 * The position that a cursor stands for.
 *
 * @param end the end of the log, read from the database after the cursor was received
 * @param argument where the client gave the cursor, for the message
 * @throws CURSOR_INVALID when the log cannot have given it, CURSOR_EXPIRED when what follows it is not all kept any more
 */
export function decodeCursor(cursor: string, end: LogEnd, argument = 'after'): number {
  const [, epoch, position] = PLACE.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const place = { epoch: epoch!, position: Number(position) };
  // Node skips what is not base64url, so only the same text again proves that nothing was skipped.
  if (epoch === undefined || encodeCursor(place) !== cursor) {
    throw requestError(
      'CURSOR_INVALID',
      `\`${argument}\` is no cursor of the knowledge log: pass one that an event or \`knowledgeCursor\` gave, unchanged.`,
    );
  }
  if (place.epoch !== end.epoch || place.position > end.position) throw foreignCursor();
  if (place.position < end.keptAfter) throw expiredCursor(end);
  return place.position;
}

/** The error for a place before the part of the log that is kept; it has the oldest cursor that still works. */
export function expiredCursor({ epoch, keptAfter }: LogEnd): GraphQLError {
  const oldestCursor = encodeCursor({ epoch, position: keptAfter });
  return requestError(
    'CURSOR_EXPIRED',
    `What follows this cursor is not all kept any more. The oldest that still works is ${oldestCursor}: read the ` +
      'records anew, and go on from that one.',
    { oldestCursor },
  );
}

/** The error for a place in a history that is not the log's present one. */
export function foreignCursor(): GraphQLError {
  return requestError(
    'CURSOR_INVALID',
    'This cursor belongs to another history of the knowledge log than the one its database now holds: read ' +
      '`knowledgeCursor` and then the records anew, and go on from that cursor.',
  );
}
