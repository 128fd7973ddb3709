/** The JSON of a record as a JSON Schema: which names there are and what they mean, from the descriptions of the tables. */
import { type Datatype, type TableColumn } from '../exports/table.js';
import { EXPORT_TABLES } from '../exports/tables.js';
import { RecordKind } from '../records/record.entity.js';

type Schema = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, Schema>>;

const JSON_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';

const TYPES: Readonly<Record<Datatype, { readonly type: string; readonly format?: string }>> = {
  string: { type: 'string' },
  integer: { type: 'integer' },
  decimal: { type: 'number' },
  date: { type: 'string', format: 'date' },
  dateTime: { type: 'string', format: 'date-time' },
  anyURI: { type: 'string', format: 'uri' },
};

/** The columns of a table as properties, but for those that say where in the JSON a row would stand. */
function fieldsOf(table: string, ...without: string[]): Properties {
  const { columns } = EXPORT_TABLES.find(({ name }) => name === table)!;
  return Object.fromEntries(
    columns.filter(({ name }) => !without.includes(name)).map((column) => [column.name, valueOf(column)]),
  );
}

function valueOf({ datatype, description, nullable, separator }: TableColumn): Schema {
  const { type, ...format } = TYPES[datatype];
  if (separator !== undefined) return { description, type: 'array', items: { type, ...format } };
  return { description, type: nullable ? [type, 'null'] : type, ...format };
}

function object(description: string, properties: Properties, type: string | readonly string[] = 'object'): Schema {
  return { description, type, properties };
}

/** A list of what a table has a row for each of. */
function list(table: string, properties: Properties): Schema {
  const { description } = EXPORT_TABLES.find(({ name }) => name === table)!;
  return { description, type: 'array', items: { type: 'object', properties } };
}

export function recordSchema(): Schema {
  const organisation = object('The organisation.', fieldsOf('organisations'));
  const record = (description: string, type?: readonly string[]) => {
    const { id, recordKind, slug, url, title } = fieldsOf('records');
    return object(description, { id, recordKind, slug, url, title } as Properties, type);
  };
  const common: Properties = {
    ...fieldsOf('records', 'organisationId'),
    organisation: { ...organisation, description: 'The organisation that answers for it.' },
    sources: list('sources', fieldsOf('sources', 'recordId', 'ordinal')),
    links: list('links', {
      ...fieldsOf('links', 'fromId', 'toId'),
      from: record('The record where it begins.'),
      to: record('The record that it leads to.'),
    }),
    adoptions: list('adoptions', { ...fieldsOf('adoptions', 'recordId', 'organisationId'), organisation }),
  };
  return {
    $schema: JSON_SCHEMA,
    description: 'A record; `recordKind` tells which of the three it is. Names are those of the GraphQL API.',
    oneOf: [
      kind(RecordKind.CASE_STUDY, 'case-studies', { ...common, ...caseStudy(organisation) }),
      kind(RecordKind.EXPERIENCE, 'experiences', {
        ...common,
        ...fieldsOf('experiences', 'id', 'caseStudyId'),
        caseStudy: record('The case; null while that is not published.', ['object', 'null']),
      }),
      kind(RecordKind.LESSON, 'lessons', {
        ...common,
        ...fieldsOf('lessons', 'id'),
        evidence: list('evidence', {
          ...fieldsOf('evidence', 'lessonId', 'experienceId'),
          experience: record('The experience.'),
        }),
      }),
    ],
  };
}

function kind(recordKind: RecordKind, table: string, properties: Properties): Schema {
  const { description } = EXPORT_TABLES.find(({ name }) => name === table)!;
  const discriminator = { ...properties['recordKind'], const: recordKind };
  return object(description, { ...properties, recordKind: discriminator });
}

function caseStudy(organisation: Schema): Properties {
  const place = fieldsOf('case-studies');
  const contributions = fieldsOf('contributions', 'caseStudyId', 'party', 'ordinal');
  return {
    ...fieldsOf('case-studies', 'id', 'municipalityCode', 'municipality', 'regionCode', 'region'),
    municipality: object(
      'The municipality where it is; null when it is in none.',
      {
        code: place['municipalityCode']!,
        name: place['municipality']!,
        region: object('The region of that.', { code: place['regionCode']!, name: place['region']! }),
      },
      ['object', 'null'],
    ),
    parties: list('parties', {
      ...fieldsOf('parties', 'caseStudyId', 'ordinal', 'organisationId'),
      organisation,
      contributions: list('contributions', contributions),
    }),
    rulesOfPlay: list('rules-of-play', fieldsOf('rules-of-play', 'caseStudyId', 'ordinal')),
    benefits: list('benefits', fieldsOf('benefits', 'caseStudyId', 'ordinal')),
    funding: list('funding', fieldsOf('funding', 'caseStudyId', 'ordinal')),
  };
}
