/** Rules for what comes in with a write: normalised first, then checked as a whole, so that all errors are told at once. */
import { registerDecorator, ValidateIf, ValidateNested, validateSync, type ValidationError } from 'class-validator';
import { DomainError, type UserError, userError, UserErrorCode } from './errors.js';
import { isId } from './id.js';
import { forbiddenCharacter, normaliseText } from './text.js';

/** Texts have a length: a title, a line, a paragraph, a story. Counted in UTF-16 code units, as JavaScript does. */
export const TITLE_LENGTH = 300;
export const LINE_LENGTH = 500;
export const PARAGRAPH_LENGTH = 5_000;
export const STORY_LENGTH = 50_000;
const LIST_LENGTH = 200;
const PATH_LENGTH = 10;

/** A text of at most `maximum` code units without characters that would not be seen, or that break texts. */
export function Text(maximum: number, { required = false } = {}): PropertyDecorator {
  return rule('text', (value) => {
    if (value == null) return null;
    if (typeof value !== 'string') return 'must be text.';
    if (required && value === '') return 'must not be empty.';
    if (value.length > maximum) return `must be at most ${maximum} characters long; this has ${value.length}.`;
    const forbidden = forbiddenCharacter(value);
    return forbidden === null ? null : `must not hold ${forbidden}.`;
  });
}

/** A text that matches `pattern`; `description` says in words what is wanted. */
export function Pattern(pattern: RegExp, description: string): PropertyDecorator {
  return rule('pattern', (value) =>
    value == null || (typeof value === 'string' && pattern.test(value)) ? null : `must be ${description}.`,
  );
}

/** A number from `minimum` to `maximum`. */
export function Range(minimum: number, maximum: number): PropertyDecorator {
  return rule('range', (value) =>
    value == null || (typeof value === 'number' && value >= minimum && value <= maximum)
      ? null
      : `must be a number from ${minimum} to ${maximum}.`,
  );
}

/** The version of something that was read before. */
export function Version(): PropertyDecorator {
  return Range(1, 2 ** 31 - 1);
}

/** An amount of money: not negative, at most two decimals, with a `currency` beside it, and only where `only` allows one. */
export function Money({ only = () => true }: { only?: (input: object) => boolean } = {}): PropertyDecorator {
  return rule('money', (value, input) => {
    const currency = (input as { currency?: string | null }).currency ?? null;
    if (value == null) return currency === null ? null : 'is missing, though a currency is given.';
    if (!only(input)) return 'belongs to contributions of the kind MONEY.';
    if (currency === null) return 'needs a currency beside it.';
    if (typeof value !== 'number' || value < 0 || value >= 1e12)
      return 'must be a number from 0 to below a million millions.';
    return Math.abs(Math.round(value * 100) - value * 100) > 1e-4 ? 'must have at most two decimals.' : null;
  });
}

/** The id of something that this API gave. */
export function Id(): PropertyDecorator {
  return rule('id', (value) => (value == null || isId(String(value)) ? null : 'must be an id that this API gave.'));
}

/** An input object, checked by its own rules. */
export function Item(): PropertyDecorator {
  return (target, property) => {
    ValidateNested()(target, property);
    unlessNull(target, property);
  };
}

/** A list of input objects, each checked by its own rules. */
export function Items(): PropertyDecorator {
  return (target, property) => {
    ValidateNested({ each: true })(target, property);
    unlessNull(target, property);
    rule('items', (value) => (value == null ? null : tooLong(value as unknown[])))(target, property);
  };
}

/** `ValidateNested` lets pass what is left out, but not null. */
const unlessNull = ValidateIf((_input, value) => value !== null);

/**
 * A list of values without repetition: numbers from `minimum` to `maximum`, or texts of a line's length at most that
 * match `pattern`.
 */
export function DistinctValues({ minimum = -Infinity, maximum = Infinity, pattern = /^/ } = {}): PropertyDecorator {
  const fits = (value: unknown) =>
    typeof value === 'number' ? value >= minimum && value <= maximum : isLine(value) && pattern.test(value);
  return rule('values', (value) => {
    if (value == null) return null;
    const list = value as unknown[];
    const wrong = list.find((entry) => !fits(entry));
    if (wrong === undefined) {
      return new Set(list).size < list.length ? 'must not name anything twice.' : tooLong(list);
    }
    const wanted = Number.isFinite(maximum)
      ? `numbers from ${minimum} to ${maximum}`
      : 'things as this API writes them';
    return `must name ${wanted}; ${JSON.stringify(wrong).slice(0, LINE_LENGTH)} is none.`;
  });
}

/** The way to a field of some content, outermost name first: at most ten steps, of which the same may come again. */
export function FieldPath(): PropertyDecorator {
  return rule('values', (value) => {
    if (value == null) return null;
    const steps = value as unknown[];
    if (steps.length > PATH_LENGTH) return `must have at most ${PATH_LENGTH} steps; this has ${steps.length}.`;
    return steps.every(isLine) ? null : 'must hold names of fields and places in lists.';
  });
}

function isLine(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LINE_LENGTH && forbiddenCharacter(value) === null;
}

function tooLong(list: readonly unknown[]): string | null {
  return list.length > LIST_LENGTH ? `must have at most ${LIST_LENGTH} entries; this has ${list.length}.` : null;
}

/**
 * Normalises the texts of an input in place (see `normaliseText`) and checks it.
 *
 * @param input an instance of a class with the rules above; nested inputs are instances too
 * @throws DomainError with every error found, each with its path
 */
export function checkInput(input: object): void {
  normalise(input);
  const errors = validateSync(input, { forbidUnknownValues: false, stopAtFirstError: true }).flatMap((error) =>
    userErrors(error, []),
  );
  if (errors.length > 0) throw new DomainError(errors);
}

function normalise(input: object): void {
  for (const [key, value] of Object.entries(input)) {
    if (typeof value === 'string') {
      (input as Record<string, unknown>)[key] = normaliseText(value);
    } else if (typeof value === 'object' && value !== null) {
      normalise(value);
    }
  }
}

function userErrors(error: ValidationError, above: readonly string[]): UserError[] {
  const path = [...above, error.property];
  const own = Object.values(error.constraints ?? {}).map((message) =>
    userError(
      message.endsWith('must not be empty.') ? UserErrorCode.REQUIRED : UserErrorCode.INVALID,
      `${path.join('.')} ${message}`,
      path,
    ),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => userErrors(child, path))];
}

function rule(name: string, complaint: (value: unknown, input: object) => string | null): PropertyDecorator {
  return (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value, details) => complaint(value, details!.object) === null,
        defaultMessage: (details) => complaint(details!.value, details!.object) ?? '',
      },
    });
}
