/** A record as JSON-LD. The Turtle is made of the same: see `record-turtle.ts`. */
import type {
  CaseStudyDocument,
  ExperienceDocument,
  LessonDocument,
  RecordDocument,
} from '../documents/record-document.js';
import { RecordKind } from '../records/record.entity.js';
import { type NodeObject, nodeObject, textIn } from './node-object.js';
import { OrganisationNodes } from './organisation-node.js';
import { partnershipAddress, partnershipNode } from './partnership-node.js';
import { adoptionNodes, linkProperties, recordNode, sourceNodes, typeOf } from './relation-nodes.js';

/** What a document does not say of itself. */
export interface Publication {
  /** The address of the licence. */
  readonly license?: string;
  /** The name of who publishes. */
  readonly publisher?: string;
  /** The published versions, oldest first; without them the document's alone is told. */
  readonly versions?: readonly RecordVersion[];
}

export interface RecordVersion {
  readonly version: number;
  /** ISO 8601 in UTC. */
  readonly publishedAt: string;
}

/**
 * The record as a node of JSON-LD, with everything that belongs to it inside.
 *
 * @param base the address of the server as clients know it, without a slash at the end
 * @returns without `@context`: many can share one
 */
export function recordJsonLd(document: RecordDocument, base: string, publication: Publication = {}): NodeObject {
  const organisations = new OrganisationNodes(base);
  const language = document.language.toLowerCase();
  const { url } = document;
  return nodeObject(url, ['Article', typeOf(document.recordKind)], {
    identifier: `urn:uuid:${document.id}`,
    name: textIn(language, document.title),
    inLanguage: language,
    datePublished: document.publishedAt,
    dateModified: document.updatedAt,
    author: organisations.node(document.organisation),
    ...publisherProperties(publication, base),
    provenance: document.provenance,
    documentation: document.documentation,
    subject: document.themes.map((slug) => `${base}/themes/${slug}`),
    recommendation: document.recommendations.map((number) => `${base}/framework/recommendations/${number}`),
    ...propertiesOfKind(document, language, organisations, base),
    citation: sourceNodes(document),
    ...linkProperties(document),
    adoption: adoptionNodes(document, organisations),
    hasVersion: versionNodes(document, publication.versions),
  });
}

function propertiesOfKind(document: RecordDocument, language: string, organisations: OrganisationNodes, base: string) {
  switch (document.recordKind) {
    case RecordKind.CASE_STUDY:
      return caseStudyProperties(document, language, organisations, base);
    case RecordKind.EXPERIENCE:
      return experienceProperties(document, language);
    case RecordKind.LESSON:
      return lessonProperties(document, language);
  }
}

function caseStudyProperties(
  document: CaseStudyDocument,
  language: string,
  organisations: OrganisationNodes,
  base: string,
) {
  return {
    abstract: textIn(language, document.summary),
    description: textIn(language, document.description),
    about: partnershipNode(document, language, organisations, base),
  };
}

function experienceProperties(document: ExperienceDocument, language: string) {
  const { caseStudy } = document;
  return {
    caseStudy: caseStudy && recordNode(caseStudy),
    // The case tells of the partnership, and so does the experience: neither is made from the other.
    about: caseStudy && partnershipAddress(caseStudy),
    purpose: textIn(language, document.purpose),
    experienced: textIn(language, document.experienced),
    challenges: textIn(language, document.challenges),
    barriers: textIn(language, document.barriers),
    gain: textIn(language, document.gain),
    phase: document.phase,
    outcome: document.outcome,
    startDate: document.startedOn,
    endDate: document.endedOn,
  };
}

function lessonProperties(document: LessonDocument, language: string) {
  const experiences = (stance: string) =>
    document.evidence.filter((evidence) => evidence.stance === stance).map(({ experience }) => recordNode(experience));
  return {
    context: textIn(language, document.context),
    cause: textIn(language, document.cause),
    advice: textIn(language, document.advice),
    avoid: textIn(language, document.avoid),
    supportedBy: experiences('SUPPORTS'),
    contradictedBy: experiences('CONTRADICTS'),
    evidence: document.evidence.map(({ experience, stance, note, createdAt }) =>
      // An experience is evidence for a lesson once at the most.
      nodeObject(`${document.url}#evidence-${experience.id}`, 'Evidence', {
        experience: experience.url,
        stance,
        note,
        dateCreated: createdAt,
      }),
    ),
  };
}

function publisherProperties({ license, publisher }: Publication, base: string) {
  return {
    publisher: publisher === undefined ? null : nodeObject(`${base}/#publisher`, 'Organization', { name: publisher }),
    license,
  };
}

function versionNodes({ url, version, updatedAt }: RecordDocument, versions?: readonly RecordVersion[]): NodeObject[] {
  const address = (number: number) => `${url}#version-${number}`;
  return (versions ?? [{ version, publishedAt: updatedAt }]).map(({ version, publishedAt }, place, all) =>
    nodeObject(address(version), 'Entity', {
      version,
      specializationOf: url,
      generatedAtTime: publishedAt,
      wasRevisionOf: place === 0 ? null : address(all[place - 1]!.version),
    }),
  );
}
