/** Tables of answers tell nothing of few organisations: by the cells themselves, by subtraction, by comparison. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnswerCell,
  ENOUGH_ORGANISATIONS,
  FEWEST_ORGANISATIONS,
  protectAnswers,
  ROUNDING_BASE,
} from '../../src/modules/statistics/disclosure-control.js';
import { randomRuns } from '../helpers/random-runs.js';

interface Answer {
  readonly id: string;
  readonly organisation: string;
  readonly value: string;
}

const VALUES = ['SUCCESS', 'MIXED', 'FAILURE'];

function cellsOf(answers: readonly Answer[]): AnswerCell[] {
  return VALUES.map((value) => {
    const own = answers.filter((answer) => answer.value === value);
    const organisations = [...new Set(own.map(({ organisation }) => organisation))];
    const few = organisations.length < ENOUGH_ORGANISATIONS;
    return { value, count: own.length, organisations: organisations.length, organisationIds: few ? organisations : [] };
  });
}

const keyOf = (answers: readonly Answer[]) =>
  answers
    .map(({ id }) => id)
    .sort()
    .join();

const tableOf = (answers: readonly Answer[]) => protectAnswers(cellsOf(answers), keyOf(answers));

const organisationsOf = (answers: readonly Answer[], values: readonly string[]) =>
  new Set(answers.filter(({ value }) => values.includes(value)).map(({ organisation }) => organisation)).size;

const anAnswer = fc.record({
  id: fc.uuid(),
  organisation: fc.integer({ min: 1, max: 25 }).map(String),
  value: fc.oneof(
    { weight: 6, arbitrary: fc.constant('SUCCESS') },
    { weight: 3, arbitrary: fc.constant('MIXED') },
    { weight: 1, arbitrary: fc.constant('FAILURE') },
  ),
});
const someAnswers = fc.array(anAnswer, { maxLength: 120, size: 'max' });

describe('a table of answers', () => {
  it('shows no cell of fewer than five organisations, and none exactly', () => {
    let shown = 0;
    fc.assert(
      fc.property(someAnswers, (answers) => {
        for (const { value, count, suppressed } of tableOf(answers)) {
          expect(suppressed).toBe(count === null);
          if (count === null) continue;
          shown += 1;
          const truth = answers.filter((answer) => answer.value === value).length;
          expect(organisationsOf(answers, [value])).toBeGreaterThanOrEqual(FEWEST_ORGANISATIONS);
          expect(count % ROUNDING_BASE).toBe(0);
          expect(Math.abs(count - truth)).toBeLessThan(ROUNDING_BASE);
        }
      }),
      randomRuns(500),
    );
    expect(shown).toBeGreaterThan(100);
  });

  it('has five organisations among what it hides, so that the total gives none of it away', () => {
    let partly = 0;
    fc.assert(
      fc.property(someAnswers, (answers) => {
        const table = tableOf(answers);
        const hidden = table.filter(({ suppressed }) => suppressed).map(({ value }) => value);
        if (hidden.length === 0 || hidden.length === table.length) return;
        partly += 1;
        expect(hidden.length).toBeGreaterThan(1);
        expect(organisationsOf(answers, hidden)).toBeGreaterThanOrEqual(FEWEST_ORGANISATIONS);
      }),
      randomRuns(500),
    );
    expect(partly).toBeGreaterThan(20);
  });

  it('hides what nobody answered as it hides what few did', () => {
    const many = (count: number, value: string) =>
      Array.from({ length: count }, (_, place) => ({ id: `${value}${place}`, organisation: `${place}`, value }));
    expect(tableOf([])).toEqual(VALUES.map((value) => ({ value, count: null, suppressed: true })));
    const without = tableOf([...many(40, 'SUCCESS'), ...many(30, 'MIXED')]);
    const withOne = tableOf([...many(40, 'SUCCESS'), ...many(30, 'MIXED'), ...many(1, 'FAILURE')]);
    for (const table of [without, withOne]) {
      expect(table.map(({ suppressed }) => suppressed)).toEqual([false, true, true]);
    }
    // All said the same: that cell would say it of each of them.
    expect(tableOf(many(40, 'SUCCESS')).every(({ suppressed }) => suppressed)).toBe(true);
  });

  it('is the same for the same answers, in whatever order: asking again averages nothing away', () => {
    fc.assert(
      fc.property(someAnswers, (answers) => {
        expect(tableOf([...answers].reverse())).toEqual(tableOf(answers));
      }),
      randomRuns(100),
    );
  });

  it('is right on average', () => {
    const answers = Array.from({ length: 43 }, (_, place) => ({ organisation: `${place % 20}`, value: 'SUCCESS' }));
    const others = Array.from({ length: 31 }, (_, place) => ({ organisation: `${place % 20}`, value: 'MIXED' }));
    const failures = Array.from({ length: 27 }, (_, place) => ({ organisation: `${place % 20}`, value: 'FAILURE' }));
    const cells = cellsOf([...answers, ...others, ...failures].map((answer) => ({ id: '', ...answer })));
    const runs = 4_000;
    const sums = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      protectAnswers(cells, `key ${run}`).forEach(({ count }, place) => (sums[place]! += count!));
    }
    sums.forEach((sum, place) => expect(Math.abs(sum / runs - [43, 31, 27][place]!)).toBeLessThan(0.2));
  });
});

/**
 * Somebody who sees two tables that differ by the answer of one organisation, and guesses that answer: the cell that rose
 * the most or appeared, one of them by chance where several did, or none did.
 */
