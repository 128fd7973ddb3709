/** What tells of the files of a snapshot, beside them: a Data Package (https://datapackage.org). */
import type { ExportPublication } from '../exports/export-format.js';
import type { Datatype, TableColumn, TableDescription } from '../exports/table.js';
import { EXPORT_TABLES, TABLES } from '../exports/tables.js';
import { NDJSON } from '../exports/ndjson.js';
import { recordSchema } from './record-schema.js';
import type { SnapshotFile } from './snapshot.entity.js';
import { dayOf, licenseName, snapshotCitation, snapshotUrl, TITLE } from './snapshot-wording.js';

export interface PackagedSnapshot extends ExportPublication {
  readonly name: string;
  readonly takenAt: Date;
  readonly cursor: string;
  readonly recordCount: number;
  readonly note: string | null;
  /** Of the program. */
  readonly version: string;
}

export const DATA_PACKAGE = { name: 'datapackage.json', mediaType: 'application/json' };

const PROFILE = 'https://datapackage.org/profiles/2.0/datapackage.json';
const TABLE_PROFILE = 'https://datapackage.org/profiles/2.0/tableschema.json';

/** What the formats are, for people. */
const FORMATS: Readonly<Record<string, string>> = {
  'records.ndjson': 'Every record as a line of JSON, with all that belongs to it.',
  'tables.zip':
    'The same as tables in CSV, with CSVW metadata. Each table is described below as a resource of its own.',
  'records.jsonld': 'The same as linked data in JSON-LD.',
  'records.ttl': 'The same as linked data in Turtle.',
  'graph.graphml': 'The records and organisations with what joins them, as a graph in GraphML.',
};

/** @param base the address of the server as clients know it, without a slash at the end */
export function dataPackage(snapshot: PackagedSnapshot, files: readonly SnapshotFile[], base: string): string {
  const { name, takenAt, cursor, recordCount, note, publisher, license } = snapshot;
  const url = snapshotUrl(base, name);
  const licenses = [{ ...licenseName(license), path: license }];
  const description = {
    $schema: PROFILE,
    name: `medspil-${name}`,
    id: url,
    title: `${TITLE}, ${name}`,
    description: [
      `All ${recordCount} records that were public on ${dayOf(takenAt)}: case studies of partnerships of libraries,`,
      'experiences and lessons. The files below hold the same records in several formats, and never change.',
      'Records whose provenance is ILLUSTRATIVE are invented.',
      ...(note === null ? [] : [`Taken for: ${note}`]),
    ].join(' '),
    homepage: url,
    version: name,
    created: takenAt.toISOString(),
    licenses,
    citation: snapshotCitation(snapshot, base),
    contributors: [{ title: publisher, roles: ['publisher'] }],
    sources: [{ title: 'Medspil', path: `${base}/graphql` }],
    knowledgeCursor: cursor,
    software: `Medspil ${snapshot.version}`,
    resources: [...files.map(fileResource(licenses)), ...EXPORT_TABLES.map(tableResource)],
  };
  return `${JSON.stringify(description, null, 2)}\n`;

  function fileResource(licences: object) {
    return ({ name: file, mediaType, bytes, sha256 }: SnapshotFile) => ({
      name: file.replace('.', '-'),
      path: file,
      description: FORMATS[file] ?? file,
      format: file.slice(file.indexOf('.') + 1),
      mediatype: mediaType.replace(/;.*/, ''),
      encoding: 'utf-8',
      bytes,
      hash: `sha256:${sha256}`,
      licenses: licences,
      ...(file === NDJSON.name && { jsonSchema: recordSchema() }),
    });
  }
}

/** Within the archive: `innerpath` is how frictionless-py names it. */
function tableResource(table: TableDescription): object {
  const { name, description, columns, primaryKey, references } = table;
  return {
    name: `table-${name}`,
    type: 'table',
    path: TABLES.name,
    compression: 'zip',
    innerpath: `${name}.csv`,
    description,
    format: 'csv',
    mediatype: 'text/csv',
    encoding: 'utf-8',
    dialect: { lineTerminator: '\r\n' },
    schema: {
      $schema: TABLE_PROFILE,
      fields: columns.map(fieldOf),
      missingValues: [''],
      primaryKey,
      foreignKeys: references.map(({ columns: fields, table: other, tableColumns }) => ({
        fields,
        reference: { resource: `table-${other}`, fields: tableColumns },
      })),
    },
  };
}

const TYPES: Readonly<Record<Datatype, object>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  decimal: { type: 'number' },
  date: { type: 'date' },
  dateTime: { type: 'datetime' },
  anyURI: { type: 'string', format: 'uri' },
};

function fieldOf({ name, datatype, description, nullable, separator }: TableColumn): object {
  // Of texts that are always there some are empty all the same, which CSV cannot tell apart.
  const required = !nullable && datatype !== 'string';
  const type = separator === undefined ? TYPES[datatype] : { type: 'list', delimiter: separator, itemType: datatype };
  return { name, ...type, description, ...(required && { constraints: { required } }) };
}
