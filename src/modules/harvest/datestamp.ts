/** Times as OAI-PMH 2.0, section 3.3, has them: in UTC, to the second or to the day. */

export const GRANULARITY = 'YYYY-MM-DDThh:mm:ssZ';

export interface DateRange {
  /** The first and the last moment, both within; null where it is open. */
  readonly start: Date | null;
  readonly end: Date | null;
}

export function writeDatestamp(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const SECOND = { form: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, milliseconds: 1_000, write: writeDatestamp };
const DAY = {
  form: /^\d{4}-\d\d-\d\d$/,
  milliseconds: 24 * 60 * 60 * 1_000,
  write: (time: Date) => time.toISOString().slice(0, 10),
};

/** Reads `from` and `until`, and adds what is wrong with them to the problems. */
export function readDateRange(from: string | undefined, until: string | undefined, problems: string[]): DateRange {
  const [first, last] = [readTime('from', from, problems), readTime('until', until, problems)];
  if (first !== null && last !== null) {
    if (first.granularity !== last.granularity) problems.push('from and until must have the same granularity.');
    else if (first.time > last.time) problems.push('from is later than until.');
  }
  return {
    start: first?.time ?? null,
    end: last && new Date(last.time.getTime() + last.granularity.milliseconds - 1),
  };
}

function readTime(name: string, value: string | undefined, problems: string[]) {
  if (value === undefined) return null;
  const granularity = [SECOND, DAY].find(({ form }) => form.test(value));
  const time = new Date(granularity === undefined ? NaN : value);
  // There is no year 0 in XML Schema, and JavaScript takes 30 February for 2 March.
  if (
    granularity === undefined ||
    Number.isNaN(time.getTime()) ||
    granularity.write(time) !== value ||
    /^0000/.test(value)
  ) {
    problems.push(`${name} is no time of the form ${GRANULARITY} or YYYY-MM-DD.`);
    return null;
  }
  return { granularity, time };
}
