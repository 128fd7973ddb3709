/** What the way of a record to the public ought to be: a model of it without a database, to be compared with the server. */

export type Actor = 'contributor' | 'editor' | 'stranger';
export type Action = 'update' | 'comment' | 'submitForReview' | 'requestChanges' | 'publish' | 'retract';
export type Status = 'DRAFT' | 'IN_REVIEW' | 'PUBLISHED' | 'RETRACTED';

/** What a write comes to: `OK`, or the code of the error. */
export type Answer = 'OK' | 'FORBIDDEN' | 'NOT_FOUND' | 'VERSION_CONFLICT' | 'INVALID_TRANSITION';

/** A step by somebody, as it is sent. */
export interface Operation {
  readonly actor: Actor;
  readonly action: Action;
  /** Which record, by the order in which they were made. */
  readonly record: number;
  readonly version: number;
  /** What an update writes. */
  readonly title: string;
}

interface Row {
  readonly status: Status;
  readonly version: number;
  readonly title: string;
}

export interface RecordState extends Row {
  /** The edit in progress of a published record. */
  readonly workingCopy: Row | null;
  readonly comments: number;
  readonly events: readonly ('PUBLISHED' | 'REVISED' | 'RETRACTED')[];
  /** Who changed the content since it was last published. */
  readonly authors: readonly Actor[];
}

export interface World {
  readonly secondPersonRequired: boolean;
  readonly records: readonly RecordState[];
}

/** What the server shows of a record. */
export type Observation = Omit<RecordState, 'authors'>;

export function newRecord(actor: Actor, title: string): RecordState {
  return { status: 'DRAFT', version: 1, title, workingCopy: null, comments: 0, events: [], authors: [actor] };
}

export function observable({ authors: _authors, ...seen }: RecordState): Observation {
  return seen;
}

/** The row that the next step is about. */
export function current(record: RecordState): Row {
  return record.workingCopy ?? record;
}

/** What comes of an operation, and the world after it. */
export function apply(world: World, operation: Operation): { answer: Answer; world: World } {
  const record = world.records[operation.record]!;
  const after = step(record, operation, world.secondPersonRequired);
  if (typeof after === 'string') return { answer: after, world };
  const records = world.records.with(operation.record, after);
  return { answer: 'OK', world: { ...world, records } };
}

const FOR_EDITORS: readonly Action[] = ['requestChanges', 'publish', 'retract'];

function step(record: RecordState, operation: Operation, secondPersonRequired: boolean): RecordState | Answer {
  const { actor, action, version, title } = operation;
  const row = current(record);
  if (actor === 'contributor' && FOR_EDITORS.includes(action)) return 'FORBIDDEN';
  if (actor === 'stranger') return record.status === 'PUBLISHED' ? 'FORBIDDEN' : 'NOT_FOUND';
  if (action === 'comment') {
    return version >= 1 && version <= row.version ? { ...record, comments: record.comments + 1 } : 'NOT_FOUND';
  }
  const known = action === 'retract' ? [record.version, row.version] : [row.version];
  if (!known.includes(version)) return 'VERSION_CONFLICT';
  const next = row.version + 1;
  switch (action) {
    case 'update': {
      if (row.status === 'IN_REVIEW' || row.status === 'RETRACTED') return 'INVALID_TRANSITION';
      const edited: Row = { status: 'DRAFT', version: next, title };
      const authors = title === row.title ? record.authors : [...new Set([...record.authors, actor])];
      return record.status === 'PUBLISHED'
        ? { ...record, authors, workingCopy: edited }
        : { ...record, authors, ...edited };
    }
    case 'submitForReview':
      return row.status === 'DRAFT'
        ? moved(record, { ...row, status: 'IN_REVIEW', version: next })
        : 'INVALID_TRANSITION';
    case 'requestChanges':
      return row.status === 'IN_REVIEW'
        ? moved(record, { ...row, status: 'DRAFT', version: next })
        : 'INVALID_TRANSITION';
    case 'publish': {
      if (row.status !== 'IN_REVIEW') return 'INVALID_TRANSITION';
      if (secondPersonRequired && record.authors.includes(actor)) return 'INVALID_TRANSITION';
      const event = record.workingCopy === null ? 'PUBLISHED' : 'REVISED';
      return {
        ...record,
        status: 'PUBLISHED',
        version: next,
        title: row.title,
        workingCopy: null,
        authors: [],
        events: [...record.events, event],
      };
    }
    case 'retract':
      if (record.status !== 'PUBLISHED') return 'INVALID_TRANSITION';
      return {
        ...record,
        status: 'RETRACTED',
        version: next,
        workingCopy: null,
        events: [...record.events, 'RETRACTED'],
      };
  }
}

function moved(record: RecordState, { status, version, title }: Row): RecordState {
  return record.workingCopy === null
    ? { ...record, status, version, title }
    : { ...record, workingCopy: { status, version, title } };
}
