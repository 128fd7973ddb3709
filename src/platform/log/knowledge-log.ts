/** The knowledge log: what happened to the published knowledge, told to everybody in one order. */
import sql from 'sql-template-tag';
import { v7 as uuidv7 } from 'uuid';
import { Connection, type ConnectionArguments, pageSize } from '../../common/connection.js';
import type { Reads } from '../database/cancellable-reads.js';
import type { Database, Transaction } from '../database/database.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { EventFilter, type EventFilterInput, storedFilter } from './event-filter.js';
import type { LogEnd, LogEntry, NewLogEntry } from './log-entry.js';
import { countEntries, readEnd, readPage } from './read.js';
import { Sequencer } from './sequencer.js';
import { SubscriptionSource } from './subscription-source.js';
import { Tail } from './tail.js';

export interface KnowledgeLogOptions {
  readonly database: Database;
  /** Hears, once per outage, that stamping, reading or listening fails. All three go on trying. */
  readonly onError: (error: Error) => void;
}

export interface SubscribeOptions {
  /** A cursor: everything since comes first. Without one, only what happens from now on. */
  readonly after?: string | null;
  readonly filter?: EventFilterInput | null;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

export class KnowledgeLog {
  private readonly database: Database;
  private readonly sequencer: Sequencer;
  private readonly tail: Tail;

  constructor(options: KnowledgeLogOptions) {
    this.database = options.database;
    this.sequencer = new Sequencer(options);
    this.tail = new Tail(options);
  }

  /** Rejects when the database does not answer. */
  async start(): Promise<void> {
    await this.tail.start();
    this.sequencer.start();
  }

  /** Leaves no timer and no connection. What is committed and not yet stamped is stamped by the next process that runs. */
  async stop(): Promise<void> {
    await this.sequencer.stop();
    await this.tail.stop();
  }

  /** How many subscriptions wait for something to happen. */
  get waiting(): number {
    return this.tail.waiting;
  }

  /** The position up to which this process has read the log. */
  get readUpTo(): number {
    return this.tail.place.position;
  }

  /**
   * Says that something happened; readers see it once the transaction is committed. Call it last, after the row lock on
   * the record: that makes the ids of a record's entries ascend as its transactions commit.
   *
   * @returns the event's id
   */
  async append(transaction: Transaction, entry: NewLogEntry): Promise<string> {
    const eventId = uuidv7();
    await transaction.rows(sql`
      INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version,
        related_record_id, organisation_id, municipalities, recommendations, themes)
      VALUES (${eventId}, ${entry.type}, ${new Date()}, ${entry.recordId}, ${entry.recordKind},
        ${entry.recordVersion}, ${entry.relatedRecordId}, ${entry.organisationId}, ${entry.municipalities},
        ${entry.recommendations}, ${entry.themes})`);
    transaction.afterCommit(() => this.sequencer.request());
    return eventId;
  }

  /** The end of the log: behind all that was committed before this call. */
  async end(): Promise<LogEnd> {
    await this.sequencer.settle();
    return readEnd(this.database);
  }

  /**
   * The position that a client's cursor stands for.
   *
   * @param argument where the client gave it, for the message
   * @throws CURSOR_INVALID, CURSOR_EXPIRED
   */
  async positionOf(cursor: string, argument?: string): Promise<number> {
    return decodeCursor(cursor, await readEnd(this.database), argument);
  }

  /**
   * Has `listener` called whenever the log went on. A hint, which may be lost: who must not miss anything also looks by
   * itself.
   *
   * @returns ends it
   */
  onAdvance(listener: () => void): () => void {
    return this.tail.onAdvance(listener);
  }

  /**
   * Follows the log.
   *
   * @throws CURSOR_INVALID when the log did not give `after`, CURSOR_EXPIRED when what follows it is not all kept
   */
  async subscribe({ after, filter, signal }: SubscribeOptions): Promise<SubscriptionSource> {
    // From the database and not from the tail, which may be late: what was committed before is not "from now on".
    const end = after == null ? await this.end() : await readEnd(this.database);
    const place = after == null ? end : { epoch: end.epoch, position: decodeCursor(after, end) };
    return new SubscriptionSource({
      tail: this.tail,
      place,
      filter: new EventFilter(filter ?? {}),
      filterKey: JSON.stringify(storedFilter(filter ?? {})),
      signal,
    });
  }

  /**
   * One page of the log, oldest first, with all that was committed before this call.
   *
   * @throws BAD_USER_INPUT on a wrong `first` or `last`, CURSOR_INVALID on a cursor that the log did not give,
   *   CURSOR_EXPIRED on one before what is kept
   */
  async page<Node>(
    reads: Reads,
    page: ConnectionArguments,
    filterInput: EventFilterInput | null | undefined,
    nodeOf: (entry: LogEntry) => Node,
  ): Promise<Connection<Node>> {
    const { size, backward } = pageSize(page);
    const end = await this.end();
    const filter = new EventFilter(filterInput ?? {});
    const { entries, more } = await readPage(reads, {
      after: page.after == null ? undefined : decodeCursor(page.after, end, 'after'),
      before: page.before == null ? undefined : decodeCursor(page.before, end, 'before'),
      limit: size,
      backward,
      filter,
    });
    return new Connection(
      entries.map((entry) => ({ cursor: encodeCursor(entry), node: nodeOf(entry) })),
      backward ? page.before != null : more,
      backward ? more : page.after != null,
      () => countEntries(reads, filter),
    );
  }
}
