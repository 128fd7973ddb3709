/**
 * Which columns of `record` a query reads: those that it asks for. A record has a dozen long texts; reading all of them
 * for a list of titles cost four fifths of a page's time.
 */
import type { GraphQLResolveInfo } from 'graphql';
import QuickLRU from 'quick-lru';
import { raw, type Sql } from 'sql-template-tag';
import { asksForCursors, fieldsOfNodes, fieldsOfObject } from '../../common/selection.js';

/** SQL expression of each property that a row of `record r` may be read with. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  id: 'coalesce(r.working_copy_of, r.id)',
  rowId: 'r.id',
  recordKind: 'r.kind',
  __typename: `CASE r.kind WHEN 'CASE_STUDY' THEN 'CaseStudy' WHEN 'EXPERIENCE' THEN 'Experience' ELSE 'Lesson' END`,
  slug: 'r.slug',
  title: 'r.title',
  language: 'r.language',
  status: 'r.status',
  provenance: 'r.provenance',
  documentation: 'r.documentation',
  version: 'r.version',
  organisationId: 'r.organisation_id',
  workingCopyOf: 'r.working_copy_of',
  createdAt: 'r.created_at',
  updatedAt: 'r.updated_at',
  publishedAt: 'r.published_at',
  summary: 'r.summary',
  description: 'r.description',
  kind: 'r.case_kind',
  scope: 'r.scope',
  state: 'r.state',
  municipalityCode: 'r.municipality_code',
  startedOn: 'r.started_on',
  endedOn: 'r.ended_on',
  caseStudyId: 'r.case_study_id',
  purpose: 'r.purpose',
  experienced: 'r.experienced',
  challenges: 'r.challenges',
  barriers: 'r.barriers',
  gain: 'r.gain',
  phase: 'r.phase',
  outcome: 'r.outcome',
  context: 'r.context',
  cause: 'r.cause',
  advice: 'r.advice',
  avoid: 'r.avoid',
};

/** The properties that are texts in Markdown, in the order in which they are told. */
export const MARKDOWN_FIELDS = [
  'description',
  'purpose',
  'experienced',
  'challenges',
  'barriers',
  'gain',
  'context',
  'cause',
  'advice',
  'avoid',
] as const;

/** The properties that a field's resolver looks at, for fields that are no property themselves. */
const NEEDED_BY: Readonly<Record<string, readonly string[]>> = {
  organisation: ['organisationId'],
  municipality: ['municipalityCode'],
  caseStudy: ['caseStudyId'],
  workingCopy: ['id', 'workingCopyOf'],
  renderedTexts: MARKDOWN_FIELDS,
  ...Object.fromEntries(
    [
      'sources',
      'themes',
      'recommendations',
      'rationales',
      'parties',
      'rulesOfPlay',
      'benefits',
      'funding',
      'definitionCheck',
      'warnings',
    ].map((field) => [field, ['rowId']]),
  ),
  ...Object.fromEntries(
    [
      'url',
      'citation',
      'links',
      'adoptions',
      'revision',
      'revisions',
      'difference',
      'reviewComments',
      'experiences',
      'lessons',
      'caseStudies',
      'evidence',
      'confidence',
    ].map((field) => [field, ['id']]),
  ),
};

/** What the sort keys and tie-breakers of lists are read from. */
const CURSOR_PROPERTIES = ['rowId', 'title', 'createdAt', 'updatedAt', 'publishedAt'];

/** Names of properties in the order above, with spaces between: equal for queries that need the same. */
export type RecordColumns = string;

export const ALL_COLUMNS: RecordColumns = Object.keys(EXPRESSIONS).join(' ');

const ofFields = new WeakMap<ReadonlySet<string>, RecordColumns>();

/** What the nodes of the connection that is being resolved must be read with; nodes of an interface want `__typename`, too. */
export function columnsOfNodes(info: GraphQLResolveInfo, further: readonly string[] = []): RecordColumns {
  const fields = fieldsOfNodes(info);
  let columns = ofFields.get(fields);
  if (columns === undefined) {
    columns = columnsFor(fields, asksForCursors(info) ? [...CURSOR_PROPERTIES, ...further] : further);
    ofFields.set(fields, columns);
  }
  return columns;
}

/** What the record that is being resolved must be read with. */
export function columnsOfRecord(info: GraphQLResolveInfo): RecordColumns {
  const fields = fieldsOfObject(info);
  let columns = ofFields.get(fields);
  if (columns === undefined) {
    columns = columnsFor(fields, []);
    ofFields.set(fields, columns);
  }
  return columns;
}

function columnsFor(fields: ReadonlySet<string>, further: readonly string[]): RecordColumns {
  const properties = new Set(further);
  for (const field of fields) {
    if (field in EXPRESSIONS) properties.add(field);
    // A field that nothing is known of may look at anything.
    else for (const property of NEEDED_BY[field] ?? Object.keys(EXPRESSIONS)) properties.add(property);
  }
  if (properties.size === 0) properties.add('rowId');
  return Object.keys(EXPRESSIONS)
    .filter((property) => properties.has(property))
    .join(' ');
}

const selectLists = new QuickLRU<RecordColumns, Sql>({ maxSize: 500 });

/** The select list that reads rows of `record r` as the entity classes have them. */
export function recordColumns(columns: RecordColumns = ALL_COLUMNS): Sql {
  let selectList = selectLists.get(columns);
  if (selectList === undefined) {
    selectList = raw(
      columns
        .split(' ')
        .map((property) => `${EXPRESSIONS[property]} AS "${property}"`)
        .join(', '),
    );
    selectLists.set(columns, selectList);
  }
  return selectList;
}
