/** The tables of records and of what belongs to every kind. */
import type { OrganisationReference, RecordDocument } from '../documents/record-document.js';
import {
  address,
  dateTime,
  integer,
  numbered,
  optionalAddress,
  optionalDate,
  optionalInteger,
  optionalText,
  ORDINAL,
  several,
  type Table,
  table,
  text,
  toOrganisation,
  toRecord,
} from './table.js';

const RECORDS = table(
  {
    name: 'records',
    description: 'What all records have, a row each.',
    columns: [
      text('id', 'Its id.'),
      text('recordKind', 'CASE_STUDY, EXPERIENCE or LESSON: the table where the rest of it stands.'),
      text('slug', 'Its name in addresses.'),
      address('url', 'Its persistent address.'),
      integer('version', 'Counts the times that it was changed.'),
      dateTime('publishedAt', 'When it was first published.'),
      dateTime('updatedAt', 'When this version was published.'),
      text('title', 'Its title.'),
      text('language', 'In which it is written: DA or EN.'),
      text('provenance', 'Where its content comes from: DOCUMENTED, REPORTED, IMPORTED or ILLUSTRATIVE (invented).'),
      text('documentation', 'Whether the story is known as a whole: COMPLETE or INCOMPLETE.'),
      text('organisationId', 'The organisation that answers for it.'),
      several('integer', 'recommendations', 'Numbers of the recommendations that it bears on.'),
      several('string', 'themes', 'Slugs of its themes.'),
    ],
    primaryKey: ['id'],
    references: [toOrganisation('organisationId')],
  },
  null,
  (document) => [{ ...document, organisationId: document.organisation.id }],
);

const SOURCES = table(
  {
    name: 'sources',
    description: 'What records rest on.',
    columns: [
      text('recordId', 'The record.'),
      ORDINAL,
      text('title', 'Its title.'),
      optionalText('publisher', 'Who published it.'),
      optionalInteger('year', 'The year of publication.'),
      optionalAddress('url', 'Where it lies.'),
      optionalText('page', 'The place in it.'),
    ],
    primaryKey: ['recordId', 'ordinal'],
    references: [toRecord('recordId')],
  },
  null,
  ({ id, sources }) => numbered(sources).map((source) => ({ ...source, recordId: id })),
);

const ADOPTIONS = table(
  {
    name: 'adoptions',
    description: 'Reports of organisations that used what a record tells.',
    columns: [
      text('id', 'Its id.'),
      text('recordId', 'The record.'),
      text('organisationId', 'The organisation that used it.'),
      text('taken', 'What it took over.'),
      optionalText('adaptation', 'What it did otherwise.'),
      optionalText('outcome', 'How it went: SUCCESS, MIXED or FAILURE.'),
      optionalText('result', 'What came of it.'),
      optionalDate('adoptedOn', 'Since when.'),
      dateTime('createdAt', 'When that was reported.'),
    ],
    primaryKey: ['id'],
    references: [toRecord('recordId'), toOrganisation('organisationId')],
  },
  null,
  ({ id, adoptions }) =>
    adoptions.map((adoption) => ({ ...adoption, recordId: id, organisationId: adoption.organisation.id })),
);

const LINKS: Table = {
  name: 'links',
  description: 'Links between records, each once.',
  columns: [
    text('id', 'Its id.'),
    text('fromId', 'The record where it begins.'),
    text('toId', 'The record that it leads to.'),
    text(
      'relation',
      'INSPIRED_BY, CONTINUES, REPLICATES, CONFIRMS, CONTRADICTS, SUPERSEDES, or RELATED, which has no direction.',
    ),
    optionalText('note', 'What it is about.'),
    dateTime('createdAt', 'When it was made.'),
  ],
  primaryKey: ['id'],
  references: [],
  kind: null,
  reader: () => {
    const isNew = onceEach();
    return ({ id, links }: RecordDocument) =>
      links.filter((link) => isNew(id, link)).map((link) => ({ ...link, fromId: link.from.id, toId: link.to.id }));
  },
};

const ORGANISATIONS: Table = {
  name: 'organisations',
  description: 'The libraries and partners that the other tables name, each once.',
  columns: [
    text('id', 'Its id.'),
    text('kind', 'LIBRARY or PARTNER.'),
    text('name', 'Its name.'),
    text('country', 'Two letters of ISO 3166-1.'),
    optionalText('isil', "A library's identifier, as in ISO 15511."),
    optionalText('agencyId', 'The number of a Danish library.'),
    optionalText('sector', "A partner's: PUBLIC, PRIVATE or CIVIL_SOCIETY."),
    optionalText('cvr', 'Its number in the Danish business register.'),
    optionalText('wikidataId', 'Its item in Wikidata.'),
    optionalText('municipalityCode', 'The four digits of its municipality.'),
    optionalAddress('url', 'Its own pages.'),
  ],
  primaryKey: ['id'],
  references: [],
  kind: null,
  reader: () => {
    const seen = new Set<string>();
    return (document: RecordDocument) =>
      organisationsOf(document).filter(({ id }) => !seen.has(id) && seen.add(id)) as unknown as Record<
        string,
        unknown
      >[];
  },
};

export const RECORD_TABLES: readonly Table[] = [RECORDS, ORGANISATIONS, SOURCES, ADOPTIONS, LINKS];

/** The organisations that a document names, some of them several times. */
export function organisationsOf(document: RecordDocument): OrganisationReference[] {
  const parties = document.recordKind === 'CASE_STUDY' ? document.parties : [];
  return [document, ...parties, ...document.adoptions].map(({ organisation }) => organisation);
}

/**
 * Tells whether a link is met for the first time, in documents in the order of their ids: it stands in those of both ends.
 * It remembers those alone whose other end is still to come.
 */
export function onceEach() {
  const open = new Set<string>();
  return (documentId: string, { id, from, to }: RecordDocument['links'][number]): boolean => {
    if (open.delete(id)) return false;
    const otherEnd = from.id === documentId ? to.id : from.id;
    if (otherEnd > documentId) open.add(id);
    return true;
  };
}
