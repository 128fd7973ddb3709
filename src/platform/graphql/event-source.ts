/** What the resolvers of subscriptions may give besides a bare `AsyncIterable`. */

/** A source that tells of each event, and of its own start, from where a client can go on. */
export interface SourceWithCursors {
  /** Of the place where it starts. */
  readonly cursor: string;
}

/** An event that names the place behind it. */
export interface EventWithCursor {
  readonly cursor: string;
}

/**
 * A source whose events lie in one line that many follow, such as a log. Those who stand at the end of the line are then
 * served together, and what an event looks like is worked out once for all who see the same.
 */
export interface LineSource<Event = unknown> extends AsyncIterableIterator<Event, undefined>, SourceWithCursors {
  /** Names the line. Sources of one line give the same events behind the same position. */
  readonly line: string;
  /** Behind the last event that it gave and whatever it has passed over since. */
  readonly position: number;
  /** Where the line ends, as far as is known. */
  readonly end: number;
  /** Another object each time something was added to the line, whoever is told of it. */
  readonly revision: object;
  /** Equal for equal events of all lines. */
  idOf(event: Event): string;
  positionOf(event: Event): number;
  cursorOf(event: Event): string;
  /** The events that follow and need not be waited for, at most so many; goes on behind them. */
  takeAtHand(count: number): readonly Event[];
  /** Another source of the line, also after this one has ended. One that is not `live` is done where the line ends. */
  from(position: number, live: boolean): LineSource<Event>;
}

export function isLineSource(source: AsyncIterable<unknown>): source is LineSource {
  return typeof (source as Partial<LineSource>).line === 'string';
}

/** The cursor of a source or an event that has one. */
export function cursorOf(owner: unknown): string | undefined {
  const { cursor } = (owner ?? {}) as Partial<EventWithCursor>;
  return typeof cursor === 'string' ? cursor : undefined;
}
