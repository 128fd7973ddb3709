/** What a record looks like in the own format: from this both its XML and the schema of that are written. */
import { Language } from '../../common/language.js';
import { CaseStudyKind, CaseStudyState, Scope } from '../case-studies/case-study.entity.js';
import { ContributionKind, PartyRole, RuleTopic } from '../case-studies/partnership.entity.js';
import { OrganisationKind, Sector } from '../directory/organisation.entity.js';
import type {
  AdoptionDocument,
  CaseStudyDocument,
  ExperienceDocument,
  LessonDocument,
  LinkDocument,
  OrganisationReference,
  PartyDocument,
  RecordReference,
  SourceDocument,
} from '../documents/record-document.js';
import { Phase } from '../experiences/experience.entity.js';
import { StakeholderGroup } from '../framework/framework.entity.js';
import { EvidenceStance } from '../lessons/lesson.entity.js';
import { LinkRelation } from '../records/link.entity.js';
import { Outcome } from '../records/outcome.js';
import { Documentation, Provenance, RecordKind } from '../records/record.entity.js';

/** A text of a simple type of XML Schema, or one of some values. */
export interface TextShape {
  readonly type: string;
  readonly values?: readonly string[];
}

/** Elements in this order. */
export interface ObjectShape {
  readonly fields: Readonly<Record<string, FieldShape>>;
}

export interface ListShape {
  /** What each is called. */
  readonly item: string;
  readonly of: TextShape | ObjectShape;
}

export type Shape = TextShape | ObjectShape | ListShape;
export type FieldShape = Shape & { readonly optional?: boolean };

/** Everything that a document has, and what of it may be missing. */
type Fields<Document> = {
  readonly [Key in keyof Document]-?: null extends Document[Key] ? Shape & { readonly optional: true } : Shape;
};

const text: TextShape = { type: 'xs:string' };
const token: TextShape = { type: 'xs:token' };
const integer: TextShape = { type: 'xs:integer' };
const amount: TextShape = { type: 'xs:decimal' };
const day: TextShape = { type: 'xs:date' };
const time: TextShape = { type: 'xs:dateTime' };
const oneOf = (values: Readonly<Record<string, string>>): TextShape => ({
  type: 'xs:token',
  values: Object.values(values),
});
const maybe = <One extends Shape>(shape: One) => ({ ...shape, optional: true as const });
const object = <Document>(fields: Fields<Document>): ObjectShape => ({ fields });
const list = (item: string, of: TextShape | ObjectShape): ListShape => ({ item, of });

const organisation = object<OrganisationReference>({
  id: token,
  kind: oneOf(OrganisationKind),
  name: text,
  country: token,
  isil: maybe(token),
  agencyId: maybe(token),
  sector: maybe(oneOf(Sector)),
  cvr: maybe(token),
  wikidataId: maybe(token),
  municipalityCode: maybe(token),
  url: maybe(text),
});

const reference = object<RecordReference>({
  id: token,
  recordKind: oneOf(RecordKind),
  slug: token,
  title: text,
  url: text,
});

const link = object<LinkDocument>({
  id: token,
  relation: oneOf(LinkRelation),
  from: reference,
  to: reference,
  note: maybe(text),
  createdAt: time,
});

const adoption = object<AdoptionDocument>({
  id: token,
  organisation,
  taken: text,
  adaptation: maybe(text),
  outcome: maybe(oneOf(Outcome)),
  result: maybe(text),
  adoptedOn: maybe(day),
  createdAt: time,
});

const source = object<SourceDocument>({
  title: text,
  publisher: maybe(text),
  year: maybe(integer),
  url: maybe(text),
  page: maybe(text),
});

const party = object<PartyDocument>({
  organisation,
  role: oneOf(PartyRole),
  contributions: list(
    'contribution',
    object<PartyDocument['contributions'][number]>({
      kind: oneOf(ContributionKind),
      description: text,
      amount: maybe(amount),
      currency: maybe(token),
    }),
  ),
});

/** What all documents have, apart from its kind. */
type Common = Pick<CaseStudyDocument & ExperienceDocument & LessonDocument, never> &
  Omit<Pick<LessonDocument, keyof LessonDocument & keyof CaseStudyDocument & keyof ExperienceDocument>, 'recordKind'>;

const COMMON: Fields<Common> = {
  id: token,
  slug: token,
  url: text,
  title: text,
  language: oneOf(Language),
  provenance: oneOf(Provenance),
  documentation: oneOf(Documentation),
  version: integer,
  publishedAt: time,
  updatedAt: time,
  organisation,
  recommendations: list('recommendation', integer),
  themes: list('theme', token),
  sources: list('source', source),
  links: list('link', link),
  adoptions: list('adoption', adoption),
};

const kind = (value: RecordKind): TextShape => ({ type: 'xs:token', values: [value] });

const caseStudy = object<CaseStudyDocument>({
  recordKind: kind(RecordKind.CASE_STUDY),
  ...COMMON,
  summary: text,
  description: maybe(text),
  kind: oneOf(CaseStudyKind),
  scope: oneOf(Scope),
  state: maybe(oneOf(CaseStudyState)),
  municipality: maybe(
    object<NonNullable<CaseStudyDocument['municipality']>>({
      code: token,
      name: text,
      region: object<NonNullable<CaseStudyDocument['municipality']>['region']>({ code: token, name: text }),
    }),
  ),
  startedOn: maybe(day),
  endedOn: maybe(day),
  rationales: list('rationale', integer),
  parties: list('party', party),
  rulesOfPlay: list('ruleOfPlay', object<CaseStudyDocument['rulesOfPlay'][number]>({ topic: oneOf(RuleTopic), text })),
  benefits: list(
    'benefit',
    object<CaseStudyDocument['benefits'][number]>({ group: oneOf(StakeholderGroup), description: text }),
  ),
  funding: list(
    'fund',
    object<CaseStudyDocument['funding'][number]>({
      pool: text,
      amount: maybe(amount),
      currency: maybe(token),
      year: maybe(integer),
    }),
  ),
});

const experience = object<ExperienceDocument>({
  recordKind: kind(RecordKind.EXPERIENCE),
  ...COMMON,
  caseStudy: maybe(reference),
  purpose: maybe(text),
  experienced: maybe(text),
  challenges: maybe(text),
  barriers: maybe(text),
  gain: maybe(text),
  phase: maybe(oneOf(Phase)),
  outcome: maybe(oneOf(Outcome)),
  startedOn: maybe(day),
  endedOn: maybe(day),
});

const lesson = object<LessonDocument>({
  recordKind: kind(RecordKind.LESSON),
  ...COMMON,
  context: maybe(text),
  cause: maybe(text),
  advice: text,
  avoid: maybe(text),
  evidence: list(
    'piece',
    object<LessonDocument['evidence'][number]>({
      experience: reference,
      stance: oneOf(EvidenceStance),
      note: maybe(text),
      createdAt: time,
    }),
  ),
});

/** The root element of each kind of record, and what is in it. */
export const RECORD_SHAPES: Readonly<Record<RecordKind, { readonly element: string; readonly shape: ObjectShape }>> = {
  CASE_STUDY: { element: 'caseStudy', shape: caseStudy },
  EXPERIENCE: { element: 'experience', shape: experience },
  LESSON: { element: 'lesson', shape: lesson },
};
