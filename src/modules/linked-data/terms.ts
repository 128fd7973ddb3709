/**
 * The words of our linked data and what each means: the one table from which the published context, the triples and the
 * vocabulary are made. A word that a common vocabulary has is that word; `medspil:` has only what none of them says.
 */

export const XSD = 'http://www.w3.org/2001/XMLSchema#';

const COMMON_PREFIXES = {
  schema: 'https://schema.org/',
  dcterms: 'http://purl.org/dc/terms/',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  prov: 'http://www.w3.org/ns/prov#',
  dcat: 'http://www.w3.org/ns/dcat#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  spdx: 'http://spdx.org/rdf/terms#',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xsd: XSD,
} as const;

/**
 * The prefixes that terms are written with.
 *
 * @param base the address of the server as clients know it, without a slash at the end
 */
export function prefixes(base: string): Readonly<Record<string, string>> {
  return { ...COMMON_PREFIXES, medspil: `${base}/ns#` };
}

/** An IRI that is written with one of the prefixes, as a whole. */
export function expand(id: string, known: Readonly<Record<string, string>>): string {
  const colon = id.indexOf(':');
  return known[id.slice(0, colon)] + id.slice(colon + 1);
}

/** Names of types of XML Schema. */
type LiteralType = 'date' | 'dateTime' | 'gYear' | 'decimal' | 'nonNegativeInteger' | 'hexBinary';

/** How the value of a property is read. */
export type Coercion =
  /** A node: an object with `@id`, or the IRI alone. */
  | { readonly as: 'node' }
  /** One of the values of an enum, a concept of ours: `LOCAL` of `scope` is `medspil:scope-LOCAL`. */
  | { readonly as: 'concept'; readonly of: string }
  /** Text by language, `{ "da": "..." }`; a name that is in no language is a string as it is. */
  | { readonly as: 'text' }
  /** A string, or a whole number. */
  | { readonly as: 'plain' }
  /** A string that the type gives a meaning. */
  | { readonly as: 'literal'; readonly type: LiteralType };

export interface Term {
  /** With its prefix. */
  readonly id: string;
  readonly coercion: Coercion;
}

const node = (id: string): Term => ({ id, coercion: { as: 'node' } });
const concept = (id: string, of: string): Term => ({ id, coercion: { as: 'concept', of } });
const text = (id: string): Term => ({ id, coercion: { as: 'text' } });
const plain = (id: string): Term => ({ id, coercion: { as: 'plain' } });
const literal = (id: string, type: LiteralType): Term => ({
  id,
  coercion: { as: 'literal', type },
});

