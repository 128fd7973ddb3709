/** Unqualified Dublin Core, which every OAI-PMH repository has. */
import { Language } from '../../common/language.js';
import { xmlElement, xmlText } from '../../common/xml.js';
import type { RecordDocument, SourceDocument } from '../documents/record-document.js';
import { Provenance, RecordKind } from '../records/record.entity.js';
import type { HarvestFormat, HarvestSource } from './harvest-format.js';

const NAMESPACE = 'http://www.openarchives.org/OAI/2.0/oai_dc/';
const SCHEMA = 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd';

export const DUBLIN_CORE: HarvestFormat = {
  prefix: 'oai_dc',
  namespace: () => NAMESPACE,
  schema: () => SCHEMA,
  write: writeDublinCore,
};

const TYPES: Readonly<Record<RecordKind, string>> = {
  CASE_STUDY: 'Case study',
  EXPERIENCE: 'Experience',
  LESSON: 'Lesson',
};

const ILLUSTRATION = {
  da: 'En illustration, opdigtet for at vise, hvad der kan skrives her.',
  en: 'An illustration, invented to show what can be written here.',
};

type Statement = readonly [element: string, value: string | null, language?: string];

function writeDublinCore(document: RecordDocument, source: HarvestSource): string {
  const language = document.language === Language.DA ? 'da' : 'en';
  const isIllustration = document.provenance === Provenance.ILLUSTRATIVE;
  const statements: Statement[] = [
    ['title', document.title, language],
    ['creator', document.organisation.name],
    ...subjects(document, source, language).map((subject): Statement => ['subject', subject, language]),
    ...(isIllustration ? [['description', ILLUSTRATION[language], language] as const] : []),
    ...descriptions(document).map((text): Statement => ['description', text, language]),
    ['publisher', source.publisher],
    ...contributors(document).map((name): Statement => ['contributor', name]),
    ['date', document.publishedAt.slice(0, 10)],
    ['type', 'Text'],
    ['type', TYPES[document.recordKind], 'en'],
    ...(isIllustration ? [['type', 'Illustration', 'en'] as const] : []),
    ['identifier', document.url],
    ['language', language],
    ...relations(document).map((url): Statement => ['relation', url]),
    ...document.sources.map((each): Statement => ['source', writeSource(each)]),
    ...coverage(document).map((place): Statement => ['coverage', place]),
    ['rights', source.license],
  ];
  const elements = statements.map(([element, value, lang]) =>
    value === null || value === '' ? '' : xmlText(`dc:${element}`, value, { 'xml:lang': lang }),
  );
  return xmlElement('oai_dc:dc', elements.join(''), {
    'xmlns:oai_dc': NAMESPACE,
    'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:schemaLocation': `${NAMESPACE} ${SCHEMA}`,
  });
}

function subjects(document: RecordDocument, { labels }: HarvestSource, language: 'da' | 'en'): string[] {
  const sets = [
    ...document.themes.map((slug) => `theme:${slug}`),
    ...document.recommendations.map((number) => `recommendation:${number}`),
  ];
  return sets.flatMap((set) => labels.get(set)?.[language === 'da' ? 'danish' : 'english'] ?? []);
}

/** What tells most, shortest first: all of it is in the own format. */
function descriptions(document: RecordDocument): (string | null)[] {
  switch (document.recordKind) {
    case RecordKind.CASE_STUDY:
      return [document.summary, document.description];
    case RecordKind.EXPERIENCE:
      return [document.purpose, document.experienced, document.gain];
    case RecordKind.LESSON:
      return [document.advice, document.context];
  }
}

function contributors(document: RecordDocument): string[] {
  if (document.recordKind !== RecordKind.CASE_STUDY) return [];
  const names = document.parties.map(({ organisation }) => organisation.name);
  return [...new Set(names)].filter((name) => name !== document.organisation.name);
}

function relations(document: RecordDocument): string[] {
  const urls = document.links.map(({ from, to }) => (from.id === document.id ? to : from).url);
  if (document.recordKind === RecordKind.EXPERIENCE && document.caseStudy !== null) urls.push(document.caseStudy.url);
  if (document.recordKind === RecordKind.LESSON)
    urls.push(...document.evidence.map(({ experience }) => experience.url));
  return [...new Set(urls)];
}

function writeSource({ title, publisher, year, page, url }: SourceDocument): string {
  return [title, publisher, year, page, url].filter((part) => part != null && part !== '').join(', ');
}

function coverage(document: RecordDocument): string[] {
  if (document.recordKind === RecordKind.LESSON) return [];
  const { startedOn, endedOn } = document;
  const period = startedOn === null && endedOn === null ? [] : [`${startedOn ?? ''}/${endedOn ?? ''}`];
  if (document.recordKind === RecordKind.EXPERIENCE || document.municipality === null) return period;
  const { name, region } = document.municipality;
  return [name, region.name, ...period];
}
