/** Finds in text what may tell who somebody is: numbers of the Danish civil register (CPR), and e-mail addresses. */

export enum PersonalDataKind {
  CPR_NUMBER = 'CPR_NUMBER',
  EMAIL_ADDRESS = 'EMAIL_ADDRESS',
}

export interface PersonalData {
  readonly kind: PersonalDataKind;
  /** Without what is written between the parts of a number, in lower case. */
  readonly value: string;
}

/**
 * DDMMYY and four digits, with a hyphen, a dash or a space between, or nothing. Not a part of something longer: of an
 * ISBN, of a number with decimals. The check digit is not looked at: since 1 October 2007 numbers are given out that do
 * not fulfil modulus 11 (https://www.cpr.dk/cpr-systemet/opbygning-af-cpr-nummeret).
 */
const CPR_NUMBER = /(?<!\d|\d[-‐‑–.])(\d\d)(\d\d)(\d\d) ?[-‐‑–−\u00a0\u202f]? ?(\d{4})(?![-‐‑–.]?\d)/gu;

/** As people write them. Lengths are bounded (RFC 5321, 4.5.3.1), and with them the time that a hostile text takes. */
const EMAIL_ADDRESS =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}_%+'-][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,63}/gu;

/** Days of each month; a year that is written with two digits does not say whether February has 29. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What a text holds of these, each value once, in the order in which they come. A guess: not everything found is one. */
export function findPersonalData(text: string): PersonalData[] {
  const found = new Map<string, PersonalData & { readonly index: number }>();
  const add = (kind: PersonalDataKind, value: string, index: number) => {
    const key = `${kind} ${value}`;
    if (!found.has(key)) found.set(key, { kind, value, index });
  };
  for (const { 1: day, 2: month, 3: year, 4: serial, index } of text.matchAll(CPR_NUMBER)) {
    if (isDay(Number(day), Number(month))) add(PersonalDataKind.CPR_NUMBER, `${day}${month}${year}${serial}`, index);
  }
  for (const { 0: address, index } of text.matchAll(EMAIL_ADDRESS)) {
    add(PersonalDataKind.EMAIL_ADDRESS, address.toLowerCase(), index);
  }
  return [...found.values()].sort((a, b) => a.index - b.index).map(({ kind, value }) => ({ kind, value }));
}

function isDay(day: number, month: number): boolean {
  return day >= 1 && day <= (LONGEST_MONTHS[month - 1] ?? 0);
}
