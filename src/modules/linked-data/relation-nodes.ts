/** What a record stands in relation to, as nodes of JSON-LD: other records, sources, and those who used it. */
import type { LinkDocument, RecordDocument, RecordReference } from '../documents/record-document.js';
import { iri, type NodeObject, nodeObject, textIn } from './node-object.js';
import type { OrganisationNodes } from './organisation-node.js';
import { yearText } from './partnership-node.js';

const RECORD_TYPES: Readonly<Record<RecordDocument['recordKind'], string>> = {
  CASE_STUDY: 'CaseStudy',
  EXPERIENCE: 'Experience',
  LESSON: 'Lesson',
};

/** The property that says of a record directly what a link tells more of. */
const RELATIONS: Readonly<Record<LinkDocument['relation'], string>> = {
  INSPIRED_BY: 'inspiredBy',
  CONTINUES: 'continues',
  REPLICATES: 'replicates',
  CONFIRMS: 'confirms',
  CONTRADICTS: 'contradicts',
  SUPERSEDES: 'replaces',
  RELATED: 'related',
};

export function typeOf(kind: RecordDocument['recordKind']): string {
  return RECORD_TYPES[kind];
}

/** Another record by its IRI and kind; its title is its own to tell, in its own language. */
export function recordNode({ url, recordKind }: Pick<RecordReference, 'url' | 'recordKind'>): NodeObject {
  return nodeObject(url, typeOf(recordKind), {});
}

/** The links of a record: each directly, where the record is what it starts at, and whole, with its note. */
export function linkProperties({ url, links }: RecordDocument): Readonly<Record<string, NodeObject[]>> {
  const direct: Record<string, NodeObject[]> = {};
  for (const { relation, from, to } of links) {
    if (from.url === url) (direct[RELATIONS[relation]] ??= []).push(recordNode(to));
  }
  return { ...direct, link: links.map((link) => linkNode(link, url)) };
}

function linkNode({ id, relation, from, to, note, createdAt }: LinkDocument, url: string): NodeObject {
  // Of the other record it is told here what it would tell itself.
  const start = from.url === url ? url : { ...recordNode(from), [RELATIONS[relation]]: to.url };
  // The same node, whichever of its ends tells of it.
  return nodeObject(`${from.url}#link-${id}`, 'Link', {
    relation,
    from: start,
    to: to.url === url ? url : recordNode(to),
    note,
    dateCreated: createdAt,
  });
}

export function sourceNodes({ url, language, sources }: RecordDocument): NodeObject[] {
  return sources.map((source, place) => {
    const id = `${url}#source-${place + 1}`;
    return nodeObject(id, 'CreativeWork', {
      name: textIn(language.toLowerCase(), source.title),
      publisher: source.publisher && nodeObject(`${id}-publisher`, 'Organization', { name: source.publisher }),
      date: yearText(source.year),
      url: iri(source.url),
      pagination: source.page,
    });
  });
}

export function adoptionNodes({ url, adoptions }: RecordDocument, organisations: OrganisationNodes): NodeObject[] {
  return adoptions.map((adoption) =>
    nodeObject(`${url}#adoption-${adoption.id}`, 'Adoption', {
      used: url,
      wasAssociatedWith: organisations.node(adoption.organisation),
      taken: adoption.taken,
      adaptation: adoption.adaptation,
      outcome: adoption.outcome,
      result: adoption.result,
      startDate: adoption.adoptedOn,
      dateCreated: adoption.createdAt,
    }),
  );
}
