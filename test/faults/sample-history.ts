/** A history in which nothing is wrong, and ways to make something wrong of it. */
import type { Call, Canary, History, Receipt, SubscriberHistory } from './history.js';
import type { LoggedEvent, Truth } from './truth.js';

export const event = (position: number | null, type: string, recordId: string, more: Partial<LoggedEvent> = {}) => ({
  eventId: `event-${position}`,
  position,
  type,
  recordId,
  recordKind: 'LESSON',
  recordVersion: position ?? 0,
  relatedRecordId: null,
  organisationId: 'library',
  municipalities: [],
  recommendations: [],
  themes: [],
  ...more,
});

export const call = (mutation: Call['mutation'], title: string, more: Partial<Call> = {}): Call => ({
  mutation,
  title,
  server: 0,
  invokedAt: 0,
  endedAt: 1,
  outcome: 'ok',
  ...more,
});

export const receipt = (position: number, type: string, recordId: string, more: Partial<Receipt> = {}): Receipt => ({
  connection: 0,
  at: position * 100,
  eventId: `event-${position}`,
  type,
  recordId,
  canaries: [],
  ...more,
});

/** Lesson a is published, revised and retracted; b is published; c stays a draft. */
export const truth: Truth = {
  log: [
    event(1, 'PUBLISHED', 'a'),
    event(2, 'PUBLISHED', 'b', { themes: ['children'] }),
    event(3, 'REVISED', 'a'),
    event(4, 'RETRACTED', 'a'),
  ],
  lastPosition: 4,
  records: ['a', 'b', 'c'].map((id) => ({ id, title: `Lesson ${id}` })),
  revisions: [
    { recordId: 'a', version: 1, status: 'PUBLISHED' },
    { recordId: 'b', version: 2, status: 'PUBLISHED' },
    { recordId: 'a', version: 3, status: 'PUBLISHED' },
    { recordId: 'a', version: 4, status: 'RETRACTED' },
    { recordId: 'c', version: 1, status: 'DRAFT' },
  ],
};

export const calls: Call[] = [
  call('create', 'Lesson a', { recordId: 'a', version: 1 }),
  call('create', 'Lesson b', { outcome: 'unknown' }),
  call('create', 'Lesson b', { recordId: 'b', version: 1 }),
  call('create', 'Lesson c', { recordId: 'c', version: 1 }),
  call('publish', 'Lesson a', { recordId: 'a', version: 1 }),
  call('publish', 'Lesson b', { recordId: 'b', outcome: 'unknown' }),
  call('publish', 'Lesson a', { recordId: 'a', version: 3 }),
  call('retract', 'Lesson a', { recordId: 'a', version: 4, endedAt: 400 }),
];

export const canaries: Canary[] = [
  { text: 'kanarieaafugl', title: 'Lesson a', publicFrom: 50 },
  { text: 'kanariebbfugl', title: 'Lesson b', publicFrom: 60 },
  { text: 'kanarieccfugl', title: 'Lesson c', publicFrom: Infinity },
];

export const receipts: Receipt[] = [
  receipt(1, 'PUBLISHED', 'a', { canaries: ['kanarieaafugl'] }),
  receipt(2, 'PUBLISHED', 'b', { canaries: ['kanariebbfugl'] }),
  receipt(3, 'REVISED', 'a', { canaries: ['kanarieaafugl'] }),
  receipt(4, 'RETRACTED', 'a'),
];

export const subscriber = (more: Partial<SubscriberHistory> = {}): SubscriberHistory => ({
  name: 'a subscriber',
  filter: {},
  afterPosition: 0,
  repeats: false,
  receipts,
  openedAt: [10, 20],
  refusals: [],
  ...more,
});

export const history = (more: Partial<History> = {}): History => ({
  calls,
  canaries,
  subscribers: [subscriber()],
  answers: [{ invokedAt: 300, endedAt: 301, canaries: ['kanarieaafugl'] }],
  ...more,
});

export const received = (...those: readonly Receipt[]) =>
  history({ subscribers: [subscriber({ receipts: [...those] })] });
export const called = (...more: readonly Call[]) => history({ calls: [...calls, ...more] });
export const without = (mutation: Call['mutation'], recordId: string) =>
  calls.filter((one) => one.mutation !== mutation || one.recordId !== recordId);

export const [first, second, third, fourth] = receipts as [Receipt, Receipt, Receipt, Receipt];
