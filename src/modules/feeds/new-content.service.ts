/** Answers pollers from the knowledge log. */
import { GraphQLError } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { Context } from '../../platform/auth/context.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { LogEnd } from '../../platform/log/log-entry.js';
import { readPositionBefore } from '../../platform/log/read.js';
import { NewContentErrorCode, type NewContentResponse } from './new-content.types.js';
import { filterOfPolled } from './polled.loaders.js';
import { type Notation, readSince, type Since, writeSince } from './since.js';

/** Entries of one answer. A poller that is behind asks again at once, or at its next hour. */
const PAGE_LENGTH = 1_000;

export class NewContentService {
  /** @param pageLength entries of one answer */
  constructor(
    private readonly log: KnowledgeLog,
    private readonly pageLength = PAGE_LENGTH,
  ) {}

  /**
   * Gives the next records that changed since. Bounded by what matches, not by how much of the log was looked through: the
   * hub's pollers keep `youngest` only when there are `uuids`, so that an empty answer on the way would hold them for ever.
   */
  async newContent(context: Context, uuid: string, since: string | null | undefined): Promise<NewContentResponse> {
    // Before anything else is read: what comes in meanwhile is told the next time.
    const end = await this.log.end();
    try {
      return await this.answer(context, uuid, readSince(since, end), end);
    } catch (error) {
      const code = error instanceof GraphQLError ? codeOf(error) : undefined;
      if (code === undefined) throw error;
      const youngest = since == null || since === '' ? writeSince('CURSOR', { ...end, position: 0 }) : since;
      return { uuids: [], youngest, errors: [{ code, message: (error as GraphQLError).message }] };
    }
  }

  private async answer(context: Context, uuid: string, since: Since, end: LogEnd): Promise<NewContentResponse> {
    const { database } = context;
    const { notation, time } = since;
    const filter = await filterOfPolled(context, uuid.toLowerCase());
    if (filter === null) {
      throw requestError(
        'BAD_USER_INPUT',
        '`uuid` names nothing that can be polled: pass that of an organisation, a case study, a theme, a ' +
          'recommendation, or a follow of yours.',
      );
    }
    const position = since.position ?? (await readPositionBefore(database, time!)) ?? end.position;
    // Of a moment before the kept log nobody knows whether more was there.
    if (position < end.keptAfter || (time !== null && end.keptAfter > 0 && position === end.keptAfter)) {
      throw expired(notation, end);
    }
    const after = encodeCursor({ ...end, position });
    const page = await this.log.page(database, { first: this.pageLength, after }, filter, ({ recordId, position }) => ({
      recordId,
      position,
    }));
    const last = page.nodes.at(-1)?.position ?? 0;
    const youngest = page.hasNextPage ? last : Math.max(position, end.position, last);
    return {
      uuids: [...new Set(page.nodes.map(({ recordId }) => recordId))],
      youngest: writeSince(notation, { ...end, position: youngest }),
      errors: [],
    };
  }
}

/** Undefined for a fault, which is not the poller's and is told as any other. */
function codeOf({ extensions }: GraphQLError): NewContentErrorCode | undefined {
  switch (extensions['code']) {
    case 'BAD_USER_INPUT':
      return NewContentErrorCode.NOT_FOUND;
    case 'CURSOR_INVALID':
      return NewContentErrorCode.CURSOR_INVALID;
    case 'CURSOR_EXPIRED':
      return NewContentErrorCode.CURSOR_EXPIRED;
    default:
      return undefined;
  }
}

function expired(notation: Notation, end: LogEnd): GraphQLError {
  const oldest = writeSince(notation, { ...end, position: end.keptAfter });
  return requestError(
    'CURSOR_EXPIRED',
    'What follows `since` is not all kept any more: read the records anew (`caseStudies`, `experiences`, `lessons`), ' +
      `then go on with since: "${oldest}".`,
  );
}
