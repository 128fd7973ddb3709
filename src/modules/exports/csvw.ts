/** What tells of tables in CSV: see the W3C's "Metadata Vocabulary for Tabular Data". */
import type { ExportSource } from './export-format.js';
import type { TableColumn, TableDescription } from './table.js';

export function csvwMetadata(tables: readonly TableDescription[], { base, publication }: ExportSource): object {
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    'dc:title': 'Medspil: shared knowledge on partnerships',
    'dc:source': `${base}/graphql`,
    'dc:license': { '@id': publication.license },
    'dc:publisher': publication.publisher,
    dialect: { lineTerminators: '\r\n' },
    tables: tables.map((table) => ({
      url: fileOf(table.name),
      'dc:description': table.description,
      tableSchema: {
        columns: table.columns.map(columnOf),
        primaryKey: table.primaryKey,
        foreignKeys: table.references.map(({ columns, table: other, tableColumns }) => ({
          columnReference: columns,
          reference: { resource: fileOf(other), columnReference: tableColumns },
        })),
      },
    })),
  };
}

function columnOf({ name, datatype, description, nullable, separator }: TableColumn): object {
  return {
    name,
    titles: name,
    'dc:description': description,
    datatype,
    // Of texts that are always there some are empty all the same, which CSV cannot tell apart.
    ...(!nullable && datatype !== 'string' && { required: true }),
    ...(separator !== undefined && { separator }),
  };
}

function fileOf(table: string): string {
  return `${table}.csv`;
}