export const PROPERTIES: Readonly<Record<string, Term>> = {
  // Of records and of most else.
  name: text('schema:name'),
  abstract: text('schema:abstract'),
  description: text('schema:description'),
  text: text('schema:text'),
  identifier: plain('schema:identifier'),
  version: plain('schema:version'),
  inLanguage: plain('schema:inLanguage'),
  datePublished: literal('schema:datePublished', 'dateTime'),
  dateModified: literal('schema:dateModified', 'dateTime'),
  dateCreated: literal('schema:dateCreated', 'dateTime'),
  startDate: literal('schema:startDate', 'date'),
  endDate: literal('schema:endDate', 'date'),
  date: literal('dcterms:date', 'gYear'),
  author: node('schema:author'),
  publisher: node('schema:publisher'),
  license: node('schema:license'),
  about: node('schema:about'),
  citation: node('schema:citation'),
  url: node('schema:url'),
  pagination: plain('schema:pagination'),
  subject: node('dcterms:subject'),
  recommendation: node('medspil:recommendation'),
  provenance: concept('medspil:provenance', 'provenance'),
  documentation: concept('medspil:documentation', 'documentation'),
  // Of versions.
  hasVersion: node('dcterms:hasVersion'),
  specializationOf: node('prov:specializationOf'),
  wasRevisionOf: node('prov:wasRevisionOf'),
  generatedAtTime: literal('prov:generatedAtTime', 'dateTime'),
  invalidatedAtTime: literal('prov:invalidatedAtTime', 'dateTime'),
  // Of partnerships.
  caseStudyKind: concept('medspil:caseStudyKind', 'kind'),
  scope: concept('medspil:scope', 'scope'),
  state: concept('medspil:state', 'state'),
  location: node('schema:location'),
  containedInPlace: node('schema:containedInPlace'),
  rationale: node('medspil:rationale'),
  wasAssociatedWith: node('prov:wasAssociatedWith'),
  qualifiedAssociation: node('prov:qualifiedAssociation'),
  agent: node('prov:agent'),
  role: concept('prov:hadRole', 'role'),
  contribution: node('medspil:contribution'),
  contributionKind: concept('medspil:contributionKind', 'contribution'),
  ruleOfPlay: node('medspil:ruleOfPlay'),
  topic: concept('medspil:topic', 'topic'),
  benefit: node('medspil:benefit'),
  stakeholderGroup: concept('medspil:stakeholderGroup', 'group'),
  funding: node('schema:funding'),
  amount: node('schema:amount'),
  value: literal('schema:value', 'decimal'),
  currency: plain('schema:currency'),
  // Of experiences.
  caseStudy: node('medspil:caseStudy'),
  phase: concept('medspil:phase', 'phase'),
  outcome: concept('medspil:outcome', 'outcome'),
  purpose: text('medspil:purpose'),
  experienced: text('medspil:experienced'),
  challenges: text('medspil:challenges'),
  barriers: text('medspil:barriers'),
  gain: text('medspil:gain'),
  // Of lessons.
  context: text('medspil:context'),
  cause: text('medspil:cause'),
  advice: text('medspil:advice'),
  avoid: text('medspil:avoid'),
  supportedBy: node('medspil:supportedBy'),
  contradictedBy: node('medspil:contradictedBy'),
  evidence: node('medspil:evidence'),
  experience: node('medspil:experience'),
  stance: concept('medspil:stance', 'stance'),
  note: plain('rdfs:comment'),
  // Of links.
  link: node('medspil:link'),
  from: node('medspil:from'),
  to: node('medspil:to'),
  relation: concept('medspil:relation', 'relation'),
  inspiredBy: node('medspil:inspiredBy'),
  continues: node('medspil:continues'),
  replicates: node('medspil:replicates'),
  confirms: node('medspil:confirms'),
  contradicts: node('medspil:contradicts'),
  replaces: node('dcterms:replaces'),
  related: node('dcterms:relation'),
  // Of adoptions.
  adoption: node('medspil:adoption'),
  used: node('prov:used'),
  taken: plain('medspil:taken'),
  adaptation: plain('medspil:adaptation'),
  result: plain('medspil:result'),
  // Of organisations.
  isil: plain('medspil:isil'),
  agencyId: plain('medspil:agencyId'),
  cvr: plain('medspil:cvr'),
  sector: concept('medspil:sector', 'sector'),
  address: node('schema:address'),
  addressCountry: plain('schema:addressCountry'),
  sameAs: node('schema:sameAs'),
  // Of concepts.
  prefLabel: text('skos:prefLabel'),
  definition: text('skos:definition'),
  notation: plain('skos:notation'),
  inScheme: node('skos:inScheme'),
  topConceptOf: node('skos:topConceptOf'),
  hasTopConcept: node('skos:hasTopConcept'),
  source: node('dcterms:source'),
  // Of the catalogue of downloads.
  title: text('dcterms:title'),
  summary: text('dcterms:description'),
  issued: literal('dcterms:issued', 'dateTime'),
  publishedBy: node('dcterms:publisher'),
  licensedAs: node('dcterms:license'),
  agentName: plain('foaf:name'),
  dataset: node('dcat:dataset'),
  service: node('dcat:service'),
  landingPage: node('dcat:landingPage'),
  inSeries: node('dcat:inSeries'),
  lastVersion: node('dcat:last'),
  distribution: node('dcat:distribution'),
  downloadURL: node('dcat:downloadURL'),
  mediaType: node('dcat:mediaType'),
  accessURL: node('dcat:accessURL'),
  byteSize: literal('dcat:byteSize', 'nonNegativeInteger'),
  conformsTo: node('dcterms:conformsTo'),
  datasetVersion: plain('dcat:version'),
  previousVersion: node('dcat:prev'),
  endpointURL: node('dcat:endpointURL'),
  endpointDescription: node('dcat:endpointDescription'),
  servesDataset: node('dcat:servesDataset'),
  checksum: node('spdx:checksum'),
  algorithm: node('spdx:algorithm'),
  checksumValue: literal('spdx:checksumValue', 'hexBinary'),
  // Of the vocabulary itself.
  label: text('rdfs:label'),
  comment: text('rdfs:comment'),
  subClassOf: node('rdfs:subClassOf'),
  subPropertyOf: node('rdfs:subPropertyOf'),
  range: node('rdfs:range'),
  isDefinedBy: node('rdfs:isDefinedBy'),
};

/** What things are. */
export const TYPES: Readonly<Record<string, string>> = {
  Article: 'schema:Article',
  CreativeWork: 'schema:CreativeWork',
  Organization: 'schema:Organization',
  Library: 'schema:Library',
  AdministrativeArea: 'schema:AdministrativeArea',
  PostalAddress: 'schema:PostalAddress',
  MonetaryGrant: 'schema:MonetaryGrant',
  MonetaryAmount: 'schema:MonetaryAmount',
  Entity: 'prov:Entity',
  Class: 'rdfs:Class',
  Property: 'rdf:Property',
  Concept: 'skos:Concept',
  ConceptScheme: 'skos:ConceptScheme',
  Catalog: 'dcat:Catalog',
  Dataset: 'dcat:Dataset',
  DatasetSeries: 'dcat:DatasetSeries',
  DataService: 'dcat:DataService',
  Distribution: 'dcat:Distribution',
  Checksum: 'spdx:Checksum',
  Agent: 'foaf:Agent',
  CaseStudy: 'medspil:CaseStudy',
  Experience: 'medspil:Experience',
  Lesson: 'medspil:Lesson',
  Partnership: 'medspil:Partnership',
  Party: 'medspil:Party',
  Contribution: 'medspil:Contribution',
  RuleOfPlay: 'medspil:RuleOfPlay',
  Benefit: 'medspil:Benefit',
  Evidence: 'medspil:Evidence',
  Link: 'medspil:Link',
  Adoption: 'medspil:Adoption',
};
