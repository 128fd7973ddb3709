/**
 * Statistical disclosure control of tables that count people's answers: a threshold on the organisations behind a cell,
 * secondary suppression, and random rounding that is the same for the same answers. For the terms and the reasons see
 * Hundepool et al., "Statistical Disclosure Control" (Wiley, 2012), chapters 4 and 5.
 *
 * The threshold alone would not do. Whoever compares two tables that differ by one answer would see in which cell a number
 * changes, or appears. So both the rounding and the threshold are drawn from a key that depends on everything that the
 * table counts: with one answer more or less all cells are drawn anew, and a change in one tells next to nothing.
 */
import { createHash } from 'node:crypto';

/** Of how many organisations at the least a number tells. */
export const FEWEST_ORGANISATIONS = 5;
/** How many more may be asked for. */
const FURTHER_ORGANISATIONS = 4;
/** All organisations of a cell must be named below this; from here on it is never suppressed for itself. */
export const ENOUGH_ORGANISATIONS = FEWEST_ORGANISATIONS + FURTHER_ORGANISATIONS;
export const ROUNDING_BASE = 5;

/** The true contents of a cell. */
export interface AnswerCell {
  readonly value: string;
  readonly count: number;
  /** How many distinct organisations answered so. */
  readonly organisations: number;
  /** Which they are, where they are fewer than {@link ENOUGH_ORGANISATIONS}. */
  readonly organisationIds: readonly string[];
}

/** What may be told of a cell. */
export interface ProtectedCell {
  readonly value: string;
  readonly count: number | null;
  readonly suppressed: boolean;
}

/**
 * Protects a table, in which every answer that is counted stands in one cell.
 *
 * @param cells one for each possible answer, also for those that nobody gave
 * @param key depends on all answers that are counted, and is known to nobody outside
 */
export function protectAnswers(cells: readonly AnswerCell[], key: string): ProtectedCell[] {
  const least = FEWEST_ORGANISATIONS + Math.floor(draw(key, 'threshold') * (FURTHER_ORGANISATIONS + 1));
  const hidden = new Set(cells.filter(({ organisations }) => organisations < least));
  // By the organisations, for the order must not tell of counts that are close to each other.
  const shown = cells.filter((cell) => !hidden.has(cell)).sort((one, other) => one.organisations - other.organisations);
  while (hidden.size > 0 && shown.length > 0 && organisationsIn(hidden) < least) hidden.add(shown.shift()!);
  return cells.map((cell) => ({
    value: cell.value,
    count: hidden.has(cell) ? null : rounded(cell.count, draw(key, cell.value)),
    suppressed: hidden.has(cell),
  }));
}

/** How many organisations some cells have among them; {@link ENOUGH_ORGANISATIONS} stands for more as well. */
function organisationsIn(cells: ReadonlySet<AnswerCell>): number {
  const ids = new Set<string>();
  for (const { organisations, organisationIds } of cells) {
    if (organisations >= ENOUGH_ORGANISATIONS) return ENOUGH_ORGANISATIONS;
    for (const id of organisationIds) ids.add(id);
  }
  return ids.size;
}

/** Up as often as is needed for the mean to be right. */
function rounded(count: number, chance: number): number {
  const rest = count % ROUNDING_BASE;
  return count - rest + (chance < rest / ROUNDING_BASE ? ROUNDING_BASE : 0);
}

/** A number from 0 to below 1 that looks random and is always the same. */
function draw(key: string, what: string): number {
  return createHash('sha256').update(`${key}\n${what}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
