/** How the tables of an export are told of, and read from documents. */
import type { RecordDocument } from '../documents/record-document.js';

/** Types of values, by the names that CSVW and XML Schema have for them. */
export type Datatype = 'string' | 'integer' | 'decimal' | 'date' | 'dateTime' | 'anyURI';

export type Cell = string | number | null;

export interface TableColumn {
  /** As in the API. */
  readonly name: string;
  readonly datatype: Datatype;
  readonly description: string;
  /** Whether a cell may be empty because nothing is known; other texts may be empty, too. */
  readonly nullable: boolean;
  /** What stands between values where a cell has several. */
  readonly separator?: string;
}

export interface TableReference {
  readonly columns: readonly string[];
  readonly table: string;
  readonly tableColumns: readonly string[];
}

export interface TableDescription {
  /** Without `.csv`. */
  readonly name: string;
  readonly description: string;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** Those that hold in every export; others may lead to records that were not asked for. */
  readonly references: readonly TableReference[];
}

/** A table whose rows come from documents of one kind, or of all. */
export interface Table extends TableDescription {
  readonly kind: RecordDocument['recordKind'] | null;
  /** Makes what reads the rows of one document after another; it may remember what it gave. */
  readonly reader: () => (document: never) => readonly Row[];
}

type DocumentOf<Kind> = Kind extends null ? RecordDocument : Extract<RecordDocument, { recordKind: Kind }>;
export type Row = Readonly<Record<string, unknown>>;

/** A table of whose rows each stands in one document alone. */
export function table<Kind extends RecordDocument['recordKind'] | null>(
  description: Omit<TableDescription, 'references'> & Partial<Pick<TableDescription, 'references'>>,
  kind: Kind,
  rows: (document: DocumentOf<Kind>) => readonly Row[],
): Table {
  return { references: [], ...description, kind, reader: () => rows };
}

const columnOf =
  (datatype: Datatype, nullable: boolean) =>
  (name: string, description: string): TableColumn => ({ name, datatype, description, nullable });

export const text = columnOf('string', false);
export const optionalText = columnOf('string', true);
export const integer = columnOf('integer', false);
export const optionalInteger = columnOf('integer', true);
export const optionalDecimal = columnOf('decimal', true);
export const optionalDate = columnOf('date', true);
export const dateTime = columnOf('dateTime', false);
export const optionalDateTime = columnOf('dateTime', true);
export const address = columnOf('anyURI', false);
export const optionalAddress = columnOf('anyURI', true);

/** Several values in one cell, with semicolons between; none of them has one in it. */
export function several(datatype: Datatype, name: string, description: string): TableColumn {
  return { name, datatype, description, nullable: true, separator: ';' };
}

/** A row's values in the order of the columns. */
export function cellsOf({ columns }: TableDescription, row: Row): Cell[] {
  return columns.map(({ name, separator }) => {
    const value = row[name] ?? null;
    return separator === undefined ? (value as Cell) : (value as readonly Cell[] | null)?.join(separator) || null;
  });
}

/** Items with their places in the list, from 1. */
export function numbered<Item extends object>(items: readonly Item[]): (Item & { ordinal: number })[] {
  return items.map((item, place) => ({ ...item, ordinal: place + 1 }));
}

export const ORDINAL = integer('ordinal', 'Its place in the list, from 1.');

export const toRecord = (column: string): TableReference => ({
  columns: [column],
  table: 'records',
  tableColumns: ['id'],
});
export const toOrganisation = (column: string): TableReference => ({
  columns: [column],
  table: 'organisations',
  tableColumns: ['id'],
});
