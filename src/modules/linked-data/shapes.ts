/** What our triples have to look like, as SHACL: for those who validate what they took over, and for our own tests. */
import { turtlePrefixes } from './record-turtle.js';

/** @param base the address of the server as clients know it, without a slash at the end */
export function shapes(base: string): string {
  return `@prefix sh: <http://www.w3.org/ns/shacl#>.
${turtlePrefixes(base)}
${Object.entries(SHAPES)
  .map(([name, shape]) => writeShape(name, shape))
  .join('\n')}`;
}

interface Shape {
  /** Classes, or a property whose values are meant, with their prefixes. */
  readonly targets: readonly string[];
  /** Each line is what is asked of one property. */
  readonly properties: readonly string[];
}

function writeShape(name: string, { targets, properties }: Shape): string {
  const parts = [
    ...targets.map((target) => `sh:targetClass ${target}`),
    ...properties.map((property) => `sh:property [ ${property} ]`),
  ];
  return `medspil:${name}Shape a sh:NodeShape;\n    ${parts.join(';\n    ')}.\n`;
}

const ONE = 'sh:minCount 1; sh:maxCount 1';
const SOME = 'sh:minCount 1';
const AT_MOST_ONE = 'sh:maxCount 1';

const path = (property: string, ...rest: readonly string[]) => [`sh:path ${property}`, ...rest].join('; ');
/** In one language of ours, and not empty. */
const text = (property: string, count: string) =>
  path(
    property,
    count,
    'sh:datatype rdf:langString',
    'sh:languageIn ("da" "en")',
    'sh:uniqueLang true',
    'sh:minLength 1',
  );
const string = (property: string, count: string) => path(property, count, 'sh:datatype xsd:string', 'sh:minLength 1');
const typed = (property: string, type: string, count: string) => path(property, count, `sh:datatype ${type}`);
const ofClass = (property: string, type: string, ...count: readonly string[]) =>
  path(property, ...count, 'sh:nodeKind sh:IRI', `sh:class ${type}`);
const address = (property: string, ...count: readonly string[]) => path(property, ...count, 'sh:nodeKind sh:IRI');
const concept = (property: string, of: string, count: string) =>
  path(property, count, 'sh:nodeKind sh:IRI', `sh:pattern "/ns#${of}-[A-Z_]+$"`);

