/**
 * Citations as DataCite JSON, of metadata schema 4.6. Records have no DOI: their own address stands for it, as a URL, and
 * whoever gives them one has all the rest.
 */
import type {
  LinkDocument,
  OrganisationReference,
  RecordDocument,
  SourceDocument,
} from '../documents/record-document.js';
import { abstractOf, type CitedAs, dayOf, noteOf, oneLine } from './citation.js';

const TYPES = { CASE_STUDY: 'Case study', EXPERIENCE: 'Experience', LESSON: 'Lesson' } as const;

/** What relations are called in DataCite's list, from where they start and from the other end; RELATED has no name there. */
const RELATIONS: Partial<Readonly<Record<LinkDocument['relation'], readonly [string, string]>>> = {
  INSPIRED_BY: ['References', 'IsReferencedBy'],
  CONTINUES: ['Continues', 'IsContinuedBy'],
  REPLICATES: ['IsDerivedFrom', 'IsSourceOf'],
  CONFIRMS: ['References', 'IsReferencedBy'],
  CONTRADICTS: ['References', 'IsReferencedBy'],
  SUPERSEDES: ['Obsoletes', 'IsObsoletedBy'],
};

export function dataciteJson(document: RecordDocument, { publisher, license }: CitedAs): object {
  const language = document.language.toLowerCase();
  const abstract = abstractOf(document);
  const note = noteOf(document);
  return {
    schemaVersion: 'http://datacite.org/schema/kernel-4',
    url: document.url,
    alternateIdentifiers: [
      { alternateIdentifier: document.url, alternateIdentifierType: 'URL' },
      { alternateIdentifier: `urn:uuid:${document.id}`, alternateIdentifierType: 'URN' },
    ],
    types: { resourceTypeGeneral: 'Text', resourceType: TYPES[document.recordKind] },
    creators: [creator(document.organisation)],
    titles: [{ title: oneLine(document.title), lang: language }],
    publisher: { name: oneLine(publisher) },
    publicationYear: document.publishedAt.slice(0, 4),
    dates: [
      { date: dayOf(document.publishedAt), dateType: 'Issued' },
      { date: dayOf(document.updatedAt), dateType: 'Updated' },
    ],
    language,
    version: String(document.version),
    rightsList: [{ rightsUri: license }],
    subjects: document.themes.map((slug) => ({ subject: slug })),
    descriptions: [
      ...(abstract === null ? [] : [{ description: abstract, descriptionType: 'Abstract', lang: language }]),
      ...(note === null ? [] : [{ description: note, descriptionType: 'Other', lang: language }]),
    ],
    relatedIdentifiers: [...linksOf(document), ...document.sources.flatMap(sourceLink)],
  };
}

export function writeDataciteJson(document: RecordDocument, about: CitedAs): string {
  return `${JSON.stringify(dataciteJson(document, about), null, 2)}\n`;
}

function creator({ name, isil, wikidataId }: OrganisationReference): object {
  const nameIdentifiers = [
    ...(isil === null ? [] : [{ nameIdentifier: isil, nameIdentifierScheme: 'ISIL' }]),
    ...(wikidataId === null ? [] : [{ nameIdentifier: wikidataId, nameIdentifierScheme: 'Wikidata' }]),
  ];
  return {
    name: oneLine(name),
    nameType: 'Organizational',
    ...(nameIdentifiers.length > 0 ? { nameIdentifiers } : {}),
  };
}

function linksOf({ url, links }: RecordDocument): object[] {
  return links.flatMap(({ relation, from, to }) => {
    const names = RELATIONS[relation];
    if (names === undefined) return [];
    const starts = from.url === url;
    return [related(starts ? to.url : from.url, names[starts ? 0 : 1])];
  });
}

function sourceLink({ url }: SourceDocument): object[] {
  return url === null ? [] : [related(url, 'References')];
}

function related(url: string, relationType: string): object {
  return { relatedIdentifier: url, relatedIdentifierType: 'URL', relationType };
}
