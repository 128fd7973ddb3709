/** The checker on histories made by hand: each promise broken once, and found. */
import { describe, expect, it } from 'vitest';
import { check, checkFootprint, type Invariant } from './checker.js';
import { HEARS_WITHIN } from './check-texts.js';
import type { History } from './history.js';
import {
  call,
  called,
  calls,
  event,
  first,
  fourth,
  history,
  receipt,
  received,
  receipts,
  second,
  subscriber,
  third,
  truth,
  without,
} from './sample-history.js';
import type { Truth } from './truth.js';

const broken: readonly [invariant: Invariant, what: string, history: History, truth: Truth][] = [
  [
    'ACKNOWLEDGED_IS_THERE',
    'a creation of which there is nothing',
    called(call('create', 'Lesson d', { recordId: 'd', version: 1 })),
    truth,
  ],
  [
    'ACKNOWLEDGED_IS_THERE',
    'a creation that is there by another id',
    called(call('create', 'Lesson c', { recordId: 'other', version: 1 })),
    truth,
  ],
  [
    'ACKNOWLEDGED_IS_THERE',
    'a change whose version is not there',
    called(call('update', 'Lesson c', { recordId: 'c', version: 2 })),
    truth,
  ],
  [
    'ACKNOWLEDGED_IS_THERE',
    'a publication that the log does not tell of',
    called(call('publish', 'Lesson c', { recordId: 'c', version: 1 })),
    truth,
  ],
  [
    'AT_MOST_ONCE',
    'a record that is there twice',
    history(),
    { ...truth, records: [...truth.records, { id: 'b2', title: 'Lesson b' }] },
  ],
  [
    'AT_MOST_ONCE',
    'an event that was told twice',
    received(...receipts, receipt(5, 'PUBLISHED', 'b')),
    { ...truth, lastPosition: 5, log: [...truth.log, event(5, 'PUBLISHED', 'b', { recordVersion: 2 })] },
  ],
  [
    'REFUSED_IS_NOT_THERE',
    'a creation',
    history({ calls: [...without('create', 'c'), call('create', 'Lesson c', { outcome: 'failed' })] }),
    truth,
  ],
  [
    'REFUSED_IS_NOT_THERE',
    'a retraction',
    history({
      calls: [...without('retract', 'a'), call('retract', 'Lesson a', { recordId: 'a', outcome: 'failed' })],
    }),
    truth,
  ],
  [
    'LOG_WITHOUT_GAP',
    'an event without a position',
    history(),
    { ...truth, log: [...truth.log, event(null, 'ADOPTED', 'b')] },
  ],
  [
    'LOG_WITHOUT_GAP',
    'a position that nothing has',
    history(),
    { ...truth, log: truth.log.map((one) => (one.position === 4 ? { ...one, position: 5 } : one)), lastPosition: 5 },
  ],
  ['LOG_WITHOUT_GAP', 'an end beyond the last event', history(), { ...truth, lastPosition: 5 }],
  [
    'LOG_IN_ORDER',
    'an older version behind a newer one',
    history({ calls: calls.map((one) => (one.mutation === 'publish' ? { ...one, outcome: 'unknown' } : one)) }),
    { ...truth, log: truth.log.map((one) => (one.position === 1 ? { ...one, recordVersion: 9 } : one)) },
  ],
  ['NOTHING_MISSING', 'an event in the middle', received(first, third, fourth), truth],
  ['NOTHING_MISSING', 'the last event', received(first, second, third), truth],
  [
    'NOTHING_MISSING',
    'an event that a filter lets through',
    history({ subscribers: [subscriber({ filter: { themes: ['children'] }, receipts: [] })] }),
    truth,
  ],
  ['IN_ORDER', 'two events the other way round', received(first, third, second, fourth), truth],
  ['NO_REPEAT', 'an event on the same connection', received(first, second, second, third, fourth), truth],
  [
    'NO_REPEAT',
    'an event on the next connection',
    received(first, second, { ...second, connection: 1 }, { ...third, connection: 1 }, { ...fourth, connection: 1 }),
    truth,
  ],
  ['NOTHING_ELSE', 'an event that never was', received(...receipts, receipt(9, 'PUBLISHED', 'z')), truth],
  [
    'NOTHING_ELSE',
    'an event that the filter leaves out',
    history({
      subscribers: [subscriber({ filter: { types: ['REVISED', 'RETRACTED'] }, receipts: [second, third, fourth] })],
    }),
    truth,
  ],
  [
    'NOTHING_ELSE',
    'an event from before the cursor',
    history({ subscribers: [subscriber({ afterPosition: 1 })] }),
    truth,
  ],
  [
    'NEVER_SENT_AWAY',
    'a close that is final',
    history({ subscribers: [subscriber({ refusals: ['closed with 4500'] })] }),
    truth,
  ],
  [
    'NO_DRAFT',
    'a draft to a subscriber',
    received(first, { ...second, canaries: ['kanarieccfugl'] }, third, fourth),
    truth,
  ],
  [
    'NO_DRAFT',
    'a draft in an answer',
    history({ answers: [{ invokedAt: 1, endedAt: 2, canaries: ['kanarieccfugl'] }] }),
    truth,
  ],
  [
    'NO_DRAFT',
    'a record before anybody asked to publish it',
    history({ answers: [{ invokedAt: 40, endedAt: 49, canaries: ['kanarieaafugl'] }] }),
    truth,
  ],
  [
    'NO_DRAFT',
    'a text in bytes that are no event',
    received({ connection: 0, at: 5, canaries: ['kanarieccfugl'] }, ...receipts),
    truth,
  ],
  [
    'NO_RETRACTED',
    'a text on the connection that told of the retraction',
    received(...receipts, { connection: 0, at: 401, canaries: ['kanarieaafugl'] }),
    truth,
  ],
  [
    'NO_RETRACTED',
    'a text with an event that came after the retraction, to one who was not told of that',
    history({
      subscribers: [
        subscriber({
          filter: { types: ['ADOPTED'] },
          receipts: [receipt(5, 'ADOPTED', 'a', { canaries: ['kanarieaafugl'] })],
        }),
      ],
    }),
    { ...truth, lastPosition: 5, log: [...truth.log, event(5, 'ADOPTED', 'a')] },
  ],
  [
    'NO_RETRACTED',
    'a text on a connection that was opened long after',
    received(first, second, third, fourth, { connection: 1, at: 9_999, canaries: ['kanarieaafugl'] }),
    truth,
  ],
  [
    'NO_RETRACTED',
    'a text in an answer to a question of afterwards',
    history({ answers: [{ invokedAt: 401, endedAt: 402, canaries: ['kanarieaafugl'] }] }),
    truth,
  ],
];

