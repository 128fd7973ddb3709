/** Shapes of the seed constants. References between them are natural keys: municipality codes, ISILs, organisation keys, slugs. */

export type Language = 'DA' | 'EN';
export type Provenance = 'DOCUMENTED' | 'REPORTED' | 'IMPORTED' | 'ILLUSTRATIVE';
export type Documentation = 'COMPLETE' | 'INCOMPLETE';
export type Sector = 'PUBLIC' | 'PRIVATE' | 'CIVIL_SOCIETY';
export type CaseStudyKind =
  'PROJECT' | 'SERVICE' | 'EVENT' | 'HYBRID_CULTURE_ARENA' | 'NETWORK' | 'PROGRAMME' | 'OTHER';
export type Scope = 'LOCAL' | 'REGIONAL' | 'NATIONAL' | 'INTERNATIONAL';
export type CaseStudyState = 'PLANNED' | 'ACTIVE' | 'COMPLETED' | 'ENDED_EARLY';
export type PartyRole = 'LEAD' | 'PARTNER' | 'FUNDER' | 'OTHER';
export type ContributionKind =
  'STAFF' | 'EXPERTISE' | 'MONEY' | 'VENUE' | 'CONTENT' | 'TECHNOLOGY' | 'NETWORK' | 'AUDIENCE' | 'OTHER';
export type RuleTopic =
  'GOALS' | 'ROLES' | 'DECISIONS' | 'ECONOMY' | 'RIGHTS' | 'COMMUNICATION' | 'EVALUATION' | 'EXIT' | 'OTHER';
export type StakeholderGroup = 'USERS' | 'LIBRARIES' | 'BUSINESS' | 'PUBLIC_PARTNERS' | 'CIVIL_SOCIETY';
export type Phase = 'EXPLORING' | 'AGREEING' | 'RUNNING' | 'EVALUATING' | 'CONTINUING' | 'ENDING';
export type Outcome = 'SUCCESS' | 'MIXED' | 'FAILURE';
export type EvidenceStance = 'SUPPORTS' | 'CONTRADICTS';
export type LinkRelation =
  'INSPIRED_BY' | 'CONTINUES' | 'REPLICATES' | 'CONFIRMS' | 'CONTRADICTS' | 'SUPERSEDES' | 'RELATED';

/** The same text in both languages of the platform. */
export interface BilingualText {
  da: string;
  en: string;
}

export interface RegionSeed {
  /** Four digits, 1081 to 1085. */
  code: string;
  name: string;
  englishName: string;
}

export interface MunicipalitySeed {
  /** Four digits with the leading zero, as in the national register: '0101'. */
  code: string;
  name: string;
  englishName: string;
  regionCode: string;
}

export interface LibrarySeed {
  isil: string;
  /** Six digits: the ISIL without its country prefix. */
  agencyId: string;
  name: string;
  municipalityCode: string;
  url: string | null;
}

export interface PartnerSeed {
  /** What other seed constants call this organisation. Invented organisations have keys that begin with 'illustration-'. */
  key: string;
  name: string;
  sector: Sector;
  /** ISO 3166-1 alpha-2. */
  country: string;
  url?: string;
  /** Number in the Danish business register, eight digits. */
  cvr?: string;
}

/** A statement of the framework, with its place in the source's order (from 1). */
export interface FrameworkItemSeed {
  number: number;
  label: BilingualText;
  text: BilingualText;
}

export interface PotentialSeed extends FrameworkItemSeed {
  stakeholderGroup: StakeholderGroup;
}

export interface ThemeSeed {
  slug: string;
  label: BilingualText;
}

export interface SourceSeed {
  title: string;
  publisher?: string;
  year?: number;
  url?: string;
  /** Where in the source: a page number, or what stands there instead of one. */
  page?: string;
}

/** What every knowledge record has. */
interface RecordSeed {
  slug: string;
  title: string;
  language: Language;
  /** Key of a partner or ISIL of a library: who answers for the record. */
  organisation: string;
  /** Numbers of the recommendations that the record bears on. */
  recommendations: readonly number[];
  /** Slugs of themes. */
  themes: readonly string[];
  sources: readonly SourceSeed[];
  provenance: Provenance;
  documentation: Documentation;
}

export interface ContributionSeed {
  kind: ContributionKind;
  description: string;
  /** In whole units of the currency; only where the contribution is money. */
  amount?: number;
  /** ISO 4217; always together with the amount. */
  currency?: string;
}

export interface PartySeed {
  /** Key of a partner or ISIL of a library. */
  organisation: string;
  role: PartyRole;
  contributions: readonly ContributionSeed[];
}

export interface FundingSeed {
  pool: string;
  amount?: number;
  currency?: string;
  year?: number;
}

export interface CaseStudySeed extends RecordSeed {
  summary: string;
  description: string;
  kind: CaseStudyKind;
  scope: Scope;
  /** Null where no source says how far the partnership came. */
  state: CaseStudyState | null;
  /** Calendar date, YYYY-MM-DD. */
  startedOn?: string;
  /** Calendar date, YYYY-MM-DD. */
  endedOn?: string;
  municipalityCode?: string;
  parties: readonly PartySeed[];
  rulesOfPlay: readonly { topic: RuleTopic; text: string }[];
  benefits: readonly { group: StakeholderGroup; description: string }[];
  funding: readonly FundingSeed[];
  /** Numbers of the rationales that the partnership answers to. */
  rationales: readonly number[];
}

export interface ExperienceSeed extends RecordSeed {
  /** Slug of the case that it was lived through in. */
  caseStudy: string;
  purpose: string;
  experienced: string;
  challenges: string;
  barriers: string;
  gain: string;
  phase: Phase;
  outcome: Outcome;
  /** Calendar date, YYYY-MM-DD. */
  startedOn?: string;
  /** Calendar date, YYYY-MM-DD. */
  endedOn?: string;
}

export interface EvidenceSeed {
  /** Slug of an experience. */
  experience: string;
  stance: EvidenceStance;
  note?: string;
}

export interface LessonSeed extends RecordSeed {
  context: string;
  cause: string;
  advice: string;
  avoid: string;
  evidence: readonly EvidenceSeed[];
}

export interface LinkSeed {
  /** Slug of the record that the relation is read from: `from` CONFIRMS `to`. */
  from: string;
  to: string;
  relation: LinkRelation;
  note?: string;
}

export interface AdoptionSeed {
  /** Slug of the case or lesson that was used. */
  record: string;
  /** Key of a partner or ISIL of a library: who used it. */
  organisation: string;
  taken: string;
  adaptation: string;
  /** Null while it is too early to say. */
  outcome: Outcome | null;
  result?: string;
  /** Calendar date, YYYY-MM-DD. */
  adoptedOn?: string;
}