function guess(before: readonly Shown[], after: readonly Shown[], chance: number): string {
  const rise = (place: number): number => {
    const [was, is] = [before[place]!.count, after[place]!.count];
    if (was === null || is === null) return was === is ? 0 : was === null ? 1 : -1;
    return is - was;
  };
  const most = Math.max(...VALUES.map((_, place) => rise(place)));
  const candidates = VALUES.filter((_, place) => rise(place) === most);
  return candidates[Math.floor(chance * candidates.length)]!;
}

interface Shown {
  readonly count: number | null;
}

describe('two tables that differ by one answer', () => {
  /** How often the guess is right, over many tables to each of which one organisation adds an answer. */
  function successes(show: (answers: readonly Answer[]) => readonly Shown[]): number {
    const evenly = fc.record({
      id: fc.uuid(),
      organisation: fc.integer({ min: 1, max: 25 }).map(String),
      value: fc.constantFrom(...VALUES),
    });
    const scenes = fc.sample(
      fc.record({
        answers: fc.array(evenly, { minLength: 15, maxLength: 90, size: 'max' }),
        one: evenly,
        chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
      { ...randomRuns(2_000), numRuns: 2_000 },
    );
    const right = scenes.filter(({ answers, one, chance }) => {
      const added = { ...one, organisation: 'the one' };
      return guess(show(answers), show([...answers, added]), chance) === one.value;
    });
    return right.length / scenes.length;
  }

  it('tell it by plain counts, and by a threshold alone', () => {
    expect(successes(cellsOf)).toBe(1);
    const threshold = (answers: readonly Answer[]) =>
      cellsOf(answers).map(({ count, organisations }) => ({
        count: organisations < FEWEST_ORGANISATIONS ? null : count,
      }));
    expect(successes(threshold)).toBeGreaterThan(0.9);
  });

  it('tell it by rounding to the nearest number, where that changes', () => {
    const rounded = (answers: readonly Answer[]) =>
      cellsOf(answers).map(({ count }) => ({ count: Math.round(count / ROUNDING_BASE) * ROUNDING_BASE }));
    expect(successes(rounded)).toBeGreaterThan(0.4);
  });

  it('tell hardly more than chance when they are protected', () => {
    const rate = successes(tableOf);
    expect(rate).toBeLessThan(1 / 3 + 0.1);
    expect(rate).toBeGreaterThan(1 / 3 - 0.1);
  });
});