describe('the checker', () => {
  it('has nothing to say where nothing is wrong', () => {
    expect(check(history(), truth)).toEqual([]);
  });

  it.each(broken)('finds %s: %s', (invariant, what, wrong, tables) => {
    const late = what.endsWith('opened long after');
    const subscribers = late
      ? wrong.subscribers.map((one) => ({ ...one, openedAt: [10, 401 + HEARS_WITHIN] }))
      : wrong.subscribers;
    const found = check({ ...wrong, subscribers }, tables).map((finding) => finding.invariant);
    expect(new Set(found)).toEqual(new Set([invariant]));
  });

  it('lets those be told again who are told until they answer', () => {
    const again = subscriber({ repeats: true, receipts: [first, second, second, first, third, fourth] });
    expect(check(history({ subscribers: [again] }), truth)).toEqual([]);
  });

  it('lets an answer be older than the retraction that was acknowledged after the question', () => {
    const answers = [{ invokedAt: 399, endedAt: 500, canaries: ['kanarieaafugl'] }];
    expect(check(history({ answers }), truth)).toEqual([]);
  });
});

describe('a footprint', () => {
  const before = { openFiles: 20, heap: 40_000_000, waiting: 1, databaseConnections: 5 };
  const allowance = { openFiles: 2, heap: 10_000_000, databaseConnections: 10 };

  it('may grow as far as is allowed', () => {
    const after = { openFiles: 22, heap: 50_000_000, waiting: 1, databaseConnections: 10 };
    expect(checkFootprint(before, after, allowance)).toEqual([]);
  });

  it.each([{ openFiles: 23 }, { heap: 50_000_001 }, { waiting: 2 }, { databaseConnections: 11 }])(
    'is too large with %j',
    (more) => {
      const [name] = Object.keys(more);
      expect(checkFootprint(before, { ...before, ...more }, allowance)).toMatchObject([
        { invariant: 'NOTHING_LEFT_OPEN', subject: name },
      ]);
    },
  );
});