const SHAPES: Readonly<Record<string, Shape>> = {
  Record: {
    // Not the classes of records: a record that is only pointed at has its class, too, and no more.
    targets: ['schema:Article'],
    properties: [
      path('schema:identifier', ONE, 'sh:pattern "^urn:uuid:[0-9a-f-]{36}$"'),
      text('schema:name', ONE),
      path('schema:inLanguage', ONE, 'sh:in ("da" "en")'),
      typed('schema:datePublished', 'xsd:dateTime', ONE),
      typed('schema:dateModified', 'xsd:dateTime', ONE),
      path('schema:datePublished', 'sh:lessThanOrEquals schema:dateModified'),
      ofClass('schema:author', 'schema:Organization', ONE),
      ofClass('schema:publisher', 'schema:Organization', ONE),
      address('schema:license', ONE),
      concept('medspil:provenance', 'provenance', ONE),
      concept('medspil:documentation', 'documentation', ONE),
      path('dcterms:subject', 'sh:nodeKind sh:IRI', 'sh:pattern "/themes/[a-z0-9-]+$"'),
      path('medspil:recommendation', 'sh:nodeKind sh:IRI', 'sh:pattern "/framework/recommendations/[0-9]+$"'),
      ofClass('dcterms:hasVersion', 'prov:Entity', SOME),
      ofClass('schema:citation', 'schema:CreativeWork'),
      ofClass('medspil:link', 'medspil:Link'),
      ofClass('medspil:adoption', 'medspil:Adoption'),
      path(
        'rdf:type',
        'sh:qualifiedValueShape [ sh:in (medspil:CaseStudy medspil:Experience medspil:Lesson) ]',
        'sh:qualifiedMinCount 1',
        'sh:qualifiedMaxCount 1',
      ),
    ],
  },
  CaseStudy: {
    targets: ['medspil:CaseStudy'],
    properties: [text('schema:abstract', AT_MOST_ONE), text('schema:description', AT_MOST_ONE)],
  },
  Experience: {
    targets: ['medspil:Experience'],
    properties: [
      ofClass('medspil:caseStudy', 'medspil:CaseStudy', AT_MOST_ONE),
      path('schema:about', AT_MOST_ONE, 'sh:nodeKind sh:IRI', 'sh:pattern "#partnership$"'),
      ...['purpose', 'experienced', 'challenges', 'barriers', 'gain'].map((name) =>
        text(`medspil:${name}`, AT_MOST_ONE),
      ),
      concept('medspil:phase', 'phase', AT_MOST_ONE),
      concept('medspil:outcome', 'outcome', AT_MOST_ONE),
      typed('schema:startDate', 'xsd:date', AT_MOST_ONE),
      typed('schema:endDate', 'xsd:date', AT_MOST_ONE),
    ],
  },
  Lesson: {
    targets: ['medspil:Lesson'],
    properties: [
      ...['context', 'cause', 'advice', 'avoid'].map((name) => text(`medspil:${name}`, AT_MOST_ONE)),
      ofClass('medspil:supportedBy', 'medspil:Experience'),
      ofClass('medspil:contradictedBy', 'medspil:Experience'),
      path('medspil:supportedBy', 'sh:disjoint medspil:contradictedBy'),
      ofClass('medspil:evidence', 'medspil:Evidence'),
    ],
  },
  Partnership: {
    targets: ['medspil:Partnership'],
    properties: [
      concept('medspil:caseStudyKind', 'kind', ONE),
      concept('medspil:scope', 'scope', ONE),
      concept('medspil:state', 'state', AT_MOST_ONE),
      typed('schema:startDate', 'xsd:date', AT_MOST_ONE),
      typed('schema:endDate', 'xsd:date', AT_MOST_ONE),
      path('schema:startDate', 'sh:lessThanOrEquals schema:endDate'),
      ofClass('schema:location', 'schema:AdministrativeArea', AT_MOST_ONE),
      path('medspil:rationale', 'sh:nodeKind sh:IRI', 'sh:pattern "/framework/rationales/[0-9]+$"'),
      ofClass('prov:wasAssociatedWith', 'schema:Organization'),
      ofClass('prov:qualifiedAssociation', 'medspil:Party'),
      ofClass('medspil:ruleOfPlay', 'medspil:RuleOfPlay'),
      ofClass('medspil:benefit', 'medspil:Benefit'),
      ofClass('schema:funding', 'schema:MonetaryGrant'),
    ],
  },
  Party: {
    targets: ['medspil:Party'],
    properties: [
      ofClass('prov:agent', 'schema:Organization', ONE),
      concept('prov:hadRole', 'role', ONE),
      ofClass('medspil:contribution', 'medspil:Contribution'),
    ],
  },
  Contribution: {
    targets: ['medspil:Contribution'],
    properties: [
      concept('medspil:contributionKind', 'contribution', ONE),
      text('schema:description', ONE),
      ofClass('schema:amount', 'schema:MonetaryAmount', AT_MOST_ONE),
    ],
  },
  Amount: {
    targets: ['schema:MonetaryAmount'],
    properties: [
      path('schema:value', ONE, 'sh:datatype xsd:decimal', 'sh:minInclusive 0'),
      path('schema:currency', ONE, 'sh:pattern "^[A-Z]{3}$"'),
    ],
  },
  RuleOfPlay: {
    targets: ['medspil:RuleOfPlay'],
    properties: [concept('medspil:topic', 'topic', ONE), text('schema:text', ONE)],
  },
  Benefit: {
    targets: ['medspil:Benefit'],
    properties: [concept('medspil:stakeholderGroup', 'group', ONE), text('schema:description', ONE)],
  },
  Grant: {
    targets: ['schema:MonetaryGrant'],
    properties: [
      string('schema:name', ONE),
      ofClass('schema:amount', 'schema:MonetaryAmount', AT_MOST_ONE),
      typed('dcterms:date', 'xsd:gYear', AT_MOST_ONE),
    ],
  },
  Evidence: {
    targets: ['medspil:Evidence'],
    properties: [
      ofClass('medspil:experience', 'medspil:Experience', ONE),
      concept('medspil:stance', 'stance', ONE),
      typed('schema:dateCreated', 'xsd:dateTime', ONE),
    ],
  },
  Link: {
    targets: ['medspil:Link'],
    properties: [
      concept('medspil:relation', 'relation', ONE),
      address('medspil:from', ONE),
      address('medspil:to', ONE),
      path('medspil:from', 'sh:disjoint medspil:to'),
      typed('schema:dateCreated', 'xsd:dateTime', ONE),
    ],
  },
  Adoption: {
    targets: ['medspil:Adoption'],
    properties: [
      address('prov:used', ONE),
      ofClass('prov:wasAssociatedWith', 'schema:Organization', ONE),
      string('medspil:taken', ONE),
      concept('medspil:outcome', 'outcome', AT_MOST_ONE),
      typed('schema:startDate', 'xsd:date', AT_MOST_ONE),
      typed('schema:dateCreated', 'xsd:dateTime', ONE),
    ],
  },
  Source: {
    targets: ['schema:CreativeWork'],
    properties: [
      text('schema:name', ONE),
      ofClass('schema:publisher', 'schema:Organization', AT_MOST_ONE),
      typed('dcterms:date', 'xsd:gYear', AT_MOST_ONE),
      address('schema:url', AT_MOST_ONE),
    ],
  },
  Organisation: {
    targets: ['schema:Organization'],
    properties: [
      string('schema:name', ONE),
      path('medspil:isil', AT_MOST_ONE, 'sh:pattern "^[A-Z]{1,4}-[A-Za-z0-9/:-]{1,11}$"'),
      path('medspil:cvr', AT_MOST_ONE, 'sh:pattern "^[0-9]{8}$"'),
      concept('medspil:sector', 'sector', AT_MOST_ONE),
      path(
        'schema:sameAs',
        AT_MOST_ONE,
        'sh:nodeKind sh:IRI',
        'sh:pattern "^http://www.wikidata.org/entity/Q[1-9][0-9]*$"',
      ),
      ofClass('schema:address', 'schema:PostalAddress', AT_MOST_ONE),
    ],
  },
  Library: {
    targets: ['schema:Library'],
    properties: [string('medspil:isil', ONE)],
  },
  Place: {
    targets: ['schema:AdministrativeArea'],
    properties: [text('schema:name', ONE), path('schema:identifier', ONE, 'sh:pattern "^[0-9]{4}$"')],
  },
  Version: {
    targets: ['prov:Entity'],
    properties: [
      path('schema:version', ONE, 'sh:datatype xsd:integer', 'sh:minInclusive 1'),
      address('prov:specializationOf', ONE),
      typed('prov:generatedAtTime', 'xsd:dateTime', ONE),
      ofClass('prov:wasRevisionOf', 'prov:Entity', AT_MOST_ONE),
    ],
  },
  Concept: {
    targets: ['skos:Concept'],
    properties: [
      path('skos:prefLabel', 'sh:minCount 2; sh:maxCount 2', 'sh:languageIn ("da" "en")', 'sh:uniqueLang true'),
      ofClass('skos:inScheme', 'skos:ConceptScheme', ONE),
      string('skos:notation', ONE),
    ],
  },
  Term: {
    targets: ['rdfs:Class', 'rdf:Property'],
    properties: [
      path('rdfs:label', 'sh:minCount 2; sh:maxCount 2', 'sh:languageIn ("da" "en")', 'sh:uniqueLang true'),
      path('rdfs:comment', 'sh:minCount 2; sh:maxCount 2', 'sh:languageIn ("da" "en")', 'sh:uniqueLang true'),
      address('rdfs:isDefinedBy', ONE),
    ],
  },
};
