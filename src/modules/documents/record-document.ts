/**
 * A published record as one self-contained JSON document: what exports, harvests, linked data and citations are made of.
 * The names are those of the GraphQL API; lists are whole and not in pages.
 */
import type { Language } from '../../common/language.js';
import type { Benefit, Contribution, Funding, Party, RuleOfPlay } from '../case-studies/partnership.entity.js';
import type { CaseStudyKind, CaseStudyState, Scope } from '../case-studies/case-study.entity.js';
import type { OrganisationKind, Sector } from '../directory/organisation.entity.js';
import type { Phase } from '../experiences/experience.entity.js';
import type { EvidenceStance } from '../lessons/lesson.entity.js';
import type { LinkRelation } from '../records/link.entity.js';
import type { Outcome } from '../records/outcome.js';
import type { Documentation, Provenance, RecordKind } from '../records/record.entity.js';

/** An organisation as a document names it. */
export interface OrganisationReference {
  readonly id: string;
  readonly kind: OrganisationKind;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** ISO 15511; of libraries. */
  readonly isil: string | null;
  readonly agencyId: string | null;
  /** Of partners. */
  readonly sector: Sector | null;
  readonly cvr: string | null;
  readonly wikidataId: string | null;
  readonly municipalityCode: string | null;
  readonly url: string | null;
}

/** Another published record as a document names it. */
export interface RecordReference {
  readonly id: string;
  readonly recordKind: RecordKind;
  readonly slug: string;
  readonly title: string;
  /** Its persistent address. */
  readonly url: string;
}

export interface SourceDocument {
  readonly title: string;
  readonly publisher: string | null;
  readonly year: number | null;
  readonly url: string | null;
  readonly page: string | null;
}

export interface LinkDocument {
  readonly id: string;
  readonly relation: LinkRelation;
  /** One end is the record itself. */
  readonly from: RecordReference;
  readonly to: RecordReference;
  readonly note: string | null;
  readonly createdAt: string;
}

export interface AdoptionDocument {
  readonly id: string;
  readonly organisation: OrganisationReference;
  readonly taken: string;
  readonly adaptation: string | null;
  readonly outcome: Outcome | null;
  readonly result: string | null;
  /** YYYY-MM-DD. */
  readonly adoptedOn: string | null;
  readonly createdAt: string;
}

interface CommonDocument {
  readonly id: string;
  readonly slug: string;
  /** Its persistent address. */
  readonly url: string;
  readonly title: string;
  readonly language: Language;
  readonly provenance: Provenance;
  readonly documentation: Documentation;
  readonly version: number;
  /** When it was first published, and when this version was; ISO 8601 in UTC with milliseconds. */
  readonly publishedAt: string;
  readonly updatedAt: string;
  /** Who answers for it. */
  readonly organisation: OrganisationReference;
  readonly recommendations: readonly number[];
  /** Slugs. */
  readonly themes: readonly string[];
  readonly sources: readonly SourceDocument[];
  /** Those at either end of which it stands, oldest first. */
  readonly links: readonly LinkDocument[];
  /** Oldest first. */
  readonly adoptions: readonly AdoptionDocument[];
}

export interface PartyDocument {
  readonly organisation: OrganisationReference;
  readonly role: Party['role'];
  readonly contributions: readonly Pick<Contribution, 'kind' | 'description' | 'amount' | 'currency'>[];
}

export interface CaseStudyDocument extends CommonDocument {
  readonly recordKind: RecordKind.CASE_STUDY;
  readonly summary: string;
  readonly description: string | null;
  readonly kind: CaseStudyKind;
  readonly scope: Scope;
  readonly state: CaseStudyState | null;
  readonly municipality: {
    readonly code: string;
    readonly name: string;
    readonly region: { readonly code: string; readonly name: string };
  } | null;
  readonly startedOn: string | null;
  readonly endedOn: string | null;
  readonly rationales: readonly number[];
  readonly parties: readonly PartyDocument[];
  readonly rulesOfPlay: readonly Pick<RuleOfPlay, 'topic' | 'text'>[];
  readonly benefits: readonly Pick<Benefit, 'group' | 'description'>[];
  readonly funding: readonly Pick<Funding, 'pool' | 'amount' | 'currency' | 'year'>[];
}

export interface ExperienceDocument extends CommonDocument {
  readonly recordKind: RecordKind.EXPERIENCE;
  /** Null while the case is not published. */
  readonly caseStudy: RecordReference | null;
  readonly purpose: string | null;
  readonly experienced: string | null;
  readonly challenges: string | null;
  readonly barriers: string | null;
  readonly gain: string | null;
  readonly phase: Phase | null;
  readonly outcome: Outcome | null;
  readonly startedOn: string | null;
  readonly endedOn: string | null;
}

export interface LessonDocument extends CommonDocument {
  readonly recordKind: RecordKind.LESSON;
  readonly context: string | null;
  readonly cause: string | null;
  readonly advice: string;
  readonly avoid: string | null;
  /** Oldest first. */
  readonly evidence: readonly {
    readonly experience: RecordReference;
    readonly stance: EvidenceStance;
    readonly note: string | null;
    readonly createdAt: string;
  }[];
}

export type RecordDocument = CaseStudyDocument | ExperienceDocument | LessonDocument;
