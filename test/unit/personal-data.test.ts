import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPersonalData } from '../../src/common/personal-data.js';
import { randomRuns } from '../helpers/random-runs.js';

const found = (text: string) => findPersonalData(text).map(({ kind, value }) => `${kind} ${value}`);

describe('a CPR number', () => {
  it.each([
    '010190-1234',
    '0101901234',
    '010190 1234',
    '010190–1234',
    '010190 - 1234',
    'CPR: 010190-1234.',
    '(010190-1234)',
    'cpr010190-1234',
    '020390-0000, 010190-1234'.slice(13),
    'nr. 5 010190-1234',
  ])('is found in "%s"', (text) => expect(found(text)).toEqual(['CPR_NUMBER 0101901234']));

  it.each(['311299-1234', '290201-1234', '300490-1234', '310100-0000'])('may have any day there is: %s', (text) =>
    expect(found(text)).toHaveLength(1),
  );

  it.each([
    ['a day that is none', '320190-1234'],
    ['no day', '000190-1234'],
    ['a month that is none', '011390-1234'],
    ['no month', '010090-1234'],
    ['30 February', '300290-1234'],
    ['31 April', '310490-1234'],
    ['a longer number', '20101901234'],
    ['a longer number at the end', '01019012345'],
    ['an ISBN', '978-0101901234'],
    ['an ISBN with hyphens', '978-87-92057-91-4'],
    ['more digits behind a hyphen', '010190-1234-5'],
    ['a number with decimals', '010190.1234'],
    ['a number with further decimals', '0101901234.5'],
    ['too few digits', '010190-123'],
    ['two lines', '010190\n1234'],
    ['a telephone number', '12 34 56 78'],
    ['a date and a time', '2010-01-31 1234'],
    ['an amount', '1.010.190.123'],
  ])('is not %s', (_what, text) => expect(found(text)).toEqual([]));

  it('is told once, however often it is written', () => {
    expect(found('010190-1234, 0101901234 and 020390-4321')).toEqual([
      'CPR_NUMBER 0101901234',
      'CPR_NUMBER 0203904321',
    ]);
  });

  it('is found for every day of the calendar, and for nothing else', () => {
    const number = (value: number, length: number) => String(value).padStart(length, '0');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 39 }),
        fc.integer({ min: 0, max: 19 }),
        fc.integer({ min: 0, max: 99 }),
        fc.integer({ min: 0, max: 9999 }),
        fc.constantFrom('', '-', ' '),
        (day, month, year, serial, between) => {
          const text = `${number(day, 2)}${number(month, 2)}${number(year, 2)}${between}${number(serial, 4)}`;
          // A leap year: which century is meant is not looked at.
          const date = new Date(Date.UTC(2000, month - 1, day));
          const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0;
          expect(found(`see ${text}, please`)).toHaveLength(isDay ? 1 : 0);
        },
      ),
      randomRuns(1_000),
    );
  });
});

describe('an e-mail address', () => {
  it.each([
    ['a@b.dk', 'a@b.dk'],
    ['Skriv til Søren.Øst+bib@biblioteket-nord.aarhus.dk.', 'søren.øst+bib@biblioteket-nord.aarhus.dk'],
    ['<mailto:a@b.dk>', 'a@b.dk'],
    ['[skriv](mailto:a@b.dk?subject=x)', 'a@b.dk'],
    ["o'neill@example.com", "o'neill@example.com"],
    ['a@bøger.dk', 'a@bøger.dk'],
  ])('is found in "%s"', (text, address) => expect(found(text)).toEqual([`EMAIL_ADDRESS ${address}`]));

  it.each(['@biblioteket', 'a@b', 'a @b.dk', 'a@ b.dk', 'kl. 12@huset', 'a@-b.dk', '@a.dk'])('is not "%s"', (text) =>
    expect(found(text)).toEqual([]),
  );
});

describe('what is found', () => {
  it('comes in the order of the text', () => {
    expect(found('a@b.dk 010190-1234 c@d.dk')).toEqual([
      'EMAIL_ADDRESS a@b.dk',
      'CPR_NUMBER 0101901234',
      'EMAIL_ADDRESS c@d.dk',
    ]);
  });

  it('is found in a moment in the longest texts', () => {
    for (const part of ['a', 'a.', 'a@', 'a@b.', '0', '010190 ', 'a@a-', '1-']) {
      const started = performance.now();
      findPersonalData(part.repeat(50_000 / part.length));
      expect(performance.now() - started, part).toBeLessThan(2_000);
    }
  });
});
