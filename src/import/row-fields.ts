/** The fields of one row, read with suspicion: what has the wrong type is noted, and all of it told at once. */
import { DomainError, type UserError, userError, UserErrorCode } from '../common/errors.js';
import { checkInput } from '../common/input.js';
import { CalendarDate } from '../common/scalars.js';
import { withoutForbiddenCharacters } from '../common/text.js';

export class RowFields {
  private constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly path: readonly string[],
    private readonly errors: UserError[],
  ) {}

  static of(row: unknown): RowFields {
    const fields = new RowFields(isObject(row) ? row : {}, [], []);
    if (!isObject(row)) fields.refuse(null, 'The row must be an object.');
    return fields;
  }

  /** Text without white space around, and without characters that no text may hold; empty where there is none. */
  text(name: string, { required = false } = {}): string {
    const value = this.values[name] ?? '';
    if (typeof value !== 'string') return this.refuse(name, 'must be text.', '');
    const text = withoutForbiddenCharacters(value).trim();
    if (required && text === '') this.errors.push(this.error(UserErrorCode.REQUIRED, name, 'must not be empty.'));
    return text;
  }

  /** A calendar date that exists, as YYYY-MM-DD. */
  date(name: string): string | null {
    const text = this.text(name);
    if (text === '') return null;
    try {
      return CalendarDate.parseValue(text) as string;
    } catch {
      return this.refuse(name, 'must be a date, YYYY-MM-DD.', null);
    }
  }

  /** An amount of money, rounded to two decimals. */
  amount(name: string): number | null {
    const value = this.values[name] ?? null;
    if (value === null) return null;
    if (typeof value !== 'number' || value < 0) return this.refuse(name, 'must be a number, 0 or more.', null);
    return Math.round(value * 100) / 100;
  }

  /** One of a few known values, as what stands for it here. */
  choice<Value>(name: string, choices: ReadonlyMap<string, Value>): Value | null {
    const text = this.text(name);
    const value = choices.get(text);
    if (value !== undefined) return value;
    return this.refuse(name, `must be one of ${[...choices.keys()].map((key) => `"${key}"`).join(', ')}.`, null);
  }

  texts(name: string): string[] {
    const list = this.list(name);
    if (list.some((item) => typeof item !== 'string')) return this.refuse(name, 'must hold text only.', []);
    return (list as string[]).map((item) => withoutForbiddenCharacters(item).trim()).filter((item) => item !== '');
  }

  /** A nested object. */
  fields(name: string): RowFields {
    const value = this.values[name] ?? {};
    if (!isObject(value)) this.refuse(name, 'must be an object.');
    return new RowFields(isObject(value) ? value : {}, [...this.path, name], this.errors);
  }

  /** A list of nested objects. */
  fieldsList(name: string): RowFields[] {
    return this.list(name).map((value, index) => {
      if (!isObject(value)) this.refuse(`${name}.${index}`, 'must be an object.');
      return new RowFields(isObject(value) ? value : {}, [...this.path, name, String(index)], this.errors);
    });
  }

  /** Notes that a field cannot be used, and gives what to go on with. */
  refuse<Value>(name: string | null, message: string, instead?: Value): Value {
    this.errors.push(this.error(UserErrorCode.INVALID, name, message));
    return instead as Value;
  }

  /**
   * Applies the rules of an input class; its errors are noted under these fields, or under one of them.
   *
   * @returns whether nothing is wrong with the row so far
   */
  accept(input: object, name?: string): boolean {
    const above = name === undefined ? this.path : [...this.path, name];
    try {
      checkInput(input);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      for (const { code, message, path } of error.errors) {
        this.errors.push(userError(code, [...above, message].join('.'), [...above, ...(path ?? [])]));
      }
    }
    return this.errors.length === 0;
  }

  /** @throws DomainError with all that was noted, each thing once */
  settle(): void {
    const distinct = new Map(this.errors.map((error) => [error.message, error]));
    if (distinct.size > 0) throw new DomainError([...distinct.values()]);
  }

  private list(name: string): unknown[] {
    const value = this.values[name] ?? [];
    return Array.isArray(value) ? value : this.refuse(name, 'must be a list.', []);
  }

  private error(code: UserErrorCode, name: string | null, message: string): UserError {
    const path = name === null ? this.path : [...this.path, ...name.split('.')];
    return userError(code, name === null ? message : `${path.join('.')} ${message}`, path);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
