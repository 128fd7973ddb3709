/**
 * Which entries of the log somebody wants: one law in three forms, for entries in memory, for those in the table, and (as
 * `knowledge_event_matches` of the migrations) for filters that lie in tables themselves.
 */
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { LogEntry } from './log-entry.js';

/**
 * An entry passes when each list that is given has one of its values. A list that is left out, null or empty filters
 * nothing.
 */
export interface EventFilterInput {
  readonly kinds?: readonly string[] | null;
  readonly types?: readonly string[] | null;
  /** Ids of records: the event's own, or the one at the other end. */
  readonly records?: readonly string[] | null;
  readonly organisations?: readonly string[] | null;
  readonly municipalities?: readonly string[] | null;
  readonly recommendations?: readonly number[] | null;
  readonly themes?: readonly string[] | null;
}

/** A filter as it lies in a table: lists that filter nothing are left out, equal filters are equal texts. */
export type StoredFilter = { readonly [List in keyof EventFilterInput]?: NonNullable<EventFilterInput[List]> };

/** Values that no entry can have are kept: they make that nothing passes. */
export function storedFilter(input: EventFilterInput): StoredFilter {
  const lists = FILTER_LISTS.flatMap((name) => {
    const list: readonly (string | number)[] = input[name] ?? [];
    const values = IDS.has(name) ? list.map((id) => String(id).toLowerCase()) : list;
    return list.length === 0 ? [] : [[name, [...new Set(values)].sort(byText)]];
  });
  return Object.fromEntries(lists) as StoredFilter;
}

export const FILTER_LISTS = [
  'kinds',
  'types',
  'records',
  'organisations',
  'municipalities',
  'recommendations',
  'themes',
] as const satisfies readonly (keyof EventFilterInput)[];

const IDS: ReadonlySet<string> = new Set(['records', 'organisations']);

function byText(one: string | number, other: string | number): number {
  return String(one) < String(other) ? -1 : 1;
}

interface Criterion {
  readonly matches: (entry: LogEntry) => boolean;
  readonly condition: Sql;
}

export class EventFilter {
  private readonly criteria: readonly Criterion[];

  constructor(input: EventFilterInput = {}) {
    this.criteria = [
      among(input.kinds, storableText, (kinds) => ({
        matches: (entry) => kinds.has(entry.recordKind),
        condition: sql`entry.record_kind = ANY(${[...kinds]}::text[])`,
      })),
      among(input.types, storableText, (types) => ({
        matches: (entry) => types.has(entry.type),
        condition: sql`entry.type = ANY(${[...types]}::text[])`,
      })),
      among(input.records, canonicalId, (records) => ({
        matches: (entry) =>
          records.has(entry.recordId) || (entry.relatedRecordId !== null && records.has(entry.relatedRecordId)),
        condition: sql`(entry.record_id = ANY(${[...records]}::uuid[]) OR
          entry.related_record_id = ANY(${[...records]}::uuid[]))`,
      })),
      among(input.organisations, canonicalId, (organisations) => ({
        matches: (entry) => organisations.has(entry.organisationId),
        condition: sql`entry.organisation_id = ANY(${[...organisations]}::uuid[])`,
      })),
      among(input.municipalities, storableText, (municipalities) => ({
        matches: (entry) => entry.municipalities.some((code) => municipalities.has(code)),
        condition: sql`entry.municipalities && ${[...municipalities]}::text[]`,
      })),
      among(
        input.recommendations,
        (number) => number,
        (recommendations) => ({
          matches: (entry) => entry.recommendations.some((number) => recommendations.has(number)),
          condition: sql`entry.recommendations && ${[...recommendations]}::integer[]`,
        }),
      ),
      among(input.themes, storableText, (themes) => ({
        matches: (entry) => entry.themes.some((slug) => themes.has(slug)),
        condition: sql`entry.themes && ${[...themes]}::text[]`,
      })),
    ].flat();
  }

  matches(entry: LogEntry): boolean {
    return this.criteria.every((criterion) => criterion.matches(entry));
  }

  /** The same as a condition on `knowledge_log AS entry`. */
  get condition(): Sql {
    if (this.criteria.length === 0) return raw('TRUE');
    return join(
      this.criteria.map((criterion) => criterion.condition),
      ' AND ',
    );
  }
}

/** No criterion for a list that filters nothing. Values that no entry can have are dropped: PostgreSQL would refuse them. */
function among<Value>(
  list: readonly Value[] | null | undefined,
  storable: (value: Value) => Value | undefined,
  criterion: (values: ReadonlySet<Value>) => Criterion,
): Criterion[] {
  if (list == null || list.length === 0) return [];
  return [criterion(new Set(list.map(storable).filter((value) => value !== undefined)))];
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

function canonicalId(id: string): string | undefined {
  const lower = id.toLowerCase();
  return UUID.test(lower) ? lower : undefined;
}

function storableText(text: string): string | undefined {
  return text.includes('\0') ? undefined : text;
}
