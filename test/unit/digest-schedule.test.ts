/** When digests go out, whatever summer time does. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mailRetryDelay, nextDigestAt, SPREAD_MILLISECONDS } from '../../src/modules/digests/digest-schedule.js';
import { DigestFrequency } from '../../src/modules/digests/digest.entity.js';

const { DAILY, WEEKLY } = DigestFrequency;
const HOUR = 60 * 60 * 1_000;

describe('the time of the next digest', () => {
  it.each([
    ['before seven in winter', DAILY, '2026-01-15T05:59:59.999Z', '2026-01-15T06:00:00.000Z'],
    ['at seven: that one is over', DAILY, '2026-01-15T06:00:00.000Z', '2026-01-16T06:00:00.000Z'],
    ['before seven in summer', DAILY, '2026-07-15T04:59:59.999Z', '2026-07-15T05:00:00.000Z'],
    ['late in the evening, when UTC has the day before', DAILY, '2026-07-15T22:30:00.000Z', '2026-07-16T05:00:00.000Z'],
    ['over the change to summer time', DAILY, '2026-03-28T12:00:00.000Z', '2026-03-29T05:00:00.000Z'],
    ['in the hour that is not there', DAILY, '2026-03-29T01:00:00.000Z', '2026-03-29T05:00:00.000Z'],
    ['over the change to winter time', DAILY, '2026-10-24T12:00:00.000Z', '2026-10-25T06:00:00.000Z'],
    ['in the hour that is there twice', DAILY, '2026-10-25T00:30:00.000Z', '2026-10-25T06:00:00.000Z'],
    ['over the end of a year', DAILY, '2026-12-31T12:00:00.000Z', '2027-01-01T06:00:00.000Z'],
    ['on the Monday itself', WEEKLY, '2026-11-23T05:00:00.000Z', '2026-11-23T06:00:00.000Z'],
    ['when Monday is over', WEEKLY, '2026-11-23T06:00:00.000Z', '2026-11-30T06:00:00.000Z'],
    ['in the night to a Monday', WEEKLY, '2026-11-22T23:30:00.000Z', '2026-11-23T06:00:00.000Z'],
    ['over a change of the clock', WEEKLY, '2026-03-23T12:00:00.000Z', '2026-03-30T05:00:00.000Z'],
  ] as const)('%s', (_when, frequency, after, expected) => {
    expect(nextDigestAt(frequency, new Date(after), 0).toISOString()).toBe(expected);
  });

  const parts = (time: Date) => {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Copenhagen',
      weekday: 'long',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    return Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  };
  const times = fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
  const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('is the next seven o’clock in Denmark there is, and some minutes', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(DAILY, WEEKLY), part, (after, frequency, random) => {
        const time = nextDigestAt(frequency, after, random);
        const { hour, minute, weekday } = parts(time);
        expect(hour).toBe('07');
        expect(Number(minute)).toBeLessThan(SPREAD_MILLISECONDS / 60_000);
        if (frequency === WEEKLY) expect(weekday).toBe('Monday');
        expect(time.getTime()).toBeGreaterThan(after.getTime());
        // None is left out: the one before it was not later than `after`.
        const longest = (frequency === DAILY ? 24 : 7 * 24) * HOUR + HOUR;
        expect(nextDigestAt(frequency, after, 0).getTime() - after.getTime()).toBeLessThanOrEqual(longest);
      }),
    );
  });

  it('comes once a day, however often one is sent', () => {
    fc.assert(
      fc.property(times, part, (after, random) => {
        const first = nextDigestAt(DAILY, after, random);
        const second = nextDigestAt(DAILY, first, 0);
        expect(second.getTime() - first.getTime()).toBeGreaterThan(22 * HOUR);
        expect(second.getTime() - first.getTime()).toBeLessThanOrEqual(25 * HOUR);
      }),
    );
  });
});

describe('the wait before a mail is tried again', () => {
  it('grows from a minute to four hours', () => {
    const minutes = [1, 2, 3, 4, 5, 6, 50].map((failures) => mailRetryDelay(failures, 0.5) / 60_000);
    expect(minutes).toEqual([1, 4, 16, 64, 240, 240, 240]);
  });

  it('varies by a quarter', () => {
    expect(mailRetryDelay(1, 0)).toBe(45_000);
    expect(mailRetryDelay(1, 0.999_999_9)).toBe(75_000);
  });
});
