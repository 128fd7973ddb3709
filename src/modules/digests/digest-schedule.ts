/** When digests go out: at seven in the morning in Denmark, and later when the mail server does not take them. */
import { DigestFrequency } from './digest.entity.js';

const TIME_ZONE = 'Europe/Copenhagen';
const HOUR = 7;
/** So that not all of them come to the mail server at once. */
export const SPREAD_MILLISECONDS = 15 * 60 * 1_000;

const FIRST_RETRY_MILLISECONDS = 60 * 1_000;
const LONGEST_RETRY_MILLISECONDS = 4 * 60 * 60 * 1_000;
const RETRY_FACTOR = 4;
/** How far a wait may lie from what the others say, as a part of it. */
const JITTER = 0.25;

const MONDAY = 1;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;

type SentFrequency = Exclude<DigestFrequency, DigestFrequency.NONE>;

/**
 * The first time to send a digest whose seven o'clock is later than `after`.
 *
 * @param random from 0 to below 1: where in the minutes after seven
 */
export function nextDigestAt(frequency: SentFrequency, after: Date, random: number): Date {
  // Noon of the day in UTC: adding days to it is no matter of summer time.
  const today = Date.parse(`${localDate(after)}T12:00:00Z`);
  for (let days = 0; ; days++) {
    const day = new Date(today + days * DAY_MILLISECONDS);
    if (frequency === DigestFrequency.WEEKLY && day.getUTCDay() !== MONDAY) continue;
    const seven = sevenOClock(day);
    if (seven > after.getTime()) return new Date(seven + Math.floor(random * SPREAD_MILLISECONDS));
  }
}

/**
 * How long to wait before a mail is tried again: a minute at first, four hours at the most.
 *
 * @param failures how often it has failed, counting this time
 * @param random from 0 to below 1
 * @returns milliseconds
 */
export function mailRetryDelay(failures: number, random: number): number {
  const wait = Math.min(LONGEST_RETRY_MILLISECONDS, FIRST_RETRY_MILLISECONDS * RETRY_FACTOR ** (failures - 1));
  return Math.round(wait * (1 + JITTER * (2 * random - 1)));
}

const localTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: TIME_ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
});

function localParts(time: Date): Readonly<Record<string, string>> {
  return Object.fromEntries(localTime.formatToParts(time).map(({ type, value }) => [type, value]));
}

function localDate(time: Date): string {
  const { year, month, day } = localParts(time);
  return `${year}-${month}-${day}`;
}

/** At that hour no clock is ever changed, so the offset of UTC's seven o'clock is right for the local one. */
function sevenOClock(day: Date): number {
  const utc = new Date(day);
  utc.setUTCHours(HOUR, 0, 0, 0);
  const { hour } = localParts(utc);
  return utc.getTime() - (Number(hour) - HOUR) * 60 * 60 * 1_000;
}
